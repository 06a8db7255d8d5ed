import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Operator } from '#platform/operator.ts'

/** The partner with this slug, when it is active. */
export async function findActivePartner(
  mandate: Mandate<'system'>,
  slug: string,
): Promise<{ id: string; name: string } | null> {
  const [result] = await runStatements(mandate, [
    { text: `select id, name from partner where slug = $1 and status = 'active'`, values: [slug] },
  ])
  const row = result?.rows[0]
  return row ? { id: String(row['id']), name: String(row['name']) } : null
}

export interface AttestedTerms {
  readonly partnerId: string
  readonly tenantIds: readonly string[]
  readonly role: string
  readonly roleVersion: number
  readonly mask: string
  readonly snapshot: Readonly<Record<string, unknown>>
  readonly operator: Operator
}

/** Adds links for a year to those of the tenants that have no live link with the partner. */
export async function addAttestedLinks(
  mandate: Mandate<'system'>,
  terms: AttestedTerms,
): Promise<{ id: string; tenantId: string; tenantName: string }[]> {
  const [added, , , named] = await runStatements(mandate, [
    {
      text: `insert into delegation (tenant_id, partner_id, kind, status, status_changed_by, status_changed_by_side, role_mask, mask, ends_at, requested_by, approved_by, approved_by_name, approved_at, approval_basis, approval_snapshot)
        select w.tenant_id, $1, 'link', 'active', $5, 'provider', $3::bit(256), $3::bit(256), ($4::jsonb ->> 'ends_at')::timestamptz, null, $5, $6, now(), 'operator_attested', $4::jsonb::jsonb
        from unnest($2::uuid[]) as w (tenant_id)
        where not exists (select from delegation d where d.partner_id = $1 and d.tenant_id = w.tenant_id and d.kind = 'link' and d.status in ('requested', 'approved', 'active', 'suspended'))
        returning id, tenant_id`,
      values: [
        terms.partnerId,
        terms.tenantIds,
        terms.mask,
        terms.snapshot,
        terms.operator.id,
        terms.operator.name,
      ],
    },
    {
      text: `insert into link (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by)
        select d.id, d.tenant_id, d.partner_id, 'msp_managed', $2, $3, 'provider' from delegation d
        where d.partner_id = $1 and d.created_at = now() and d.approval_basis = 'operator_attested'`,
      values: [terms.partnerId, terms.role, terms.roleVersion],
    },
    {
      text: `insert into delegation_history (delegation_id, tenant_id, partner_id, version, event, detail)
        select d.id, d.tenant_id, d.partner_id, 1, 'attested', jsonb_build_object('by', 'provider', 'name', $2::text, 'reference', $3::text) from delegation d
        where d.partner_id = $1 and d.created_at = now() and d.approval_basis = 'operator_attested'`,
      values: [terms.partnerId, terms.operator.name, terms.snapshot['reference']],
    },
    { text: 'select id, name from tenant where id = any ($1::uuid[])', values: [terms.tenantIds] },
  ])
  const names = new Map((named?.rows ?? []).map((row) => [String(row['id']), String(row['name'])]))
  return (added?.rows ?? []).map((row) => {
    const tenantId = String(row['tenant_id'])
    return { id: String(row['id']), tenantId, tenantName: names.get(tenantId) ?? '' }
  })
}
