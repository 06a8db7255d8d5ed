import type { LinkRole } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { LinkTables } from './tables.ts'

/** How many links stand on one version of a role. */
export interface RoleCount {
  readonly access_role: LinkRole
  readonly role_version: number
  readonly in_force: string
  readonly links: string
}

/** The links of each role and version: those in force now, and all that there ever were. */
export function countRoles(mandate: Mandate<'platform'>): Promise<RoleCount[]> {
  return tables<LinkTables>(mandate)
    .selectFrom('link_overview')
    .select([
      'access_role',
      'role_version',
      sql<string>`count(*) filter (where status = 'active')`.as('in_force'),
      sql<string>`count(*)`.as('links'),
    ])
    .groupBy(['access_role', 'role_version'])
    .execute()
}
