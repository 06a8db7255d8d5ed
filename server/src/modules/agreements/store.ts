import { idFromUuid } from '@liaison/access'
import type { IdOf, PartnerId } from '@liaison/access'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import { guarded } from './refusals.ts'
import type { AgreementState, AgreementTables, FourEyes } from './tables.ts'

/** Whoever reads agreements: the provider those of all, people of a partner their own. */
export type AgreementMandate = Mandate<'platform' | 'program'>
export type AgreementId = IdOf<'agreement'>

function overview(mandate: AgreementMandate) {
  return tables<AgreementTables>(mandate).selectFrom('agreement_overview')
}

function selectAll(mandate: AgreementMandate) {
  return overview(mandate).selectAll()
}

export type AgreementRow = Awaited<ReturnType<ReturnType<typeof selectAll>['execute']>>[number]

/** Which agreements a list shows. */
export interface AgreementFilter {
  readonly state?: readonly AgreementState[] | undefined
  readonly partnerId?: PartnerId | undefined
}

function filtered(mandate: AgreementMandate, { state, partnerId }: AgreementFilter) {
  let query = overview(mandate)
  if (state) query = query.where('state', 'in', [...state])
  if (partnerId) query = query.where('partner_id', '=', partnerId)
  return query
}

/** A page of the agreements that the mandate may see, the latest change first, with how many there are. */
export async function listAgreements(
  mandate: AgreementMandate,
  filter: AgreementFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: AgreementRow[]; total: number }> {
  return readPage(filtered(mandate, filter).selectAll().orderBy('updated_at', 'desc').orderBy('id'), page)
}

/** One agreement. Throws AGREEMENT_NOT_FOUND. */
export async function getAgreement(mandate: AgreementMandate, id: AgreementId): Promise<AgreementRow> {
  const row = await selectAll(mandate).where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'AGREEMENT_NOT_FOUND', 'No agreement that you can see has this id.')
  return row
}

/** The agreement that is in force for the mandate's partner; undefined when there is none. */
export function findCurrent(mandate: Mandate<'program'>): Promise<AgreementRow | undefined> {
  return selectAll(mandate)
    .where('partner_id', '=', mandate.partner.id)
    .where('is_in_force', '=', true)
    .executeTakeFirst()
}

/** The version before this one that its readers may compare it with: the latest earlier one that was signed. */
export function findPrevious(
  mandate: AgreementMandate,
  row: Pick<AgreementRow, 'partner_id' | 'program_id' | 'version'>,
): Promise<AgreementRow | undefined> {
  return selectAll(mandate)
    .where('partner_id', '=', row.partner_id)
    .where('program_id', '=', row.program_id)
    .where('version', '<', row.version)
    .where('approved_at', 'is not', null)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** A partner that agreements are made with. Throws PARTNER_UNKNOWN. */
export async function getPartnerName(mandate: Mandate<'platform'>, partnerId: PartnerId): Promise<string> {
  const row = await tables<AgreementTables>(mandate)
    .selectFrom('partner')
    .select('name')
    .where('id', '=', partnerId)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PARTNER_UNKNOWN', 'No partner has this id.')
  return row.name
}

/** What a draft says. */
export interface DraftContent {
  readonly title: string
  readonly templateId: IdOf<'agreement_template'>
  readonly source: string
  readonly body: string
  readonly canonicalTerms: string
  readonly startsAt: Date | null
}

/** Begins the next version of a partner's agreement as a draft. Throws AGREEMENT_OPEN and AGREEMENT_PARTNER_INACTIVE. */
export async function insertDraft(
  mandate: Mandate<'platform'>,
  partnerId: PartnerId,
  draft: DraftContent,
): Promise<AgreementId> {
  const program = await getProgram(mandate)
  const { id } = await guarded(
    tables<AgreementTables>(mandate)
      .insertInto('agreement')
      .values({
        partner_id: partnerId,
        program_id: program.id,
        title: draft.title,
        template_id: draft.templateId,
        source: draft.source,
        body: draft.body,
        terms_canonical: draft.canonicalTerms,
        starts_at: draft.startsAt,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return idFromUuid('agreement', id)
}

/** The default program. */
export function getProgram(mandate: AgreementMandate) {
  return tables<AgreementTables>(mandate)
    .selectFrom('program')
    .select(['id', 'code', 'name', 'defaults', 'timezone', 'four_eyes'])
    .where('code', '=', 'standard')
    .executeTakeFirstOrThrow()
}

/** Sets what two people do about agreements when it still is what was read; tells whether it did. */
export async function setFourEyes(
  mandate: Mandate<'platform'>,
  before: FourEyes,
  after: FourEyes,
): Promise<boolean> {
  const { numUpdatedRows } = await tables<AgreementTables>(mandate)
    .updateTable('program')
    .set({ four_eyes: after })
    .where('code', '=', 'standard')
    .where('four_eyes', '=', before)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Changes a draft that was read in this version. Throws PRECONDITION_FAILED and AGREEMENT_STATE_CONFLICT. */
export async function updateDraft(
  mandate: Mandate<'platform'>,
  read: { readonly id: string; readonly version: number },
  draft: DraftContent,
): Promise<void> {
  const updated = await guarded(
    tables<AgreementTables>(mandate)
      .updateTable('agreement')
      .set({
        title: draft.title,
        template_id: draft.templateId,
        source: draft.source,
        body: draft.body,
        terms_canonical: draft.canonicalTerms,
        starts_at: draft.startsAt,
      })
      .where('id', '=', read.id)
      .where('row_version', '=', read.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The draft changed after it was read.')
}

/** A move of an agreement, with what belongs to it. */
export interface Move {
  readonly to: AgreementState
  readonly reason?: string | undefined
  readonly expiresAt?: Date | undefined
  readonly terminatesAt?: Date | undefined
}

/** Moves an agreement from the state, and from the words, in which it was read. Throws AGREEMENT_STATE_CONFLICT when somebody was faster. */
export async function moveAgreement(
  mandate: AgreementMandate,
  row: Pick<AgreementRow, 'id' | 'state' | 'row_version'>,
  { to, reason, expiresAt, terminatesAt }: Move,
): Promise<void> {
  const updated = await guarded(
    tables<AgreementTables>(mandate)
      .updateTable('agreement')
      .set({
        state: to,
        ...(reason !== undefined && { reason }),
        ...(expiresAt && { expires_at: expiresAt }),
        ...(terminatesAt && { terminates_at: terminatesAt }),
      })
      .where('id', '=', row.id)
      .where('state', '=', row.state)
      .where('row_version', '=', row.row_version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(
      409,
      'AGREEMENT_STATE_CONFLICT',
      'The agreement is no longer as it was when it was read.',
    )
}

/** Writes down that an owner gave notice. Throws AGREEMENT_STATE_CONFLICT. */
export async function giveNotice(
  mandate: Mandate<'program'>,
  row: Pick<AgreementRow, 'id'>,
  reason: string,
): Promise<void> {
  const updated = await guarded(
    tables<AgreementTables>(mandate)
      .updateTable('agreement')
      .set({ notice_reason: reason })
      .where('id', '=', row.id)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(404, 'AGREEMENT_NOT_FOUND', 'No agreement that you can see has this id.')
}

/** Whether the chained history of an agreement is unbroken. */
export async function isChainWhole(mandate: AgreementMandate, id: string): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.agreement_chain_is_whole($1) as whole', values: [id] },
  ])
  return result?.rows[0]?.['whole'] === true
}
