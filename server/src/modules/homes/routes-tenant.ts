import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { countsNoMore, stillDecides, whoStillDecides } from '#platform/first-approver.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { endHome } from './end.ts'
import { announceHome, recordHome } from './news.ts'
import { changeHome, getHome, insertHome, listHomes, requireState } from './store.ts'
import type { HomeRow } from './store.ts'
import { HOME_STATES } from './tables.ts'
import { firstOf, HomeBody, HomeParams, ReasonInput, toHome } from './view.ts'

const BASE = '/api/v1/tenant/partner-access/homes'
const PROBLEMS = ['HOME_NOT_FOUND', 'HOME_STATE_CONFLICT']

const listRoute = route({
  method: 'GET',
  path: BASE,
  summary: 'Which partner the own organisation is, was, or said to be',
  input: { query: z.strictObject({ status: commaList(z.enum(HOME_STATES)).optional(), ...pageQuery }) },
  access: { permission: 'tenant.partner_access.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(HomeBody)).meta({ id: 'PartnerHomePage' }) },
  async handle({ mandate, query }) {
    const { rows, total } = await listHomes(mandate, { states: query.status }, query)
    const inCharge = await whoStillDecides(mandate, rows.map(firstOf))
    return toPage(
      rows.map((row) => toHome(row, mandate.actor.id, inCharge)),
      query,
      total,
    )
  },
})

const makeAskRoute = (services: Services): Route =>
  route({
    method: 'POST',
    path: BASE,
    summary:
      'Say which partner the own organisation is itself; once the partner accepts, its apps use the accounts without a consent',
    input: {
      body: z.strictObject({
        partner_slug: z.string().min(1).max(63).meta({ description: "The partner's code." }),
      }),
    },
    access: { permission: 'tenant.partner_access.approve' },
    // Each mails the owners of a partner that never asked for it.
    limit: 'link_request',
    problems: ['PARTNER_NOT_INVITED', 'HOME_OPEN', 'HOME_HAS_LINK', 'HOME_STATE_CONFLICT'],
    responses: { 201: HomeBody },
    async handle({ mandate, body }) {
      const id = await insertHome(mandate, body.partner_slug)
      const row = await getHome(mandate, idFromUuid('partner_home', id))
      recordHome(mandate, row, { action: 'homes.ask', before: null })
      await announceHome(mandate, row, {
        news: row.state === 'waiting' ? 'asked' : 'offered',
        origin: services.publicOrigin(),
      })
      return toHome(row, mandate.actor.id, await whoStillDecides(mandate, [firstOf(row)]))
    },
  })

/** A first word that is void is replaced, and the next one confirms that. */
async function confirm(
  mandate: Mandate<'tenant'>,
  row: HomeRow,
  { isVoid }: { readonly isVoid: boolean },
): Promise<void> {
  const { id, name } = mandate.actor
  if (row.asked_by === id)
    throw new ProblemError(409, 'HOME_SECOND_PERSON', 'You said it; another administrator confirms it.')
  await changeHome(
    mandate,
    row,
    isVoid
      ? { asked_by: id, asked_by_name: name }
      : { status: 'offered', confirmed_by: id, confirmed_by_name: name },
  )
}

const makeConfirmRoute = (services: Services): Route =>
  route({
    method: 'POST',
    path: `${BASE}/:home_id/confirm`,
    summary: 'Confirm, as a second person, which partner the own organisation is itself',
    input: { params: HomeParams },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: [...PROBLEMS, 'HOME_SECOND_PERSON'],
    responses: { 200: HomeBody },
    async handle({ mandate, params }) {
      const row = await getHome(mandate, params.home_id)
      requireState(row, ['waiting'])
      const isVoid = !(await stillDecides(mandate, row.asked_by))
      await confirm(mandate, row, { isVoid })
      const after = await getHome(mandate, params.home_id)
      recordHome(mandate, after, {
        action: isVoid ? 'homes.confirm_first' : 'homes.confirm',
        before: row.state,
        ...(isVoid && { note: countsNoMore(row.asked_by_name) }),
      })
      await announceHome(mandate, after, {
        news: isVoid ? 'asked' : 'offered',
        origin: services.publicOrigin(),
      })
      return toHome(after, mandate.actor.id, await whoStillDecides(mandate, [firstOf(after)]))
    },
  })

/** Taking away asks for no fresh factor. */
const makeStopRoute = (
  services: Services,
  [path, summary, from]: readonly [path: string, summary: string, from: readonly HomeRow['state'][]],
): Route =>
  route({
    method: 'POST',
    path: `${BASE}/:home_id/${path}`,
    summary,
    input: { params: HomeParams, body: ReasonInput },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    problems: PROBLEMS,
    responses: { 200: HomeBody },
    async handle({ mandate, params, body }) {
      const row = await getHome(mandate, params.home_id)
      requireState(row, from)
      const after = await endHome(mandate, row, { reason: body.reason, origin: services.publicOrigin() })
      return toHome(after, mandate.actor.id, await whoStillDecides(mandate, [firstOf(after)]))
    },
  })

/** The routes by which a tenant says which partner it is itself, and ends that. */
export const makeTenantHomeRoutes = (services: Services): readonly Route[] => [
  listRoute,
  makeAskRoute(services),
  makeConfirmRoute(services),
  makeStopRoute(services, [
    'withdraw',
    'Take back which partner the own organisation is, before the partner has answered',
    ['waiting', 'offered'],
  ]),
  makeStopRoute(services, [
    'end',
    'End that the own organisation is this partner; effective on the next call of its apps',
    ['active'],
  ]),
]
