import { classifyChange } from '@liaison/access'
import type { ChangeRow, LinkRole, LinkTerms } from '@liaison/access'
import { countsNoMore, stillDecides } from '#platform/first-approver.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { changeLink, policyOf, renewLink, saveVersion, tenantTermsOf } from './approval.ts'
import { decideChange, keepFirstOfChange } from './change-store.ts'
import { recordLinkEvent } from './events.ts'
import { announce } from './mails.ts'
import { addDays, toDifference, tokenOf, withProposal } from './rules.ts'
import type { KnownLink } from './store.ts'
import type { ChangeRequestRow } from './tables.ts'
import { isRenewal, takesTwo } from './tenant-widening.ts'

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

/** Refuses a change to whoever asked for it, on whichever side. Throws LINK_STATE_CONFLICT, SECOND_APPROVER_NEEDED. */
function requireOther(mandate: Mandate<'tenant'>, change: ChangeRequestRow): void {
  if (change.requested_by !== mandate.actor.id) return
  if (change.begun_by === 'tenant')
    throw new ProblemError(
      409,
      'SECOND_APPROVER_NEEDED',
      'You wanted this yourself; another admin has to approve it.',
    )
  throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'Whoever asked for a change does not decide about it.')
}

/**
 * Refuses to approve what nobody decided in time, and more than a new end for a link that has ended: an extension moves
 * its end alone, and the rest waits until it holds again. Throws LINK_STATE_CONFLICT.
 */
function requireDecidable(change: ChangeRequestRow, row: KnownLink): void {
  if (change.status === 'lapsed')
    throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'Nobody decided about this change in time.')
  if (row.status === 'expired' && !isRenewal(change.proposal))
    throw new ProblemError(
      409,
      'LINK_STATE_CONFLICT',
      'The link has ended. Extend it first; then this change can be approved.',
    )
}

interface Reading {
  readonly row: KnownLink
  readonly token: string
  readonly role: LinkRole
  readonly origin: string
}

/** Keeps the first of two approvals of a partner's change where the tenant asks for two. Returns whether a second is missing. */
async function keepsFirst(
  mandate: Mandate<'tenant'>,
  change: ChangeRequestRow,
  { row, token, role, origin }: Reading,
): Promise<boolean> {
  const isHeld = change.begun_by === 'partner'
  if (!isHeld || !(await takesTwo(mandate, row, { role, asker: change.requested_by }))) return false
  const isSame = change.first_read === token
  if (isSame && change.first_approved_by === mandate.actor.id)
    throw new ProblemError(
      409,
      'SECOND_APPROVER_NEEDED',
      'You approved this already; another admin has to approve it too.',
    )
  const counts = isSame && (await stillDecides(mandate, change.first_approved_by ?? null))
  if (counts) return false
  await keepFirstOfChange(mandate, change, token)
  await announce(mandate, row, { news: 'second_needed', about: mandate.actor.name, origin })
  recordLinkEvent(mandate, row, {
    action: 'change_requests.approve',
    reason: `${isSame ? `${countsNoMore(change.first_approved_by_name ?? null)} ` : ''}The first of two approvals; everything stays as it is.`,
    isOfTenantAlone: true,
  })
  return true
}

/** Whether what a colleague wants counts as the first of two: it does not once that person decides no more. */
export async function colleagueCounts(
  mandate: Mandate<'tenant'>,
  change: ChangeRequestRow,
  { row, role }: Pick<Reading, 'row' | 'role'>,
): Promise<boolean> {
  if (change.begun_by === 'partner' || !(await takesTwo(mandate, row, { role }))) return true
  return stillDecides(mandate, change.requested_by)
}

/** Refuses what a colleague wanted who decides no more, where the tenant asks for two. Throws SECOND_APPROVER_NEEDED. */
async function requireAskerThere(
  mandate: Mandate<'tenant'>,
  change: ChangeRequestRow,
  link: Pick<Reading, 'row' | 'role'>,
): Promise<void> {
  if (await colleagueCounts(mandate, change, link)) return
  throw new ProblemError(
    409,
    'SECOND_APPROVER_NEEDED',
    `${change.requested_by_name} wanted this and decides no more, so it takes somebody else who wants it: make the change yourself; then another admin approves it.`,
  )
}

/** Writes what was approved, as the kind of change that it is. */
async function carryOut(
  mandate: Mandate<'tenant'>,
  { proposal, reason, begun_by: side }: ChangeRequestRow,
  edit: { row: KnownLink; before: LinkTerms; after: LinkTerms; origin: string },
): Promise<void> {
  const { row, before, after, origin } = edit
  const change = classifyChange(before, after, mandate.origin.now)
  if (row.status === 'expired' || (side === 'tenant' && isRenewal(proposal)))
    await renewLink(mandate, row, { endsAt: after.ends_at, reason, origin })
  else if (proposal.role_version !== undefined)
    await saveVersion(mandate, row, { terms: after, change, origin })
  else await changeLink(mandate, row, { terms: after, change, reason, origin })
}

/**
 * Applies a change that waits, as it reads now, or keeps the first of two approvals. Returns whether it was applied.
 * Throws SNAPSHOT_STALE when it reads otherwise than the approver saw it, and what `requireOther` and `requireDecidable` throw.
 */
export async function approveChange(
  mandate: Mandate<'tenant'>,
  change: ChangeRequestRow,
  { row, token, origin }: ChangeApproval,
): Promise<boolean> {
  const { now } = mandate.origin
  requireOther(mandate, change)
  requireDecidable(change, row)
  const before = await tenantTermsOf(mandate, row)
  const rows = changeRowsNow(change, before, now)
  if (token !== changeTokenOf(change, row, rows))
    throw new ProblemError(409, 'SNAPSHOT_STALE', 'This changed since you read it; nothing was approved.')
  const proposed = withProposal(before, change.proposal)
  const policy = await policyOf(mandate)
  const latest = addDays(now, policy.max_duration_days)
  const after = proposed.ends_at && proposed.ends_at > latest ? { ...proposed, ends_at: latest } : proposed
  await requireAskerThere(mandate, change, { row, role: after.role })
  if (await keepsFirst(mandate, change, { row, token, role: after.role, origin })) return false
  await decideChange(mandate, change.id, 'approved')
  await carryOut(mandate, change, { row, before, after, origin })
  recordLinkEvent(mandate, row, {
    action: 'change_requests.approve',
    reason: change.reason,
    isOfTenantAlone: change.begun_by === 'tenant',
  })
  return true
}
