import { idFromUuid } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { recordSubscription } from './events.ts'
import { getPlan } from './plan-store.ts'
import type { PlanRow } from './plan-store.ts'
import { shownOf } from './plan-view.ts'
import { readPolicies } from './policy-store.ts'
import {
  beginSubscription,
  getOwnLive,
  getSubscription,
  insertTerm,
  moveSubscription,
  setCancelCause,
  withdrawTerm,
} from './subscription-store.ts'
import type { SubscriptionRow } from './subscription-store.ts'

type RealmMandate = Mandate<'realm'>

async function reread(mandate: RealmMandate, row: { readonly id: string }): Promise<SubscriptionRow> {
  return getSubscription(mandate, idFromUuid('subscription', row.id))
}

/** A plan, and `shown` of it as it was read; without that it is taken as it is now. */
interface AsRead {
  readonly planId: IdOf<'plan'>
  readonly shown?: string | undefined
}

/** Refuses a plan that costs or gives something else than was read. Throws PRECONDITION_FAILED. */
async function requireShown(mandate: RealmMandate, { planId, shown }: AsRead): Promise<PlanRow> {
  const plan = await getPlan(mandate, planId)
  if (shown === undefined || shown === shownOf(plan)) return plan
  const detail = 'The price of this plan, or what it gives, changed after it was read. Nothing was taken.'
  throw new ProblemError(412, 'PRECONDITION_FAILED', detail)
}

/**
 * Takes a plan. Where the partner confirms by itself it is signed at once, else it waits 24 hours for the partner. Throws
 * PLAN_NOT_FOUND for a plan that is not for the user's role, PLAN_NOT_OPEN, ALREADY_SUBSCRIBED, SUBSCRIPTION_HELD and, for
 * other terms than were read, PRECONDITION_FAILED.
 */
export async function subscribe(mandate: RealmMandate, read: AsRead): Promise<SubscriptionRow> {
  const plan = await requireShown(mandate, read)
  const id = idFromUuid('subscription', await beginSubscription(mandate, plan.id))
  // Whoever changed it between the two looks at it has it taken back.
  await requireShown(mandate, read)
  const begun = await getSubscription(mandate, id)
  recordSubscription(mandate, begun, {
    action: 'start',
    changes: { state: { after: begun.state }, price_minor: { after: begun.price_minor } },
  })
  const { confirmsByItself } = await readPolicies(mandate)
  if (!confirmsByItself) return begun
  await moveSubscription(mandate, begun, { to: 'signed' })
  const signed = await reread(mandate, begun)
  recordSubscription(mandate, signed, {
    action: 'confirm',
    changes: { state: { before: begun.state, after: signed.state } },
  })
  return signed
}

/** Cancels now, or with the paid period. One that is still being signed is over at once. */
export async function cancel(mandate: RealmMandate, when: 'now' | 'period_end'): Promise<SubscriptionRow> {
  const before = await getOwnLive(mandate)
  const isNow = when === 'now' || before.state === 'signing'
  if (!isNow && before.cancel_cause !== null)
    throw new ProblemError(409, 'SUBSCRIPTION_ENDING', 'It ends already.')
  if (isNow) await moveSubscription(mandate, before, { to: 'unsigned', reason: 'cancelled' })
  else await setCancelCause(mandate, before, 'end_user')
  const after = await reread(mandate, before)
  recordSubscription(mandate, after, {
    action: isNow ? 'cancel' : 'plan_cancel',
    changes: {
      state: { before: before.state, after: after.state },
      ...(!isNow && { ends: { after: after.cancel_at?.toISOString() } }),
    },
  })
  return after
}

/** Takes back an own cancellation that has not bitten. Throws SUBSCRIPTION_STATE_CONFLICT when somebody else set the end. */
export async function keep(mandate: RealmMandate): Promise<SubscriptionRow> {
  const before = await getOwnLive(mandate)
  if (before.cancel_cause === null)
    throw new ProblemError(409, 'SUBSCRIPTION_STATE_CONFLICT', 'It goes on already.')
  await setCancelCause(mandate, before, null)
  const after = await reread(mandate, before)
  recordSubscription(mandate, after, {
    action: 'keep',
    changes: { ends: { before: before.cancel_at?.toISOString() } },
  })
  return after
}

/** Changes the plan now, or with the next paid period. */
export async function changePlan(
  mandate: RealmMandate,
  to: AsRead & { readonly when: 'now' | 'period_end' },
): Promise<SubscriptionRow> {
  const plan = await requireShown(mandate, to)
  const before = await getOwnLive(mandate)
  await insertTerm(mandate, before, { planId: plan.id, when: to.when })
  await requireShown(mandate, to)
  const after = await reread(mandate, before)
  recordSubscription(mandate, after, {
    action: 'change_plan',
    changes: {
      plan: { before: before.plan_name, after: plan.name },
      from: { after: (after.next_at ?? mandate.origin.now).toISOString() },
    },
  })
  return after
}

/** Takes back a change of plan that is to come. */
export async function keepPlan(mandate: RealmMandate): Promise<SubscriptionRow> {
  const before = await getOwnLive(mandate)
  if (before.next_term_id === null)
    throw new ProblemError(409, 'SUBSCRIPTION_STATE_CONFLICT', 'No change of plan is to come.')
  await withdrawTerm(mandate, before.next_term_id)
  const after = await reread(mandate, before)
  recordSubscription(mandate, after, {
    action: 'keep_plan',
    changes: { plan: { before: before.next_plan_name, after: after.plan_name } },
  })
  return after
}
