import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { commaList } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { endHome } from './end.ts'
import { announceHome, recordHome } from './news.ts'
import { changeHome, getHome, listHomes, requireState } from './store.ts'
import type { HomeRow } from './store.ts'
import { HOME_STATES } from './tables.ts'
import { HomeBody, HomeParams, ReasonInput, toHome } from './view.ts'

const BASE = '/api/v1/partner/homes'
const PROBLEMS = ['HOME_NOT_FOUND', 'HOME_STATE_CONFLICT']

const listRoute = route({
  method: 'GET',
  path: BASE,
  summary: 'Which organisation the partner is itself, was, or is said to be',
  input: { query: z.strictObject({ status: commaList(z.enum(HOME_STATES)).optional(), ...pageQuery }) },
  access: { permission: 'partner_org.profile.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(HomeBody)).meta({ id: 'PartnerHomePage' }) },
  async handle({ mandate, query }) {
    const { rows, total } = await listHomes(mandate, { states: query.status }, query)
    return toPage(
      rows.map((row) => toHome(row, mandate.actor.id)),
      query,
      total,
    )
  },
})

const makeAcceptRoute = (services: Services): Route =>
  route({
    method: 'POST',
    path: `${BASE}/:home_id/accept`,
    summary: 'Accept that the partner and an organisation are one',
    input: { params: HomeParams },
    access: { permission: 'partner_org.links.accept' },
    limit: 'write',
    problems: [...PROBLEMS, 'HOME_TAKEN', 'HOME_HAS_LINK'],
    responses: { 200: HomeBody },
    async handle({ mandate, params }) {
      const row = await getHome(mandate, params.home_id)
      requireState(row, ['offered'])
      const { id, name } = mandate.actor
      await changeHome(mandate, row, { status: 'active', accepted_by: id, accepted_by_name: name })
      const after = await getHome(mandate, params.home_id)
      recordHome(mandate, after, { action: 'homes.accept', before: row.state })
      await announceHome(mandate, after, { news: 'accepted', origin: services.publicOrigin() })
      return toHome(after, id)
    },
  })

const makeStopRoute = (
  services: Services,
  [path, summary, from]: readonly [path: string, summary: string, from: HomeRow['state']],
): Route =>
  route({
    method: 'POST',
    path: `${BASE}/:home_id/${path}`,
    summary,
    input: { params: HomeParams, body: ReasonInput },
    access: { permission: 'partner_org.links.manage' },
    limit: 'write',
    problems: PROBLEMS,
    responses: { 200: HomeBody },
    async handle({ mandate, params, body }) {
      const row = await getHome(mandate, params.home_id)
      requireState(row, [from])
      const after = await endHome(mandate, row, { reason: body.reason, origin: services.publicOrigin() })
      return toHome(after, mandate.actor.id)
    },
  })

/** The routes by which a partner answers the organisation that says it is this partner, and ends that. */
export const makePartnerHomeRoutes = (services: Services): readonly Route[] => [
  listRoute,
  makeAcceptRoute(services),
  makeStopRoute(services, ['decline', 'Say that the partner and this organisation are not one', 'offered']),
  makeStopRoute(services, ['end', 'End that the partner and this organisation are one', 'active']),
]
