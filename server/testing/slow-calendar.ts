import type { Calendar, WorkingHours } from '#modules/sla/index.ts'

export const MINUTE = 60_000

/**
 * Working time counted minute by minute from what the wall clock shows, as a person with a calendar and a lot of patience
 * would. It knows nothing of offsets and changes of the clock: only what `Intl` prints for each minute.
 */
export class SlowCalendar {
  readonly #open: boolean[] = []
  readonly #first: number

  constructor(calendar: Calendar, first: number, days: number) {
    this.#first = first
    const minutes = days * 1440
    if (calendar === null) this.#open = Array.from({ length: minutes }, () => true)
    else this.#read(calendar, minutes)
  }

  #read({ time_zone: timeZone, week, holidays }: WorkingHours, minutes: number) {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
    const free = new Set(holidays.map(({ date }) => date))
    const toMinutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
    let today = ''
    // A time of day has come once the clock has shown it or a later one: a clock that is put back does not take it back.
    let latest = -1
    // The day before is read too, so that the first day is seen from its beginning.
    for (let index = -1440 * 2; index < minutes; index += 1) {
      const [date = '', time = ''] = format.format(this.#first + index * MINUTE).split(' ')
      if (date !== today) latest = -1
      today = date
      latest = Math.max(latest, toMinutes(time))
      const weekday = new Date(`${date}T00:00:00Z`).getUTCDay() || 7
      const isOpen = week.some(
        ({ day, from, to }) => day === weekday && toMinutes(from) <= latest && latest < toMinutes(to),
      )
      if (index >= 0) this.#open.push(isOpen && !free.has(date))
    }
  }

  isOpen(time: number): boolean {
    const index = (time - this.#first) / MINUTE
    const open = this.#open[index]
    if (open === undefined) throw new Error('Outside the days that were read.')
    return open
  }

  /** The whole minutes of working time between two instants. */
  between(from: number, to: number): number {
    let sum = 0
    for (let time = from; time < to; time += MINUTE) if (this.isOpen(time)) sum += 1
    return sum
  }

  /** The first instant at which so many minutes of working time have passed. */
  after(from: number, minutes: number): number {
    let left = minutes
    let time = from
    while (left > 0) {
      if (this.isOpen(time)) left -= 1
      time += MINUTE
    }
    return time
  }
}
