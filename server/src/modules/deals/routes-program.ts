import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { commaList, publicId, searchText } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceDeal, recordDeal } from './events.ts'
import { domainOf } from './rules.ts'
import { getOwnDeal, insertDeal, listOwnDeals, moveDeal } from './store.ts'
import type { DealId } from './store.ts'
import { DEAL_STATES } from './tables.ts'
import { NewDealInput, OwnDealBody, toOwnDeal } from './view.ts'

const PATH = '/api/v1/program/deals'
const DealParams = z.strictObject({ deal_id: publicId('deal') })
/** Whoever refers registers deals, too; whose rows they see is the database's word. */
const access = { permission: 'partner_org.codes.create' } as const

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'The deals that the partner registered; staff see those that they registered',
    input: {
      query: z.strictObject({
        state: commaList(z.enum(DEAL_STATES)).optional(),
        search: searchText().optional(),
        ...pageQuery,
      }),
    },
    access,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(OwnDealBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listOwnDeals(mandate, query, query)
      return toPage(
        rows.map((row) => toOwnDeal(row, mandate.actor.id)),
        query,
        total,
      )
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/:deal_id`,
    summary: 'One deal that the partner registered',
    input: { params: DealParams },
    access,
    limit: 'detail',
    problems: ['DEAL_NOT_FOUND'],
    responses: { 200: OwnDealBody },
    handle: async ({ mandate, params }) =>
      toOwnDeal(await getOwnDeal(mandate, params.deal_id), mandate.actor.id),
  }),
]

const register = (mandate: Mandate<'program'>, body: NewDealInput): Promise<DealId> =>
  insertDeal(mandate, {
    partnerId: mandate.partner.id,
    companyName: body.company_name,
    domain: body.domain === undefined ? null : domainOf(body.domain),
    contactName: body.contact_name ?? null,
    contactEmail: body.contact_email?.toLowerCase() ?? null,
    expected: body.expected ?? null,
    notes: body.notes ?? null,
  })

const registerRoute = (services: Services): Route =>
  route({
    method: 'POST',
    path: PATH,
    summary: 'Register a deal, so that the prospect counts for the partner once the provider approved it',
    input: { body: NewDealInput },
    access,
    limit: 'write',
    problems: ['DEAL_REGISTERED_ALREADY', 'DEAL_DOMAIN_SHARED', 'DEAL_TOO_MANY'],
    responses: { 201: OwnDealBody },
    async handle({ mandate, body }) {
      const row = await getOwnDeal(mandate, await register(mandate, body))
      recordDeal(mandate, row, { action: 'registered' })
      await announceDeal(mandate, row, { action: 'registered', origin: services.publicOrigin() })
      const deal = toOwnDeal(row, mandate.actor.id)
      return sent(deal, { Location: `${PATH}/${deal.deal_id}` })
    },
  })

const withdrawRoute = (services: Services): Route =>
  route({
    method: 'POST',
    path: `${PATH}/:deal_id/withdraw`,
    summary: 'Give a registered deal up; its prospect no longer counts for the partner',
    input: { params: DealParams },
    access,
    limit: 'write',
    problems: ['DEAL_NOT_FOUND', 'DEAL_STATE_CONFLICT'],
    responses: { 200: OwnDealBody },
    async handle({ mandate, params }) {
      const before = await getOwnDeal(mandate, params.deal_id)
      await moveDeal(mandate, params.deal_id, { from: ['submitted', 'approved'], to: 'lost' })
      const after = await getOwnDeal(mandate, params.deal_id)
      recordDeal(mandate, after, { action: 'withdrawn', before: before.state })
      await announceDeal(mandate, after, { action: 'withdrawn', origin: services.publicOrigin() })
      return toOwnDeal(after, mandate.actor.id)
    },
  })

/** What a partner registers and sees of its deals (D12). */
export const makeProgramRoutes = (services: Services): readonly Route[] => [
  ...readRoutes,
  registerRoute(services),
  withdrawRoute(services),
]
