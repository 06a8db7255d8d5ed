import { SCOPE_NAMES } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

/** Who uses a scope. */
export interface ScopeCount {
  readonly scope: string
  readonly clients: string
  readonly consents: string
}

/** How many API clients are registered for each scope, and how many consents in force name it. */
export async function countScopes(mandate: Mandate<'platform'>): Promise<ScopeCount[]> {
  const { rows } = await sql<ScopeCount>`
    select s.scope,
      (select count(*) from api_client c where s.scope = any (c.scopes) and c.status <> 'revoked') as clients,
      (select count(*) from consent_overview o where s.scope = any (o.scopes) and o.status = 'active') as consents
    from unnest(${[...SCOPE_NAMES]}::text[]) s (scope)`.execute(tables<object>(mandate))
  return rows
}
