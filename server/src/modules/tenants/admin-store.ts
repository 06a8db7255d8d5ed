import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'

interface AdminTables {
  tenant: {
    id: string
    name: string
    slug: string
    domain: string | null
    status: 'active' | 'suspended' | 'trial' | 'closed'
    plan_type: string
    created_at: Date
    updated_at: Date
  }
  tenant_member: { id: string; tenant_id: string; role: string; status: string }
  delegation: {
    id: string
    tenant_id: string
    partner_id: string
    kind: string
    status: string
    ends_at: Date | null
    starts_at: Date
  }
  link: { id: string; access_role: string }
  partner: { id: string; name: string }
}

export interface TenantFilter {
  readonly status?: readonly AdminTables['tenant']['status'][] | undefined
  readonly search?: string | undefined
}

function tenants(mandate: Mandate<'platform'>, filter: TenantFilter) {
  let query = tables<AdminTables>(mandate).selectFrom('tenant')
  if (filter.status) query = query.where('status', 'in', [...filter.status])
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((eb) =>
      eb.or([eb('name', 'ilike', pattern), eb('slug', 'ilike', pattern), eb('domain', 'ilike', pattern)]),
    )
  }
  return query
}

function withFigures(query: ReturnType<typeof tenants>) {
  return query.select((eb) => [
    'id',
    'name',
    'slug',
    'domain',
    'status',
    'plan_type',
    'created_at',
    'updated_at',
    eb
      .selectFrom('tenant_member')
      .select(sql<number>`count(*)::integer`.as('count'))
      .whereRef('tenant_member.tenant_id', '=', 'tenant.id')
      .where('tenant_member.status', '=', 'active')
      .as('members_count'),
    eb
      .selectFrom('delegation')
      .select(sql<number>`count(*)::integer`.as('count'))
      .whereRef('delegation.tenant_id', '=', 'tenant.id')
      .where('delegation.kind', '=', 'link')
      .where('delegation.status', '=', 'active')
      .where(sql<boolean>`(delegation.ends_at is null or delegation.ends_at > statement_timestamp())`)
      .as('active_links'),
  ])
}

export type AdminTenantRow = Awaited<ReturnType<ReturnType<typeof withFigures>['execute']>>[number]

/** A page of tenants by name: what the provider knows of them, nothing of their data. */
export async function listTenantsForAdmin(
  mandate: Mandate<'platform'>,
  filter: TenantFilter,
  page: { limit: number; offset: number },
) {
  const rows = await withFigures(tenants(mandate, filter))
    .orderBy('name')
    .orderBy('id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await tenants(mandate, filter)
    .select(sql<number>`count(*)::integer`.as('total'))
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One tenant. Throws TENANT_NOT_FOUND. */
export async function getTenantForAdmin(mandate: Mandate<'platform'>, id: TenantId): Promise<AdminTenantRow> {
  const row = await withFigures(tenants(mandate, {})).where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'TENANT_NOT_FOUND', 'No tenant has this id.')
  return row
}

/** Who has access to a tenant: its links that are not ended, with the partner's name. */
export function listAccessToTenant(mandate: Mandate<'platform'>, id: TenantId) {
  return tables<AdminTables>(mandate)
    .selectFrom('delegation as d')
    .innerJoin('link as l', 'l.id', 'd.id')
    .innerJoin('partner as p', 'p.id', 'd.partner_id')
    .select([
      'd.id',
      'd.partner_id',
      'p.name as partner_name',
      'd.status',
      'l.access_role',
      'd.starts_at',
      'd.ends_at',
    ])
    .where('d.tenant_id', '=', id)
    .where('d.status', 'in', ['requested', 'approved', 'active', 'suspended'])
    .orderBy('p.name')
    .limit(500)
    .execute()
}
