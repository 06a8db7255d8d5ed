import { z } from 'zod'
import { FirstCounts, stillDecides } from '#platform/first-approver.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ConditionsInput, toConditionsBody } from './inputs.ts'
import { snapshotTokenOf } from './approval.ts'
import { asksForTwo, findFirstApproval } from './approval-store.ts'
import { toConditions } from './rules.ts'
import { listPeople } from './people-store.ts'
import { findPrivateTerms } from './store.ts'
import type { Activity } from './people-store.ts'
import type { KnownLink } from './store.ts'
import { canAndCannot, linkFields, PersonBody, toLink, toPerson } from './view.ts'

const ActivityBody = z.strictObject({ reads: z.int(), writes: z.int(), people: z.int() })

/** A link as its tenant reads it: in plain words, with the people and what they did. */
export const TenantLinkBody = z.strictObject({
  ...linkFields,
  conditions: ConditionsInput.nullable(),
  can: z.array(z.string()),
  cannot: z.array(z.string()),
  people: z.array(PersonBody),
  activity_30d: ActivityBody,
})

/** The answer to a change of a link: whether something of it waits for a second person. */
export const SecondBody = z.strictObject({ ...TenantLinkBody.shape, waits_for_second: z.boolean() })

export type TenantLink = z.output<typeof TenantLinkBody>

const NOTHING = { reads: 0, writes: 0, people: 0 }

/** One link for its tenant, from the link and the counted activity of its partner. */
export async function toTenantLink(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  activity: readonly Activity[],
): Promise<TenantLink> {
  const { now } = mandate.origin
  const { conditions } = await findPrivateTerms(mandate, row.id)
  const { reads, writes, people } = activity.find((one) => one.partner_id === row.partner_id) ?? NOTHING
  return {
    ...toLink(row, now),
    tenant_name: mandate.tenant.name,
    conditions: row.has_conditions ? toConditionsBody(toConditions(conditions)) : null,
    ...canAndCannot(row, now),
    people: (await listPeople(mandate, row.id)).map(toPerson),
    activity_30d: { reads, writes, people },
  }
}

export const FirstApprovalBody = z
  .strictObject({
    name: z.string(),
    at: z.string(),
    counts: FirstCounts,
  })
  .nullable()

/** What an approver needs besides the link: the token of what it read, and a first approval that waits. */
export async function readApprovalState(mandate: Mandate<'tenant'>, row: KnownLink) {
  const first = row.status === 'requested' ? await findFirstApproval(mandate, row.id) : null
  const isInvitation = row.status === 'requested' && row.initiated_by === 'tenant' && first === null
  const needsSecond = isInvitation && (await asksForTwo(mandate, row.access_role, null))
  return {
    needs_second: needsSecond,
    invitation_counts: needsSecond ? await stillDecides(mandate, row.requested_by) : null,
    snapshot_token: row.status === 'requested' ? await snapshotTokenOf(mandate, row) : null,
    first_approval: first && {
      name: first.first_approved_by_name ?? '',
      at: first.first_approved_at?.toISOString() ?? '',
      counts: first.counts,
    },
  }
}
