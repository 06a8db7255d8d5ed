import { sql } from 'kysely'
import type { ExpressionBuilder } from 'kysely'
import type { EndUserId, IdentityCheckId } from './ids.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { refusing } from './refusals.ts'
import type { CheckState, ReasonCode } from './rules.ts'
import type { Decision, KycTables, Provider } from './tables.ts'

export type StaffMandate = Mandate<'program' | 'system'>

const kyc = (mandate: Mandate) => tables<KycTables>(mandate)

/** The state as time has made it, whether or not a job has noted it. */
const stateNow = (eb: ExpressionBuilder<KycTables, 'kyc_case'>) =>
  eb
    .case()
    .when(eb.and([eb('state', '=', 'verified'), eb('expires_at', '<=', sql<Date>`statement_timestamp()`)]))
    .then(sql<CheckState>`'expired'`)
    .else(eb.ref('state'))
    .end()

const approvals = (eb: ExpressionBuilder<KycTables, 'kyc_case'>, mandate: StaffMandate) =>
  eb
    .selectFrom('kyc_review as r')
    .select((inner) => inner.fn.count<string>('r.reviewer_id').distinct().as('n'))
    .whereRef('r.case_id', '=', 'kyc_case.id')
    .whereRef('r.attempt', '=', 'kyc_case.attempt')
    .where('r.decision', '=', 'approve')
    // Until it is verified an approval counts while whoever gave it is an owner, as the database counts it.
    .$if(mandate.kind === 'program', (query) =>
      query.where(
        sql<boolean>`(kyc_case.state <> 'in_review' or access.still_decides('partner', kyc_case.partner_id, r.reviewer_id))`,
      ),
    )

function selectAll(mandate: StaffMandate) {
  return kyc(mandate)
    .selectFrom('kyc_case')
    .leftJoin('end_user as u', 'u.id', 'kyc_case.end_user_id')
    .selectAll('kyc_case')
    .select(['u.email', 'u.role', 'u.verified_until'])
    .select((eb) => [stateNow(eb).as('state_now'), approvals(eb, mandate).as('approvals')])
}

export type CheckRow = Awaited<ReturnType<ReturnType<typeof selectAll>['execute']>>[number]

/** Which checks a list shows. */
export interface CheckFilter {
  readonly states?: readonly CheckState[] | undefined
  readonly provider?: Provider | undefined
  readonly endUserId?: EndUserId | undefined
  /** Part of a name or address, as a pattern for ILIKE. */
  readonly pattern?: string | undefined
}

function narrowed(mandate: StaffMandate, filter: CheckFilter) {
  let query = kyc(mandate).selectFrom('kyc_case').leftJoin('end_user as u', 'u.id', 'kyc_case.end_user_id')
  const { states, provider, endUserId, pattern } = filter
  if (states) query = query.where((eb) => eb(stateNow(eb), 'in', [...states]))
  if (provider !== undefined) query = query.where('provider', '=', provider)
  if (endUserId !== undefined) query = query.where('end_user_id', '=', endUserId)
  if (pattern !== undefined)
    query = query.where((eb) => eb.or([eb('legal_name', 'ilike', pattern), eb('u.email', 'ilike', pattern)]))
  return query
}

/** The checks of the partner's user base: those that wait come first, the longest waiting on top. */
export async function listChecks(
  mandate: StaffMandate,
  filter: CheckFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: CheckRow[]; total: number }> {
  const rows = await narrowed(mandate, filter)
    .selectAll('kyc_case')
    .select(['u.email', 'u.role', 'u.verified_until'])
    .select((eb) => [stateNow(eb).as('state_now'), approvals(eb, mandate).as('approvals')])
    .orderBy((eb) => eb.case().when('state', 'in', ['submitted', 'in_review']).then(0).else(1).end())
    .orderBy((eb) =>
      eb.case().when('state', 'in', ['submitted', 'in_review']).then(eb.ref('submitted_at')).end(),
    )
    .orderBy('kyc_case.created_at', 'desc')
    .orderBy('kyc_case.id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await narrowed(mandate, filter)
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total: Number(total) }
}

/** One check. Throws IDENTITY_CHECK_NOT_FOUND. */
export async function getCheck(mandate: StaffMandate, id: IdentityCheckId): Promise<CheckRow> {
  const row = await selectAll(mandate).where('kyc_case.id', '=', id).executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'IDENTITY_CHECK_NOT_FOUND', 'No identity check that you can see has this id.')
  return row
}

/** One check that nobody else changes until the end of the transaction. Throws IDENTITY_CHECK_NOT_FOUND. */
export async function lockCheck(mandate: StaffMandate, id: IdentityCheckId): Promise<CheckRow> {
  await kyc(mandate).selectFrom('kyc_case').select('id').where('id', '=', id).forUpdate().execute()
  return getCheck(mandate, id)
}

interface Change {
  readonly to: CheckState
  readonly reason_codes?: readonly ReasonCode[]
  readonly message?: string | null
  readonly taken_by?: string
  readonly taken_by_name?: string
  readonly last_event_id?: string
  readonly last_event_at?: Date
}

/** Moves a check on. Throws IDENTITY_CHECK_STATE_CONFLICT when it was moved in between, and what the database's rules refuse. */
export async function moveCheck(
  mandate: StaffMandate,
  row: Pick<CheckRow, 'id' | 'state'>,
  { to, reason_codes: reasons, ...change }: Change,
): Promise<void> {
  const updated = await refusing(
    kyc(mandate)
      .updateTable('kyc_case')
      .set({ ...change, ...(reasons && { reason_codes: [...reasons] }), state: to })
      .where('id', '=', row.id)
      .where('state', '=', row.state)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'IDENTITY_CHECK_STATE_CONFLICT', 'Somebody decided in between.')
}

/** Writes down what the mandate's person decided. Throws ALREADY_REVIEWED when they did before. */
export async function insertReview(
  mandate: Mandate<'program'>,
  row: Pick<CheckRow, 'id' | 'partner_id' | 'attempt'>,
  review: { readonly decision: Decision; readonly reasons: readonly ReasonCode[] },
): Promise<void> {
  await refusing(
    kyc(mandate)
      .insertInto('kyc_review')
      .values({
        partner_id: row.partner_id,
        case_id: row.id,
        attempt: row.attempt,
        decision: review.decision,
        reviewer_id: mandate.actor.id,
        reviewer_name: mandate.actor.name,
        reason_codes: [...review.reasons],
      })
      .execute(),
  )
}

/** What was decided about a check, the first on top. */
export function listReviews(mandate: StaffMandate, id: string) {
  return kyc(mandate).selectFrom('kyc_review').selectAll().where('case_id', '=', id).orderBy('id').execute()
}

/** The events of the vendor about a check, the first on top. */
export function listEvents(mandate: StaffMandate, id: string) {
  return kyc(mandate)
    .selectFrom('kyc_event')
    .select(['id', 'event_id', 'occurred_at', 'received_at', 'outcome'])
    .where('case_id', '=', id)
    .orderBy('id')
    .execute()
}

/** Removes name, document and references for good; what was decided stays. */
export async function redactCheck(
  mandate: Mandate<'program'>,
  row: Pick<CheckRow, 'id' | 'redacted_at'>,
): Promise<void> {
  await refusing(
    kyc(mandate)
      .updateTable('kyc_case')
      .set({
        legal_name: null,
        birth_date: null,
        country: null,
        document_kind: null,
        document_number: null,
        provider_ref: null,
        message: null,
        redacted_at: mandate.origin.now,
        redacted_by_name: mandate.actor.name,
      })
      .where('id', '=', row.id)
      .execute(),
  )
}

/** What the partner's configuration says about identity checks. */
export interface CheckRules {
  readonly provider: Provider
  readonly fourEyes: boolean
  readonly validDays: number
}

/** The rules of one partner as they are now; those of another partner are not told. */
export async function findRules(mandate: Mandate, partnerId: string): Promise<CheckRules> {
  const [result] = await runStatements(mandate, [
    {
      text: `select r ->> 'provider' as provider, (r ->> 'four_eyes')::boolean as four_eyes, (r ->> 'valid_days')::integer as valid_days from access.identity_check_rules($1) r`,
      values: [partnerId],
    },
  ])
  const row = result?.rows[0]
  return {
    provider: row?.['provider'] === 'simulated' ? 'simulated' : 'manual',
    fourEyes: row?.['four_eyes'] !== false,
    validDays: Number(row?.['valid_days'] ?? 0),
  }
}

/** Verifications whose time has passed, and what nobody sent in for 30 days, without anybody having noted it; oldest first. */
export function findDue(mandate: Mandate<'system'>, limit: number): Promise<CheckRow[]> {
  return selectAll(mandate)
    .where((eb) =>
      eb.or([
        eb.and([eb('state', '=', 'verified'), eb('expires_at', '<=', mandate.origin.now)]),
        eb.and([
          eb('state', 'in', ['draft', 'resubmit']),
          eb(
            eb.fn.coalesce('decided_at', 'kyc_case.created_at'),
            '<',
            sql<Date>`statement_timestamp() - interval '30 days'`,
          ),
        ]),
      ]),
    )
    .orderBy('kyc_case.id')
    .limit(limit)
    .execute()
}
