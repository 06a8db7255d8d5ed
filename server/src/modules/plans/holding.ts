import type { IdOf } from '@liaison/access'
import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { recordSubscription } from './events.ts'
import {
  getSubscription,
  insertHold,
  listEvents,
  listHolds,
  nameUsers,
  releaseHold,
} from './subscription-store.ts'
import type { SubscriptionMandate, SubscriptionRow } from './subscription-store.ts'
import { toEvent, toHold, toSubscription } from './subscription-view.ts'
import type { SubscriptionDetailBody } from './subscription-view.ts'
import type { HoldKind } from './tables.ts'

export const SubscriptionParams = z.strictObject({ subscription_id: publicId('subscription') })
export const HoldParams = SubscriptionParams.extend({ hold_id: publicId('subscription_hold') }).strict()
export const HoldReason = plainText(3, 500).meta({ description: 'Told to the user.' })
export const HoldScope = z.enum(['subscription', 'account']).default('subscription').meta({
  description: '`account` holds whatever subscription the user has or takes.',
})
export const Note = plainText(3, 500).optional()

export const MOVE_PROBLEMS = ['SUBSCRIPTION_NOT_FOUND', 'SUBSCRIPTION_STATE_CONFLICT'] as const
export const HOLD_PROBLEMS = [...MOVE_PROBLEMS, 'HOLD_OPEN', 'HOLD_NOT_YOURS'] as const
export const RELEASE_PROBLEMS = ['SUBSCRIPTION_NOT_FOUND', 'HOLD_NOT_FOUND', 'HOLD_NOT_YOURS'] as const

/** A subscription with its holds and history, as the mandate's side reads it. */
export async function describeSubscription(
  mandate: SubscriptionMandate,
  row: SubscriptionRow,
): Promise<z.input<typeof SubscriptionDetailBody>> {
  const users = mandate.kind === 'platform' ? new Map() : await nameUsers(mandate, [row.end_user_id])
  const holds = await listHolds(mandate, row)
  const events = await listEvents(mandate, row.id)
  const side = mandate.kind === 'platform' ? 'provider' : 'partner'
  return {
    ...toSubscription(row, users.get(row.end_user_id)),
    holds: holds.map((hold) => toHold(hold, side)),
    history: events.map(toEvent),
  }
}

/** Places a hold and answers the subscription as it then is. */
export async function placeHold(
  mandate: SubscriptionMandate,
  id: IdOf<'subscription'>,
  hold: { readonly kind: HoldKind; readonly scope: 'subscription' | 'account'; readonly reason: string },
): Promise<z.input<typeof SubscriptionDetailBody>> {
  const before = await getSubscription(mandate, id)
  await insertHold(mandate, before, hold)
  const after = await getSubscription(mandate, id)
  recordSubscription(mandate, after, {
    action: 'hold',
    reason: hold.reason,
    changes: {
      state: { before: before.state, after: after.state },
      kind: { after: hold.kind },
      scope: { after: hold.scope },
    },
  })
  return describeSubscription(mandate, after)
}

/** Releases a hold and answers the subscription as it then is. Throws HOLD_NOT_FOUND and HOLD_NOT_YOURS. */
export async function endHold(
  mandate: SubscriptionMandate,
  at: { readonly subscription_id: IdOf<'subscription'>; readonly hold_id: IdOf<'subscription_hold'> },
  reason: string | undefined,
): Promise<z.input<typeof SubscriptionDetailBody>> {
  const before = await getSubscription(mandate, at.subscription_id)
  const hold = (await listHolds(mandate, before)).find(({ id }) => id === at.hold_id)
  if (!hold) throw new ProblemError(404, 'HOLD_NOT_FOUND', 'No hold of this subscription has this id.')
  await releaseHold(mandate, hold, reason ?? null)
  const after = await getSubscription(mandate, at.subscription_id)
  recordSubscription(mandate, after, {
    action: 'release',
    reason,
    changes: { state: { before: before.state, after: after.state }, kind: { before: hold.kind } },
  })
  return describeSubscription(mandate, after)
}
