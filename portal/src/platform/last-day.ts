const dayMs = 86_400_000

/** The midnight after a last day (UTC), or null for a text that is no day. */
export function endOfDay(day: string): Date | null {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  return Number.isNaN(start) ? null : new Date(start + dayMs)
}
