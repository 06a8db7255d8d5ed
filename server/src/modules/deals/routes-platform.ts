import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { commaList, plainText, publicId, searchText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceDeal, recordDeal } from './events.ts'
import type { DealAction } from './events.ts'
import { findConflicts, findOverOfSameProspect, getDeal, listDeals, moveDeal } from './store.ts'
import type { DealId } from './store.ts'
import { DEAL_STATES } from './tables.ts'
import type { DealState } from './tables.ts'
import { DealBody, DealDetailBody, toDeal, toDealDetail } from './view.ts'

const PATH = '/api/v1/admin/deals'
const DealParams = z.strictObject({ deal_id: publicId('deal') })

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'The deals that partners registered',
    input: {
      query: z.strictObject({
        state: commaList(z.enum(DEAL_STATES)).optional(),
        partner_id: publicId('partner').optional(),
        search: searchText().optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'platform.referrals.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(DealBody)) },
    async handle({ mandate, query }) {
      const filter = { state: query.state, search: query.search, partnerId: query.partner_id }
      const { rows, total } = await listDeals(mandate, filter, query)
      return toPage(rows.map(toDeal), query, total)
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/:deal_id`,
    summary: 'One registered deal, with who else registered the prospect and which tenants may be it',
    input: { params: DealParams },
    access: { permission: 'platform.referrals.read' },
    limit: 'detail',
    problems: ['DEAL_NOT_FOUND'],
    responses: { 200: DealDetailBody },
    handle: async ({ mandate, params }) =>
      toDealDetail(await getDeal(mandate, params.deal_id), await findConflicts(mandate, params.deal_id)),
  }),
]

interface Decision {
  readonly action: DealAction
  readonly from: readonly DealState[]
  readonly to: DealState
  readonly reason?: string
}

async function decide(
  mandate: Mandate<'platform'>,
  id: DealId,
  decision: Decision & { readonly origin: string },
) {
  const before = await getDeal(mandate, id)
  await moveDeal(mandate, id, decision)
  const after = await getDeal(mandate, id)
  recordDeal(mandate, after, { ...decision, before: before.state })
  await announceDeal(mandate, after, decision)
  return toDeal(after)
}

/** An approval whose time is over keeps nobody else from being approved, whether or not the clock has come by. */
async function expireOthers(mandate: Mandate<'platform'>, id: DealId, origin: string): Promise<void> {
  for (const row of await findOverOfSameProspect(mandate, id)) {
    const over = { action: 'expired', from: ['approved'], to: 'expired', origin } as const
    await decide(mandate, idFromUuid('deal', row.id), over)
  }
}

const approveRoute = (services: Services): Route =>
  route({
    method: 'POST',
    path: `${PATH}/:deal_id/approve`,
    summary: 'Approve a registered deal: for a time its prospect counts for the partner, before any code',
    input: { params: DealParams },
    access: { permission: 'platform.referrals.manage' },
    limit: 'write',
    problems: [
      'DEAL_NOT_FOUND',
      'DEAL_STATE_CONFLICT',
      'DEAL_PROTECTED',
      'DEAL_OF_OWN_PARTNER',
      'DEAL_PARTNER_INACTIVE',
    ],
    responses: { 200: DealBody },
    async handle({ mandate, params }) {
      const origin = services.publicOrigin()
      await expireOthers(mandate, params.deal_id, origin)
      return decide(mandate, params.deal_id, {
        action: 'approved',
        from: ['submitted'],
        to: 'approved',
        origin,
      })
    },
  })

const refusals = [
  {
    name: 'reject',
    summary: 'Reject a registered deal, with a reason that the partner reads',
    move: { action: 'rejected', from: ['submitted'], to: 'rejected' },
  },
  {
    name: 'end',
    summary: 'End the protection of an approved deal before its time, with a reason that the partner reads',
    move: { action: 'ended', from: ['approved'], to: 'lost' },
  },
] as const

const refusalRoutes = (services: Services): Route[] =>
  refusals.map(({ name, summary, move }) =>
    route({
      method: 'POST',
      path: `${PATH}/:deal_id/${name}`,
      summary,
      input: { params: DealParams, body: z.strictObject({ reason: plainText(1, 500) }) },
      access: { permission: 'platform.referrals.manage' },
      limit: 'write',
      problems: ['DEAL_NOT_FOUND', 'DEAL_STATE_CONFLICT', 'DEAL_OF_OWN_PARTNER'],
      responses: { 200: DealBody },
      handle: ({ mandate, params, body }) =>
        decide(mandate, params.deal_id, { ...move, reason: body.reason, origin: services.publicOrigin() }),
    }),
  )

/** What the provider sees and decides about registered deals (D12). */
export const makePlatformRoutes = (services: Services): readonly Route[] => [
  ...readRoutes,
  approveRoute(services),
  ...refusalRoutes(services),
]
