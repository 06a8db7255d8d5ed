import { idFromUuid } from '@liaison/access'
import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { makeIdSource } from './ids.ts'
import { guarded } from './refusals.ts'
import { dayIn, monthOf, openMonth } from './rules-time.ts'
import { getEarning } from './store.ts'
import type { EarningRow } from './store.ts'
import type { EarningTables } from './tables.ts'

type Deciding = Mandate<'platform'>

/** What a person of the provider adds to a ledger, or takes off it. */
export interface NewAdjustment {
  readonly partnerId: string
  readonly referralId: string | null
  readonly currency: string
  readonly amountMinor: number
  readonly reason: string
}

interface Ground {
  readonly agreement_id: string
  readonly program_id: string
  readonly time_zone: string
  readonly closed: string | null
}

/** Under which agreement, and since which closed month: the one in force, else the last that was. */
async function findGround(mandate: Deciding, { partnerId, currency }: NewAdjustment): Promise<Ground> {
  await runStatements(mandate, [{ text: 'select access.lock_ledger(array[$1::uuid])', values: [partnerId] }])
  const { rows } = await sql<Ground>`
    select a.agreement_id, m.id as program_id, m.timezone as time_zone,
      (select c.month from access.closed_through(array[${partnerId}::uuid]) c where c.currency = ${currency}) as closed
    from access.accrual_agreements(array[${partnerId}::uuid]) a join program m on m.code = 'standard'
    where a.starts_at <= statement_timestamp()
    order by a.starts_at desc limit 1`.execute(tables<EarningTables>(mandate))
  const [ground] = rows
  if (!ground)
    throw new ProblemError(
      409,
      'ADJUSTMENT_WITHOUT_AGREEMENT',
      'The partner has never had an agreement in force.',
    )
  return ground
}

/**
 * Adds an adjustment to a partner's ledger, in the first month that no statement has closed. It waits for a second person:
 * who wrote it the database takes from the mandate. Throws EARNING_OWN_APPROVAL and ADJUSTMENT_WITHOUT_AGREEMENT.
 * Source: D6, program.md sections 4 and 11.
 */
export async function addAdjustment(mandate: Deciding, wanted: NewAdjustment): Promise<EarningRow> {
  const ground = await findGround(mandate, wanted)
  const day = dayIn(mandate.origin.now, ground.time_zone)
  const id = makeIdSource(mandate.origin.now)()
  await guarded(
    tables<EarningTables>(mandate)
      .insertInto('earning')
      .values({
        id,
        partner_id: wanted.partnerId,
        program_id: ground.program_id,
        referral_id: wanted.referralId,
        agreement_id: ground.agreement_id,
        kind: 'adjustment',
        component: 'adjustment',
        occurred_at: mandate.origin.now,
        service_month: monthOf(day),
        period_month: openMonth(monthOf(day), ground.closed),
        currency: wanted.currency,
        base_minor: 0,
        amount_minor: wanted.amountMinor,
        calc: { model: 'adjustment', amount_minor: wanted.amountMinor },
        available_on: day,
        reason: wanted.reason,
      })
      .execute(),
  )
  return getEarning(mandate, idFromUuid('earning', id))
}
