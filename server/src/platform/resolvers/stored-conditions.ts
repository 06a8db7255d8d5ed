import { intersectHours, intersectIpLists } from '@liaison/access'
import type { Conditions, Hours } from '@liaison/access'
import { z } from 'zod'

/** The conditions of a delegation, or of a tenant's rules about all of them, as the database tells them: what they do not ask for is left out. */
export const StoredConditions = z.looseObject({
  ip_allow: z.array(z.string()).optional(),
  ip_mode: z.enum(['off', 'monitor', 'enforce']).optional(),
  mfa_max_age_s: z.number().nullish(),
  phishing_resistant: z.boolean().optional(),
  read_reason_required: z.boolean().optional(),
  elevation_required: z.boolean().optional(),
  hours: z
    .object({
      tz: z.string(),
      windows: z.array(z.object({ days: z.array(z.number()), from: z.string(), to: z.string() })),
    })
    .nullish(),
})

export type StoredConditions = z.output<typeof StoredConditions>

/** The address rule of all: where several enforce a list, an address must be on each. */
export function combineAddresses(
  ...parts: readonly StoredConditions[]
): Pick<Conditions, 'ip_allow' | 'ip_mode'> {
  const [first, ...others] = parts
    .filter((part) => part.ip_mode === 'enforce')
    .map((part) => part.ip_allow ?? [])
  if (first) return { ip_mode: 'enforce', ip_allow: others.reduce(intersectIpLists, first) }
  const watched = parts.find((part) => part.ip_mode === 'monitor')
  return { ip_mode: watched?.ip_mode ?? 'off', ip_allow: watched?.ip_allow ?? [] }
}

/** The hours that lie in both. The write side refuses two zones; were they met, no time would count as inside both. */
export function combineHours(
  { hours: own }: StoredConditions,
  { hours: policy }: StoredConditions,
): Hours | null {
  if (!own || !policy) return own ?? policy ?? null
  return own.tz === policy.tz ? intersectHours(own, policy) : { tz: own.tz, windows: [] }
}
