import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import type { IdentityCheckId } from './ids.ts'
import { announceCheck, mailSecondReviewers, recordCheck } from './news.ts'
import type { CheckAction } from './news.ts'
import { REASON_CODES } from './rules.ts'
import type { CheckState, ReasonCode } from './rules.ts'
import { showDetail } from './detail.ts'
import { findRules, getCheck, insertReview, listReviews, lockCheck, moveCheck, redactCheck } from './store.ts'
import type { CheckRow } from './store.ts'
import { approvalsNeeded, CheckDetail, hasApproved, isApproved } from './view.ts'

const ROOT = '/api/v1/partner/identity-checks'
const Params = z.strictObject({ identity_check_id: publicId('identity_check') })
const ACCESS = { permission: 'partner_org.kyc.review' } as const
const PROBLEMS = [
  'IDENTITY_CHECK_NOT_FOUND',
  'IDENTITY_CHECK_STATE_CONFLICT',
  'VENDOR_DECIDES',
  'ALREADY_REVIEWED',
] as const

const WhyInput = z.strictObject({
  reasons: z.array(z.enum(REASON_CODES)).min(1).max(REASON_CODES.length),
  message: plainText(1, 500).optional().meta({ description: 'For the end user, who reads it as it stands.' }),
})

function requireState(row: CheckRow, allowed: readonly CheckState[]): void {
  if (allowed.includes(row.state_now)) return
  throw new ProblemError(
    409,
    'IDENTITY_CHECK_STATE_CONFLICT',
    `The identity check is in the state ${row.state_now}; that is not possible now.`,
    { details: { status: row.state_now, allowed_from: [...allowed] } },
  )
}

function requireManual(row: CheckRow): void {
  if (row.provider !== 'manual')
    throw new ProblemError(409, 'VENDOR_DECIDES', 'The vendor decides this identity check.')
}

const takeRoute = route({
  method: 'POST',
  path: `${ROOT}/:identity_check_id/take`,
  summary: 'Begin the review of an identity check',
  input: { params: Params },
  access: ACCESS,
  limit: 'write',
  problems: PROBLEMS,
  responses: { 200: CheckDetail },
  async handle({ mandate, params }) {
    const row = await lockCheck(mandate, params.identity_check_id)
    requireManual(row)
    requireState(row, ['submitted'])
    await moveCheck(mandate, row, {
      to: 'in_review',
      taken_by: mandate.actor.id,
      taken_by_name: mandate.actor.name,
    })
    recordCheck(mandate, row, {
      action: 'identity_checks.take',
      changes: { status: { before: row.state, after: 'in_review' } },
    })
    await announceCheck(mandate, row, { to: 'in_review', origin: null })
    return showDetail(mandate, await getCheck(mandate, params.identity_check_id))
  },
})

/** Counts the approval, and verifies with the last one that is needed. */
async function approve(
  { mandate, origin }: { readonly mandate: Mandate<'program'>; readonly origin: string },
  id: IdentityCheckId,
): Promise<CheckRow> {
  // Under the lock two reviewers at once count one after the other, so that the second one verifies.
  const row = await lockCheck(mandate, id)
  requireManual(row)
  requireState(row, ['in_review'])
  const rules = await findRules(mandate, mandate.partner.id)
  const before = await getCheck(mandate, id)
  // Whoever approved when two had to, and is enough now, only has to say so again: one person approves once.
  const isEnough = isApproved(before, rules) && hasApproved(row, await listReviews(mandate, row.id), mandate)
  if (!isEnough) {
    await insertReview(mandate, row, { decision: 'approve', reasons: [] })
    const given = await getCheck(mandate, id)
    const changes = { approvals: Number(given.approvals ?? 0), needed: approvalsNeeded(row, rules) }
    recordCheck(mandate, row, { action: 'identity_checks.approve', changes })
    if (!isApproved(given, rules)) {
      await mailSecondReviewers(mandate, row, origin)
      return given
    }
  }
  await moveCheck(mandate, row, { to: 'verified' })
  const after = await getCheck(mandate, id)
  recordCheck(mandate, after, {
    action: 'identity_checks.verify',
    changes: {
      status: { before: row.state, after: 'verified' },
      role: { before: row.role, after: after.role },
      expires_at: { after: after.expires_at },
    },
  })
  await announceCheck(mandate, after, { to: 'verified', origin })
  return after
}

function makeApproveRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: `${ROOT}/:identity_check_id/approve`,
    summary: 'Approve an identity; where two people approve, the second approval verifies it',
    input: { params: Params },
    access: ACCESS,
    limit: 'write',
    problems: PROBLEMS,
    responses: { 200: CheckDetail },
    async handle({ mandate, params }) {
      const after = await approve({ mandate, origin: services.publicOrigin() }, params.identity_check_id)
      return showDetail(mandate, after)
    },
  })
}

interface Verdict {
  readonly path: 'ask-again' | 'reject' | 'revoke'
  readonly summary: string
  readonly action: CheckAction
  readonly decision: 'resubmit' | 'reject' | 'revoke'
  readonly from: 'in_review' | 'verified'
  readonly to: 'resubmit' | 'rejected' | 'revoked'
}

const VERDICTS: readonly Verdict[] = [
  {
    path: 'ask-again',
    summary: 'Ask the end user to correct something, with the reasons',
    action: 'identity_checks.ask_again',
    decision: 'resubmit',
    from: 'in_review',
    to: 'resubmit',
  },
  {
    path: 'reject',
    summary: 'Reject an identity check for good, with the reasons',
    action: 'identity_checks.reject',
    decision: 'reject',
    from: 'in_review',
    to: 'rejected',
  },
  {
    path: 'revoke',
    summary:
      'Withdraw a verification, with the reasons; the end user is a guest again at once, unless an earlier one counts on',
    action: 'identity_checks.revoke',
    decision: 'revoke',
    from: 'verified',
    to: 'revoked',
  },
]

async function giveVerdict(
  mandate: Mandate<'program'>,
  verdict: Verdict,
  why: {
    readonly row: CheckRow
    readonly reasons: readonly ReasonCode[]
    readonly message?: string | undefined
  },
): Promise<void> {
  const { row, reasons } = why
  await insertReview(mandate, row, { decision: verdict.decision, reasons })
  await moveCheck(mandate, row, {
    to: verdict.to,
    reason_codes: reasons,
    message: why.message ?? null,
  })
}

/** One person is enough to turn somebody down: narrowing needs nobody else. */
function makeVerdictRoute(services: Services, verdict: Verdict): Route {
  return route({
    method: 'POST',
    path: `${ROOT}/:identity_check_id/${verdict.path}`,
    summary: verdict.summary,
    input: { params: Params, body: WhyInput },
    access: ACCESS,
    limit: 'write',
    problems: PROBLEMS,
    responses: { 200: CheckDetail },
    async handle({ mandate, params, body }) {
      const row = await lockCheck(mandate, params.identity_check_id)
      if (verdict.to !== 'revoked') requireManual(row)
      requireState(row, [verdict.from])
      await giveVerdict(mandate, verdict, { row, ...body })
      const after = await getCheck(mandate, params.identity_check_id)
      recordCheck(mandate, after, {
        action: verdict.action,
        changes: {
          status: { before: row.state, after: verdict.to },
          reasons: body.reasons,
          ...(row.role !== after.role && { role: { before: row.role, after: after.role } }),
        },
      })
      await announceCheck(mandate, after, { to: verdict.to, origin: services.publicOrigin() })
      return showDetail(mandate, after)
    },
  })
}

const redactRoute = route({
  method: 'POST',
  path: `${ROOT}/:identity_check_id/redact`,
  summary: 'Remove name, document and references of a decided identity check for good; the decision stays',
  input: { params: Params },
  access: ACCESS,
  limit: 'write',
  problems: PROBLEMS,
  responses: { 200: CheckDetail },
  async handle({ mandate, params }) {
    const row = await lockCheck(mandate, params.identity_check_id)
    requireState(row, ['verified', 'rejected', 'expired', 'revoked', 'cancelled'])
    if (row.redacted_at !== null)
      throw new ProblemError(409, 'IDENTITY_CHECK_STATE_CONFLICT', 'It was redacted already.')
    await redactCheck(mandate, row)
    recordCheck(mandate, row, {
      action: 'identity_checks.redact',
      changes: { removed: ['legal_name', 'birth_date', 'country', 'document', 'reference', 'message'] },
    })
    return showDetail(mandate, await getCheck(mandate, params.identity_check_id))
  },
})

/** The routes by which a partner's people decide identity checks (C8). */
export function makeDecisionRoutes(services: Services): readonly Route[] {
  return [
    takeRoute,
    makeApproveRoute(services),
    ...VERDICTS.map((verdict) => makeVerdictRoute(services, verdict)),
    redactRoute,
  ]
}
