import { sql } from 'kysely'
import { enqueue, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { refusing } from './refusals.ts'
import type { CheckState, DocumentKind, TargetRole } from './rules.ts'
import { HAND_OVER_TOPIC } from './topics.ts'
import type { KycTables, Provider } from './tables.ts'

type Applicant = Mandate<'realm'>

/** What an applicant states. */
export interface Statement {
  readonly legal_name: string
  readonly birth_date: string
  readonly country: string
  readonly document_kind: DocumentKind
  readonly document_number: string
}

function own(mandate: Applicant) {
  return tables<KycTables>(mandate)
    .selectFrom('kyc_case')
    .select([
      'id',
      'partner_id',
      'end_user_id',
      'target_role',
      'provider',
      'state',
      'attempt',
      'legal_name',
      'birth_date',
      'country',
      'document_kind',
      'document_number',
      'reason_codes',
      'message',
      'created_at',
      'submitted_at',
      'decided_at',
      'verified_at',
      'expires_at',
      'ended_at',
      'redacted_at',
      'version',
    ])
    .select((eb) =>
      eb
        .case()
        .when(
          eb.and([eb('state', '=', 'verified'), eb('expires_at', '<=', sql<Date>`statement_timestamp()`)]),
        )
        .then(sql<CheckState>`'expired'`)
        .else(eb.ref('state'))
        .end()
        .as('state_now'),
    )
    .where('end_user_id', '=', mandate.user.id)
}

export type OwnCheck = Awaited<ReturnType<ReturnType<typeof own>['execute']>>[number]

/** The newest check of the applicant; null before the first. */
export async function findLatest(mandate: Applicant): Promise<OwnCheck | null> {
  return (
    (await own(mandate).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst()) ??
    null
  )
}

/** The end of the verification that is in force; null when there is none. */
export async function findVerifiedUntil(mandate: Applicant): Promise<Date | null> {
  const row = await own(mandate)
    .where('state', '=', 'verified')
    .where('expires_at', '>', sql<Date>`statement_timestamp()`)
    .orderBy('expires_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.expires_at ?? null
}

/** Begins a check. Throws IDENTITY_CHECK_OPEN when one is under way. */
export async function insertCheck(
  mandate: Applicant,
  wanted: { readonly target: TargetRole; readonly provider: Provider },
): Promise<void> {
  await refusing(
    tables<KycTables>(mandate)
      .insertInto('kyc_case')
      .values({
        partner_id: mandate.partner.id,
        end_user_id: mandate.user.id,
        target_role: wanted.target,
        provider: wanted.provider,
      })
      .execute(),
  )
}

/** Moves the own check on. Throws IDENTITY_CHECK_STATE_CONFLICT when it was moved in between. */
export async function moveOwn(
  mandate: Applicant,
  row: Pick<OwnCheck, 'id' | 'state'>,
  change: { readonly to: 'submitted' | 'cancelled'; readonly stated?: Statement },
): Promise<void> {
  const updated = await refusing(
    tables<KycTables>(mandate)
      .updateTable('kyc_case')
      .set({ ...change.stated, state: change.to })
      .where('id', '=', row.id)
      .where('state', '=', row.state)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'IDENTITY_CHECK_STATE_CONFLICT', 'Your identity check changed in between.')
}

/** Has the check handed to its vendor once the change is kept. */
export async function handOver(mandate: Applicant, row: Pick<OwnCheck, 'id' | 'attempt'>): Promise<void> {
  await enqueue(mandate, HAND_OVER_TOPIC, { identity_check_id: row.id, attempt: row.attempt })
}
