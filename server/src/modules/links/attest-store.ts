import type { LinkTerms } from '@liaison/access'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { masksOfTerms, nextReview, toSnapshot } from './rules.ts'
import { namingConflicts } from './store.ts'

/** A link of a subsidiary that the provider attests. */
export interface Attestation {
  readonly partnerId: string
  readonly tenantId: string
  readonly terms: LinkTerms
  readonly contract: string
  readonly objectionUntil: Date
}

/** Whether there are such a partner and such a tenant that take part. */
export async function knowsBoth(
  mandate: Mandate<'platform'>,
  ids: { readonly partnerId: string; readonly tenantId: string },
): Promise<{ partner: boolean; tenant: boolean }> {
  const [result] = await runStatements(mandate, [
    {
      text: `select exists (select from partner where id = $1 and status = 'active') as partner, exists (select from tenant where id = $2 and status <> 'closed') as tenant`,
      values: [ids.partnerId, ids.tenantId],
    },
  ])
  const row = result?.rows[0]
  return { partner: row?.['partner'] === true, tenant: row?.['tenant'] === true }
}

/** Writes an attested link: approved, and opening when the time to object is over. */
export async function insertAttested(mandate: Mandate<'platform'>, made: Attestation): Promise<string> {
  const { now } = mandate.origin
  const { terms } = made
  const masks = masksOfTerms(terms, now)
  const [given] = await runStatements(mandate, [{ text: 'select uuidv7() as id', values: [] }])
  const id = String(given?.rows[0]?.['id'])
  const pair = [id, made.tenantId, made.partnerId]
  const detail = { by: 'provider', contract: made.contract, access_role: terms.role }
  await namingConflicts(
    runStatements(mandate, [
      {
        text: `insert into delegation (id, tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, requested_by, status_changed_by, status_changed_by_side, approved_by, approved_by_name, approved_at, approval_basis, approval_snapshot)
          values ($1, $2, $3, 'link', 'approved', $4::bit(256), $5::bit(256), $6, $7, $8, $8, 'provider', $8, $9, $10, 'operator_attested', $11)`,
        values: [
          ...pair,
          masks.role_mask,
          masks.mask,
          terms.starts_at,
          terms.ends_at,
          mandate.actor.id,
          mandate.actor.name,
          now,
          JSON.stringify(toSnapshot(terms, now, { sla_response_hours: null })),
        ],
      },
      {
        text: `insert into link (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, review_due_at, attestation_ref, objection_until)
          values ($1, $2, $3, $4, $5, $6, 'provider', null, $7, $8, $9)`,
        values: [
          ...pair,
          terms.relationship_type,
          terms.role,
          terms.role_version,
          nextReview(now),
          made.contract,
          made.objectionUntil,
        ],
      },
      {
        text: `insert into delegation_history (delegation_id, tenant_id, partner_id, version, event, detail) values ($1, $2, $3, 1, 'attested', $4)`,
        values: [...pair, detail],
      },
    ]),
  )
  return id
}
