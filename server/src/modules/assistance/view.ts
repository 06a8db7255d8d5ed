import { z } from 'zod'
import { firstCounts, FirstCountsOrNone } from '#platform/first-approver.ts'
import type { InCharge } from '#platform/first-approver.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { isoOf } from '#platform/instant.ts'
import type { AccessRow } from './store.ts'
import { ASSISTED_STATES } from './tables.ts'

export const AccessParams = z.strictObject({ support_access_id: publicId('assisted') })

/** Support's access, or the request for it, as the tenant and the provider read it. */
export const AccessBody = z.strictObject({
  support_access_id: z.string(),
  tenant_id: z.string(),
  tenant_name: z.string().nullable(),
  person_name: z.string().meta({ description: 'Who of the provider looks, or wants to.' }),
  case_number: z.string(),
  reason: z.string(),
  partner_id: z.string().nullable().meta({ description: 'The partner whose work the case is about.' }),
  partner_name: z.string().nullable(),
  duration_minutes: z.int(),
  status: z.enum(ASSISTED_STATES),
  basis: z.enum(['asked', 'standing']).meta({
    description: '`standing`: the tenant had allowed it beforehand; `asked`: it is asked this time.',
  }),
  requested_at: z.string(),
  answer_by: z.string(),
  first_approved_by_name: z.string().nullable(),
  first_approval_counts: FirstCountsOrNone,
  allowed_by_name: z.string().nullable(),
  started_at: z.string().nullable(),
  ends_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  ended_by_side: z.enum(['tenant', 'provider', 'clock']).nullable(),
  ended_by_name: z.string().nullable(),
  end_reason: z.string().nullable(),
  is_own: z.boolean().meta({ description: 'Whether you asked for it yourself.' }),
})

/** Who gave the first of two approvals of what still waits. */
export const firstOf = (row: AccessRow): string | null =>
  row.state === 'requested' ? row.first_approved_by : null

/** The public form of support's access; whether a first approval counts is told to the tenant alone. */
export function toAccess(
  row: AccessRow,
  actorId: string,
  inCharge: InCharge | null = null,
): z.output<typeof AccessBody> {
  return {
    support_access_id: publicIdOf('assisted', row.id),
    tenant_id: publicIdOf('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
    person_name: row.person_name,
    case_number: row.case_number,
    reason: row.reason,
    partner_id: row.partner_id && publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name,
    duration_minutes: row.duration_minutes,
    status: row.state,
    basis: row.basis,
    requested_at: row.requested_at.toISOString(),
    answer_by: row.answer_by.toISOString(),
    first_approved_by_name: row.first_approved_by_name,
    first_approval_counts: inCharge && firstCounts(inCharge, firstOf(row)),
    allowed_by_name: row.started_at === null ? null : row.decided_by_name,
    started_at: isoOf(row.started_at),
    ends_at: isoOf(row.ends_at),
    ended_at: isoOf(row.ended_at),
    ended_by_side: row.ended_by_side ?? (row.state === 'ended' || row.state === 'lapsed' ? 'clock' : null),
    ended_by_name: row.ended_by_name,
    end_reason: row.end_reason,
    is_own: row.person_id === actorId,
  }
}
