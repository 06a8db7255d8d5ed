import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, instant, plainText, publicId, searchText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  findSubscribers,
  getAccount,
  getPartnerByCode,
  getSubscriber,
  insertAccount,
  listAccounts,
  moveAccount,
  noteEnd,
} from './store.ts'
import { ACCOUNT_STATUSES, ENGAGEMENTS } from './tables.ts'
import { AccountBody, tellAccount, toAccount } from './view.ts'

const BASE = '/api/v1/tenant/partner-access/accounts'
export const AccountParams = z.strictObject({ account_id: publicId('partner_account') })
const End = instant().nullable().default(null)

const AttachInput = z.strictObject({
  partner_slug: z.string().min(1).max(63),
  subscriber_id: publicId('subscriber'),
  engagement: z.enum(ENGAGEMENTS),
  ends_at: End,
})

const AcceptInput = z.strictObject({ subscriber_id: publicId('subscriber'), ends_at: End })
export const EndInput = z.strictObject({ reason: plainText(1, 500).optional() })

function requireAhead(end: Date | null, now: Date): void {
  if (end === null || end > now) return
  throw inputRefused([{ pointer: '/body/ends_at', code: 'OUT_OF_RANGE', detail: 'must lie ahead' }])
}

function attached(mandate: Mandate<'tenant'>, subscriber: { id: string; name: string }, end: Date | null) {
  return {
    status: 'active' as const,
    subscriber_id: subscriber.id,
    subscriber_name: subscriber.name,
    attached_by: mandate.actor.id,
    attached_by_name: mandate.actor.name,
    attached_at: mandate.origin.now,
    ends_at: end,
  }
}

async function attach(mandate: Mandate<'tenant'>, body: z.output<typeof AttachInput>) {
  requireAhead(body.ends_at, mandate.origin.now)
  const subscriber = await getSubscriber(mandate, body.subscriber_id)
  const partner = await getPartnerByCode(mandate, body.partner_slug)
  await noteEnd(mandate, { partnerId: partner.id, subscriberId: subscriber.id })
  const row = await insertAccount(mandate, {
    tenant_id: mandate.tenant.id,
    tenant_name: mandate.tenant.name,
    partner_id: partner.id,
    partner_name: partner.name,
    engagement: body.engagement,
    initiated_by: 'tenant',
    message: null,
    requested_by: mandate.actor.id,
    requested_by_name: mandate.actor.name,
    ...attached(mandate, subscriber, body.ends_at),
  })
  await tellAccount(mandate, row, { action: 'attach' })
  return toAccount(row, mandate.origin.now)
}

const Candidate = z.strictObject({
  subscriber_id: z.string(),
  name: z.string(),
  status: z.string(),
  city: z.string().nullable(),
  plan: z.string().nullable(),
})

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: BASE,
    summary: 'Which subscribers are accounts of which partners, and what partners ask for',
    input: {
      query: z.strictObject({
        status: commaList(z.enum(ACCOUNT_STATUSES)).optional(),
        partner_id: publicId('partner').optional(),
        search: searchText().optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(AccountBody)).meta({ id: 'PartnerAccountPage' }) },
    async handle({ mandate, query }) {
      const { rows, total } = await listAccounts(
        mandate,
        { status: query.status, partnerId: query.partner_id, search: query.search },
        query,
      )
      return toPage(
        rows.map((row) => toAccount(row, mandate.origin.now)),
        query,
        total,
      )
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/candidates`,
    summary: "Own subscribers by part of their name, to make one a partner's account",
    input: { query: z.strictObject({ search: searchText() }) },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(Candidate) }) },
    async handle({ mandate, query }) {
      const rows = await findSubscribers(mandate, query.search)
      const items = rows.map(({ id, ...row }) => ({
        subscriber_id: publicIdOf('subscriber', id),
        ...row,
      }))
      return { items }
    },
  }),
]

/** The routes by which a tenant says whose accounts its subscribers are. Source: B18. */
export const tenantAccountRoutes: readonly Route[] = [
  ...readRoutes,
  route({
    method: 'POST',
    path: BASE,
    summary: 'Make a subscriber an account of a partner',
    input: { body: AttachInput },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: ['SUBSCRIBER_NOT_FOUND', 'PARTNER_NOT_INVITED', 'ACCOUNT_ATTACHED'],
    responses: { 201: AccountBody },
    handle: ({ mandate, body }) => attach(mandate, body),
  }),
  route({
    method: 'POST',
    path: `${BASE}/:account_id/accept`,
    summary: "Accept a partner's request and say which subscriber it is",
    input: { params: AccountParams, body: AcceptInput },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: ['ACCOUNT_NOT_FOUND', 'ACCOUNT_STATE_CONFLICT', 'SUBSCRIBER_NOT_FOUND', 'ACCOUNT_ATTACHED'],
    responses: { 200: AccountBody },
    async handle({ mandate, params, body }) {
      requireAhead(body.ends_at, mandate.origin.now)
      const row = await getAccount(mandate, params.account_id)
      const subscriber = await getSubscriber(mandate, body.subscriber_id)
      await noteEnd(mandate, { partnerId: row.partner_id, subscriberId: subscriber.id })
      const set = attached(mandate, subscriber, body.ends_at)
      const after = await moveAccount(mandate, row, { from: 'requested', set })
      await tellAccount(mandate, after, { action: 'accept' })
      return toAccount(after, mandate.origin.now)
    },
  }),
  ...(['decline', 'end'] as const).map((action) =>
    route({
      method: 'POST',
      path: `${BASE}/:account_id/${action}`,
      summary: action === 'end' ? "End a partner's account" : "Decline a partner's request for an account",
      input: { params: AccountParams, body: EndInput },
      access: { permission: 'tenant.partner_access.revoke' },
      limit: 'write',
      problems: ['ACCOUNT_NOT_FOUND', 'ACCOUNT_STATE_CONFLICT'],
      responses: { 200: AccountBody },
      async handle({ mandate, params, body }) {
        const row = await getAccount(mandate, params.account_id)
        const after = await moveAccount(mandate, row, {
          from: action === 'end' ? 'active' : 'requested',
          set: {
            status: action === 'end' ? 'ended' : 'declined',
            ended_at: mandate.origin.now,
            ended_by_side: 'tenant',
            ended_by_name: mandate.actor.name,
            end_reason: body.reason ?? null,
          },
        })
        await tellAccount(mandate, after, { action, reason: body.reason })
        return toAccount(after, mandate.origin.now)
      },
    }),
  ),
]
