import { isDeepStrictEqual } from 'node:util'
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

/** When a change is looked at, and for how many days the tenant lets an access last from then. */
export interface Limit {
  readonly now: Date
  readonly longestDays: number
}

/** The limit that the mandate's tenant sets now. */
export async function limitOf(mandate: Mandate<'tenant'>): Promise<Limit> {
  const policy = await policyOf(mandate)
  return { now: mandate.origin.now, longestDays: policy.max_duration_days }
}

/** The last full hour at which an access may end: by the hour, so that what somebody reads holds while it is read. */
function latestEnd({ now, longestDays }: Limit): Date {
  const latest = addDays(now, longestDays)
  latest.setUTCMinutes(0, 0, 0)
  return latest
}

/**
 * The terms that a change would give a link now: a later end no later than the tenant's rules allow, and never an earlier
 * one than stands. Who asks for no end leaves the one that stands.
 */
export function termsOfChange(
  { proposal }: Pick<ChangeRequestRow, 'proposal'>,
  before: LinkTerms,
  limit: Limit,
): LinkTerms {
  const asked = withProposal(before, proposal)
  if (!proposal.ends_at || asked.ends_at === null) return asked
  if (before.ends_at === null) return { ...asked, ends_at: null }
  const latest = latestEnd(limit)
  const end = asked.ends_at < latest ? asked.ends_at : latest
  return { ...asked, ends_at: end > before.ends_at ? end : before.ends_at }
}

/** What a waiting change would do to the link as it is now; what a decided one was asked for. */
export function changeRowsNow(change: ChangeRequestRow, terms: LinkTerms, limit: Limit): ChangeRow[] {
  if (change.status !== 'waiting') return [...change.difference]
  return toDifference(classifyChange(terms, termsOfChange(change, terms, limit), limit.now).rows)
}

/** A change with the link and its terms as they are now. */
interface Shown {
  readonly change: ChangeRequestRow
  readonly row: KnownLink
  readonly terms: LinkTerms
}

/**
 * Two digests of a change: `token` of what its approver is shown, `read` of what two approvers have to agree about. They
 * differ where the tenant's rules make the end an earlier one, which moves on with the hours: the second of two people
 * agrees to the same request under the same rule. One that is not shortened has one digest.
 */
export function digestsOf({ change, row, terms }: Shown, limit: Limit): { token: string; read: string } {
  const asked = toDifference(classifyChange(terms, withProposal(terms, change.proposal), limit.now).rows)
  const rows = changeRowsNow(change, terms, limit)
  const known = [change.id, change.status, row.id, row.version]
  const plain = tokenOf(...known, asked)
  if (isDeepStrictEqual(rows, asked)) return { token: plain, read: plain }
  const read = tokenOf(...known, asked, limit.longestDays)
  return { token: tokenOf(read, rows), read }
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
  /** A digest of what both of two approvers have to agree about. */
  readonly read: string
  readonly role: LinkRole
  readonly origin: string
}

/** Keeps the first of two approvals of a partner's change where the tenant asks for two. Returns whether a second is missing. */
async function keepsFirst(
  mandate: Mandate<'tenant'>,
  change: ChangeRequestRow,
  { row, read, role, origin }: Reading,
): Promise<boolean> {
  const isHeld = change.begun_by === 'partner'
  if (!isHeld || !(await takesTwo(mandate, row, { role, asker: change.requested_by }))) return false
  const isSame = change.first_read === read
  if (isSame && change.first_approved_by === mandate.actor.id)
    throw new ProblemError(
      409,
      'SECOND_APPROVER_NEEDED',
      'You approved this already; another admin has to approve it too.',
    )
  const counts = isSame && (await stillDecides(mandate, change.first_approved_by ?? null))
  if (counts) return false
  await keepFirstOfChange(mandate, change, read)
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
  // It holds already, or the rules of the tenant allow nothing of it: nobody is told of a change that is none.
  if (change.kind === 'none') return
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
  requireOther(mandate, change)
  requireDecidable(change, row)
  const before = await tenantTermsOf(mandate, row)
  const limit = await limitOf(mandate)
  const shown = digestsOf({ change, row, terms: before }, limit)
  if (token !== shown.token)
    throw new ProblemError(409, 'SNAPSHOT_STALE', 'This changed since you read it; nothing was approved.')
  const after = termsOfChange(change, before, limit)
  await requireAskerThere(mandate, change, { row, role: after.role })
  if (await keepsFirst(mandate, change, { row, read: shown.read, role: after.role, origin })) return false
  await decideChange(mandate, change.id, 'approved')
  await carryOut(mandate, change, { row, before, after, origin })
  recordLinkEvent(mandate, row, {
    action: 'change_requests.approve',
    reason: change.reason,
    isOfTenantAlone: change.begun_by === 'tenant',
  })
  return true
}
