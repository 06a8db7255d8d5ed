const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** How long to wait after each failed attempt. Source: Standard Webhooks, "Deliverability and reliability". */
const DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
]

/** An endpoint to which nothing was delivered for this long is stopped. */
export const GIVES_UP_AFTER_MS = 5 * 24 * HOUR_MS

const LONGEST_WAIT_MS = 24 * HOUR_MS
/** Delays are up to a fifth longer, so that what failed together does not come back together. */
const JITTER = 0.2

/**
 * Milliseconds until the next attempt after `attempt` of them failed; null when there is none. `random` is in [0, 1).
 * A receiver that asks for more time (`Retry-After`) gets it, up to a day.
 */
export function delayAfter(
  attempt: number,
  { random, retryAfterMs }: { readonly random: number; readonly retryAfterMs: number | null },
): number | null {
  const delay = DELAYS_MS[attempt - 1]
  if (delay === undefined) return null
  const jittered = Math.round(delay * (1 + JITTER * random))
  return Math.max(jittered, Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS))
}

const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** The wait that a `Retry-After` asks for, in seconds or by a date, in milliseconds; null for none (RFC 9110 section 10.2.3). */
export function readRetryAfter(header: string | string[] | undefined, now: Date): number | null {
  if (typeof header !== 'string') return null
  if (/^\d{1,7}$/.test(header)) return Number(header) * SECOND_MS
  return HTTP_DATE.test(header) ? Math.max(0, Date.parse(header) - now.getTime()) : null
}

/** What came of one attempt. `code` is the status of the answer, null when there was none. */
export interface Attempted {
  readonly code: number | null
  readonly outcome: Outcome
  readonly durationMs: number
  readonly retryAfterMs: number | null
  /** The beginning of the answer as text that may be shown to the endpoint's owner; null when there is none. */
  readonly excerpt: string | null
}

export const OUTCOMES = [
  'delivered',
  'refused_by_receiver',
  'gone',
  'timeout',
  'address_refused',
  'not_connected',
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** How an answer is taken: 2xx alone is success, 410 says never again. Redirects are not followed. */
export function judge(code: number): Outcome {
  if (code >= 200 && code < 300) return 'delivered'
  return code === 410 ? 'gone' : 'refused_by_receiver'
}

/** What happens to an endpoint after an attempt. */
export function verdictOn(
  attempted: Attempted,
  health: { readonly failingSince: Date | null; readonly now: Date },
): 'keeps' | 'gone' | 'failing' {
  if (attempted.outcome === 'gone') return 'gone'
  if (attempted.outcome === 'delivered' || health.failingSince === null) return 'keeps'
  return health.now.getTime() - health.failingSince.getTime() >= GIVES_UP_AFTER_MS ? 'failing' : 'keeps'
}

/** Where a message stands between its first attempt and its last. */
export const DELIVERY_STATUSES = ['waiting', 'delivered', 'failed', 'cancelled'] as const
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]
