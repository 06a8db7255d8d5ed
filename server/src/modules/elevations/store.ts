import { toBits } from '@liaison/access'
import type { IdOf, LinkId, Mask, TenantId } from '@liaison/access'
import { decodeFacts } from '#platform/resolvers/facts.ts'
import type { EnteredFacts } from '#platform/resolvers/facts.ts'
import { guardedBy } from '#platform/guarded.ts'
import { featuresFor, runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import type { ElevationState, ElevationTables } from './tables.ts'

export type ElevationMandate = Mandate<'program' | 'tenant' | 'system'>

function overview(mandate: ElevationMandate) {
  return tables<ElevationTables>(mandate).selectFrom('elevation_overview')
}

export type ElevationRow = Awaited<ReturnType<ReturnType<typeof selectAll>['execute']>>[number]

function selectAll(mandate: ElevationMandate) {
  return overview(mandate).selectAll()
}

/** Which elevations a list shows. */
export interface ElevationFilter {
  readonly states?: readonly ElevationState[] | undefined
  readonly linkId?: string | undefined
  readonly tenantId?: string | undefined
  readonly personId?: string | undefined
  /** Only what the partner let through to the tenant: what it refused, or was withdrawn before, is its own matter. */
  readonly isOfTenant?: true | undefined
}

function filtered(mandate: ElevationMandate, filter: ElevationFilter) {
  let query = overview(mandate)
  if (filter.states) query = query.where('state', 'in', [...filter.states])
  if (filter.linkId !== undefined) query = query.where('link_id', '=', filter.linkId)
  if (filter.tenantId !== undefined) query = query.where('tenant_id', '=', filter.tenantId)
  if (filter.personId !== undefined) query = query.where('person_id', '=', filter.personId)
  if (filter.isOfTenant === true)
    query = query
      .where('partner_decided_by', 'is not', null)
      .where((eb) => eb.or([eb('state', '<>', 'denied'), eb('tenant_decided_by', 'is not', null)]))
  return query
}

/** The elevations that the mandate's side may see, newest first, with how many there are. */
export async function listElevations(
  mandate: ElevationMandate,
  filter: ElevationFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: ElevationRow[]; total: number }> {
  return readPage(
    filtered(mandate, filter).selectAll().orderBy('requested_at', 'desc').orderBy('id', 'desc'),
    page,
  )
}

/** One elevation. Throws ELEVATION_NOT_FOUND, also for one that the filter leaves out. */
export async function getElevation(
  mandate: ElevationMandate,
  id: IdOf<'elevation'>,
  filter: ElevationFilter = {},
): Promise<ElevationRow> {
  const row = await filtered(mandate, filter).selectAll().where('id', '=', id).executeTakeFirst()
  if (!row)
    throw new ProblemError(
      404,
      'ELEVATION_NOT_FOUND',
      'No request for more access that you can see has this id.',
    )
  return row
}

/** What decides about the person in a tenant, as at a request of theirs. */
export async function findOwnFacts(mandate: Mandate<'program'>, tenantId: TenantId): Promise<EnteredFacts> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select access.facts_about($1, $2, $3) as facts',
      values: [mandate.actor.id, tenantId, mandate.partner.id],
    },
  ])
  return decodeFacts(result?.rows[0]?.['facts'], featuresFor(mandate))
}

/** The number of the tenant's ticket, while it is not finished; null when there is no such ticket. */
export async function findOpenTicket(
  mandate: Mandate<'program'>,
  linkId: LinkId,
  ticketId: string,
): Promise<string | null> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.open_ticket_number($1, $2) as number', values: [linkId, ticketId] },
  ])
  const number: unknown = result?.rows[0]?.['number']
  return typeof number === 'string' ? number : null
}

/** Whether the tenant approves elevations of this link itself. */
export async function needsTenant(mandate: Mandate<'program'>, linkId: string): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.elevation_needs_tenant($1) as needed', values: [linkId] },
  ])
  return result?.rows[0]?.['needed'] === true
}

/** A request for more access. */
export interface NewElevation {
  readonly linkId: LinkId
  readonly tenantId: TenantId
  readonly permissions: readonly string[]
  readonly mask: Mask
  readonly reason: string
  readonly ticket: { readonly id: string; readonly number: string } | null
  readonly minutes: number
}

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
const guarded = guardedBy({
  elevation_open: [
    'ELEVATION_OPEN',
    'A request of yours for this tenant is waiting, or more access is running already.',
  ],
  elevation_two_people: ['SOMEBODY_ELSE_APPROVES', 'Nobody approves more access for themselves.'],
  elevation_approver_gone: [
    'ELEVATION_STATE_CONFLICT',
    'Whoever approved this for the partner is no owner of it any more, so the approval is void: another owner approves it anew, or you deny it.',
  ],
  elevation_link: ['ELEVATION_STATE_CONFLICT', 'The link, or the person in it, cannot be used now.'],
  elevation_ticket: ['ELEVATION_STATE_CONFLICT', 'The ticket that this was asked for is finished.'],
  elevation_ticket_busy: [
    'ELEVATION_STATE_CONFLICT',
    'The ticket that this was asked for changes at this moment; try again.',
  ],
  elevation_lapsed: ['ELEVATION_STATE_CONFLICT', 'Nobody answered in time, so the request has lapsed.'],
  elevation_transition: ['ELEVATION_STATE_CONFLICT', 'Somebody answered in between.'],
  elevation_two_sides: ['ELEVATION_STATE_CONFLICT', 'The rules of the tenant changed in between; try again.'],
})

/** Asks for more access in the mandate's own name; answers the id. Throws ELEVATION_OPEN and ELEVATION_STATE_CONFLICT. */
export async function insertElevation(mandate: Mandate<'program'>, made: NewElevation): Promise<string> {
  const row = await guarded(
    tables<ElevationTables>(mandate)
      .insertInto('link_elevation')
      .values({
        link_id: made.linkId,
        tenant_id: made.tenantId,
        partner_id: mandate.partner.id,
        member_id: mandate.partner.memberId,
        person_id: mandate.actor.id,
        person_name: mandate.actor.name,
        permissions: made.permissions,
        mask: toBits(made.mask),
        reason: made.reason,
        ticket_id: made.ticket?.id ?? null,
        ticket_number: made.ticket?.number ?? null,
        duration_minutes: made.minutes,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return row.id
}

type Change = Partial<
  Pick<
    ElevationRow,
    | 'partner_decided_by'
    | 'partner_decided_by_name'
    | 'partner_decided_at'
    | 'tenant_decided_by'
    | 'tenant_decided_by_name'
    | 'tenant_decided_at'
    | 'ended_at'
    | 'ended_by_side'
    | 'ended_by_name'
    | 'end_reason'
  >
>

/**
 * Moves an elevation on. What ends it waits for the writes that are under way, so that none commits under it later.
 * Throws ELEVATION_STATE_CONFLICT when it was moved in between, and what the database's rules refuse.
 */
export async function moveElevation(
  mandate: ElevationMandate,
  row: Pick<ElevationRow, 'id' | 'status'>,
  { to, ...change }: Change & { readonly to: ElevationState },
): Promise<void> {
  const updated = await guarded(
    tables<ElevationTables>(mandate)
      .updateTable('link_elevation')
      .set({ ...change, status: to })
      .where('id', '=', row.id)
      .where('status', '=', row.status)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'ELEVATION_STATE_CONFLICT', 'Somebody answered in between.')
}

/** Elevations whose time has passed without anybody having noted it, oldest first. */
export function findOverdue(mandate: Mandate<'system'>, limit: number): Promise<ElevationRow[]> {
  return selectAll(mandate)
    .where('status', 'in', ['requested', 'approved', 'active'])
    .whereRef('state', '<>', 'status')
    .orderBy('requested_at')
    .limit(limit)
    .execute()
}
