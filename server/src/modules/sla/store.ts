import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { nothingAgreed } from './promise.ts'
import type { Agreed, Basis } from './promise.ts'
import type { PolicyKind, SlaTables } from './tables.ts'
import type { TermsValues } from './terms.ts'

export type PolicyVersion = Selectable<SlaTables['sla_policy_version']>

/** One line of versions of a tenant: its default, the agreement with a link, or the floor set under a link. */
export interface PolicyPlace {
  readonly tenantId: TenantId
  readonly kind: PolicyKind
  /** The UUID of the link; null for the default. */
  readonly linkId: string | null
}

const on = (mandate: Mandate) => tables<SlaTables>(mandate)

/** The versions at a place, newest first. */
export function listVersions(mandate: Mandate, place: PolicyPlace): Promise<PolicyVersion[]> {
  return on(mandate)
    .selectFrom('sla_policy_version')
    .selectAll()
    .where('tenant_id', '=', place.tenantId)
    .where('kind', '=', place.kind)
    .where('delegation_id', 'is not distinct from', place.linkId)
    .orderBy('version', 'desc')
    .limit(100)
    .execute()
}

/** The newest version of each line of a tenant that the caller may read. */
export function listNewest(mandate: Mandate, tenantId: TenantId): Promise<PolicyVersion[]> {
  return on(mandate)
    .selectFrom('sla_policy_version')
    .distinctOn(['kind', 'delegation_id'])
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('kind')
    .orderBy('delegation_id')
    .orderBy('version', 'desc')
    .execute()
}

/**
 * Adds the version after the one that was read. Throws PRECONDITION_FAILED when another one was added since: of two who
 * read the same version, one writes.
 */
export async function addVersion(
  mandate: Mandate<'acting' | 'tenant'>,
  place: PolicyPlace,
  added: { readonly after: number; readonly terms: TermsValues; readonly note: string },
): Promise<void> {
  const written = await on(mandate)
    .insertInto('sla_policy_version')
    .columns([
      'tenant_id',
      'kind',
      'delegation_id',
      'version',
      'terms',
      'note',
      'created_by',
      'created_by_name',
      'created_by_partner_name',
      'created_at',
    ])
    .expression(
      sql`select ${place.tenantId}, ${place.kind}, ${place.linkId}::uuid, ${added.after + 1}, ${JSON.stringify(added.terms)}::jsonb, ${added.note},
        ${mandate.actor.id}::uuid, ${mandate.actor.name}, ${mandate.kind === 'acting' ? mandate.partner.name : null}, ${mandate.origin.now}::timestamptz
        where ${added.after} = coalesce((select max(v.version) from sla_policy_version v
          where v.tenant_id = ${place.tenantId} and v.kind = ${place.kind} and v.delegation_id is not distinct from ${place.linkId}::uuid), 0)`,
    )
    .onConflict((conflict) => conflict.columns(['tenant_id', 'kind', 'delegation_id', 'version']).doNothing())
    .executeTakeFirst()
  if (written.numInsertedOrUpdatedRows === 1n) return
  throw new ProblemError(412, 'PRECONDITION_FAILED', 'There is a newer version than the one that was read.')
}

interface InForce {
  kind: PolicyKind | null
  id: string
  terms: TermsValues
  timezone: string
}

/** What binds a tenant's new tickets: under a link its agreement, else the tenant's default, and any floor in force. */
export async function findBasis(
  mandate: Mandate,
  tenantId: TenantId,
  link: { readonly id: string; readonly responseHours: number | null } | null,
): Promise<Basis & { readonly timeZone: string }> {
  const { rows } =
    await sql<InForce>`select * from access.sla_in_force(${tenantId}, ${link?.id ?? null})`.execute(
      on(mandate),
    )
  const timeZone = rows[0]?.timezone ?? 'UTC'
  const find = (kind: PolicyKind): Agreed | null => {
    const row = rows.find((candidate) => candidate.kind === kind)
    return row === undefined ? null : { id: row.id, terms: row.terms }
  }
  const agreed = find('link') ?? find('default') ?? nothingAgreed(link?.responseHours ?? null, timeZone)
  return { agreed, floor: find('floor'), timeZone }
}

/** Versions by their ids, of tickets that the caller works on. */
export async function findTerms(
  mandate: Mandate,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, TermsValues>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))]
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<{
    id: string
    terms: TermsValues
  }>`select * from access.sla_versions(${wanted}::uuid[])`.execute(on(mandate))
  return new Map(rows.map(({ id, terms }) => [id, terms]))
}

/** The response time that a link promises, in hours; null when it promises none, undefined when the tenant has no such link. */
export async function findLinkHours(
  mandate: Mandate,
  tenantId: TenantId,
  linkId: string,
): Promise<number | null | undefined> {
  const row = await on(mandate)
    .selectFrom('link')
    .select('sla_response_hours')
    .where('id', '=', linkId)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst()
  return row === undefined ? undefined : row.sla_response_hours
}

/** The people to whom a ticket of this transaction's tenant can be given, by their UUID. */
export async function listEscalationPeople(mandate: Mandate): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ person_id: string }>`select person_id from access.ticket_assignees()`.execute(
    on(mandate),
  )
  return new Set(rows.map((row) => row.person_id))
}
