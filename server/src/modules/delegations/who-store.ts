import type { LinkRole } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { DelegationTables } from './tables.ts'

/** One access to the organisation that is in force now. */
export interface AccessRow {
  readonly kind: 'link' | 'consent' | 'resale' | 'home'
  readonly partner_name: string
  readonly client_name: string | null
  readonly access_role: LinkRole | null
  readonly mask: string
  readonly starts_at: Date
  readonly ends_at: Date | null
}

/** Who may do something in the organisation now, as every member of it may know. */
export async function listAccess(mandate: Mandate<'tenant'>): Promise<readonly AccessRow[]> {
  const work = sql<AccessRow>`select * from access.who_has_access()`
  return (await work.execute(tables<DelegationTables>(mandate))).rows
}
