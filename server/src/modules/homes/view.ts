import { z } from 'zod'
import { firstCounts, FirstCountsOrNone } from '#platform/first-approver.ts'
import type { InCharge } from '#platform/first-approver.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { isoOf } from '#platform/instant.ts'
import type { HomeRow } from './store.ts'
import { HOME_STATES } from './tables.ts'

export const HomeParams = z.strictObject({ home_id: publicId('partner_home') })

/** Why something ends, where somebody says it. */
export const ReasonInput = z.strictObject({ reason: plainText(1, 500).optional() })

export const HomeBody = z
  .strictObject({
    home_id: z.string(),
    tenant_id: z.string(),
    tenant_name: z.string(),
    partner_id: z.string(),
    partner_name: z.string(),
    status: z.enum(HOME_STATES).meta({
      description:
        '`waiting`: for a second person of the organisation. `offered`: for an owner of the partner. `active`: the two are one.',
    }),
    asked_by_name: z.string(),
    asked_by_you: z.boolean(),
    first_approval_counts: FirstCountsOrNone,
    asked_at: z.string(),
    answer_by: z.string(),
    confirmed_by_name: z
      .string()
      .nullable()
      .meta({ description: 'The second person of the organisation, where it asks for two.' }),
    offered_at: z.string().nullable(),
    accepted_by_name: z.string().nullable(),
    accepted_at: z.string().nullable(),
    ended_at: z.string().nullable(),
    ended_by: z.enum(['tenant', 'partner']).nullable(),
    ended_by_name: z.string().nullable(),
    end_reason: z.string().nullable(),
  })
  .meta({ id: 'PartnerHome' })

/** Who said it first where a second person of the organisation is waited for. */
export const firstOf = (row: HomeRow): string | null => (row.state === 'waiting' ? row.asked_by : null)

/** What is said of a partner and an organisation; whether a first word counts is told to the organisation alone. */
export function toHome(
  row: HomeRow,
  reader: string,
  inCharge: InCharge | null = null,
): z.output<typeof HomeBody> {
  return {
    home_id: publicIdOf('partner_home', row.id),
    tenant_id: publicIdOf('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name,
    status: row.state,
    asked_by_name: row.asked_by_name,
    asked_by_you: row.asked_by === reader,
    first_approval_counts: inCharge && firstCounts(inCharge, firstOf(row)),
    asked_at: row.asked_at.toISOString(),
    answer_by: row.answer_by.toISOString(),
    confirmed_by_name: row.confirmed_by_name,
    offered_at: isoOf(row.offered_at),
    accepted_by_name: row.accepted_by_name,
    accepted_at: isoOf(row.accepted_at),
    ended_at: isoOf(row.ended_at),
    ended_by: row.ended_by_side,
    ended_by_name: row.ended_by_name,
    end_reason: row.end_reason,
  }
}
