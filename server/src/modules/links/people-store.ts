import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { LinkRow, LinkTables } from './tables.ts'

/** The people assigned to a link. */
export interface LinkPerson {
  readonly member_id: string
  readonly person_id: string
  readonly name: string
  readonly role: LinkRow['access_role'] | null
  readonly ends_at: Date | null
  readonly assigned_at: Date
  readonly factor: 'none' | 'otp' | 'phishing_resistant'
  readonly last_used_at: Date | null
  /** The team that brings the person; null for a direct assignment. */
  readonly team_id: string | null
  readonly team_name: string | null
}

/** The people assigned to a link, by name. */
export async function listPeople(
  mandate: Mandate<'program' | 'tenant' | 'platform'>,
  linkId: string,
): Promise<LinkPerson[]> {
  const { rows } = await sql<LinkPerson>`
    select p.*, t.team_id, t.team_name
    from access.people_of(${linkId}) p left join access.teams_of(${linkId}) t using (member_id)
    order by p.name, p.member_id`.execute(tables<LinkTables>(mandate))
  return rows
}

/** What the partners did in a tenant in the last 30 days. */
export interface Activity {
  readonly partner_id: string
  readonly reads: number
  readonly writes: number
  readonly people: number
}

/** Reads, writes and people of each partner in a tenant in the last 30 days. */
export async function countActivity(mandate: Mandate<'tenant'>, tenantId: TenantId): Promise<Activity[]> {
  const { rows } = await sql<Activity>`
    select e.partner_id, sum(e.repeats) filter (where e.method = 'GET' or s.row_count is not null)::integer as reads,
      count(*) filter (where audit.is_change(e.method, e.action, s.row_count))::integer as writes, count(distinct e.actor_id)::integer as people
    from audit_scope s join audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
    where s.kind = 'tenant' and s.scope_id = ${tenantId} and s.occurred_at > statement_timestamp() - interval '30 days'
      and e.plane = 'delegation' and e.outcome = 'allowed' and e.partner_id is not null
    group by e.partner_id`.execute(tables<LinkTables>(mandate))
  return rows.map((row) => ({ ...row, reads: row.reads ?? 0 }))
}
