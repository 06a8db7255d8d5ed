import { sql } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { companyDomain } from './checks.ts'
import type { Check, Lookalike } from './checks.ts'
import type { ApplicationTables, AppliedKind, DeclineReason, SENT_STATUSES } from './tables.ts'

type Review = Mandate<'platform'>

export interface ApplicationFilter {
  readonly status?: readonly (typeof SENT_STATUSES)[number][] | undefined
  readonly kind?: readonly AppliedKind[] | undefined
  readonly search?: string | undefined
}

function applications(mandate: Review, filter: ApplicationFilter) {
  let query = tables<ApplicationTables>(mandate)
    .selectFrom('partner_application')
    .where('submitted_at', 'is not', null)
  if (filter.status) query = query.where('status', 'in', [...filter.status])
  if (filter.kind) query = query.where('kind', 'in', [...filter.kind])
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((eb) =>
      eb.or([
        eb('organisation', 'ilike', pattern),
        eb('reference', 'ilike', pattern),
        eb('contact_email', 'ilike', pattern),
      ]),
    )
  }
  return query
}

function withColumns(query: ReturnType<typeof applications>) {
  return query.select([
    'id',
    'reference',
    'kind',
    'requirements_version',
    'answers',
    'organisation',
    'company_key',
    'contact_email',
    'status',
    'version',
    'verified_at',
    'submitted_at',
    sql<string | null>`answer_by::text`.as('answer_by'),
    'decided_at',
    'decided_by_name',
    'decision_reason',
    'decision_text',
    sql<readonly Check[] | null>`decision_checks`.as('decision_checks'),
    'despite_checks',
    'reapply_after',
    'partner_id',
  ])
}

export type ApplicationRow = Awaited<ReturnType<ReturnType<typeof withColumns>['execute']>>[number]

/** A page of the applications that were sent: those that wait for the provider first, the longest waiting on top. */
export async function listApplications(
  mandate: Review,
  filter: ApplicationFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: ApplicationRow[]; total: number }> {
  const rows = await withColumns(applications(mandate, filter))
    .orderBy(sql`case status when 'submitted' then 0 when 'needs_info' then 1 else 2 end`)
    .orderBy(sql`case when status in ('submitted', 'needs_info') then submitted_at end`)
    .orderBy('submitted_at', 'desc')
    .orderBy('id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await applications(mandate, filter)
    .select(sql<number>`count(*)::integer`.as('total'))
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One application that was sent. Throws APPLICATION_NOT_FOUND, also for a draft. */
export async function getApplication(mandate: Review, reference: string): Promise<ApplicationRow> {
  const row = await withColumns(applications(mandate, {}))
    .where('reference', '=', reference)
    .executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'APPLICATION_NOT_FOUND', 'No application that was sent has this reference.')
  return row
}

/** Partners and open applications that may be the same company as an application. */
export async function findLookalikes(mandate: Review, row: ApplicationRow): Promise<readonly Lookalike[]> {
  const domain = companyDomain(row.contact_email)
  const { rows } = await sql<Lookalike>`
    select name, what, by from (
      select p.name, 'partner' as what, case
        when p.country || ':' || upper(regexp_replace(p.registration_no, '[^0-9A-Za-z]', '', 'g')) = ${row.company_key} then 'company_number'
        when lower(${row.organisation}::text) in (lower(p.name), lower(p.legal_name)) then 'name'
        when split_part(p.contact_email, '@', 2) = ${domain}::text then 'domain' end as by
      from partner p
      union all
      select coalesce(a.organisation, '') || ' (' || a.reference || ')', 'application', case
        when a.company_key = ${row.company_key} then 'company_number'
        when lower(a.organisation) = lower(${row.organisation}::text) then 'name'
        when split_part(a.contact_email, '@', 2) = ${domain}::text then 'domain' end
      from partner_application a where a.id <> ${row.id} and a.status in ('submitted', 'needs_info')) found
    where by is not null order by what desc, by, name limit 10`.execute(tables<ApplicationTables>(mandate))
  return rows
}

/** What the provider decides about an application that was read in a version. */
export type Decision =
  | { readonly status: 'needs_info' }
  | {
      readonly status: 'approved'
      readonly partnerId: string
      readonly checks: readonly Check[]
      readonly despite: string | null
    }
  | {
      readonly status: 'rejected'
      readonly reason: DeclineReason
      readonly text: string
      readonly checks: readonly Check[]
    }

function toColumns(mandate: Review, decision: Decision) {
  if (decision.status === 'needs_info') return { status: decision.status, answer_by: null }
  const decided = {
    status: decision.status,
    answer_by: null,
    decided_at: sql<Date>`statement_timestamp()`,
    decided_by: mandate.actor.id,
    decided_by_name: mandate.actor.name,
    decision_checks: sql<string>`${JSON.stringify(decision.checks)}::jsonb`,
  }
  if (decision.status === 'approved')
    return { ...decided, partner_id: decision.partnerId, despite_checks: decision.despite }
  return { ...decided, decision_reason: decision.reason, decision_text: decision.text }
}

/**
 * Takes an application for a decision: of several who decide at once one goes on and the others are told. Throws
 * APPLICATION_NOT_FOUND, APPLICATION_DECIDED, APPLICATION_STATE_CONFLICT, PRECONDITION_FAILED.
 */
export async function takeApplication(
  mandate: Review,
  read: { readonly reference: string; readonly version: number },
  from: readonly string[],
): Promise<ApplicationRow> {
  const { id } = await getApplication(mandate, read.reference)
  await sql`select id from partner_application where id = ${id} for update`.execute(
    tables<ApplicationTables>(mandate),
  )
  const row = await getApplication(mandate, read.reference)
  if (row.status !== 'submitted' && row.status !== 'needs_info')
    throw new ProblemError(409, 'APPLICATION_DECIDED', 'This application was decided or withdrawn before.')
  if (!from.includes(row.status))
    throw new ProblemError(
      409,
      'APPLICATION_STATE_CONFLICT',
      'The applicant has not answered the question yet.',
    )
  if (row.version !== read.version)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The application changed after it was read.')
  return row
}

/** Writes what was decided about an application that was taken. */
export async function decideApplication(mandate: Review, id: string, decision: Decision): Promise<void> {
  await tables<ApplicationTables>(mandate)
    .updateTable('partner_application')
    .set(toColumns(mandate, decision))
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}
