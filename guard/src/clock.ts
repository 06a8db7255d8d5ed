/** Tells the time; an argument everywhere, so that every rule that depends on it can be tested at any moment. */
export type Clock = () => Date

/** The machine's clock. */
// This library runs in other programs, so it has its own one source of time.
// oxlint-disable-next-line liaison/one-clock
export const systemClock: Clock = () => new Date()

/** Whole seconds since 1970 (NumericDate, RFC 7519 section 2). */
export function toSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000)
}
