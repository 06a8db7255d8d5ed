import { z } from 'zod'
import { JsonInstant } from '#platform/database-json.ts'
import { CONSEQUENCES, LAYERS } from './limits.ts'
import type { Consequence, Layer } from './limits.ts'

const Quota = z.object({ allowed: z.int().nullable(), used: z.int(), resets_at: JsonInstant })

/** What counting one operation came to, as `access.spend_operation` tells it. */
export const Verdict = z.object({
  admitted: z.boolean(),
  reason: z.enum([...CONSEQUENCES, 'rate']).nullable(),
  limit: z.enum(['ops.per_day', 'ops.per_7d', 'rate.per_min']).nullable(),
  until: JsonInstant.nullable(),
  decided_by: z.enum(LAYERS).nullable(),
  day: Quota,
  week: Quota,
  rate: z.object({ allowed: z.int().nullable(), remaining: z.int(), window_s: z.int() }),
})

export type VerdictBody = z.output<typeof Verdict>

const DAY_SECONDS = 86_400

const secondsUntil = (at: Date, now: Date): number =>
  Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 1000))

interface Line {
  readonly name: string
  readonly allowed: number
  readonly windowSeconds: number
  readonly remaining: number
  readonly resetSeconds: number
}

function linesOf({ day, week, rate }: VerdictBody, now: Date): Line[] {
  const quota = (name: string, its: z.output<typeof Quota>, windowSeconds: number): Line[] =>
    its.allowed === null
      ? []
      : [
          {
            name,
            allowed: its.allowed,
            windowSeconds,
            remaining: Math.max(0, its.allowed - its.used),
            resetSeconds: secondsUntil(its.resets_at, now),
          },
        ]
  const perMinute: Line[] =
    rate.allowed === null
      ? []
      : [
          {
            name: 'operations-minute',
            allowed: rate.allowed,
            windowSeconds: rate.window_s,
            remaining: rate.remaining,
            resetSeconds: rate.window_s,
          },
        ]
  return [
    ...quota('operations-day', day, DAY_SECONDS),
    ...quota('operations-7d', week, 7 * DAY_SECONDS),
    ...perMinute,
  ]
}

/** The header fields that tell an end user's limits (draft-ietf-httpapi-ratelimit-headers-11, RFC 9110 section 10.2.3). */
export function usageHeaders(verdict: VerdictBody, now: Date): Record<string, string> {
  const lines = linesOf(verdict, now)
  return {
    ...(lines.length > 0 && {
      'RateLimit-Policy': lines
        .map(({ name, allowed, windowSeconds }) => `"${name}";q=${allowed};w=${windowSeconds}`)
        .join(', '),
      RateLimit: lines
        .map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`)
        .join(', '),
    }),
    ...(!verdict.admitted && verdict.until && { 'Retry-After': String(secondsUntil(verdict.until, now)) }),
  }
}

/** Who can let an end user go on before its limit begins anew. */
export type Changer = 'partner' | 'provider' | 'nobody'

const REASONS: Readonly<Record<Consequence | 'rate', string>> = {
  rate: 'There were too many operations within a minute.',
  warn: 'The limit of operations is used up.',
  throttle: 'The limit of operations is used up.',
  review: 'The limit of operations is used up.',
  restrict: 'The limit of operations is used up. Until it begins anew you can look, but change nothing.',
  cooldown: 'The limit of operations is used up. There is a pause now; afterwards you can go on.',
  suspend: 'The limit of operations is used up. Your subscription is on hold until it begins anew.',
  idle: 'The limit of operations is used up. Your account rests until it is reset or your identity is checked.',
}

/** Why an operation was refused, in one sentence or two. */
export function explainRefusal({ reason }: VerdictBody): string {
  return REASONS[reason ?? 'warn']
}

/** Who can let the user go on: the partner by a reset, unless only the next moment helps. */
export function whoCanChange(reason: VerdictBody['reason'], decidedBy: Layer | null): Changer {
  if (reason === 'rate') return decidedBy === 'platform' ? 'nobody' : 'partner'
  return 'partner'
}
