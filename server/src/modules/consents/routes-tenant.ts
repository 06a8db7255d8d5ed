import { ACTION_NAMES, encodeId } from '@liaison/access'
import { z } from 'zod'
import { firstCounts, FirstCountsOrNone, whoStillDecides } from '#platform/first-approver.ts'
import { cursorPageOf } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { Money } from '#platform/money.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import {
  approverFields,
  consentFields,
  HistoryBody,
  readHistory,
  ShownBody,
  toApprover,
  toConsent,
  toShownBody,
  withVersion,
} from './body.ts'
import { confirmConsent, moveConsent, MOVES, narrowConsent, resumeConsent } from './change.ts'
import { listQuery, readPage } from './list.ts'
import { toOrderLimits } from './order-limits.ts'
import { MOST_NETWORKS, Network } from './networks.ts'
import { LONGEST_BOUND } from './revocation-bound.ts'
import { letterheadOf } from './mails.ts'
import type { Letterhead } from './mails.ts'
import { listWaiting, readParties } from './request-store.ts'
import { findShown, getConsent } from './store.ts'
import type { ConsentRow } from './tables.ts'

export const ConsentParams = z.strictObject({ consent_id: publicId('consent') })
export const ReasonBody = z.strictObject({ reason: plainText(1, 500).optional() }).default({})

const TenantConsent = z.strictObject({ ...consentFields, ...approverFields })

const toTenantConsent = (row: ConsentRow, now: Date) => ({ ...toConsent(row, now), ...toApprover(row) })

function makeListRoute(services: Services): Route {
  return route({
    method: 'GET',
    path: '/api/v1/tenant/consents',
    summary: 'Which API clients of partners have access, and which had',
    input: {
      query: z.strictObject({
        partner_id: publicId('partner').optional(),
        billing_account_id: publicId('billing_account').optional(),
        ...listQuery,
      }),
    },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    problems: ['CURSOR_INVALID'],
    responses: { 200: z.strictObject(cursorPageOf(TenantConsent)) },
    async handle({ mandate, query }) {
      const { rows, next } = await readPage(mandate, query, services.cursors)
      noteRead(mandate, { action: 'tenant.partner_access.read', rowCount: rows.length })
      return { items: rows.map((row) => toTenantConsent(row, mandate.origin.now)), ...next }
    },
  })
}

const WaitingBody = z.strictObject({
  consent_request_id: z.string(),
  partner_name: z.string(),
  client_name: z.string(),
  first_approved_by_name: z.string().nullable(),
  first_approved_at: z.string().nullable(),
  first_approval_counts: FirstCountsOrNone,
  is_mine: z.boolean().meta({ description: 'You were the first; another administrator decides.' }),
  ends_at: z.string(),
  path: z.string().meta({ description: 'The page on which it is decided.' }),
})

async function readWaiting(mandate: Mandate<'tenant'>): Promise<z.output<typeof WaitingBody>[]> {
  const items: z.output<typeof WaitingBody>[] = []
  const rows = await listWaiting(mandate)
  const inCharge = await whoStillDecides(
    mandate,
    rows.map((row) => row.first_approved_by),
  )
  for (const row of rows) {
    const { client, partner } = await readParties(mandate, row.id)
    const id = publicIdOf('consent_request', row.id)
    items.push({
      consent_request_id: id,
      partner_name: partner.name,
      client_name: client.name,
      first_approved_by_name: row.first_approved_by_name,
      first_approved_at: row.first_approved_at?.toISOString() ?? null,
      first_approval_counts: firstCounts(inCharge, row.first_approved_by),
      is_mine: row.first_approved_by === mandate.actor.id,
      ends_at: row.ends_at.toISOString(),
      path: `/consent/${id}/review?org=${encodeId('tenant', mandate.tenant.id)}`,
    })
  }
  return items
}

const TenantDetail = z.strictObject({
  ...TenantConsent.shape,
  history: z.array(HistoryBody),
  shown: ShownBody,
})

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/consent-requests',
    summary: 'Requests of API clients that wait for a second approver',
    input: {},
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(WaitingBody) }) },
    handle: async ({ mandate }) => ({ items: await readWaiting(mandate) }),
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/consents/:consent_id',
    summary: 'One consent with its history and what its approver was shown',
    input: { params: ConsentParams },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'detail',
    problems: ['CONSENT_NOT_FOUND'],
    responses: { 200: TenantDetail },
    async handle({ mandate, params }) {
      const row = await getConsent(mandate, params.consent_id)
      noteRead(mandate, {
        action: 'tenant.partner_access.read',
        resource: { type: 'consent', id: row.id, label: row.partner_name ?? '' },
      })
      const body = {
        ...toTenantConsent(row, mandate.origin.now),
        history: await readHistory(mandate, row.id),
        shown: toShownBody(await findShown(mandate, row.id)),
      }
      return withVersion(body, row)
    },
  }),
]

const LimitBody = z.strictObject({ ...Money.shape, amount_minor: z.int().min(1).max(999_999_999_999_999) })

const PatchBody = z
  .strictObject({
    actions: z.array(z.enum(ACTION_NAMES)).min(1).max(ACTION_NAMES.length).optional(),
    billing_account_ids: z.array(publicId('billing_account')).min(1).max(600).optional(),
    ends_at: z.iso
      .datetime({ offset: true })
      .transform((text) => new Date(text))
      .optional(),
    order_limits: z.array(LimitBody).max(20).optional(),
    max_revocation_seconds: z.int().min(1).max(LONGEST_BOUND).optional(),
    networks: z.array(Network).min(1).max(MOST_NETWORKS).optional(),
    approver_leaves: z.enum(['suspend', 'keep', 'ask']).optional(),
  })
  .refine((body) => Object.keys(body).length > 0, { message: 'must name what is to change' })

function makeNarrowRoute(services: Services): Route {
  return route({
    method: 'PATCH',
    path: '/api/v1/tenant/consents/:consent_id',
    summary: 'Narrow a consent; it holds for the next call',
    input: { params: ConsentParams, body: PatchBody },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    ifMatch: true,
    problems: ['CONSENT_NOT_FOUND', 'CONSENT_STATE_CONFLICT', 'CONSENT_WIDENS'],
    responses: { 200: TenantConsent },
    async handle({ mandate, params, body, expectedVersion }) {
      const row = await getConsent(mandate, params.consent_id)
      if (row.version !== expectedVersion)
        throw new ProblemError(412, 'PRECONDITION_FAILED', 'The consent changed after it was read.')
      const edit = {
        actions: body.actions,
        accounts: body.billing_account_ids,
        endsAt: body.ends_at,
        approverLeaves: body.approver_leaves,
        maxRevocationSeconds: body.max_revocation_seconds,
        networks: body.networks && [...new Set(body.networks)],
        orderLimits: body.order_limits && toOrderLimits(body.order_limits),
      }
      const after = await narrowConsent(mandate, row, { edit, letterhead: letterheadOf(services) })
      return withVersion(toTenantConsent(after, mandate.origin.now), after)
    },
  })
}

interface TenantMove {
  readonly path: 'suspend' | 'resume' | 'revoke' | 'confirm'
  readonly summary: string
  readonly permission: 'tenant.partner_access.revoke' | 'tenant.partner_access.approve'
  readonly carryOut: (
    mandate: Mandate<'tenant'>,
    row: ConsentRow,
    detail: Letterhead & { readonly reason?: string | undefined },
  ) => Promise<ConsentRow>
}

const TENANT_MOVES: readonly TenantMove[] = [
  {
    path: 'suspend',
    summary: 'Let a consent rest',
    permission: 'tenant.partner_access.revoke',
    carryOut: (mandate, row, detail) => moveConsent(mandate, row, { move: MOVES.suspend, detail }),
  },
  {
    path: 'resume',
    summary: 'Let a consent that your organisation suspended work again',
    permission: 'tenant.partner_access.approve',
    carryOut: resumeConsent,
  },
  {
    path: 'revoke',
    summary: 'Stop a consent for good',
    permission: 'tenant.partner_access.revoke',
    carryOut: (mandate, row, detail) => moveConsent(mandate, row, { move: MOVES.revoke, detail }),
  },
  {
    path: 'confirm',
    summary: 'Answer for a consent in place of an approver who left',
    permission: 'tenant.partner_access.approve',
    carryOut: (mandate, row, { origin, phone }) => confirmConsent(mandate, row, { origin, phone }),
  },
]

function makeMoveRoute(services: Services, { path, summary, permission, carryOut }: TenantMove): Route {
  return route({
    method: 'POST',
    path: `/api/v1/tenant/consents/:consent_id/${path}`,
    summary,
    input: { params: ConsentParams, body: ReasonBody },
    access: { permission },
    limit: 'write',
    problems: ['CONSENT_NOT_FOUND', 'CONSENT_STATE_CONFLICT'],
    responses: { 200: TenantConsent },
    async handle({ mandate, params, body }) {
      const row = await getConsent(mandate, params.consent_id)
      const after = await carryOut(mandate, row, { reason: body.reason, ...letterheadOf(services) })
      return withVersion(toTenantConsent(after, mandate.origin.now), after)
    },
  })
}

/** The routes by which an organisation sees, narrows and stops what API clients may do. */
export function makeTenantConsentRoutes(services: Services): readonly Route[] {
  return [
    makeListRoute(services),
    ...readRoutes,
    makeNarrowRoute(services),
    ...TENANT_MOVES.map((move) => makeMoveRoute(services, move)),
  ]
}
