import { z } from 'zod'
import { Money, toMoney } from '#platform/money.ts'
import { isoOf } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { PlanLimits } from './limits.ts'
import { partnerIdOf, planIdOf } from './plan-view.ts'
import type { EventRow, HoldRow, SubscriptionRow } from './subscription-store.ts'
import { CANCEL_CAUSES, END_REASONS, HOLD_KINDS, PERIODS, SUBSCRIPTION_STATES } from './tables.ts'

const Change = z.strictObject({
  plan_id: z.string(),
  plan_name: z.string().nullable(),
  price: Money,
  period: z.enum(PERIODS),
  starts_at: z.string(),
})

/** What everybody who may see a subscription sees of it. */
const shared = {
  subscription_id: z.string(),
  state: z.enum(SUBSCRIPTION_STATES),
  plan_id: z.string(),
  plan_name: z.string().nullable(),
  price: Money,
  period: z.enum(PERIODS),
  limits: PlanLimits,
  asked_at: z.string(),
  signing_until: z
    .string()
    .nullable()
    .meta({ description: 'Until when it waits to be confirmed; null once it does not.' }),
  signed_at: z.string().nullable(),
  paid_until: z.string().nullable(),
  cancel_at: z.string().nullable().meta({ description: 'When it ends, if that is set.' }),
  cancel_cause: z.enum(CANCEL_CAUSES).nullable(),
  next: Change.nullable().meta({ description: 'The change of plan that is to come.' }),
  ended_at: z.string().nullable(),
  end_reason: z.enum(END_REASONS).nullable(),
  held_by: z.array(z.enum(HOLD_KINDS)).meta({ description: 'The kinds of holds that suspend it now.' }),
}

export const SubscriptionBody = z
  .strictObject({
    ...shared,
    partner_id: z.string(),
    end_user_id: z.string(),
    user_email: z
      .string()
      .nullable()
      .meta({ description: "Told to the partner's own people and the admins of its realm alone." }),
    user_name: z.string().nullable(),
    user_role: z.string().nullable(),
    user_status: z.string().nullable(),
  })
  .meta({ id: 'Subscription' })

const HoldBody = z.strictObject({
  hold_id: z.string(),
  kind: z.enum(HOLD_KINDS),
  scope: z.enum(['subscription', 'account']),
  reason: z.string(),
  placed_by_side: z.enum(['provider', 'partner', 'clock']),
  placed_by_name: z.string(),
  placed_at: z.string(),
  released_at: z.string().nullable(),
  released_by_name: z.string().nullable(),
  release_reason: z.string().nullable(),
  may_release: z.boolean(),
})

const EventBody = z.strictObject({
  at: z.string(),
  action: z.string(),
  from_state: z.enum(SUBSCRIPTION_STATES).nullable(),
  to_state: z.enum(SUBSCRIPTION_STATES),
  by: z.string(),
  by_name: z.string().nullable(),
})

export const SubscriptionDetailBody = SubscriptionBody.extend({
  holds: z.array(HoldBody),
  history: z.array(EventBody),
})
  .strict()
  .meta({ id: 'SubscriptionDetail' })

export const OwnSubscriptionBody = z.strictObject(shared).meta({ id: 'OwnSubscription' })

function toNext(row: SubscriptionRow): z.input<typeof Change> | null {
  if (row.next_plan_id === null || row.next_at === null || row.next_period === null) return null
  return {
    plan_id: planIdOf(row.next_plan_id),
    plan_name: row.next_plan_name,
    price: toMoney(row.next_price_minor ?? 0, row.next_currency ?? row.currency),
    period: row.next_period,
    starts_at: row.next_at.toISOString(),
  }
}

/** What the end user reads of its own subscription. */
export function toOwnSubscription(row: SubscriptionRow): z.input<typeof OwnSubscriptionBody> {
  return {
    subscription_id: publicIdOf('subscription', row.id),
    state: row.state,
    plan_id: planIdOf(row.plan_id),
    plan_name: row.plan_name,
    price: toMoney(row.price_minor, row.currency),
    period: row.period,
    limits: row.limits,
    asked_at: row.asked_at.toISOString(),
    signing_until: row.state === 'signing' ? row.signing_until.toISOString() : null,
    signed_at: isoOf(row.signed_at),
    paid_until: row.state === 'unsigned' ? null : isoOf(row.paid_until),
    cancel_at: row.state === 'unsigned' ? null : isoOf(row.cancel_at),
    cancel_cause: row.state === 'unsigned' ? null : row.cancel_cause,
    next: toNext(row),
    ended_at: isoOf(row.ended_at),
    end_reason: row.end_reason,
    held_by: row.state === 'suspended' ? [...row.holds] : [],
  }
}

/** Who the user is, for those who may know. */
export interface UserWords {
  readonly email: string
  readonly name: string
}

/** What the partner, and without the person the provider, reads of a subscription. */
export function toSubscription(
  row: SubscriptionRow,
  user: UserWords | undefined,
): z.input<typeof SubscriptionBody> {
  return {
    ...toOwnSubscription(row),
    partner_id: partnerIdOf(row.partner_id),
    end_user_id: publicIdOf('end_user', row.end_user_id),
    user_email: user?.email ?? null,
    user_name: user?.name ?? null,
    user_role: row.user_role,
    user_status: row.user_status,
  }
}

/** A hold as one side reads it. */
export function toHold(row: HoldRow, side: 'provider' | 'partner'): z.input<typeof HoldBody> {
  return {
    hold_id: publicIdOf('subscription_hold', row.id),
    kind: row.kind,
    scope: row.subscription_id === null ? 'account' : 'subscription',
    reason: row.reason,
    placed_by_side: row.placed_by_side,
    placed_by_name: row.placed_by_name,
    placed_at: row.placed_at.toISOString(),
    released_at: isoOf(row.released_at),
    released_by_name: row.released_by_name,
    release_reason: row.release_reason,
    may_release: row.released_at === null && row.placed_by_side === side,
  }
}

export function toEvent(row: EventRow): z.input<typeof EventBody> {
  return {
    at: row.occurred_at.toISOString(),
    action: row.action,
    from_state: row.from_state,
    to_state: row.to_state,
    by: row.actor_kind,
    by_name: row.actor_name,
  }
}
