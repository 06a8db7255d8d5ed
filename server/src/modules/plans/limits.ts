import { z } from 'zod'

const count = (maximum: number) => z.int().min(0).max(maximum)

/** The limits that a plan can set; what it leaves out it says nothing about. Source: registry.md section 3. */
export const PlanLimits = z
  .strictObject({
    'ops.per_day': count(10_000_000).optional(),
    'ops.per_7d': count(70_000_000).optional(),
    'rate.per_min': count(100_000).optional(),
    'session.idle_s': z.int().min(60).max(86_400).optional(),
    'session.absolute_s': z.int().min(300).max(31_536_000).optional(),
    'session.max_concurrent': z.int().min(1).max(1000).optional(),
    'api.access_level': z.enum(['none', 'sandbox', 'live']).optional(),
  })
  .meta({ id: 'PlanLimits' })

export type PlanLimits = z.output<typeof PlanLimits>

const NUMBERS = [
  'ops.per_day',
  'ops.per_7d',
  'rate.per_min',
  'session.idle_s',
  'session.absolute_s',
  'session.max_concurrent',
] as const

const LEVELS = ['none', 'sandbox', 'live'] as const

/** The keys in which the second set would allow more than the first: a partner tightens what the catalogue lends, nothing else. */
export function findWider(lent: PlanLimits, own: PlanLimits): readonly (keyof PlanLimits)[] {
  const numbers = NUMBERS.filter((key) => {
    const [bound, wanted] = [lent[key], own[key]]
    return bound !== undefined && wanted !== undefined && wanted > bound
  })
  const [bound, wanted] = [lent['api.access_level'], own['api.access_level']]
  const isWider =
    bound !== undefined && wanted !== undefined && LEVELS.indexOf(wanted) > LEVELS.indexOf(bound)
  return isWider ? [...numbers, 'api.access_level'] : numbers
}
