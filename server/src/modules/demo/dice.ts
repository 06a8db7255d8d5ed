/** Chance that can be repeated: the same seed gives the same world. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A number from 0 (included) to 1 (excluded), by the mulberry32 generator. */
  next(): number {
    this.#state = (this.#state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number between the two, both included. */
  between(minimum: number, maximum: number): number {
    return minimum + Math.floor(this.next() * (maximum - minimum + 1))
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.between(0, items.length - 1)]
    if (item === undefined) throw new Error('There is nothing to pick from.')
    return item
  }

  isLucky(probability: number): boolean {
    return this.next() < probability
  }

  /** A version 7 UUID (RFC 9562) of that instant, so that ids sort as the records came. */
  uuid(at: Date): string {
    const random = Array.from({ length: 20 }, () => Math.floor(this.next() * 16).toString(16)).join('')
    const time = at.getTime().toString(16).padStart(12, '0')
    const variant = '89ab'.charAt(this.between(0, 3))
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(3, 6)}-${random.slice(6, 18)}`
  }
}

const DAY_MS = 86_400_000

/** The instant so many days (fractions too) after another; negative for before. */
export function addDays(instant: Date, days: number): Date {
  return new Date(instant.getTime() + days * DAY_MS)
}

export function addMinutes(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * 60_000)
}

/** The calendar day of an instant in UTC, `YYYY-MM-DD`. */
export function toDay(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}

/** The first day of the month that lies so many months from that of the instant. */
export function startOfMonth(instant: Date, months = 0): Date {
  return new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth() + months, 1))
}
