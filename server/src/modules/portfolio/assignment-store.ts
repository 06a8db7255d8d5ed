import type { LinkRole, LinkStatus, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { PortfolioTables } from './tables.ts'

/** A link that people can be assigned to. */
export interface AssignableLink {
  readonly link_id: string
  readonly tenant_id: string
  readonly tenant_name: string
  readonly access_role: LinkRole
  readonly status: LinkStatus
  readonly ends_at: Date | null
}

/** Which links and people are wanted. */
export interface AssignmentFilter {
  readonly tenantIds: readonly TenantId[] | undefined
  /** Part of the name of an organisation. */
  readonly tenant: string | undefined
  /** Part of the name of a person. */
  readonly person: string | undefined
}

/** A page of the links that people can be assigned to, by name of the tenant. */
export async function listAssignableLinks(
  mandate: Mandate<'program'>,
  filter: AssignmentFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: AssignableLink[]; total: number }> {
  const db = tables<PortfolioTables>(mandate)
  const from = sql`
    from link_overview l
    where l.partner_id = ${mandate.partner.id} and l.status in ('approved', 'active', 'suspended')
      and (${filter.tenantIds === undefined} or l.tenant_id = any (${[...(filter.tenantIds ?? [])]}::uuid[]))
      and l.tenant_name ilike ${containsPattern(filter.tenant ?? '')}`
  const { rows } = await sql<AssignableLink>`
    select l.id as link_id, l.tenant_id, l.tenant_name, l.access_role, l.status, l.ends_at ${from}
    order by lower(l.tenant_name), l.id limit ${page.limit} offset ${page.offset}`.execute(db)
  // Counted apart: a page beyond the last one has no row that could tell.
  const counted = await sql<{ total: number }>`select count(*)::integer as total ${from}`.execute(db)
  return { rows, total: counted.rows[0]?.total ?? 0 }
}

/** A member of the partner, with the number of links that the person is assigned to. */
export interface AssignableMember {
  readonly member_id: string
  readonly name: string
  readonly role: 'PARTNER_OWNER' | 'PARTNER_STAFF'
  readonly links_count: number
}

/** The active members, by name. */
export async function listAssignableMembers(
  mandate: Mandate<'program'>,
  filter: AssignmentFilter,
): Promise<AssignableMember[]> {
  const { rows } = await sql<AssignableMember>`
    select m.id as member_id, p.name, m.role,
      (select count(*)::integer from link_member a join delegation d on d.id = a.link_id and d.status in ('approved', 'active', 'suspended')
       where a.member_id = m.id and (a.ends_at is null or a.ends_at > ${mandate.origin.now})) as links_count
    from partner_member m join person p on p.id = m.person_id
    where m.partner_id = ${mandate.partner.id} and m.status = 'active' and p.name ilike ${containsPattern(filter.person ?? '')}
    order by lower(p.name), m.id limit 500`.execute(tables<PortfolioTables>(mandate))
  return rows
}

/** One person's place in one link. */
export interface AssignmentCell {
  readonly link_id: string
  readonly member_id: string
  readonly role: LinkRole | null
  readonly ends_at: Date | null
  readonly team_id: string | null
  readonly team_name: string | null
}

/** The assignments in these links that have not ended. */
export async function listAssignmentCells(
  mandate: Mandate<'program'>,
  linkIds: readonly string[],
): Promise<AssignmentCell[]> {
  const { rows } = await sql<AssignmentCell>`
    select a.link_id, a.member_id, a.role, a.ends_at, t.id as team_id, t.name as team_name
    from link_member a left join partner_team t on t.id = a.via_team_id
    where a.partner_id = ${mandate.partner.id} and a.link_id = any (${[...linkIds]}::uuid[])
      and (a.ends_at is null or a.ends_at > ${mandate.origin.now})
    order by a.link_id, a.member_id`.execute(tables<PortfolioTables>(mandate))
  return rows
}
