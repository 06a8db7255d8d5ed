import { sql } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { LinkRow, LinkTables } from './tables.ts'

/** The links that the person of the mandate is assigned to, pinned tenants first, then by name of the tenant; ended ones only for 30 days. */
export function findOwnLinks(
  mandate: Mandate<'program'>,
  asked: { readonly search?: string | undefined; readonly limit: number; readonly offset: number },
): Promise<(LinkRow & { readonly pinned: boolean })[]> {
  const recently = new Date(mandate.origin.now.getTime() - 30 * 86_400_000)
  const isPinned = sql<boolean>`exists (select from tenant_pin t where t.tenant_id = link_overview.tenant_id and t.partner_id = link_overview.partner_id and t.person_id = ${mandate.actor.id})`
  let query = tables<LinkTables>(mandate)
    .selectFrom('link_overview')
    .selectAll()
    .select(isPinned.as('pinned'))
    .where('status', 'in', ['approved', 'active', 'suspended', 'expired', 'revoked'])
    .where((eb) =>
      eb.or([eb('status', 'not in', ['expired', 'revoked']), eb('status_changed_at', '>', recently)]),
    )
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('link_member')
          .select('link_member.member_id')
          .whereRef('link_member.link_id', '=', 'link_overview.id')
          .where('link_member.person_id', '=', mandate.actor.id),
      ),
    )
  if (asked.search !== undefined) {
    const pattern = containsPattern(asked.search)
    query = query.where((eb) =>
      eb.or([eb('tenant_name', 'ilike', pattern), eb('tenant_slug', 'ilike', pattern)]),
    )
  }
  return query
    .orderBy('pinned', 'desc')
    .orderBy('tenant_name')
    .orderBy('status_changed_at', 'desc')
    .orderBy('id')
    .limit(asked.limit)
    .offset(asked.offset)
    .execute()
}

/** For how many minutes the tenant lets a visit last. */
export async function readActingMinutes(mandate: Mandate<'acting'>): Promise<number> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.acting_minutes() as minutes', values: [] },
  ])
  return Number(result?.rows[0]?.['minutes'])
}
