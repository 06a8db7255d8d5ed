const dayMs = 86_400_000
const mostDays = 366

/** The calendar day of an instant in UTC, as a field for days wants it. */
export function dayOf(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 10)
}

/** The span from the first to the last day, both included, or null for a span that no report covers. */
export function spanOf(from: string, to: string): { from: string; to: string } | null {
  const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text)
  if (!isDay(from) || !isDay(to)) return null
  const start = Date.parse(`${from}T00:00:00Z`)
  const end = Date.parse(`${to}T00:00:00Z`) + dayMs
  if (Number.isNaN(start) || Number.isNaN(end) || end <= start || end - start > mostDays * dayMs) return null
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() }
}
