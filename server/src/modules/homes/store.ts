import type { IdOf } from '@liaison/access'
import type { Updateable } from 'kysely'
import { guardedBy } from '#platform/guarded.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import type { HomeState, HomeTables } from './tables.ts'

export type HomeMandate = Mandate<'tenant' | 'program'>

const db = (mandate: Mandate) => tables<HomeTables>(mandate)

/** Each side its own; a partner reads nothing that the organisation has not decided. */
function selectAll(mandate: HomeMandate) {
  const query = db(mandate).selectFrom('partner_home_overview').selectAll()
  return mandate.kind === 'tenant'
    ? query.where('tenant_id', '=', mandate.tenant.id)
    : query.where('partner_id', '=', mandate.partner.id)
}

export type HomeRow = Awaited<ReturnType<ReturnType<typeof selectAll>['execute']>>[number]

/** What was said of the mandate's own organisation, newest first, with how much there is. */
export function listHomes(
  mandate: HomeMandate,
  filter: { readonly states?: readonly HomeState[] | undefined },
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: HomeRow[]; total: number }> {
  const query = selectAll(mandate)
  const wanted = filter.states ? query.where('state', 'in', [...filter.states]) : query
  return readPage(wanted.orderBy('asked_at', 'desc').orderBy('id', 'desc'), page)
}

/** One of them. Throws HOME_NOT_FOUND, also for one of somebody else. */
export async function getHome(mandate: HomeMandate, id: IdOf<'partner_home'>): Promise<HomeRow> {
  const row = await selectAll(mandate).where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'HOME_NOT_FOUND', 'Nothing that you can see has this id.')
  return row
}

const OPEN_STATES = ['waiting', 'offered', 'active'] as const

/** Throws HOME_STATE_CONFLICT where it is in none of these states. */
export function requireState(row: HomeRow, states: readonly HomeState[]): void {
  if (!states.includes(row.state))
    throw new ProblemError(409, 'HOME_STATE_CONFLICT', `It is ${row.state} already.`)
}

/** The partner that the mandate's tenant is itself, and whether the reader is the second person who is waited for. */
export async function glanceAtHome(mandate: Mandate<'tenant'>): Promise<{
  readonly own: { readonly partnerId: string; readonly name: string } | null
  readonly waitsForReader: boolean
}> {
  const row = await selectAll(mandate).where('state', 'in', ['waiting', 'active']).executeTakeFirst()
  return {
    own: row?.state === 'active' ? { partnerId: row.partner_id, name: row.partner_name } : null,
    waitsForReader: row?.state === 'waiting' && row.asked_by !== mandate.actor.id,
  }
}

/** What stands or waits of the mandate's tenant, one at the most, held until the transaction ends; of one partner where one is named. */
export async function holdOpen(mandate: Mandate<'tenant'>, partnerId?: string) {
  await db(mandate)
    .selectFrom('partner_home')
    .select('id')
    .where('tenant_id', '=', mandate.tenant.id)
    .where('status', 'in', OPEN_STATES)
    .forUpdate()
    .execute()
  const query = selectAll(mandate).where('state', 'in', OPEN_STATES)
  const row = await (
    partnerId === undefined ? query : query.where('partner_id', '=', partnerId)
  ).executeTakeFirst()
  const openState = OPEN_STATES.find((state) => state === row?.state)
  return row && openState && { ...row, openState }
}

const guarded = guardedBy({
  partner_home_one_open: ['HOME_OPEN', 'Your organisation has said already which partner it is.'],
  partner_home_taken: ['HOME_TAKEN', 'One of the two is somebody else already, or closed.'],
  partner_home_link: ['HOME_HAS_LINK', 'There is a request or a link between these two.'],
  partner_home_two_people: ['HOME_SECOND_PERSON', 'Your organisation asks for a second person.'],
  partner_home_partner: ['PARTNER_NOT_INVITED', 'No active partner has this code.', 404],
  partner_home_tenant_open: ['HOME_STATE_CONFLICT', 'The organisation is suspended or closed.'],
  partner_home_transition: ['HOME_STATE_CONFLICT', 'Somebody answered in between.'],
})

/** The active partner with this code. Throws PARTNER_NOT_INVITED. */
async function findPartner(mandate: Mandate<'tenant'>, slug: string): Promise<string> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.find_partner_for_invitation($1) as id', values: [slug] },
  ])
  const id = result?.rows[0]?.['id']
  if (typeof id === 'string') return id
  throw new ProblemError(404, 'PARTNER_NOT_INVITED', 'No active partner has this code.')
}

/**
 * Says that the mandate's tenant is the partner with this code. Where the tenant asks for two people the database lets it
 * wait for the second. What nobody answered in time is noted as lapsed first. Answers the id. Throws what the database refuses.
 */
export async function insertHome(mandate: Mandate<'tenant'>, slug: string): Promise<string> {
  const partner = await findPartner(mandate, slug)
  const { id: actor, name } = mandate.actor
  await db(mandate)
    .updateTable('partner_home')
    .set({ status: 'lapsed', ended_at: mandate.origin.now })
    .where('tenant_id', '=', mandate.tenant.id)
    .where('status', 'in', ['waiting', 'offered'])
    .where('answer_by', '<=', mandate.origin.now)
    .execute()
  const row = await guarded(
    db(mandate)
      .insertInto('partner_home')
      .values({ tenant_id: mandate.tenant.id, partner_id: partner, asked_by: actor, asked_by_name: name })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return row.id
}

/** Changes one that is in the state in which it was read. Throws HOME_STATE_CONFLICT where somebody was first, and what the database refuses. */
export async function changeHome(
  mandate: HomeMandate,
  row: HomeRow,
  set: Updateable<HomeTables['partner_home']>,
): Promise<void> {
  const changed = await guarded(
    db(mandate)
      .updateTable('partner_home')
      .set(set)
      .where('tenant_id', '=', row.tenant_id)
      .where('id', '=', row.id)
      .where('status', '=', row.status)
      .where('asked_by', 'is not distinct from', row.asked_by)
      .executeTakeFirst(),
  )
  if (changed.numUpdatedRows !== 1n)
    throw new ProblemError(409, 'HOME_STATE_CONFLICT', 'Somebody answered in between.')
}
