import { z } from 'zod'
import { firstCounts, FirstCountsOrNone, whoStillDecides } from '#platform/first-approver.ts'
import type { InCharge } from '#platform/first-approver.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { RequestRow } from './store.ts'
import { REQUEST_KINDS, REQUEST_STATES } from './tables.ts'

/** What an earning policy would become. */
const ProposedPolicy = z.strictObject({
  approves_by_itself: z.boolean(),
  two_people_above: z.record(z.string(), z.int()),
})

/** Something that one person of the provider asked for and another confirms. */
export const RequestBody = z
  .strictObject({
    request_id: z.string(),
    kind: z.enum(REQUEST_KINDS),
    partner_id: z.string().nullable(),
    partner_name: z.string().nullable(),
    proposed_four_eyes: z
      .string()
      .nullable()
      .meta({ description: 'What two people would still do about agreements.' }),
    proposed_policy: ProposedPolicy.nullable().meta({ description: 'How earnings would be approved.' }),
    proposed_version: z.int().nullable().meta({
      description: 'The version of the configuration that would let one person decide about identities.',
    }),
    reason: z.string(),
    state: z.enum(REQUEST_STATES),
    asked_by_name: z.string(),
    asked_by_you: z.boolean(),
    request_counts: FirstCountsOrNone,
    asked_at: z.string(),
    ends_at: z.string().meta({ description: 'Until when it can be confirmed.' }),
    decided_by_name: z.string().nullable(),
    decided_at: z.string().nullable(),
    decision_reason: z.string().nullable(),
  })
  .meta({ id: 'SecondPersonRequest' })

export const ProposedCare = z.object({ before: z.string(), four_eyes: z.string() })
/** A version of a partner's configuration that one person asks to put in force, and on which state of it that was decided. */
export const ProposedVersion = z.object({
  version: z.int(),
  replaces: z.int().nullable(),
  after: z.int(),
  kind: z.enum(['activate', 'roll_back']),
})
export const ProposedEarningPolicy = ProposedPolicy.extend({ after_version: z.int() })

const askerOf = (row: RequestRow) => (row.state === 'waiting' ? row.asked_by : null)

function toRequest(
  mandate: Mandate<'platform'>,
  row: RequestRow,
  inCharge: InCharge,
): z.output<typeof RequestBody> {
  const policy = row.kind === 'earning_policy' ? ProposedEarningPolicy.parse(row.proposed) : null
  return {
    request_id: publicIdOf('second_person_request', row.id),
    kind: row.kind,
    partner_id: row.partner_id && publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name,
    proposed_four_eyes: row.kind === 'agreement_care' ? ProposedCare.parse(row.proposed).four_eyes : null,
    proposed_policy: policy && {
      approves_by_itself: policy.approves_by_itself,
      two_people_above: policy.two_people_above,
    },
    proposed_version: row.kind === 'identity_care' ? ProposedVersion.parse(row.proposed).version : null,
    reason: row.reason,
    state: row.state,
    asked_by_name: row.asked_by_name,
    asked_by_you: row.asked_by === mandate.actor.id,
    request_counts: firstCounts(inCharge, askerOf(row)),
    asked_at: row.asked_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
    decided_by_name: row.decided_by_name,
    decided_at: row.decided_at?.toISOString() ?? null,
    decision_reason: row.decision_reason,
  }
}

/** Requests as the provider's people read them. */
export async function toRequests(
  mandate: Mandate<'platform'>,
  rows: readonly RequestRow[],
): Promise<z.output<typeof RequestBody>[]> {
  const inCharge = await whoStillDecides(mandate, rows.map(askerOf))
  return rows.map((row) => toRequest(mandate, row, inCharge))
}

/** One request as the provider's people read it. */
export async function tellRequest(
  mandate: Mandate<'platform'>,
  row: RequestRow,
): Promise<z.output<typeof RequestBody>> {
  return toRequest(mandate, row, await whoStillDecides(mandate, [askerOf(row)]))
}
