import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { instantText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceAgreement, recordAgreement } from './events.ts'
import type { AgreementAction, News } from './events.ts'
import { insertApproval } from './evidence-store.ts'
import { sealAgreement } from './papers.ts'
import { answerAdmin, adminDraft } from './routes-admin.ts'
import { getAgreement, listAgreements, moveAgreement } from './store.ts'
import type { AgreementId, AgreementRow, Move } from './store.ts'
import { NewAgreementTerms } from './terms.ts'
import { AgreementDetailBody, AgreementParams, Fingerprint, Reason } from './view.ts'

const BASE = '/api/v1/admin/agreements'
const approve = { permission: 'platform.agreements.approve' } as const
const problems = ['AGREEMENT_NOT_FOUND', 'AGREEMENT_STATE_CONFLICT'] as const
const responses = { 200: AgreementDetailBody }

async function carryOut(
  mandate: Mandate<'platform'>,
  services: Services,
  act: {
    readonly id: AgreementId
    readonly from: readonly AgreementRow['state'][]
    readonly move: Move
    readonly action: AgreementAction
    readonly news: News
    /** The version that was read, of an act that is about what the agreement says. */
    readonly version?: number
  },
) {
  const { move } = act
  const before = await getAgreement(mandate, act.id)
  if (act.version !== undefined && before.row_version !== act.version)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The agreement changed after it was read.')
  if (!act.from.includes(before.state))
    throw new ProblemError(409, 'AGREEMENT_STATE_CONFLICT', 'This is not done in the state of the agreement.')
  await moveAgreement(mandate, before, move)
  const after = await getAgreement(mandate, act.id)
  recordAgreement(mandate, after, {
    action: act.action,
    reason: move.reason,
    changes: {
      state: { before: before.state, after: after.state },
      ...(move.terminatesAt && {
        terminates_at: {
          before: before.terminates_at?.toISOString() ?? null,
          after: after.terminates_at?.toISOString() ?? null,
        },
      }),
    },
  })
  // What was never offered is no news for a partner.
  if (after.offered_at !== null)
    await announceAgreement(mandate, after, {
      news: act.news,
      origin: services.publicOrigin(),
      reason: move.reason,
    })
  return answerAdmin(mandate, after)
}

const DAY_MS = 86_400_000

/** A draft of before may have limits of which nobody can say how much they are: nobody is asked to sign such terms. */
function refuseAmbiguous(row: AgreementRow): void {
  if (row.state === 'draft' && !NewAgreementTerms.safeParse(JSON.parse(row.terms_canonical)).success)
    throw new ProblemError(
      409,
      'AGREEMENT_LIMITS_AMBIGUOUS',
      'A component that grows with the total does not say of which currency its limits are.',
    )
}

function makeOfferRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: `${BASE}/:agreement_id/offer`,
    summary: 'Offer a draft to its partner; text and terms are frozen from then on',
    input: {
      params: AgreementParams,
      body: z.strictObject({
        days: z
          .int()
          .min(1)
          .max(180)
          .default(30)
          .meta({ description: 'For how many days it can be signed.' }),
      }),
    },
    access: adminDraft,
    limit: 'write',
    ifMatch: true,
    problems: [
      ...problems,
      'AGREEMENT_FOUR_EYES',
      'AGREEMENT_PARTNER_INACTIVE',
      'AGREEMENT_ATTRIBUTION_DIFFERS',
      'AGREEMENT_LIMITS_AMBIGUOUS',
    ],
    responses,
    handle: async ({ mandate, params, body, expectedVersion }) => {
      refuseAmbiguous(await getAgreement(mandate, params.agreement_id))
      return carryOut(mandate, services, {
        id: params.agreement_id,
        from: ['draft'],
        move: { to: 'offered', expiresAt: new Date(mandate.origin.now.getTime() + body.days * DAY_MS) },
        action: 'offered',
        news: 'offered',
        version: expectedVersion,
      })
    },
  })
}

async function tellSuperseded(mandate: Mandate<'platform'>, old: AgreementRow): Promise<void> {
  recordAgreement(mandate, old, {
    action: 'superseded',
    changes: { state: { before: 'active', after: 'superseded' } },
  })
  await announceAgreement(mandate, { ...old, state: 'superseded' }, { news: 'superseded', origin: null })
}

function makeApproveRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: `${BASE}/:agreement_id/approve`,
    summary: 'Approve a signed agreement: it is in force from then on, and the one before is superseded',
    input: {
      params: AgreementParams,
      body: z.strictObject({ content_sha256: Fingerprint }),
    },
    access: approve,
    limit: 'write',
    problems: [
      ...problems,
      'AGREEMENT_CHANGED',
      'AGREEMENT_APPROVER_REFUSED',
      'AGREEMENT_FOUR_EYES',
      'AGREEMENT_PARTNER_INACTIVE',
    ],
    responses,
    async handle({ mandate, params, body }) {
      const before = await getAgreement(mandate, params.agreement_id)
      const earlier = await listAgreements(
        mandate,
        { partnerId: idFromUuid('partner', before.partner_id), state: ['active'] },
        { limit: 1, offset: 0 },
      )
      await insertApproval(mandate, before, Buffer.from(body.content_sha256, 'hex'))
      const after = await getAgreement(mandate, params.agreement_id)
      await sealAgreement(mandate, services, { row: after, kind: 'approved' })
      recordAgreement(mandate, after, {
        action: 'approved',
        changes: {
          state: { before: before.state, after: after.state },
          content_sha256: { after: body.content_sha256 },
        },
      })
      for (const old of earlier.rows) await tellSuperseded(mandate, old)
      await announceAgreement(mandate, after, { news: 'active', origin: services.publicOrigin() })
      return answerAdmin(mandate, after)
    },
  })
}

function makeReasonRoute(
  services: Services,
  act: {
    readonly name: 'reject' | 'withdraw'
    readonly summary: string
    readonly access: typeof approve | typeof adminDraft
    readonly from: readonly AgreementRow['state'][]
    readonly to: 'rejected' | 'withdrawn'
  },
): Route {
  return route({
    method: 'POST',
    path: `${BASE}/:agreement_id/${act.name}`,
    summary: act.summary,
    input: { params: AgreementParams, body: z.strictObject({ reason: Reason }) },
    access: act.access,
    limit: 'write',
    problems,
    responses,
    handle: ({ mandate, params, body }) =>
      carryOut(mandate, services, {
        id: params.agreement_id,
        from: act.from,
        move: { to: act.to, reason: body.reason },
        action: act.to,
        news: act.to,
      }),
  })
}

function makeTerminateRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: `${BASE}/:agreement_id/terminate`,
    summary: 'End the agreement in force, now or on a later day, or sooner than was said before',
    input: {
      params: AgreementParams,
      body: z.strictObject({
        reason: Reason,
        ends_at: instantText().optional().meta({ description: 'When it ends; now when left out.' }),
      }),
    },
    access: approve,
    limit: 'write',
    problems,
    responses,
    handle: ({ mandate, params, body }) =>
      carryOut(mandate, services, {
        id: params.agreement_id,
        // Of a day that is still to come the database takes an earlier one.
        from: ['active', 'terminated'],
        move: {
          to: 'terminated',
          reason: body.reason,
          terminatesAt: body.ends_at === undefined ? mandate.origin.now : new Date(body.ends_at),
        },
        action: 'terminated',
        news: 'terminated',
      }),
  })
}

/** The moves of an agreement on the provider's side (D4). */
export function makeMoveRoutes(services: Services): readonly Route[] {
  return [
    makeOfferRoute(services),
    makeApproveRoute(services),
    makeReasonRoute(services, {
      name: 'reject',
      summary: 'Reject a signed agreement, with the reason',
      access: approve,
      from: ['signed'],
      to: 'rejected',
    }),
    makeReasonRoute(services, {
      name: 'withdraw',
      summary: 'Withdraw an offer, or discard a draft, with the reason',
      access: adminDraft,
      from: ['draft', 'offered'],
      to: 'withdrawn',
    }),
    makeTerminateRoute(services),
  ]
}
