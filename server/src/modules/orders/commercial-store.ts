import type { IdOf, PartnerId, TenantId } from '@liaison/access'
import { guardedBy } from '#platform/guarded.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import type { BillingMode, OrderTables, RelationshipRow } from './tables.ts'

const STATE = 'RELATIONSHIP_STATE_CONFLICT'
const naming = guardedBy({
  commercial_relationship_one_active: [
    'RELATIONSHIP_EXISTS',
    'Somebody pays for this billing account already.',
  ],
  commercial_relationship_transition: [STATE, 'This move is not made from the state of the relationship.'],
  commercial_relationship_identity: [STATE, 'Another payer is another relationship.'],
  commercial_relationship_past: [STATE, 'The end of a relationship that is in force lies in the future.'],
  commercial_relationship_check: [STATE, 'A relationship ends after it started.'],
})

type Provider = Mandate<'platform'>

/** What a list of relationships is narrowed by. */
export interface RelationshipFilter {
  readonly status?: RelationshipRow['status'] | undefined
  readonly kind?: BillingMode | undefined
  readonly tenant_id?: TenantId | undefined
  readonly payer_tenant_id?: TenantId | undefined
  /** A tenant in either role: whose account it is, or who pays. */
  readonly party_tenant_id?: TenantId | undefined
  readonly seller_partner_id?: PartnerId | undefined
}

function select(mandate: Provider, filter: RelationshipFilter) {
  let query = tables<OrderTables>(mandate).selectFrom('commercial_overview')
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.kind) query = query.where('kind', '=', filter.kind)
  if (filter.tenant_id) query = query.where('tenant_id', '=', filter.tenant_id)
  if (filter.payer_tenant_id) query = query.where('payer_tenant_id', '=', filter.payer_tenant_id)
  const { party_tenant_id: party } = filter
  if (party)
    query = query.where((eb) => eb.or([eb('tenant_id', '=', party), eb('payer_tenant_id', '=', party)]))
  if (filter.seller_partner_id) query = query.where('seller_partner_id', '=', filter.seller_partner_id)
  return query
}

/** A page of relationships, newest first. */
export async function listRelationships(
  mandate: Provider,
  filter: RelationshipFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: RelationshipRow[]; total: number }> {
  return readPage(select(mandate, filter).selectAll().orderBy('id', 'desc'), page)
}

/** One relationship. Throws RELATIONSHIP_NOT_FOUND. */
export async function getRelationship(
  mandate: Provider,
  id: IdOf<'commercial_relationship'>,
): Promise<RelationshipRow> {
  const row = await select(mandate, {}).selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'RELATIONSHIP_NOT_FOUND', 'No commercial relationship has this id.')
  return row
}

/** A billing account by its number, or undefined. */
export function findAccount(mandate: Provider, tenantId: string, ban: string) {
  return tables<OrderTables>(mandate)
    .selectFrom('billing_account')
    .select(['id', 'ban', 'currency', 'status'])
    .where('tenant_id', '=', tenantId)
    .where('ban', '=', ban)
    .executeTakeFirst()
}

/** A tenant by its id, or undefined. */
export function findTenant(mandate: Provider, tenantId: TenantId) {
  return tables<OrderTables>(mandate)
    .selectFrom('tenant')
    .select(['id', 'name', 'status'])
    .where('id', '=', tenantId)
    .executeTakeFirst()
}

/** A partner by its id, or undefined. */
export function findPartner(mandate: Provider, partnerId: PartnerId) {
  return tables<OrderTables>(mandate)
    .selectFrom('partner')
    .select(['id', 'name', 'status', 'kinds', 'home_tenant_id'])
    .where('id', '=', partnerId)
    .executeTakeFirst()
}

/** What a new relationship says, checked against the records. */
export interface NewRelationship {
  readonly kind: BillingMode
  readonly tenant_id: string
  readonly account_id: string
  readonly seller_partner_id: string | null
  readonly payer_tenant_id: string
  readonly payer_account_id: string
  readonly agreement_reference: string | null
  readonly starts_at?: Date | undefined
  readonly ends_at: Date | null
}

/** Writes a relationship and returns its UUID. Throws RELATIONSHIP_EXISTS while the account has an active one. */
export async function insertRelationship(
  mandate: Provider,
  { starts_at: startsAt, ...relationship }: NewRelationship,
): Promise<string> {
  const { id } = await naming(
    tables<OrderTables>(mandate)
      .insertInto('commercial_relationship')
      .values({ ...relationship, created_by: mandate.actor.id, ...(startsAt && { starts_at: startsAt }) })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return id
}

/** The active relationship of an account whose time is over, which nothing has noted yet. */
export function findOverdue(mandate: Provider, accountId: string) {
  return select(mandate, { status: 'ended' })
    .selectAll()
    .where('account_id', '=', accountId)
    .where('stored_status', '=', 'active')
    .executeTakeFirst()
}

/** Changes a relationship that nobody changed since it was read. Throws PRECONDITION_FAILED, RELATIONSHIP_STATE_CONFLICT. */
export async function changeRelationship(
  mandate: Provider,
  row: RelationshipRow,
  change: {
    readonly status?: RelationshipRow['status'] | undefined
    readonly ends_at?: Date | null | undefined
  },
): Promise<void> {
  const updated = await naming(
    tables<OrderTables>(mandate)
      .updateTable('commercial_relationship')
      .set({
        ...(change.status && { status: change.status }),
        ...(change.ends_at !== undefined && { ends_at: change.ends_at }),
        version: row.version + 1,
      })
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The relationship changed after it was read.')
}
