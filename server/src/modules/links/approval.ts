import { classifyChange } from '@liaison/access'
import type { Change, LinkTerms } from '@liaison/access'
import type { Language } from '#platform/words/language.ts'
import { countsNoMore, stillDecides } from '#platform/first-approver.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { recordLinkEvent } from './events.ts'
import { requireConditions, requireOffer, requirePatterns } from './inputs.ts'
import { followActivation, renewedStatus } from './activation.ts'
import { announce } from './mails.ts'
import { newsOfChange } from './news-words.ts'
import {
  addDays,
  turnedBetween,
  DEFAULT_POLICY,
  isReviewOverdue,
  renewableUntil,
  renewedEnd,
  termsOf,
  toDifference,
  toSnapshot,
  toStoredOverrides,
  tokenOf,
  withChoice,
} from './rules.ts'
import type { TenantChoice } from './rules.ts'
import { readVouched } from './asking-party-store.ts'
import {
  asksForTwo,
  findFirstApproval,
  findFirstEnd,
  INVITATION,
  isOverForGood,
  keepFirstApproval,
} from './approval-store.ts'
import { changeDelegation, findPolicy, findPrivateTerms, hasStrongMember, saveTerms } from './store.ts'
import type { KnownLink } from './store.ts'
import { LINK_WORDS } from './words/index.ts'

/** The rules of the mandate's tenant, or those that hold while it has set none. */
export async function policyOf(mandate: Mandate<'tenant'>) {
  return (await findPolicy(mandate)) ?? { ...DEFAULT_POLICY, tenant_id: mandate.tenant.id }
}

/** The terms of a link as the tenant reads them. */
export async function tenantTermsOf(mandate: Mandate<'tenant'>, row: KnownLink): Promise<LinkTerms> {
  const { conditions } = await findPrivateTerms(mandate, row.id)
  return termsOf(row, conditions)
}

/** A digest of everything that an approver is shown of a link. */
export async function snapshotTokenOf(mandate: Mandate<'tenant'>, row: KnownLink): Promise<string> {
  const terms = await tenantTermsOf(mandate, row)
  const policy = await policyOf(mandate)
  const first = await findFirstApproval(mandate, row.id)
  return tokenOf(
    row.id,
    row.version,
    row.status,
    row.partner_name,
    row.request_message,
    toSnapshot(terms, row.requested_at, row),
    policy.version,
    first?.counts ? first.first_accepted : null,
    await readVouched(mandate, row),
  )
}

/** Refuses when what the approver was shown is not what is there now. */
async function requireSnapshot(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  { token, language }: Pick<Approval, 'token' | 'language'>,
): Promise<void> {
  if (token !== (await snapshotTokenOf(mandate, row)))
    throw new ProblemError(409, 'SNAPSHOT_STALE', LINK_WORDS[language].faults.stale, { language })
}

function refuseInput(field: string, detail: string): never {
  throw inputRefused([{ pointer: `/body/${field}`, code: 'OUT_OF_RANGE', detail }])
}

/** Refuses terms by which a full role would renew itself. Source: managed-tenants.md section 2. */
export function refuseFullRenewal(terms: LinkTerms): void {
  if (terms.role === 'msp_full' && terms.auto_renew_days > 0)
    refuseInput('auto_renew_days', 'A link with the full role never renews itself.')
}

/** The terms after a tenant's choice, with every fault of the choice told. */
export function applyChoice(before: LinkTerms, choice: TenantChoice, now: Date): LinkTerms {
  if (choice.conditions) requireConditions(choice.conditions, 'conditions')
  if (choice.deny) requirePatterns(choice.deny, 'deny')
  const after = withChoice(before, choice)
  if (choice.access_role) requireOffer(after.role, after.relationship_type, [])
  refuseFullRenewal(after)
  const isSubsidiary = after.relationship_type === 'enterprise_subsidiary'
  const latest = addDays(now, 730)
  const isBad =
    after.ends_at === null
      ? !isSubsidiary
      : after.ends_at <= now || after.ends_at <= after.starts_at || after.ends_at > latest
  if (choice.ends_at !== undefined && isBad)
    refuseInput('ends_at', 'must lie after the start and now, at most 730 days ahead')
  return after
}

function requireNarrower(change: Change): void {
  if (change.kind === 'none' || change.kind === 'narrowing') return
  const rows = change.rows.filter(({ direction }) => direction !== 'narrowing')
  throw new ProblemError(
    422,
    'NOT_NARROWER',
    'An approval may take away from what was asked, never add to it.',
    {
      errors: rows.map(({ field, label }) => ({
        pointer: `/body/accept/${field}`,
        code: 'WIDENS',
        detail: `${label}: more than was asked`,
      })),
    },
  )
}

interface Approval {
  readonly choice: TenantChoice
  readonly token: string
  readonly origin: string
  /** In which language it was read: that of the page; the portal is English. */
  readonly language: Language
}

/** The accepted terms, within what was asked, the tenant's longest duration and the first approver's choice. */
async function settleTerms(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  choice: TenantChoice,
): Promise<LinkTerms> {
  const { now } = mandate.origin
  const asked = await tenantTermsOf(mandate, row)
  const policy = await policyOf(mandate)
  const latest = addDays(asked.starts_at, policy.max_duration_days)
  const capped = asked.ends_at && asked.ends_at > latest ? { ...asked, ends_at: latest } : asked
  const accepted = applyChoice(capped, choice, now)
  requireNarrower(classifyChange(asked, accepted, now))
  return accepted
}

/** Whether another person must approve too; the first approval is then kept and nothing opens. */
async function needsSecond(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  {
    terms,
    language,
    origin,
  }: { readonly terms: LinkTerms; readonly language: Language; readonly origin: string },
): Promise<boolean> {
  if (!(await asksForTwo(mandate, terms.role, row.requested_by))) return false
  const first = await findFirstApproval(mandate, row.id)
  const accepted = JSON.stringify({
    role: terms.role,
    overrides: toStoredOverrides(terms.overrides),
    ends_at: terms.ends_at,
    conditions: terms.conditions,
    own_accounts_only: terms.own_accounts_only ?? false,
  })
  if (first?.first_approved_by === mandate.actor.id)
    throw new ProblemError(409, 'SECOND_APPROVER_NEEDED', LINK_WORDS[language].faults.ownSecond, {
      language,
    })
  if (first?.counts && first.first_accepted === accepted) return false
  await keepFirstApproval(mandate, row.id, accepted)
  await announce(mandate, row, { news: 'second_needed', about: mandate.actor.name, origin })
  recordLinkEvent(mandate, row, {
    action: 'links.approve',
    reason: `${first && !first.counts ? `${countsNoMore(first.first_approved_by_name)} ` : ''}The first of two approvals; nothing is shared yet.`,
    changes: { language },
    isOfTenantAlone: true,
  })
  return true
}

/** What its approver was shown of a link, and in which language, in the form that is kept for ever. */
async function keptOf(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  { terms, language }: { readonly terms: LinkTerms; readonly language: Language },
): Promise<string> {
  const vouched = await readVouched(mandate, row)
  return JSON.stringify({ ...toSnapshot(terms, mandate.origin.now, row), ...vouched, language })
}

/**
 * Approves a request as the tenant chose it, or keeps the first of two approvals. What was shown is kept for ever.
 * Returns whether the link was approved. Throws SNAPSHOT_STALE, NOT_NARROWER, FULL_ROLE_TAKEN, SECOND_APPROVER_NEEDED,
 * and LINK_STATE_CONFLICT to whoever asked for it.
 */
export async function approveLink(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  approval: Approval,
): Promise<boolean> {
  const { now } = mandate.origin
  const { language } = approval
  if (row.requested_by === mandate.actor.id)
    throw new ProblemError(409, 'LINK_STATE_CONFLICT', LINK_WORDS[language].faults.ownRequest, { language })
  await requireSnapshot(mandate, row, approval)
  const terms = await settleTerms(mandate, row, approval.choice)
  if (await needsSecond(mandate, row, { terms, language, origin: approval.origin })) return false
  const isDue = terms.starts_at <= now && (await hasStrongMember(mandate, row.partner_id))
  const to = isDue ? 'active' : 'approved'
  await saveTerms(mandate, row, {
    terms,
    change: {
      to,
      event: 'approved',
      detail: { access_role: terms.role, ends_at: terms.ends_at },
      set: {
        approved_by: mandate.actor.id,
        approved_by_name: mandate.actor.name,
        approved_at: now,
        approval_basis: 'tenant_approval',
        approval_snapshot: await keptOf(mandate, row, { terms, language }),
      },
    },
  })
  recordLinkEvent(
    mandate,
    { ...row, access_role: terms.role },
    {
      action: 'links.approve',
      changes: {
        status: { before: 'requested', after: to },
        access_role: terms.role,
        ends_at: terms.ends_at,
        language,
      },
    },
  )
  await announce(
    mandate,
    { ...row, access_role: terms.role },
    { news: isDue ? 'approved' : 'approved_ahead', origin: approval.origin, endsAt: terms.ends_at },
  )
  if (isDue) await followActivation(mandate, row, approval.origin)
  return true
}

/**
 * Agrees as a second person to what a colleague invited a partner to, where the tenant asks for two; only then can the
 * partner accept. Throws LINK_STATE_CONFLICT where nobody is asked, SECOND_APPROVER_NEEDED, SNAPSHOT_STALE.
 */
export async function agreeToInvitation(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  token: string,
): Promise<void> {
  const first = await findFirstApproval(mandate, row.id)
  if (first !== null || !(await asksForTwo(mandate, row.access_role, null)))
    throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'You invited this partner; it decides.')
  if (row.requested_by === mandate.actor.id)
    throw new ProblemError(
      409,
      'SECOND_APPROVER_NEEDED',
      'You invited this partner; another admin has to agree before it can accept.',
    )
  if (!(await stillDecides(mandate, row.requested_by)))
    throw new ProblemError(
      409,
      'SECOND_APPROVER_NEEDED',
      'Whoever invited this partner decides no more, so nobody invites it. Withdraw the invitation and invite it yourself; then another admin agrees.',
    )
  await requireSnapshot(mandate, row, { token, language: 'en' })
  await keepFirstApproval(mandate, row.id, INVITATION)
  recordLinkEvent(mandate, row, {
    action: 'links.approve',
    reason: 'The second person agreed to the invitation; the partner decides.',
    isOfTenantAlone: true,
  })
}

/** The rows of a comparison that the partner may read too: what the tenant demands stays with it. */
function sharedRows(change: Change) {
  return toDifference(change.rows).filter(({ field }) => !field.startsWith('conditions.'))
}

/** Changes a link as its tenant wants, less or more, at once. The kept snapshot says what the tenant agreed to now. */
export async function changeLink(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  edit: {
    readonly terms: LinkTerms
    readonly change: Change
    readonly reason: string | null
    readonly origin: string
  },
): Promise<void> {
  const { now } = mandate.origin
  const { terms, change, reason, origin } = edit
  const before = await tenantTermsOf(mandate, row)
  const rows = sharedRows(change)
  const widens = change.kind === 'widening' || change.kind === 'mixed'
  await saveTerms(mandate, row, {
    terms,
    reason,
    change: {
      event: widens ? 'widened' : 'narrowed',
      detail: { rows, reason },
      ...(widens && { set: { approval_snapshot: JSON.stringify(toSnapshot(terms, now, row)) } }),
    },
  })
  recordLinkEvent(mandate, row, {
    action: 'links.change',
    reason,
    changes: { rows, conditions_changed: rows.length < change.rows.length },
  })
  const told = { ...row, access_role: terms.role, auto_renew_days: terms.auto_renew_days }
  const said = { reason, origin, endsAt: terms.ends_at, turned: turnedBetween(before, terms, now) }
  for (const news of newsOfChange(change, terms.auto_renew_days))
    await announce(mandate, told, { news, ...said })
}

/** Refuses to extend what nobody has confirmed for 180 days. Throws REVIEW_OVERDUE. */
function requireReviewed(row: KnownLink, now: Date): void {
  if (!isReviewOverdue(row, now)) return
  throw new ProblemError(
    409,
    'REVIEW_OVERDUE',
    'Confirm first that this access is still right; then it can be extended.',
    { details: { review_due_at: row.review_due_at?.toISOString() } },
  )
}

/** The end of a link that is renewed without a date: as long again as its first term. */
async function usualEnd(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  maximumDays: number,
): Promise<Date | null> {
  if (row.ends_at === null) return null
  const firstEnd = (await findFirstEnd(mandate, row.id)) ?? row.ends_at
  return renewedEnd(row, { firstEnd, now: mandate.origin.now, maximumDays })
}

/** The end that a renewal without a date would give a link now; null where none is to be had. */
export async function renewalOf(mandate: Mandate<'tenant'>, row: KnownLink): Promise<Date | null> {
  if (!['active', 'suspended', 'expired'].includes(row.status)) return null
  if (await isOverForGood(mandate, row)) return null
  const policy = await policyOf(mandate)
  return usualEnd(mandate, row, policy.max_duration_days)
}

/** The end that a renewal gives a link: as asked, else as long again. Throws LINK_STATE_CONFLICT, REVIEW_OVERDUE. */
export async function endOfRenewal(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  asked: { readonly endsAt: Date | null },
): Promise<Date> {
  const { now } = mandate.origin
  const policy = await policyOf(mandate)
  const latest = addDays(now, policy.max_duration_days)
  const end = asked.endsAt ?? (await usualEnd(mandate, row, policy.max_duration_days))
  if (row.ends_at === null || end === null)
    throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'This link has no end to move.')
  if (end <= now || end > latest) refuseInput('ends_at', `must lie between now and ${latest.toISOString()}`)
  requireReviewed(row, now)
  const until = renewableUntil(row)
  if (until !== null && until <= now)
    throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'A link can be renewed for 30 days after its end.')
  return end
}

/**
 * Extends a link, also within 30 days after its end, under the terms that were approved; one that somebody had suspended
 * stays suspended. Throws LINK_STATE_CONFLICT.
 */
export async function renewLink(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  asked: { readonly endsAt: Date | null; readonly reason: string | null; readonly origin: string },
): Promise<void> {
  const { now } = mandate.origin
  const end = await endOfRenewal(mandate, row, asked)
  const terms = { ...(await tenantTermsOf(mandate, row)), ends_at: end }
  await changeDelegation(mandate, row, {
    ...(row.stored_status === 'expired' && { to: await renewedStatus(mandate, row.id) }),
    event: 'renewed',
    detail: { before: row.ends_at, after: end, reason: asked.reason },
    set: { ends_at: end, approval_snapshot: JSON.stringify(toSnapshot(terms, now, row)) },
  })
  recordLinkEvent(mandate, row, {
    action: 'links.renew',
    reason: asked.reason,
    changes: { ends_at: { before: row.ends_at, after: end } },
  })
  await announce(mandate, row, { news: 'renewed', reason: asked.reason, origin: asked.origin, endsAt: end })
}

/** Puts a link on the newest version of its role, as its tenant wants. */
export async function saveVersion(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  edit: { readonly terms: LinkTerms; readonly change: Change; readonly origin: string },
): Promise<void> {
  const { terms, change, origin } = edit
  const versions = { before: row.role_version, after: terms.role_version }
  await saveTerms(mandate, row, {
    terms,
    change: {
      event: 'role_updated',
      detail: { rows: sharedRows(change), role_version: versions },
      set: { approval_snapshot: JSON.stringify(toSnapshot(terms, mandate.origin.now, row)) },
    },
  })
  recordLinkEvent(mandate, row, {
    action: 'links.change',
    changes: { rows: sharedRows(change), role_version: versions },
  })
  await announce(mandate, row, { news: 'role_updated', origin, endsAt: terms.ends_at })
}
