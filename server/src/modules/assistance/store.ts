import type { IdOf, PartnerId, TenantId } from '@liaison/access'
import { guardedBy } from '#platform/guarded.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import type { AssistanceTables, AssistedMode, AssistedState } from './tables.ts'

export type AssistanceMandate = Mandate<'platform' | 'tenant' | 'system'>

const db = (mandate: Mandate) => tables<AssistanceTables>(mandate)

function selectAll(mandate: AssistanceMandate) {
  return db(mandate).selectFrom('assisted_overview').selectAll()
}

export type AccessRow = Awaited<ReturnType<ReturnType<typeof selectAll>['execute']>>[number]

/** Which accesses a list shows. */
export interface AccessFilter {
  readonly states?: readonly AssistedState[] | undefined
  readonly tenantId?: TenantId | undefined
}

/** The accesses that the mandate's side may see, newest first, with how many there are. */
export async function listAccesses(
  mandate: AssistanceMandate,
  filter: AccessFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: AccessRow[]; total: number }> {
  let query = selectAll(mandate)
  if (filter.states) query = query.where('state', 'in', [...filter.states])
  if (filter.tenantId !== undefined) query = query.where('tenant_id', '=', filter.tenantId)
  return readPage(query.orderBy('requested_at', 'desc').orderBy('id', 'desc'), page)
}

/** One access. Throws SUPPORT_ACCESS_NOT_FOUND, also for one of somebody else. */
export async function getAccess(mandate: AssistanceMandate, id: IdOf<'assisted'>): Promise<AccessRow> {
  const row = await selectAll(mandate).where('id', '=', id).executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'SUPPORT_ACCESS_NOT_FOUND', 'No support access that you can see has this id.')
  return row
}

/** One access, held until the transaction ends: whoever answers it meanwhile waits. Throws SUPPORT_ACCESS_NOT_FOUND. */
export async function holdAccess(mandate: Mandate<'tenant'>, id: IdOf<'assisted'>): Promise<AccessRow> {
  await db(mandate).selectFrom('assisted_access').select('id').where('id', '=', id).forUpdate().execute()
  return getAccess(mandate, id)
}

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
const guarded = guardedBy({
  assisted_access_once: ['SUPPORT_ACCESS_OPEN', 'You have asked this tenant already, or are let in.'],
  assisted_refused: ['SUPPORT_ACCESS_REFUSED', 'The tenant lets support ask for nothing.', 403],
  assisted_tenant: ['TENANT_NOT_FOUND', 'There is no open tenant with this id.', 404],
  assisted_access_tenant_id_fkey: ['TENANT_NOT_FOUND', 'There is no open tenant with this id.', 404],
  assisted_partner: ['PARTNER_NOT_FOUND', 'No partner with this id works in the tenant now.', 404],
  assisted_two_people: ['SUPPORT_ACCESS_SOMEBODY_ELSE', 'Somebody else has to allow it.'],
  assisted_second: ['SUPPORT_ACCESS_SOMEBODY_ELSE', 'Your organisation asks for a second person.'],
  assisted_lapsed: ['SUPPORT_ACCESS_STATE_CONFLICT', 'Nobody answered in time, so the request has lapsed.'],
  assisted_transition: ['SUPPORT_ACCESS_STATE_CONFLICT', 'Somebody answered in between.'],
})

/** What somebody of support asks a tenant for. */
export interface NewAccess {
  readonly tenantId: TenantId
  readonly partnerId: PartnerId | undefined
  readonly caseNumber: string
  readonly reason: string
  readonly minutes: number
}

/** Asks in the mandate's own name; the tenant may have allowed it beforehand. Answers the id. Throws what the tenant or the database refuses. */
export async function insertAccess(mandate: Mandate<'platform'>, made: NewAccess): Promise<string> {
  const row = await guarded(
    db(mandate)
      .insertInto('assisted_access')
      .values({
        tenant_id: made.tenantId,
        partner_id: made.partnerId ?? null,
        person_id: mandate.actor.id,
        person_name: mandate.actor.name,
        case_number: made.caseNumber,
        reason: made.reason,
        duration_minutes: made.minutes,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return row.id
}

type Change = Partial<
  Pick<
    AccessRow,
    | 'status'
    | 'first_approved_by'
    | 'first_approved_by_name'
    | 'first_approved_at'
    | 'decided_by'
    | 'decided_by_name'
    | 'decided_at'
    | 'ended_at'
    | 'ended_by_side'
    | 'ended_by_name'
    | 'end_reason'
  >
>

/** Changes an access that is as it was read. Throws SUPPORT_ACCESS_STATE_CONFLICT when it moved in between. */
export async function changeAccess(
  mandate: AssistanceMandate,
  row: Pick<AccessRow, 'id' | 'status'>,
  change: Change,
): Promise<void> {
  const updated = await guarded(
    db(mandate)
      .updateTable('assisted_access')
      .set(change)
      .where('id', '=', row.id)
      .where('status', '=', row.status)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'SUPPORT_ACCESS_STATE_CONFLICT', 'Somebody answered in between.')
}

/** Whether one person of the tenant is not enough to let this person of support in. */
export async function asksForTwo(
  mandate: Mandate<'tenant'>,
  row: Pick<AccessRow, 'person_id'>,
): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: `select access.asks_for_two($1, 'support', $2) as needed`,
      values: [mandate.tenant.id, row.person_id],
    },
  ])
  return result?.rows[0]?.['needed'] !== false
}

/** The accesses of the mandate's tenant that are open or wait, held until the transaction ends. */
export async function holdOpen(mandate: Mandate<'tenant'>): Promise<AccessRow[]> {
  await db(mandate)
    .selectFrom('assisted_access')
    .select('id')
    .where('tenant_id', '=', mandate.tenant.id)
    .where('status', 'in', ['requested', 'active'])
    .orderBy('id')
    .forUpdate()
    .execute()
  return selectAll(mandate)
    .where('tenant_id', '=', mandate.tenant.id)
    .where('status', 'in', ['requested', 'active'])
    .orderBy('id')
    .execute()
}

/** How many accesses of the mandate's tenant are open or wait. */
export async function countOpen(mandate: Mandate<'tenant'>): Promise<number> {
  const { total } = await db(mandate)
    .selectFrom('assisted_access')
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .where('tenant_id', '=', mandate.tenant.id)
    .where('status', 'in', ['requested', 'active'])
    .executeTakeFirstOrThrow()
  return Number(total)
}

/** Accesses whose time has passed without anybody having noted it, oldest first. */
export function findOverdue(mandate: Mandate<'system'>, limit: number): Promise<AccessRow[]> {
  return selectAll(mandate)
    .where('status', 'in', ['requested', 'active'])
    .whereRef('state', '<>', 'status')
    .orderBy('requested_at')
    .limit(limit)
    .execute()
}

/** The tenant's rule and who set it; null while nobody did, which means that it is asked each time. */
export async function findRule(mandate: Mandate<'tenant'>) {
  const row = await db(mandate)
    .selectFrom('assisted_rule')
    .select(['mode', 'set_by_name', 'set_at'])
    .where('tenant_id', '=', mandate.tenant.id)
    .executeTakeFirst()
  return row ?? null
}

/** Sets the tenant's rule in the mandate's own name. */
export async function saveRule(mandate: Mandate<'tenant'>, mode: AssistedMode): Promise<void> {
  const set = { mode, set_by: mandate.actor.id, set_by_name: mandate.actor.name }
  await db(mandate)
    .insertInto('assisted_rule')
    .values({ tenant_id: mandate.tenant.id, ...set })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(set))
    .execute()
}

/** What a partner may know of support's access that is about its work: no words of the case. */
export async function listAboutPartner(
  mandate: Mandate<'program'>,
  page: { readonly limit: number; readonly offset: number },
) {
  const query = db(mandate)
    .selectFrom('assisted_access as a')
    .leftJoin('tenant as t', 't.id', 'a.tenant_id')
    .where('a.partner_id', '=', mandate.partner.id)
    .select(['a.id', 'a.tenant_id', 't.name as tenant_name', 'a.person_name', 'a.case_number', 'a.status'])
    .select(['a.requested_at', 'a.answer_by', 'a.started_at', 'a.ends_at', 'a.ended_at'])
    .orderBy('a.requested_at', 'desc')
    .orderBy('a.id', 'desc')
  return readPage(query, page)
}
