import { randomUUID } from 'node:crypto'
import { idFromUuid } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { guarded } from './refusals.ts'
import { getEarning } from './store.ts'
import type { EarningRow } from './store.ts'
import type { EarningTables } from './tables.ts'

type Deciding = Mandate<'platform'>

async function update(
  mandate: Deciding,
  row: Pick<EarningRow, 'id' | 'state'>,
  set: Readonly<Record<string, unknown>>,
): Promise<void> {
  const updated = await guarded(
    tables<EarningTables>(mandate)
      .updateTable('earning')
      .set(set)
      .where('id', '=', row.id)
      .where('state', '=', row.state)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'EARNING_STATE_CONFLICT', 'Somebody moved it in between.')
}

/** Whether an amount takes two people now. */
export async function takesTwoPeople(mandate: Deciding, row: EarningRow): Promise<boolean> {
  if (row.kind === 'adjustment') return true
  // What is taken back needs nobody beside those who approve what was earned.
  if (row.kind === 'clawback') return false
  const { rows } = await sql<{
    is_so: boolean
  }>`select access.takes_two_people(${row.currency}, ${row.amount_minor}) as is_so`.execute(
    tables<EarningTables>(mandate),
  )
  return rows[0]?.is_so !== false
}

/** Notes that the first of two people approved. Who that is the database takes from the mandate. */
export async function approveFirst(mandate: Deciding, row: EarningRow): Promise<void> {
  await update(mandate, row, { first_approved_by: randomUUID() })
}

/** Whether something that was taken back was approved meanwhile, with the earning that it takes back. */
export async function wentAlong(mandate: Deciding, row: EarningRow): Promise<boolean> {
  if (row.kind !== 'clawback' || row.state !== 'pending') return false
  const now = await getEarning(mandate, idFromUuid('earning', row.id))
  return now.state === 'approved'
}

/** Approves an earning. Throws EARNING_OWN_APPROVAL, EARNING_SECOND_PERSON and EARNING_STATE_CONFLICT. */
export async function approve(mandate: Deciding, row: EarningRow): Promise<void> {
  // What is in a payout goes back to approved when the payout fails: that is no approval, and not this way.
  if (row.state !== 'pending')
    throw new ProblemError(409, 'EARNING_STATE_CONFLICT', 'Only what waits can be approved.')
  await update(mandate, row, { state: 'approved' })
}

/** Holds an earning. Throws EARNING_STATE_CONFLICT. */
export async function hold(mandate: Deciding, row: EarningRow, reason: string): Promise<void> {
  await update(mandate, row, { state: 'held', hold_kind: 'provider', hold_reason: reason })
}

/** Lets a held earning wait again, whatever held it. Throws EARNING_STATE_CONFLICT. */
export async function release(mandate: Deciding, row: EarningRow): Promise<void> {
  await update(mandate, row, { state: 'pending', hold_kind: null, hold_reason: null })
}

/**
 * Voids an earning, and with a commission everything that was taken back of it. Throws EARNING_HAS_CLAWBACKS when some of
 * that reached a payout, and EARNING_STATE_CONFLICT.
 */
export async function voidEarning(mandate: Deciding, row: EarningRow, reason: string): Promise<void> {
  const own = tables<EarningTables>(mandate)
  if (row.state !== 'pending' && row.state !== 'held')
    throw new ProblemError(409, 'EARNING_STATE_CONFLICT', 'Only what waits or is held can be made void.')
  await guarded(
    own
      .updateTable('earning')
      .set({ state: 'held', hold_kind: 'provider', hold_reason: reason })
      .where('reverses_id', '=', row.id)
      .where('state', '=', 'approved')
      .execute(),
  )
  const updated = await guarded(
    own
      .updateTable('earning')
      .set({ state: 'void', hold_kind: null, hold_reason: null, void_reason: reason })
      .where((eb) => eb.or([eb('id', '=', row.id), eb('reverses_id', '=', row.id)]))
      .where('state', 'in', ['pending', 'held'])
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'EARNING_STATE_CONFLICT', 'Somebody moved it in between.')
}

/** Does one thing by itself: when it is refused nothing of it stays, and the others go on. */
export async function byItself<Result>(
  mandate: Deciding,
  work: () => Promise<Result>,
): Promise<Result | ProblemError> {
  const own = tables<EarningTables>(mandate)
  await sql`savepoint one_earning`.execute(own)
  try {
    const result = await work()
    await sql`release savepoint one_earning`.execute(own)
    return result
  } catch (error) {
    await sql`rollback to savepoint one_earning`.execute(own)
    if (error instanceof ProblemError && error.status < 500) return error
    throw error
  }
}

const newestPolicy = (mandate: Deciding) =>
  tables<EarningTables>(mandate).selectFrom('earning_policy').selectAll().orderBy('version', 'desc').limit(1)

/** How earnings are approved now. */
export function getPolicy(mandate: Deciding) {
  return newestPolicy(mandate).executeTakeFirstOrThrow()
}

/** How earnings would be approved. */
export interface NewPolicy {
  readonly approvesByItself: boolean
  readonly twoPeopleAbove: Readonly<Record<string, number>>
  readonly reason: string
}

/** Whether any amount would pass with fewer people than before. */
export async function lowersPolicy(
  mandate: Deciding,
  before: Awaited<ReturnType<typeof getPolicy>>,
  policy: NewPolicy,
): Promise<boolean> {
  const { rows } = await sql<{ lowers: boolean }>`
    select access.lowers_earning_policy(${before.approves_by_itself}, ${JSON.stringify(before.two_people_above)}::jsonb,
      ${policy.approvesByItself}, ${JSON.stringify(policy.twoPeopleAbove)}::jsonb) as lowers`.execute(
    tables<EarningTables>(mandate),
  )
  return rows[0]?.lowers !== false
}

/** Sets how earnings are approved, as a further version. Throws EARNING_POLICY_CONFLICT. */
export async function addPolicy(mandate: Deciding, after: number, policy: NewPolicy): Promise<void> {
  await guarded(
    tables<EarningTables>(mandate)
      .insertInto('earning_policy')
      .values({
        version: after + 1,
        approves_by_itself: policy.approvesByItself,
        two_people_above: policy.twoPeopleAbove,
        reason: policy.reason,
        set_by_name: mandate.actor.name,
      })
      .execute(),
  )
}
