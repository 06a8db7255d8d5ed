import { findPermission, fromBits, permissionsOf } from '@liaison/access'
import { z } from 'zod'
import { FirstCountsOrNone } from '#platform/first-approver.ts'
import { mayAlso } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { isoOf } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { ELEVATION_STATES } from './tables.ts'
import type { ElevationRow } from './store.ts'

/** A request for more access, or that access, as both sides read it. */
export const ElevationBody = z.strictObject({
  elevation_id: z.string(),
  link_id: z.string(),
  tenant_id: z.string(),
  tenant_name: z.string().nullable(),
  partner_id: z.string(),
  partner_name: z.string().nullable(),
  person_id: z.string(),
  person_name: z.string(),
  permissions: z.array(
    z.strictObject({ name: z.string(), sentence: z.string(), sensitive: z.boolean(), spends: z.boolean() }),
  ),
  reason: z.string(),
  ticket_id: z.string().nullable(),
  ticket_number: z.string().nullable(),
  duration_minutes: z.int(),
  status: z.enum(ELEVATION_STATES),
  waits_for: z.enum(['partner', 'tenant']).nullable(),
  requested_at: z.string(),
  answer_by: z.string(),
  approved_by_name: z.string().nullable().meta({ description: 'The colleague who approved it.' }),
  approval_counts: FirstCountsOrNone,
  tenant_approved_by_name: z.string().nullable(),
  started_at: z.string().nullable(),
  ends_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  ended_by_side: z.enum(['partner', 'tenant', 'clock', 'ticket']).nullable(),
  ended_by_name: z.string().nullable(),
  end_reason: z.string().nullable(),
  may: z
    .strictObject({ approve: z.boolean(), deny: z.boolean(), end: z.boolean() })
    .meta({ description: 'What you can do with it now; a fresh second factor may be asked for.' }),
})

const WAITS: Readonly<Partial<Record<ElevationRow['state'], 'partner' | 'tenant'>>> = {
  requested: 'partner',
  approved: 'tenant',
}

/** Whether the partner approved this by somebody who is no owner of it any more, so that another one approves it anew. */
export const isVoid = (row: Pick<ElevationRow, 'state' | 'approval_counts'>): boolean =>
  row.state === 'approved' && row.approval_counts === false

function mayOfTenant(row: ElevationRow, mandate: Mandate<'tenant'>) {
  // A factor that is not fresh is asked for at the press; who may not revoke may not approve either.
  const mayStop = mayAlso(mandate, 'tenant.partner_access.revoke')
  const isWaiting = mayStop && row.state === 'approved'
  return {
    // Nobody approves for both sides.
    approve:
      isWaiting &&
      !isVoid(row) &&
      row.person_id !== mandate.actor.id &&
      row.partner_decided_by !== mandate.actor.id,
    deny: isWaiting,
    end: mayStop && row.state === 'active',
  }
}

function mayOfPartner(row: ElevationRow, mandate: Mandate<'program'>) {
  const { state, person_id: personId } = row
  const isOwn = personId === mandate.actor.id
  const isApprover = mandate.partner.role === 'PARTNER_OWNER'
  const decides = isApprover && !isOwn
  const isAnswered = state === 'active' || state === 'approved'
  return {
    approve: decides && (state === 'requested' || isVoid(row)),
    deny: decides && state === 'requested',
    end: (isAnswered && (isOwn || isApprover)) || (state === 'requested' && isOwn),
  }
}

/** What the people of a partner say to each other about an end of their own is theirs. */
const endReasonFor = (row: ElevationRow, { kind }: Mandate<'program' | 'tenant'>): string | null =>
  kind === 'tenant' && row.ended_by_side === 'partner' ? null : row.end_reason

/** The public form of an elevation for one side. */
export function toElevation(
  row: ElevationRow,
  mandate: Mandate<'program' | 'tenant'>,
): z.output<typeof ElevationBody> {
  return {
    elevation_id: publicIdOf('elevation', row.id),
    link_id: publicIdOf('link', row.link_id),
    tenant_id: publicIdOf('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name,
    person_id: publicIdOf('person', row.person_id),
    person_name: row.person_name,
    permissions: permissionsOf(fromBits(row.mask)).map((name) => {
      const entry = findPermission(name)
      return {
        name,
        sentence: entry?.sentence ?? name,
        sensitive: entry?.sensitive ?? false,
        spends: entry?.spends ?? false,
      }
    }),
    reason: row.reason,
    ticket_id: row.ticket_id && publicIdOf('ticket', row.ticket_id),
    ticket_number: row.ticket_number,
    duration_minutes: row.duration_minutes,
    status: row.state,
    waits_for: isVoid(row) ? 'partner' : (WAITS[row.state] ?? null),
    requested_at: row.requested_at.toISOString(),
    answer_by: row.answer_by.toISOString(),
    approved_by_name: row.status === 'denied' ? null : row.partner_decided_by_name,
    approval_counts: row.state === 'approved' ? row.approval_counts : null,
    tenant_approved_by_name: row.status === 'denied' ? null : row.tenant_decided_by_name,
    started_at: isoOf(row.started_at),
    ends_at: isoOf(row.ends_at),
    ended_at: isoOf(row.ended_at),
    ended_by_side: row.ended_by_side ?? (row.state === 'ended' || row.state === 'lapsed' ? 'clock' : null),
    ended_by_name: row.ended_by_name,
    end_reason: endReasonFor(row, mandate),
    may: mandate.kind === 'tenant' ? mayOfTenant(row, mandate) : mayOfPartner(row, mandate),
  }
}
