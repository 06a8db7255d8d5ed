import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { versionOfContent } from './content-version.ts'
import type { LinkTables } from './tables.ts'

/** What a partner keeps about a link for itself. */
export interface PartnerSettings {
  readonly notes_partner: string | null
  readonly metadata: Record<string, unknown>
}

/** A partner's own notes and metadata of a link. */
export async function readPartnerSettings(
  mandate: Mandate<'program'>,
  linkId: string,
): Promise<PartnerSettings> {
  const row = await tables<LinkTables>(mandate)
    .selectFrom('link')
    .select(['notes_partner', 'metadata'])
    .where('id', '=', linkId)
    .executeTakeFirst()
  return row ?? { notes_partner: null, metadata: {} }
}

/** What a partner may set on a link alone; what is left out stays. */
export interface PartnerSettingsChange {
  readonly notes?: string | null | undefined
  readonly metadata?: Record<string, unknown> | undefined
  readonly notify_on_sla_breach?: boolean | undefined
  readonly notify_on_billing_threshold?: boolean | undefined
  readonly billing_alert_threshold?: { amount_minor: number; currency: string } | null | undefined
}

/** Holds what a partner keeps about a link until the transaction ends, so that the second of two who read the same sees what the first one wrote. */
export async function holdPartnerSettings(mandate: Mandate<'program'>, linkId: string): Promise<void> {
  await tables<LinkTables>(mandate)
    .selectFrom('link')
    .select('id')
    .where('id', '=', linkId)
    .forUpdate()
    .executeTakeFirst()
}

/** Writes what a partner sets on a link alone; nothing where nothing is set, as orders say that were taken before that was refused. */
export async function savePartnerSettings(
  mandate: Mandate<'program'>,
  linkId: string,
  change: PartnerSettingsChange,
): Promise<void> {
  const threshold = change.billing_alert_threshold
  if (Object.values(change).every((value) => value === undefined)) return
  await tables<LinkTables>(mandate)
    .updateTable('link')
    .set({
      ...(change.notes !== undefined && { notes_partner: change.notes }),
      ...(change.metadata && { metadata: JSON.stringify(change.metadata) }),
      ...(change.notify_on_sla_breach !== undefined && { notify_on_sla_breach: change.notify_on_sla_breach }),
      ...(change.notify_on_billing_threshold !== undefined && {
        notify_on_billing_threshold: change.notify_on_billing_threshold,
      }),
      ...(threshold !== undefined && {
        billing_alert_threshold_minor: threshold?.amount_minor ?? null,
        billing_alert_currency: threshold?.currency ?? null,
      }),
    })
    .where('id', '=', linkId)
    .execute()
}

/** A tenant's own notes on a link. */
export async function readTenantNotes(mandate: Mandate<'tenant'>, linkId: string): Promise<string | null> {
  const row = await tables<LinkTables>(mandate)
    .selectFrom('link')
    .select('notes_tenant')
    .where('id', '=', linkId)
    .executeTakeFirst()
  return row?.notes_tenant ?? null
}

/** Writes a tenant's own notes on a link over the version that was read. Throws PRECONDITION_FAILED. */
export async function saveTenantNotes(
  mandate: Mandate<'tenant'>,
  linkId: string,
  edit: { readonly notes: string | null; readonly expectedVersion: number },
): Promise<void> {
  const db = tables<LinkTables>(mandate)
  // Held until the transaction ends: of two who read the same notes the second one sees what the first one wrote.
  const held = await db
    .selectFrom('link')
    .select('notes_tenant')
    .where('id', '=', linkId)
    .forUpdate()
    .executeTakeFirst()
  if (versionOfContent(held?.notes_tenant ?? null) !== edit.expectedVersion)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The notes changed after they were read.')
  await db.updateTable('link').set({ notes_tenant: edit.notes }).where('id', '=', linkId).execute()
}

/** The networks from which a partner lets its people work. */
export interface NetworkRule {
  readonly ip_mode: 'off' | 'monitor' | 'enforce'
  readonly ip_allow: readonly string[]
  readonly version: number
}

/** The partner's own network rule, or the one that holds while it has set none. */
export async function readNetworkRule(mandate: Mandate<'program'>): Promise<NetworkRule> {
  const row = await tables<LinkTables>(mandate)
    .selectFrom('partner_network_rule')
    .select(['ip_mode', 'ip_allow', 'version'])
    .where('partner_id', '=', mandate.partner.id)
    .executeTakeFirst()
  return row ?? { ip_mode: 'off', ip_allow: [], version: 1 }
}

/** Writes the partner's network rule over the version that was read. Throws PRECONDITION_FAILED. */
export async function saveNetworkRule(
  mandate: Mandate<'program'>,
  rule: Omit<NetworkRule, 'version'>,
  expectedVersion: number,
): Promise<void> {
  const [result] = await runStatements(mandate, [
    {
      text: `insert into partner_network_rule (partner_id, ip_mode, ip_allow, version)
        select $1, $2, $3, 2 where $4 = 1 or exists (select from partner_network_rule where partner_id = $1)
        on conflict (partner_id) do update set ip_mode = excluded.ip_mode, ip_allow = excluded.ip_allow, version = partner_network_rule.version + 1
        where partner_network_rule.version = $4 returning version`,
      values: [mandate.partner.id, rule.ip_mode, rule.ip_allow, expectedVersion],
    },
  ])
  if (result?.rows.length !== 1)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The networks changed after they were read.')
}
