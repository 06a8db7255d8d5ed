import type { IdOf } from '@liaison/access'
import { z } from 'zod'
import { pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, publicId } from '#platform/route-input.ts'
import { recordSubscription } from './events.ts'
import { describeSubscription } from './holding.ts'
import {
  getSubscription,
  listSubscriptions,
  moveSubscription,
  nameUsers,
  setCancelCause,
} from './subscription-store.ts'
import { toSubscription } from './subscription-view.ts'
import type { SubscriptionDetailBody } from './subscription-view.ts'
import { SUBSCRIPTION_STATES } from './tables.ts'

/** Who keeps the subscriptions of a user base: the partner's own people, and the admins of its realm. */
export type KeepingMandate = Mandate<'program' | 'realm'>

type SubscriptionId = IdOf<'subscription'>
type Detail = z.input<typeof SubscriptionDetailBody>

export const SubscriptionQuery = z.strictObject({
  state: commaList(z.enum(SUBSCRIPTION_STATES)).optional(),
  plan_id: publicId('plan').optional(),
  end_user_id: publicId('end_user').optional(),
  ...pageQuery,
})

/** A page of the subscriptions of the user base, newest first, with who has them. */
export async function showSubscriptions(mandate: KeepingMandate, query: z.output<typeof SubscriptionQuery>) {
  const filter = { state: query.state, planId: query.plan_id, endUserId: query.end_user_id }
  const { rows, total } = await listSubscriptions(mandate, filter, query)
  const users = await nameUsers(
    mandate,
    rows.map((row) => row.end_user_id),
  )
  return toPage(
    rows.map((row) => toSubscription(row, users.get(row.end_user_id))),
    query,
    total,
  )
}

type KeepingMove =
  | { readonly action: 'confirm' }
  | { readonly action: 'decline' | 'end'; readonly note: string | undefined }

function writeOf(mandate: KeepingMandate, made: KeepingMove) {
  // Which of the partner's people confirmed is kept by name; an admin of the realm is known to the history alone.
  if (made.action === 'confirm')
    return {
      to: 'signed' as const,
      ...(mandate.kind === 'program' && { confirmedBy: mandate.actor.name }),
    }
  const reason = made.action === 'decline' ? ('declined' as const) : ('ended' as const)
  return { to: 'unsigned' as const, reason, note: made.note ?? null }
}

/** Confirms, declines or ends a subscription at once. Throws SUBSCRIPTION_STATE_CONFLICT, SUBSCRIPTION_HELD and PLAN_NOT_OPEN. */
export async function makeMove(
  mandate: KeepingMandate,
  id: SubscriptionId,
  made: KeepingMove,
): Promise<Detail> {
  const before = await getSubscription(mandate, id)
  if (made.action === 'confirm' && before.state !== 'signing')
    throw new ProblemError(409, 'SUBSCRIPTION_STATE_CONFLICT', 'It does not wait to be confirmed.')
  await moveSubscription(mandate, before, writeOf(mandate, made))
  const after = await getSubscription(mandate, id)
  recordSubscription(mandate, after, {
    action: made.action,
    reason: made.action === 'confirm' ? undefined : made.note,
    changes: { state: { before: before.state, after: after.state } },
  })
  return describeSubscription(mandate, after)
}

/** Ends a subscription now or with its paid period. Throws SUBSCRIPTION_ENDING when it ends already. */
export async function endSubscription(
  mandate: KeepingMandate,
  id: SubscriptionId,
  { when, reason }: { readonly when: 'now' | 'period_end'; readonly reason?: string | undefined },
): Promise<Detail> {
  if (when === 'now') return makeMove(mandate, id, { action: 'end', note: reason })
  const before = await getSubscription(mandate, id)
  if (before.cancel_cause !== null) throw new ProblemError(409, 'SUBSCRIPTION_ENDING', 'It ends already.')
  await setCancelCause(mandate, before, 'partner')
  const after = await getSubscription(mandate, id)
  recordSubscription(mandate, after, {
    action: 'plan_cancel',
    reason,
    changes: { ends: { after: after.cancel_at?.toISOString() } },
  })
  return describeSubscription(mandate, after)
}

/** Takes back an end with the paid period that the partner set. Throws SUBSCRIPTION_STATE_CONFLICT. */
export async function keepSubscription(mandate: KeepingMandate, id: SubscriptionId): Promise<Detail> {
  const before = await getSubscription(mandate, id)
  if (before.cancel_cause === null)
    throw new ProblemError(409, 'SUBSCRIPTION_STATE_CONFLICT', 'It goes on already.')
  await setCancelCause(mandate, before, null)
  const after = await getSubscription(mandate, id)
  recordSubscription(mandate, after, {
    action: 'keep',
    changes: { ends: { before: before.cancel_at?.toISOString() } },
  })
  return describeSubscription(mandate, after)
}
