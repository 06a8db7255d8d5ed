import type { IdOf } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, instantText, plainText, publicId } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { blockReferral, getReferral, insertManual, listReferrals, voidReferral } from './referral-store.ts'
import type { ReferralRow } from './referral-store.ts'
import { ReferralBody, toReferral } from './referral-view.ts'
import { REFERRAL_STATES } from './tables.ts'

const ReferralParams = z.strictObject({ referral_id: publicId('referral') })

type ReferralAction = 'created' | 'voided' | 'blocked'

/** Tells both sides: owners of the partner and the tenant read the event. */
function recordReferral(
  mandate: Mandate<'platform'>,
  row: ReferralRow,
  event: { readonly action: ReferralAction; readonly reason: string },
): void {
  recordEvent(mandate, {
    action: `program.referral.${event.action}`,
    partnerId: row.partner_id,
    partnerName: row.partner_name,
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    resource: { type: 'referral', id: row.id, ...(row.code !== null && { label: row.code }) },
    reason: event.reason,
  })
}

const tell = (mandate: Mandate<'platform'>, row: ReferralRow, type: 'created' | 'voided') =>
  enqueue(mandate, `referral.${type}`, { referral_id: row.id, partner_id: row.partner_id, state: type })

async function voidIt(
  mandate: Mandate<'platform'>,
  id: IdOf<'referral'>,
  reason: string,
): Promise<ReferralRow> {
  const before = await getReferral(mandate, id)
  if (!(await voidReferral(mandate, before, reason)))
    throw new ProblemError(409, 'REFERRAL_LOCKED', 'The tenant has paid; its referral never changes.', {
      keepsEvents: true,
    })
  const after = await getReferral(mandate, id)
  recordReferral(mandate, after, { action: 'voided', reason })
  await tell(mandate, after, 'voided')
  return after
}

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/referrals',
    summary: 'The referrals of all partners',
    input: {
      query: z.strictObject({
        state: commaList(z.enum(REFERRAL_STATES)).optional(),
        partner_id: publicId('partner').optional(),
        tenant_id: publicId('tenant').optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'platform.referrals.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(ReferralBody)) },
    async handle({ mandate, query }) {
      const filter = { state: query.state, partnerId: query.partner_id, tenantId: query.tenant_id }
      const { rows, total } = await listReferrals(mandate, filter, query)
      return toPage(rows.map(toReferral), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/referrals/:referral_id',
    summary: 'One referral',
    input: { params: ReferralParams },
    access: { permission: 'platform.referrals.read' },
    limit: 'detail',
    problems: ['REFERRAL_NOT_FOUND'],
    responses: { 200: ReferralBody },
    handle: async ({ mandate, params }) => toReferral(await getReferral(mandate, params.referral_id)),
  }),
]

const manualRoute = route({
  method: 'POST',
  path: '/api/v1/admin/referrals/manual',
  summary: 'Refer a tenant by hand, with a reason',
  input: {
    body: z.strictObject({
      partner_id: publicId('partner'),
      tenant_id: publicId('tenant'),
      code_id: publicId('referral_code').optional().meta({ description: 'A code of that partner.' }),
      reason: plainText(1, 500),
    }),
  },
  access: { permission: 'platform.referrals.manage' },
  limit: 'write',
  problems: [
    'TENANT_ALREADY_REFERRED',
    'TENANT_NOT_NEW',
    'REFERRAL_PARTNER_INACTIVE',
    'REFERRAL_INPUT_UNKNOWN',
  ],
  responses: { 201: ReferralBody },
  async handle({ mandate, body }) {
    const id = await insertManual(mandate, {
      partnerId: body.partner_id,
      tenantId: body.tenant_id,
      codeId: body.code_id ?? null,
      reason: body.reason,
    })
    const row = await getReferral(mandate, id)
    recordReferral(mandate, row, { action: 'created', reason: body.reason })
    await tell(mandate, row, 'created')
    return sent(toReferral(row), {
      Location: `/api/v1/admin/referrals/${publicIdOf('referral', row.id)}`,
    })
  },
})

const decideRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/v1/admin/referrals/:referral_id/void',
    summary: 'Withdraw a referral before anything was paid, with a reason',
    input: { params: ReferralParams, body: z.strictObject({ reason: plainText(1, 500) }) },
    access: { permission: 'platform.referrals.manage' },
    limit: 'write',
    problems: ['REFERRAL_NOT_FOUND', 'REFERRAL_LOCKED', 'REFERRAL_STATE_CONFLICT'],
    responses: { 200: ReferralBody },
    handle: async ({ mandate, params, body }) =>
      toReferral(await voidIt(mandate, params.referral_id, body.reason)),
  }),
  route({
    method: 'POST',
    path: '/api/v1/admin/referrals/:referral_id/block',
    summary: 'Have a referral earn nothing further, with a reason; the referral stays',
    input: {
      params: ReferralParams,
      body: z.strictObject({
        reason: plainText(1, 500),
        from_at: instantText().optional().meta({ description: 'From when on; now, when left out.' }),
      }),
    },
    access: { permission: 'platform.referrals.manage' },
    limit: 'write',
    problems: ['REFERRAL_NOT_FOUND', 'REFERRAL_STATE_CONFLICT'],
    responses: { 200: ReferralBody },
    async handle({ mandate, params, body }) {
      await getReferral(mandate, params.referral_id)
      const fromAt = body.from_at === undefined ? null : new Date(body.from_at)
      await blockReferral(mandate, params.referral_id, { reason: body.reason, fromAt })
      const after = await getReferral(mandate, params.referral_id)
      recordReferral(mandate, after, { action: 'blocked', reason: body.reason })
      return toReferral(after)
    },
  }),
]

/** What the provider sees and decides about referrals (D5). */
export const platformRoutes: readonly Route[] = [...readRoutes, manualRoute, ...decideRoutes]
