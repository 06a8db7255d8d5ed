import type { IdOf } from '@liaison/access'
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { guardedBy } from '#platform/guarded.ts'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { takeTurn } from '#platform/turn.ts'
import type { AgencyTables } from './tables.ts'

export type TenantMandate = Mandate<'tenant'>
export type AgencyRow = Selectable<AgencyTables['agency']>

const MOST_AGENCIES = 500

export const db = (mandate: Mandate) => tables<AgencyTables>(mandate)

export interface Page {
  readonly limit: number
  readonly offset: number
}

/** The statement's instant, as the database knows it. */
export const NOW = sql<Date>`statement_timestamp()`

/** What ending a form token or a server key for ever writes: at once, by whom and why. */
export function revocationBy({ actor }: TenantMandate, reason: string) {
  return {
    status: 'revoked' as const,
    revoked_at: NOW,
    revoked_by: actor.id,
    revoked_by_name: actor.name,
    revoked_reason: reason,
  }
}

const naming = guardedBy({
  agency_name_once: ['AGENCY_NAME_TAKEN', 'Another agency of your organisation has this name.'],
})

function filtered(mandate: TenantMandate, filter: AgencyFilter) {
  let query = db(mandate).selectFrom('agency').where('tenant_id', '=', mandate.tenant.id)
  if (filter.status !== undefined) query = query.where('status', '=', filter.status)
  if (filter.search !== undefined) query = query.where('name', 'ilike', containsPattern(filter.search))
  return query
}

export interface AgencyFilter {
  readonly status?: 'active' | 'inactive' | undefined
  readonly search?: string | undefined
}

/** A page of the agencies of the organisation by name, and how many there are. */
export async function listAgencies(
  mandate: TenantMandate,
  filter: AgencyFilter,
  page: Page,
): Promise<{ rows: AgencyRow[]; total: number }> {
  const rows = await filtered(mandate, filter)
    .selectAll()
    .orderBy(sql`lower(name)`)
    .orderBy('id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await filtered(mandate, filter)
    .select(sql<number>`count(*)::integer`.as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total }
}

/** One agency. Throws AGENCY_NOT_FOUND, also for one of another organisation. */
export async function getAgency(mandate: TenantMandate, id: IdOf<'agency'> | string): Promise<AgencyRow> {
  const row = await db(mandate)
    .selectFrom('agency')
    .selectAll()
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row) return row
  throw new ProblemError(404, 'AGENCY_NOT_FOUND', 'No agency of your organisation has this id.')
}

export interface AgencySettings {
  readonly name: string
  readonly contact_name: string | null
  readonly contact_email: string | null
  readonly contact_phone: string | null
  readonly daily_issue_limit: number | null
}

/** Adds an agency. Throws AGENCY_NAME_TAKEN, AGENCY_LIMIT_REACHED. */
export async function insertAgency(mandate: TenantMandate, settings: AgencySettings): Promise<AgencyRow> {
  await takeTurn(mandate, 'agencies', mandate.tenant.id)
  const { total } = await listAgencies(mandate, {}, { limit: 1, offset: 0 })
  if (total >= MOST_AGENCIES)
    throw new ProblemError(
      409,
      'AGENCY_LIMIT_REACHED',
      `An organisation has at most ${MOST_AGENCIES} agencies.`,
    )
  return naming(
    db(mandate)
      .insertInto('agency')
      .values({
        tenant_id: mandate.tenant.id,
        ...settings,
        created_by: mandate.actor.id,
        created_by_name: mandate.actor.name,
      })
      .returningAll()
      .executeTakeFirstOrThrow(),
  )
}

/** Changes an agency in the version that was read. Throws PRECONDITION_FAILED, AGENCY_NAME_TAKEN. */
export async function updateAgency(
  mandate: TenantMandate,
  agency: { readonly id: string; readonly version: number },
  settings: AgencySettings,
): Promise<AgencyRow> {
  const row = await naming(
    db(mandate)
      .updateTable('agency')
      .set({ ...settings, version: agency.version + 1 })
      .where('tenant_id', '=', mandate.tenant.id)
      .where('id', '=', agency.id)
      .where('version', '=', agency.version)
      .returningAll()
      .executeTakeFirst(),
  )
  if (row) return row
  throw new ProblemError(412, 'PRECONDITION_FAILED', 'The agency changed since it was read.')
}

/** Lets an agency work again, or stops all of its forms and keys at once. Throws AGENCY_STATE_CONFLICT. */
export async function moveAgency(
  mandate: TenantMandate,
  id: string,
  move: { readonly status: 'active' | 'inactive'; readonly reason: string | null },
): Promise<AgencyRow> {
  const row = await db(mandate)
    .updateTable('agency')
    .set((eb) => ({
      status: move.status,
      status_reason: move.reason,
      status_changed_at: NOW,
      version: eb('version', '+', 1),
    }))
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', id)
    .where('status', '<>', move.status)
    .returningAll()
    .executeTakeFirst()
  if (row) return row
  throw new ProblemError(409, 'AGENCY_STATE_CONFLICT', `The agency is ${move.status} already.`)
}
