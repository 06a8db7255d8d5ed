const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A calendar day `YYYY-MM-DD` for people, as in 22 Sep 2027. */
export function dayWords(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return `${Number(date)} ${MONTHS[Number(month) - 1] ?? ''} ${year}`
}

/** The day of an instant in UTC, for people. */
export const instantDayWords = (at: Date): string => dayWords(at.toISOString().slice(0, 10))
