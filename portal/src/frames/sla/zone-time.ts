/** An instant as the wall clock of a time zone shows it, with the day of the week. */
export function formatIn(iso: string, zone: string): string {
  try {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'long',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
    })
    // Every month has three letters here; this locale gives one of them four.
    return format.format(new Date(iso)).replace('Sept', 'Sep')
  } catch {
    return iso
  }
}

/** The next Friday at half past five, as the browser's own clock has it: the hour at which calendars matter. */
export function nextFriday(now: Date): string {
  const friday = new Date(now)
  friday.setDate(now.getDate() + ((5 - now.getDay() + 7) % 7))
  const two = (value: number) => String(value).padStart(2, '0')
  return `${friday.getFullYear()}-${two(friday.getMonth() + 1)}-${two(friday.getDate())}T17:30`
}

/** The instant at which the wall clock of a zone shows a time; null for what is no time or no zone. It is found by asking what the zone shows and correcting by the difference. */
export function instantIn(local: string, zone: string): string | null {
  const wanted = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(local) ? Date.parse(`${local}:00Z`) : Number.NaN
  if (Number.isNaN(wanted)) return null
  const shownAt = (time: number): number => {
    const text = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    }).format(time)
    return Date.parse(`${text.replace(' ', 'T')}Z`)
  }
  try {
    const first = wanted + (wanted - shownAt(wanted))
    return new Date(first + (wanted - shownAt(first))).toISOString()
  } catch {
    return null
  }
}
