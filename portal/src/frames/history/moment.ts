const WRITTEN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/

/** The instant that a field for a date and time in UTC holds, as the server takes it; null when it holds none. */
export function toInstant(written: string): string | null {
  if (!WRITTEN.test(written)) return null
  const date = new Date(`${written}Z`)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
