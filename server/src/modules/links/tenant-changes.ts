import { classifyChange } from '@liaison/access'
import type { ChangeRow, LinkTerms } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { changeLink, policyOf, renewLink, tenantTermsOf } from './approval.ts'
import { decideChange } from './change-store.ts'
import { recordLinkEvent } from './events.ts'
import { addDays, toDifference, tokenOf, withProposal } from './rules.ts'
import type { KnownLink } from './store.ts'
import type { ChangeRequestRow } from './tables.ts'

/** What a waiting change would do to the link as it is now; what a decided one was asked for. */
export function changeRowsNow(change: ChangeRequestRow, terms: LinkTerms, now: Date): ChangeRow[] {
  if (change.status !== 'waiting') return [...change.difference]
  return toDifference(classifyChange(terms, withProposal(terms, change.proposal), now).rows)
}

/** A digest of what the approver of a change is shown. */
export function changeTokenOf(change: ChangeRequestRow, row: KnownLink, rows: readonly ChangeRow[]): string {
  return tokenOf(change.id, change.status, row.id, row.version, rows)
}

interface ChangeApproval {
  readonly row: KnownLink
  readonly token: string
  readonly origin: string
}

/**
 * Applies a change that a partner asked for, as it reads now. Throws SNAPSHOT_STALE when it reads otherwise than the
 * approver saw it.
 */
export async function approveChange(
  mandate: Mandate<'tenant'>,
  change: ChangeRequestRow,
  { row, token, origin }: ChangeApproval,
): Promise<void> {
  const { now } = mandate.origin
  const before = await tenantTermsOf(mandate, row)
  const rows = changeRowsNow(change, before, now)
  if (token !== changeTokenOf(change, row, rows))
    throw new ProblemError(409, 'SNAPSHOT_STALE', 'This changed since you read it; nothing was approved.')
  const proposed = withProposal(before, change.proposal)
  const policy = await policyOf(mandate)
  const latest = addDays(now, policy.max_duration_days)
  const after = proposed.ends_at && proposed.ends_at > latest ? { ...proposed, ends_at: latest } : proposed
  await decideChange(mandate, change.id, 'approved')
  if (row.status === 'expired') {
    await renewLink(mandate, row, { endsAt: after.ends_at, reason: change.reason, origin })
  } else {
    await changeLink(mandate, row, {
      terms: after,
      change: classifyChange(before, after, now),
      reason: change.reason,
      origin,
    })
  }
  recordLinkEvent(mandate, row, { action: 'change_requests.approve', reason: change.reason })
}
