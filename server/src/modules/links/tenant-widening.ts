import { isDeepStrictEqual } from 'node:util'
import { classifyChange } from '@liaison/access'
import type { Change, LinkRole, LinkTerms } from '@liaison/access'
import { stillDecides } from '#platform/first-approver.ts'
import type { Mandate } from '#platform/mandate.ts'
import { asksForTwo } from './approval-store.ts'
import { changeLink, endOfRenewal, renewLink, saveVersion, tenantTermsOf } from './approval.ts'
import { decideChange, insertChange, listChanges } from './change-store.ts'
import { recordLinkEvent, recordReplaced } from './events.ts'
import { announce } from './mails.ts'
import { toDifference, toStoredOverrides } from './rules.ts'
import type { TenantChoice } from './rules.ts'
import type { KnownLink } from './store.ts'
import type { ChangeRequestRow, Proposal } from './tables.ts'

interface Why {
  readonly reason: string | null
  readonly origin: string
}

const isWidening = ({ kind }: Change): boolean => kind === 'widening' || kind === 'mixed'

/** Whether opening more of a link takes a second person, under the role that it has or gets; `asker` is the partner's person. */
export async function takesTwo(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  { role, asker = null }: { readonly role: LinkRole; readonly asker?: string | null },
): Promise<boolean> {
  return (
    (await asksForTwo(mandate, row.access_role, asker)) ||
    (role !== row.access_role && (await asksForTwo(mandate, role, asker)))
  )
}

/** What another person of the tenant, who decides still, wants of a link and waits for a second one to agree to. */
async function findOfOther(mandate: Mandate<'tenant'>, row: KnownLink): Promise<ChangeRequestRow | null> {
  const waiting = await listChanges(mandate, { linkId: row.id, status: 'waiting' })
  const own = waiting.find(({ begun_by: side }) => side === 'tenant')
  const isOpen = own && own.requested_by !== mandate.actor.id && own.expires_at > mandate.origin.now
  return isOpen && (await stillDecides(mandate, own.requested_by)) ? own : null
}

/** Whether this person is the second of two who want exactly the same; the one that waited is then decided. */
async function agrees(mandate: Mandate<'tenant'>, row: KnownLink, proposal: Proposal): Promise<boolean> {
  const other = await findOfOther(mandate, row)
  if (other === null || !isDeepStrictEqual(other.proposal, JSON.parse(JSON.stringify(proposal)))) return false
  await decideChange(mandate, other.id, 'approved')
  recordLinkEvent(mandate, row, { action: 'change_requests.approve', isOfTenantAlone: true })
  return true
}

/** Leaves to a second person what this one wants to open. Until then nothing of it holds. */
async function leaveToSecond(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  wanted: Why & { readonly proposal: Proposal; readonly change: Change },
): Promise<void> {
  const rows = toDifference(wanted.change.rows.filter(({ direction }) => direction !== 'narrowing'))
  const { replaced } = await insertChange(mandate, row, {
    proposal: wanted.proposal,
    difference: rows,
    reason: wanted.reason,
  })
  recordReplaced(mandate, row, { replaced, isOfTenantAlone: true })
  recordLinkEvent(mandate, row, {
    action: 'change_requests.request',
    reason: wanted.reason,
    changes: { rows },
    isOfTenantAlone: true,
  })
  await announce(mandate, row, {
    news: 'second_needed',
    about: mandate.actor.name,
    reason: wanted.reason,
    origin: wanted.origin,
  })
}

/** A tenant's choice as it waits for a second person: the exceptions as they would be, since a smaller part may hold at once. */
function toProposal(choice: TenantChoice, terms: LinkTerms): Proposal {
  return {
    ...(choice.access_role !== undefined && { access_role: choice.access_role }),
    ...((choice.access_role !== undefined || choice.deny) && {
      overrides: toStoredOverrides(terms.overrides),
    }),
    ...(choice.ends_at !== undefined && { ends_at: choice.ends_at?.toISOString() ?? null }),
    ...(choice.auto_renew_days !== undefined && { auto_renew_days: choice.auto_renew_days }),
    ...(choice.own_accounts_only !== undefined && { own_accounts_only: choice.own_accounts_only }),
    ...(choice.conditions && { conditions: choice.conditions }),
  }
}

/**
 * Changes a link as its tenant wants: less at once; more at once too, or where the tenant asks for two people when the
 * second one agrees. Returns whether something waits for that person.
 */
export async function changeAsTenant(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  edit: Why & { readonly choice: TenantChoice; readonly terms: LinkTerms; readonly change: Change },
): Promise<boolean> {
  const { terms, change } = edit
  const proposal = toProposal(edit.choice, terms)
  const isFree = !isWidening(change) || !(await takesTwo(mandate, row, terms))
  if (isFree || (await agrees(mandate, row, proposal))) {
    await changeLink(mandate, row, edit)
    return false
  }
  if (change.kind === 'mixed') {
    const before = await tenantTermsOf(mandate, row)
    const less = classifyChange(before, change.applyNow, mandate.origin.now)
    await changeLink(mandate, row, { ...edit, terms: change.applyNow, change: less })
  }
  await leaveToSecond(mandate, row, { ...edit, proposal })
  return true
}

/** Extends a link as its tenant wants, or leaves that to a second person. Returns whether it waits for that person. */
export async function renewAsTenant(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  asked: Why & { readonly endsAt: Date | null },
): Promise<boolean> {
  if (!(await takesTwo(mandate, row, { role: row.access_role }))) {
    await renewLink(mandate, row, asked)
    return false
  }
  const waiting = (await findOfOther(mandate, row))?.proposal
  // Without a date of its own, the second person agrees to the date that the first one wanted.
  const same = asked.endsAt === null && waiting && isRenewal(waiting) ? waiting.ends_at : null
  const endsAt = same ? new Date(same) : await endOfRenewal(mandate, row, asked)
  const proposal = { ends_at: endsAt.toISOString() }
  if (await agrees(mandate, row, proposal)) {
    await renewLink(mandate, row, { ...asked, endsAt })
    return false
  }
  const before = await tenantTermsOf(mandate, row)
  const change = classifyChange(before, { ...before, ends_at: endsAt }, mandate.origin.now)
  await leaveToSecond(mandate, row, { ...asked, proposal, change })
  return true
}

/** Whether a change moves the end of a link and nothing else. */
export function isRenewal(proposal: Proposal): boolean {
  return Object.keys(proposal).join() === 'ends_at' && proposal.ends_at !== null
}

/** Puts a link on the newest version of its role, or leaves that to a second person. Returns whether it waits for that person. */
export async function takeVersion(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  edit: { readonly version: number; readonly origin: string },
): Promise<boolean> {
  const before = await tenantTermsOf(mandate, row)
  const terms = { ...before, role_version: edit.version }
  const change = classifyChange(before, terms, mandate.origin.now)
  const proposal = { role_version: edit.version }
  const isFree = !isWidening(change) || !(await takesTwo(mandate, row, terms))
  if (isFree || (await agrees(mandate, row, proposal))) {
    await saveVersion(mandate, row, { terms, change, origin: edit.origin })
    return false
  }
  await leaveToSecond(mandate, row, { reason: null, origin: edit.origin, proposal, change })
  return true
}
