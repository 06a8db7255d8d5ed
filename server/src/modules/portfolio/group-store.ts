import { idFromUuid } from '@liaison/access'
import type { IdOf, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { databaseCodeOf } from '#platform/database.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { PortfolioTables } from './tables.ts'

export type GroupId = IdOf<'tenant_group'>

/** A tenant that a group names. */
interface NamedTenant {
  readonly id: string
  readonly name: string
  readonly slug: string
}

/** A group with what it names and how many tenants it holds now. */
export interface GroupRow {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly kind: 'all' | 'chosen'
  readonly version: number
  readonly created_by_name: string
  readonly created_at: Date
  readonly updated_at: Date
  readonly tenants_count: number
  readonly entries: readonly NamedTenant[]
}

/** What a group is saved as. */
export interface GroupTerms {
  readonly name: string
  readonly description: string | null
  readonly kind: 'all' | 'chosen'
  readonly tenantIds: readonly TenantId[]
}

const notFound = () =>
  new ProblemError(404, 'GROUP_NOT_FOUND', 'Your organisation has no group of tenants with this id.')

function groups(mandate: Mandate<'program'>) {
  return tables<PortfolioTables>(mandate)
    .selectFrom('tenant_group as g')
    .select([
      'g.id',
      'g.name',
      'g.description',
      'g.kind',
      'g.version',
      'g.created_by_name',
      'g.created_at',
      'g.updated_at',
      sql<number>`(select count(*)::integer from tenant_of_group t where t.group_id = g.id)`.as(
        'tenants_count',
      ),
      sql<
        NamedTenant[]
      >`(select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'slug', t.slug) order by t.name, t.id), '[]')
        from tenant_group_entry e join tenant t on t.id = e.tenant_id where e.group_id = g.id)`.as('entries'),
    ])
    .where('g.partner_id', '=', mandate.partner.id)
}

/** A page of the partner's groups, by name. */
export async function listGroups(
  mandate: Mandate<'program'>,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: GroupRow[]; total: number }> {
  const rows = await groups(mandate)
    .orderBy(sql`lower(g.name)`)
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await tables<PortfolioTables>(mandate)
    .selectFrom('tenant_group')
    .select(sql<number>`count(*)::integer`.as('total'))
    .where('partner_id', '=', mandate.partner.id)
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One group of the partner. Throws GROUP_NOT_FOUND. */
export async function getGroup(mandate: Mandate<'program'>, id: GroupId): Promise<GroupRow> {
  const row = await groups(mandate).where('g.id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/**
 * The tenants of one of the partner's groups as it is now, exclusions applied. A group opens nothing: whoever filters by
 * it intersects the answer with what is reached. Throws GROUP_NOT_FOUND also for a group of another partner. Source: B14.
 */
export async function tenantsOfGroup(
  mandate: Mandate<'program' | 'portfolio' | 'acting'>,
  groupId: GroupId,
): Promise<readonly TenantId[]> {
  const db = tables<PortfolioTables>(mandate)
  const own = await db
    .selectFrom('tenant_group')
    .select('id')
    .where('id', '=', groupId)
    .where('partner_id', '=', mandate.partner.id)
    .executeTakeFirst()
  if (!own) throw notFound()
  const rows = await db
    .selectFrom('tenant_of_group')
    .select('tenant_id')
    .where('group_id', '=', groupId)
    .orderBy('tenant_id')
    .execute()
  return rows.map((row) => idFromUuid('tenant', row.tenant_id))
}

/** Which of these are no tenants that the partner knows from a link. */
export async function findStrangers(
  mandate: Mandate<'program'>,
  tenantIds: readonly TenantId[],
): Promise<ReadonlySet<TenantId>> {
  if (tenantIds.length === 0) return new Set()
  const rows = await tables<PortfolioTables>(mandate)
    .selectFrom('tenant')
    .select('id')
    .where('id', '=', sql<string>`any (${[...tenantIds]}::uuid[])`)
    .execute()
  const known = new Set(rows.map((row) => row.id))
  return new Set(tenantIds.filter((id) => !known.has(id)))
}

async function namingConflict<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (databaseCodeOf(error) !== '23505') throw error
    throw new ProblemError(409, 'GROUP_NAME_TAKEN', 'Your organisation has a group with this name already.', {
      cause: error,
    })
  }
}

async function replaceEntries(mandate: Mandate<'program'>, id: GroupId, terms: GroupTerms): Promise<void> {
  const db = tables<PortfolioTables>(mandate)
  const effect = terms.kind === 'all' ? ('exclude' as const) : ('include' as const)
  const kept = [...new Set(terms.tenantIds)]
  await db
    .deleteFrom('tenant_group_entry')
    .where('group_id', '=', id)
    .where((eb) =>
      eb.or([eb('effect', '<>', effect), eb.not(eb('tenant_id', '=', sql<string>`any (${kept}::uuid[])`))]),
    )
    .execute()
  if (kept.length === 0) return
  await db
    .insertInto('tenant_group_entry')
    .values(
      kept.map((tenantId) => ({ group_id: id, partner_id: mandate.partner.id, tenant_id: tenantId, effect })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Makes a group. Throws GROUP_NAME_TAKEN. */
export async function insertGroup(mandate: Mandate<'program'>, terms: GroupTerms): Promise<GroupId> {
  const row = await namingConflict(
    tables<PortfolioTables>(mandate)
      .insertInto('tenant_group')
      .values({
        partner_id: mandate.partner.id,
        name: terms.name,
        description: terms.description,
        kind: terms.kind,
        created_by: mandate.actor.id,
        created_by_name: mandate.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  const id = idFromUuid('tenant_group', row.id)
  await replaceEntries(mandate, id, terms)
  return id
}

/** Changes a group that was read in this version. Throws GROUP_NOT_FOUND, GROUP_NAME_TAKEN, PRECONDITION_FAILED. */
export async function updateGroup(
  mandate: Mandate<'program'>,
  read: { readonly id: GroupId; readonly version: number },
  terms: GroupTerms,
): Promise<void> {
  await getGroup(mandate, read.id)
  const updated = await namingConflict(
    tables<PortfolioTables>(mandate)
      .updateTable('tenant_group')
      .set({
        name: terms.name,
        description: terms.description,
        version: read.version + 1,
      })
      .where('id', '=', read.id)
      .where('version', '=', read.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The group changed after it was read.')
  await replaceEntries(mandate, read.id, terms)
}

/** Whether a team is assigned to this group now, so that a tenant more in it is an access more for its people. */
export async function isGranted(mandate: Mandate<'program'>, id: GroupId): Promise<boolean> {
  const row = await tables<PortfolioTables>(mandate)
    .selectFrom('team_grant')
    .select('id')
    .where('partner_id', '=', mandate.partner.id)
    .where('group_id', '=', id)
    .where((eb) => eb.or([eb('ends_at', 'is', null), eb('ends_at', '>', mandate.origin.now)]))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Deletes a group. Throws GROUP_NOT_FOUND. */
export async function deleteGroup(mandate: Mandate<'program'>, id: GroupId): Promise<void> {
  const deleted = await tables<PortfolioTables>(mandate)
    .deleteFrom('tenant_group')
    .where('id', '=', id)
    .where('partner_id', '=', mandate.partner.id)
    .executeTakeFirst()
  if (deleted.numDeletedRows === 0n) throw notFound()
}
