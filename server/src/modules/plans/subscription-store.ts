import type { IdOf } from '@liaison/access'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import { guarded } from './refusals.ts'
import type { CancelCause, EndReason, HoldKind, PlanTables, SubscriptionState } from './tables.ts'

export type SubscriptionMandate = Mandate<'platform' | 'program' | 'realm'>
type Moving = Mandate<'platform' | 'program' | 'realm' | 'system' | 'ingest'>
type SubscriptionId = IdOf<'subscription'>

function selectAll(mandate: SubscriptionMandate) {
  return tables<PlanTables>(mandate).selectFrom('subscription_overview').selectAll()
}

export type SubscriptionRow = Awaited<ReturnType<ReturnType<typeof selectAll>['execute']>>[number]

/** Which subscriptions a list shows. */
export interface SubscriptionFilter {
  readonly state?: readonly SubscriptionState[] | undefined
  readonly planId?: string | undefined
  readonly endUserId?: string | undefined
  readonly partnerId?: string | undefined
}

function filtered(mandate: SubscriptionMandate, filter: SubscriptionFilter) {
  let query = tables<PlanTables>(mandate).selectFrom('subscription_overview')
  if (filter.state) query = query.where('state', 'in', [...filter.state])
  if (filter.planId !== undefined) query = query.where('plan_id', '=', filter.planId)
  if (filter.endUserId !== undefined) query = query.where('end_user_id', '=', filter.endUserId)
  if (filter.partnerId !== undefined) query = query.where('partner_id', '=', filter.partnerId)
  return query
}

/** The subscriptions that the mandate's side may see, newest first, with how many there are. */
export async function listSubscriptions(
  mandate: SubscriptionMandate,
  filter: SubscriptionFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: SubscriptionRow[]; total: number }> {
  return readPage(
    filtered(mandate, filter).selectAll().orderBy('asked_at', 'desc').orderBy('id', 'desc'),
    page,
  )
}

/** One subscription. Throws SUBSCRIPTION_NOT_FOUND. */
export async function getSubscription(
  mandate: SubscriptionMandate,
  id: SubscriptionId,
): Promise<SubscriptionRow> {
  const row = await selectAll(mandate).where('id', '=', id).executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'SUBSCRIPTION_NOT_FOUND', 'No subscription that you can see has this id.')
  return row
}

/** The newest subscription of the end user of the mandate, live or over. */
export function findOwn(mandate: Mandate<'realm'>): Promise<SubscriptionRow | undefined> {
  return selectAll(mandate)
    .where('end_user_id', '=', mandate.user.id)
    .orderBy('asked_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The live subscription of the end user of the mandate. Throws SUBSCRIPTION_NOT_FOUND. */
export async function getOwnLive(mandate: Mandate<'realm'>): Promise<SubscriptionRow> {
  const row = await findOwn(mandate)
  if (!row || row.state === 'unsigned')
    throw new ProblemError(404, 'SUBSCRIPTION_NOT_FOUND', 'You have no subscription now.')
  return row
}

/** The names that a partner's own people, and the admins of its realm, know its users by. */
export async function nameUsers(
  mandate: Mandate<'program' | 'realm'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly email: string; readonly name: string }>> {
  if (ids.length === 0) return new Map()
  const rows = await tables<PlanTables>(mandate)
    .selectFrom('end_user')
    .select(['id', 'email', 'name'])
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** Begins a subscription of the mandate's own end user; answers its id. Throws ALREADY_SUBSCRIBED, PLAN_NOT_OPEN, SUBSCRIPTION_HELD. */
export async function beginSubscription(mandate: Mandate<'realm'>, planId: string): Promise<string> {
  const { id } = await guarded(
    tables<PlanTables>(mandate)
      .insertInto('subscription')
      .values({ partner_id: mandate.partner.id, end_user_id: mandate.user.id, first_plan_id: planId })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return id
}

/** What a move writes. */
export interface Move {
  readonly to: Exclude<SubscriptionState, 'signing' | 'suspended'>
  readonly reason?: EndReason
  readonly note?: string | null
  readonly confirmedBy?: string
}

/** Moves a subscription on. Throws SUBSCRIPTION_STATE_CONFLICT and what else the database's rules refuse. */
export async function moveSubscription(
  mandate: Moving,
  row: Pick<SubscriptionRow, 'id' | 'status'>,
  move: Move,
): Promise<void> {
  const updated = await guarded(
    tables<PlanTables>(mandate)
      .updateTable('subscription')
      .set({
        status: move.to,
        ...(move.reason && { end_reason: move.reason }),
        ...(move.note !== undefined && { end_note: move.note }),
        ...(move.confirmedBy !== undefined && { confirmed_by_name: move.confirmedBy }),
      })
      .where('id', '=', row.id)
      .where('status', '=', row.status)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'SUBSCRIPTION_STATE_CONFLICT', 'Somebody moved it in between.')
}

/** Lets a subscription end with its paid period, or takes that back. Throws SUBSCRIPTION_ENDING and SUBSCRIPTION_STATE_CONFLICT. */
export async function setCancelCause(
  mandate: Mandate<'program' | 'realm'>,
  row: Pick<SubscriptionRow, 'id' | 'status'>,
  cause: CancelCause | null,
): Promise<void> {
  const updated = await guarded(
    tables<PlanTables>(mandate)
      .updateTable('subscription')
      .set({ cancel_cause: cause })
      .where('id', '=', row.id)
      .where('status', '=', row.status)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'SUBSCRIPTION_STATE_CONFLICT', 'Somebody moved it in between.')
}

/** Changes the plan now, or with the next paid period: the database turns any later instant into that one. */
export async function insertTerm(
  mandate: Mandate<'realm'>,
  row: Pick<SubscriptionRow, 'id' | 'paid_until'>,
  to: { readonly planId: string; readonly when: 'now' | 'period_end' },
): Promise<void> {
  const startsAt = to.when === 'now' ? mandate.origin.now : (row.paid_until ?? mandate.origin.now)
  await guarded(
    tables<PlanTables>(mandate)
      .insertInto('subscription_term')
      .values({ subscription_id: row.id, plan_id: to.planId, starts_at: startsAt })
      .execute(),
  )
}

/** Takes back a change of plan that has not begun. Throws SUBSCRIPTION_STATE_CONFLICT. */
export async function withdrawTerm(mandate: Mandate<'realm'>, termId: string): Promise<void> {
  await guarded(
    tables<PlanTables>(mandate)
      .updateTable('subscription_term')
      .set({ withdrawn_at: mandate.origin.now })
      .where('id', '=', termId)
      .where('withdrawn_at', 'is', null)
      .execute(),
  )
}

/** The holds of a subscription and of its whole account, open ones first. */
export function listHolds(mandate: SubscriptionMandate, row: Pick<SubscriptionRow, 'id' | 'end_user_id'>) {
  return tables<PlanTables>(mandate)
    .selectFrom('subscription_hold')
    .selectAll()
    .where('end_user_id', '=', row.end_user_id)
    .where((eb) => eb.or([eb('subscription_id', 'is', null), eb('subscription_id', '=', row.id)]))
    .orderBy('released_at', (order) => order.desc().nullsFirst())
    .orderBy('placed_at', 'desc')
    .limit(100)
    .execute()
}

export type HoldRow = Awaited<ReturnType<typeof listHolds>>[number]

/** What became of a subscription, oldest first. */
export function listEvents(mandate: SubscriptionMandate, id: string) {
  return tables<PlanTables>(mandate)
    .selectFrom('subscription_event')
    .selectAll()
    .where('subscription_id', '=', id)
    .orderBy('occurred_at')
    .orderBy('id')
    .limit(500)
    .execute()
}

export type EventRow = Awaited<ReturnType<typeof listEvents>>[number]

/** End users are named by their id alone: what they did outlives the account. */
function nameOf(mandate: SubscriptionMandate): string {
  return mandate.kind === 'realm' ? `End user ${mandate.user.id.slice(-6)}` : mandate.actor.name
}

/** Places a hold; answers its id. Throws HOLD_OPEN, HOLD_NOT_YOURS and SUBSCRIPTION_STATE_CONFLICT. */
export async function insertHold(
  mandate: SubscriptionMandate,
  row: Pick<SubscriptionRow, 'id' | 'partner_id' | 'end_user_id'>,
  hold: { readonly kind: HoldKind; readonly scope: 'subscription' | 'account'; readonly reason: string },
): Promise<string> {
  const { id } = await guarded(
    tables<PlanTables>(mandate)
      .insertInto('subscription_hold')
      .values({
        partner_id: row.partner_id,
        end_user_id: row.end_user_id,
        subscription_id: hold.scope === 'account' ? null : row.id,
        kind: hold.kind,
        reason: hold.reason,
        placed_by_name: nameOf(mandate),
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return id
}

/** Releases a hold. Throws HOLD_NOT_YOURS. */
export async function releaseHold(
  mandate: SubscriptionMandate,
  hold: Pick<HoldRow, 'id'>,
  reason: string | null,
): Promise<void> {
  await guarded(
    tables<PlanTables>(mandate)
      .updateTable('subscription_hold')
      .set({ released_at: mandate.origin.now, released_by_name: nameOf(mandate), release_reason: reason })
      .where('id', '=', hold.id)
      .execute(),
  )
}
