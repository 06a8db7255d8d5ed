import { idFromUuid } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { PolicyVersion } from './store.ts'
import type { SlaTables } from './tables.ts'
import type { TermsValues } from './terms.ts'

type Portfolio = Mandate<'portfolio'>

/** A link of a headquarters with one of its subsidiaries, under which a floor stands. */
export interface FloorTarget {
  readonly tenantId: TenantId
  readonly linkId: string
}

const on = (mandate: Portfolio) => tables<SlaTables>(mandate)

/** The newest floor under each link, by tenant. With `hold`, whatever withdraws access to them waits until this transaction ends, or was waited for. */
export async function listFloors(
  mandate: Portfolio,
  targets: readonly FloorTarget[],
  { hold = false } = {},
): Promise<ReadonlyMap<TenantId, PolicyVersion>> {
  if (targets.length === 0) return new Map()
  if (hold) {
    const tenantIds = targets.map(({ tenantId }) => tenantId)
    await runStatements(mandate, [{ text: 'select access.hold_tenants($1)', values: [tenantIds] }])
  }
  const rows = await on(mandate)
    .selectFrom('sla_policy_version')
    .distinctOn('tenant_id')
    .selectAll()
    .where('kind', '=', 'floor')
    .where(
      'delegation_id',
      'in',
      targets.map(({ linkId }) => linkId),
    )
    .orderBy('tenant_id')
    .orderBy('version', 'desc')
    .execute()
  return new Map(rows.map((row) => [idFromUuid('tenant', row.tenant_id), row]))
}

/**
 * Adds the next version of each floor, all in one statement; returns the tenants where it was written. One that was
 * written by somebody else meanwhile, or whose link no longer allows it, is left out.
 */
export async function addFloors(
  mandate: Portfolio,
  planned: readonly { readonly target: FloorTarget; readonly before: PolicyVersion | undefined }[],
  added: { readonly terms: TermsValues; readonly note: string },
): Promise<ReadonlySet<TenantId>> {
  if (planned.length === 0) return new Set()
  const tenantIds = planned.map(({ target }) => target.tenantId)
  const linkIds = planned.map(({ target }) => target.linkId)
  const after = planned.map(({ before }) => before?.version ?? 0)
  const { rows } = await sql<{ tenant_id: string }>`
    insert into sla_policy_version (tenant_id, kind, delegation_id, version, terms, note, created_by, created_by_name, created_by_partner_name, created_at)
    select i.tenant_id, 'floor', i.link_id, i.after + 1, ${JSON.stringify(added.terms)}::jsonb, ${added.note},
      ${mandate.actor.id}::uuid, ${mandate.actor.name}, ${mandate.partner.name}, ${mandate.origin.now}::timestamptz
    from unnest(${tenantIds}::uuid[], ${linkIds}::uuid[], ${after}::integer[]) as i (tenant_id, link_id, after)
    where i.tenant_id in (select access.reach('sla_policy_version', 'insert')) and access.holds_link(i.tenant_id, i.link_id)
    on conflict (tenant_id, kind, delegation_id, version) do nothing
    returning tenant_id`.execute(on(mandate))
  return new Set(rows.map((row) => idFromUuid('tenant', row.tenant_id)))
}
