import { z } from 'zod'
import { isoOf } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { CONSEQUENCES, LAYERS, LIMIT_KEYS, LIMIT_UNITS } from './limits.ts'
import type { LimitKey, LimitLayers, LimitPolicies } from './limits.ts'
import type { ConsequenceRow, UsageRow } from './store.ts'

const LimitValueBody = z.union([z.int(), z.enum(CONSEQUENCES), z.null()]).meta({
  description: 'A number, a consequence, or null for no limit.',
})

/** What holds for one key, and who decided it. */
const LimitBody = z.strictObject({
  key: z.enum(LIMIT_KEYS),
  unit: z.enum(['seconds', 'sessions', 'operations', 'consequence', 'percent']),
  value: LimitValueBody,
  decided_by: z.enum(LAYERS),
})

const QuotaBody = z.strictObject({
  allowed: z.int().nullable().meta({ description: 'Null for no limit.' }),
  used: z.int(),
  remaining: z.int().nullable(),
  resets_at: z.string().meta({
    description:
      'When operations become free again: of a day at its end, of 7 days when the oldest that matters leaves.',
  }),
})

const ConsequenceInForce = z.strictObject({
  kind: z.enum(CONSEQUENCES),
  limit: z.enum(['ops.per_day', 'ops.per_7d']),
  since: z.string(),
  until: z.string().nullable().meta({ description: 'Null until a reset or another role.' }),
})

/** Usage against limits, as a user reads its own and the partner that of each of its users. */
export const UsageBody = z
  .strictObject({
    day: QuotaBody,
    seven_days: QuotaBody,
    rate_per_minute: z.int().nullable(),
    on_exceed: z.enum(CONSEQUENCES),
    in_force: z.array(ConsequenceInForce),
    limits: z.array(LimitBody),
  })
  .meta({ id: 'EndUserUsage' })

/** Usage against limits in its public form. */
export type UsageView = z.output<typeof UsageBody>

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)

function toQuota(allowed: number | null, { used, resets_at: resetsAt }: UsageRow['day']) {
  return {
    allowed,
    used,
    remaining: allowed === null ? null : Math.max(0, allowed - used),
    resets_at: resetsAt.toISOString(),
  }
}

/** The public form of usage against limits. */
export function toUsage(usage: UsageRow): UsageView {
  const { limits } = usage
  const consequence = CONSEQUENCES.find((kind) => kind === limits.on_exceed.value) ?? 'cooldown'
  return {
    day: toQuota(numberOf(limits['ops.per_day'].value), usage.day),
    seven_days: toQuota(numberOf(limits['ops.per_7d'].value), usage.week),
    rate_per_minute: numberOf(limits['rate.per_min'].value),
    on_exceed: consequence,
    in_force: usage.consequences.map(({ kind, limit, since, until }) => ({
      kind,
      limit,
      since: since.toISOString(),
      until: until?.toISOString() ?? null,
    })),
    limits: LIMIT_KEYS.map((key) => ({
      key,
      unit: LIMIT_UNITS[key],
      value: limits[key].value,
      decided_by: limits[key].layer,
    })),
  }
}

/** What each layer says about one key. */
export const LayeredLimitBody = z.strictObject({
  key: z.enum(LIMIT_KEYS),
  platform: LimitValueBody,
  plan: LimitValueBody,
  partner: LimitValueBody,
  user: LimitValueBody,
  rule: z.enum(['strictest', 'most_particular', 'fixed']),
  maximum: z.int().nullable(),
})

function ruleOf({ fixed, relaxable }: LimitPolicies[LimitKey]): 'strictest' | 'most_particular' | 'fixed' {
  if (fixed) return 'fixed'
  return relaxable ? 'most_particular' : 'strictest'
}

/** The public form of what the layers say. Of keys on which nobody but the platform can speak, too. */
export function toLayers(
  layers: LimitLayers & { readonly platform: LimitPolicies },
): z.output<typeof LayeredLimitBody>[] {
  return LIMIT_KEYS.map((key) => ({
    key,
    platform: layers.platform[key].value,
    plan: layers.plan[key] ?? null,
    partner: layers.partner[key] ?? null,
    user: layers.user[key] ?? null,
    rule: ruleOf(layers.platform[key]),
    maximum: layers.platform[key].maximum,
  }))
}

/** What going beyond a limit brought one user. */
export const ConsequenceBody = z
  .strictObject({
    consequence_id: z.string(),
    end_user_id: z.string(),
    user_name: z.string(),
    user_email: z.string(),
    kind: z.enum(CONSEQUENCES),
    limit: z.enum(['ops.per_day', 'ops.per_7d']),
    allowed: z.int(),
    decided_by: z.enum(LAYERS),
    status: z.enum(['in_force', 'over', 'lifted']),
    started_at: z.string(),
    ends_at: z.string().nullable(),
    lifted_at: z.string().nullable(),
    lifted_by_name: z.string().nullable(),
    lift_reason: z.string().nullable(),
    reviewed_at: z.string().nullable(),
    reviewed_by_name: z.string().nullable(),
    review_note: z.string().nullable(),
  })
  .meta({ id: 'UsageConsequence' })

/** The public form of a consequence; whether it is over is computed from the time. */
export function toConsequence(row: ConsequenceRow, now: Date): z.output<typeof ConsequenceBody> {
  const isOver = row.ends_at !== null && row.ends_at <= now
  return {
    consequence_id: publicIdOf('usage_consequence', row.id),
    end_user_id: publicIdOf('end_user', row.end_user_id),
    user_name: row.user_name ?? '',
    user_email: row.user_email,
    kind: row.kind,
    limit: row.limit_key,
    allowed: row.limit_value,
    decided_by: row.decided_by,
    status: row.status === 'in_force' && isOver ? 'over' : row.status,
    started_at: row.started_at.toISOString(),
    ends_at: isoOf(row.ends_at),
    lifted_at: isoOf(row.lifted_at),
    lifted_by_name: row.lifted_by_name,
    lift_reason: row.lift_reason,
    reviewed_at: isoOf(row.reviewed_at),
    reviewed_by_name: row.reviewed_by_name,
    review_note: row.review_note,
  }
}
