import { sql } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { slugOf } from './apply-rules.ts'
import { APPLICATION_STATUSES } from './tables.ts'
import type { OnboardingTables } from './tables.ts'

export interface ApplicationFilter {
  readonly status?: readonly (typeof APPLICATION_STATUSES)[number][] | undefined
  readonly search?: string | undefined
}

function applications(mandate: Mandate<'platform'>, filter: ApplicationFilter) {
  let query = tables<OnboardingTables>(mandate)
    .selectFrom('partner_application')
    .where('status', 'in', [...(filter.status ?? APPLICATION_STATUSES)])
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

const COLUMNS = [
  'id',
  'reference',
  'organisation',
  'kind',
  'website',
  'contact_name',
  'contact_email',
  'purpose',
  'status',
  'confirmed_at',
  'decided_at',
  'decided_by_name',
  'decision_reason',
  'partner_id',
] as const

function withColumns(query: ReturnType<typeof applications>) {
  return query.select(COLUMNS)
}

export type ApplicationRow = Awaited<ReturnType<ReturnType<typeof withColumns>['execute']>>[number]

/** A page of the applications that were sent, those that wait longest first. */
export async function listApplications(
  mandate: Mandate<'platform'>,
  filter: ApplicationFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: ApplicationRow[]; total: number }> {
  const rows = await withColumns(applications(mandate, filter))
    .orderBy(sql`status = 'submitted'`, 'desc')
    .orderBy('confirmed_at')
    .orderBy('id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await applications(mandate, filter)
    .select(sql<number>`count(*)::integer`.as('total'))
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One application. Throws APPLICATION_NOT_FOUND, also for one that was not confirmed. */
export async function getApplication(
  mandate: Mandate<'platform'>,
  reference: string,
): Promise<ApplicationRow> {
  const row = await withColumns(applications(mandate, {}))
    .where('reference', '=', reference)
    .executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'APPLICATION_NOT_FOUND', 'No confirmed application has this reference.')
  return row
}

/** Takes an application that waits, so that of several who decide at once one does. Throws APPLICATION_NOT_FOUND, APPLICATION_DECIDED. */
export async function takeWaiting(mandate: Mandate<'platform'>, reference: string): Promise<ApplicationRow> {
  const row = await getApplication(mandate, reference)
  const taken = await tables<OnboardingTables>(mandate)
    .selectFrom('partner_application')
    .select('id')
    .where('id', '=', row.id)
    .where('status', '=', 'submitted')
    .forUpdate()
    .executeTakeFirst()
  if (!taken) throw new ProblemError(409, 'APPLICATION_DECIDED', 'This application was decided before.')
  return row
}

/** Writes the decision about an application that was taken. */
export async function decideApplication(
  mandate: Mandate<'platform'>,
  id: string,
  decision:
    | { readonly status: 'approved'; readonly partnerId: string }
    | { readonly status: 'declined'; readonly reason: string },
): Promise<void> {
  await tables<OnboardingTables>(mandate)
    .updateTable('partner_application')
    .set({
      status: decision.status,
      decided_at: sql<Date>`statement_timestamp()`,
      decided_by: mandate.actor.id,
      decided_by_name: mandate.actor.name,
      ...(decision.status === 'approved'
        ? { partner_id: decision.partnerId }
        : { decision_reason: decision.reason }),
    })
    .where('id', '=', id)
    .execute()
}

/** Makes the partner that applied, active at once. Its code is its name's, with the reference where that is taken. */
export async function insertApprovedPartner(
  mandate: Mandate<'platform'>,
  application: ApplicationRow,
): Promise<string> {
  const slug = slugOf(application.organisation)
  const insert = (code: string) =>
    tables<OnboardingTables>(mandate)
      .insertInto('partner')
      .values({
        name: application.organisation,
        slug: code,
        kinds: [application.kind],
        status: 'active',
        website: application.website,
      })
      .onConflict((conflict) => conflict.column('slug').doNothing())
      .returning('id')
      .executeTakeFirst()
  const row =
    (await insert(slug)) ?? (await insert(`${slug}-${application.reference.slice(3).toLowerCase()}`))
  if (!row) throw new Error('The reference of an application is the code of another partner.')
  return row.id
}
