import { z } from 'zod'
import { coverList } from '#platform/covered.ts'
import { pageQuery, toPage } from '#platform/list.ts'
import { narrowReach, reachOf, toScope } from '#platform/reach.ts'
import type { ReadingMandate } from '#platform/reach.ts'
import { commaList, plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import { toMoney } from '#platform/money.ts'
import { Dispute, DisputePage, nameIn, NewDisputeBody, toDispute } from './dispute-schemas.ts'
import { findTenantsDisputing, listDisputes } from './dispute-store.ts'
import { answerOf, closeDispute, openDispute } from './disputing.ts'
import { narrowToGroup } from './group-filter.ts'
import { DISPUTE_STATUSES } from './rules-dispute.ts'

const BASE = '/api/v1/partner/billing/disputes'

const disputeQuery = {
  status: commaList(z.enum(DISPUTE_STATUSES)).optional(),
  invoice_id: publicId('invoice').optional(),
  ...pageQuery,
}

const DisputeQuery = z.strictObject(disputeQuery)
const ConsolidatedDisputeQuery = z.strictObject({
  ...disputeQuery,
  tenant_ids: commaList(publicId('tenant')).optional(),
  group: publicId('tenant_group').optional(),
})
const DisputeParams = z.strictObject({ dispute_id: publicId('dispute') })
const Note = z.strictObject({ note: plainText(1, 2000) })

async function answerList(mandate: ReadingMandate, query: z.output<typeof ConsolidatedDisputeQuery>) {
  const reach = reachOf(mandate)
  const tenantIds = await narrowToGroup(mandate, narrowReach(reach, query.tenant_ids), query.group)
  const filter = { tenantIds, statuses: query.status, invoiceId: query.invoice_id }
  const { rows, sums } = await listDisputes(mandate, filter, query)
  const total = sums.reduce((count, sum) => count + sum.disputes, 0)
  await coverList(mandate, {
    tenantIds,
    chosenBy: query,
    isWhole: rows.length === total,
    findTenants: (most) => findTenantsDisputing(mandate, filter, most),
  })
  return {
    ...toPage(
      rows.map((row) => toDispute(row, nameIn(reach, row.tenant_id))),
      query,
      total,
    ),
    aggregates: sums.map((sum) => ({
      currency: sum.currency,
      open_count: sum.open,
      open_amount: toMoney(sum.open_minor, sum.currency),
    })),
    scope: toScope(reach),
  }
}

const partnerRoutes = [
  route({
    method: 'GET',
    path: BASE,
    summary: 'Disputes about the invoices of all customers',
    input: { query: ConsolidatedDisputeQuery },
    access: { permission: 'partner.billing.invoices.read', tenant: 'portfolio' },
    limit: 'list',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: DisputePage },
    handle: ({ mandate, query }) => answerList(mandate, query),
  }),
  route({
    method: 'POST',
    path: BASE,
    summary: 'Dispute an invoice of the customer acted in',
    input: { body: NewDisputeBody },
    access: { permission: 'partner.billing.disputes.create', tenant: 'header' },
    limit: 'write',
    problems: ['INVOICE_NOT_FOUND', 'DISPUTE_ALREADY_OPEN'],
    responses: { 201: Dispute },
    async handle({ mandate, body }) {
      return answerOf(mandate, await openDispute(mandate, body))
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/:dispute_id/withdraw`,
    summary: 'Withdraw a dispute that the own organisation raised',
    input: {
      params: DisputeParams,
      body: z.strictObject({ note: plainText(1, 2000).optional() }).optional(),
    },
    access: { permission: 'partner.billing.disputes.create', tenant: 'header' },
    limit: 'write',
    ifMatch: true,
    problems: ['DISPUTE_NOT_FOUND', 'DISPUTE_STATE_CONFLICT'],
    responses: { 200: Dispute },
    async handle({ mandate, params, body, expectedVersion: version }) {
      const ending = {
        id: params.dispute_id,
        version,
        status: 'withdrawn',
        note: body?.note ?? null,
      } as const
      return answerOf(mandate, await closeDispute(mandate, ending))
    },
  }),
]

const ANSWERS = [
  ['accept', 'accepted', 'Accept a dispute: the provider credits the amount'],
  ['reject', 'rejected', 'Reject a dispute: the amount stays owed'],
] as const

const tenantRoutes = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/billing/disputes',
    summary: "Disputes about the organisation's own invoices",
    input: { query: DisputeQuery },
    access: { permission: 'tenant.billing.read' },
    limit: 'list',
    responses: { 200: DisputePage },
    handle: ({ mandate, query }) => answerList(mandate, query),
  }),
  ...ANSWERS.map(([act, status, summary]) =>
    route({
      method: 'POST',
      path: `/api/v1/tenant/billing/disputes/:dispute_id/${act}`,
      summary,
      input: { params: DisputeParams, body: Note },
      access: { permission: 'tenant.billing.manage' },
      limit: 'write',
      ifMatch: true,
      problems: ['DISPUTE_NOT_FOUND', 'DISPUTE_STATE_CONFLICT'],
      responses: { 200: Dispute },
      async handle({ mandate, params, body, expectedVersion: version }) {
        const ending = { id: params.dispute_id, version, status, note: body.note.trim() }
        return answerOf(mandate, await closeDispute(mandate, ending))
      },
    }),
  ),
]

/** Disputes about invoices: raised by partners, answered by the tenant. Source: B6. */
export const disputeRoutes = [...partnerRoutes, ...tenantRoutes]
