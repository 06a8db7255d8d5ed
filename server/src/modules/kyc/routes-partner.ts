import { z } from 'zod'
import { containsPattern, pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { commaList, plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { CHECK_STATES } from './rules.ts'
import { findRules, getCheck, listChecks } from './store.ts'
import { PROVIDERS } from './tables.ts'
import { CheckBody, CheckDetail, toCheck } from './view.ts'
import { makeDecisionRoutes } from './routes-decide.ts'
import { showDetail } from './detail.ts'

const ROOT = '/api/v1/partner/identity-checks'
const Params = z.strictObject({ identity_check_id: publicId('identity_check') })

const listRoute = route({
  method: 'GET',
  path: ROOT,
  summary: 'Identity checks of your user base: those that wait first, the longest waiting on top',
  input: {
    query: z.strictObject({
      status: commaList(z.enum(CHECK_STATES)).optional(),
      provider: z.enum(PROVIDERS).optional(),
      end_user_id: publicId('end_user').optional(),
      search: plainText(1, 100).optional(),
      ...pageQuery,
    }),
  },
  access: { permission: 'partner_org.users.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(CheckBody)) },
  async handle({ mandate, query }) {
    const filter = {
      states: query.status,
      provider: query.provider,
      endUserId: query.end_user_id,
      pattern: query.search === undefined ? undefined : containsPattern(query.search),
    }
    const { rows, total } = await listChecks(mandate, filter, query)
    const rules = await findRules(mandate, mandate.partner.id)
    noteRead(mandate, { action: 'identity_checks.list', rowCount: rows.length })
    return toPage(
      rows.map((row) => toCheck(row, rules)),
      query,
      total,
    )
  },
})

const getRoute = route({
  method: 'GET',
  path: `${ROOT}/:identity_check_id`,
  summary: 'One identity check: what was stated, what was decided, and what you can do',
  input: { params: Params },
  access: { permission: 'partner_org.users.read' },
  limit: 'detail',
  problems: ['IDENTITY_CHECK_NOT_FOUND'],
  responses: { 200: CheckDetail },
  async handle({ mandate, params }) {
    const row = await getCheck(mandate, params.identity_check_id)
    noteRead(mandate, {
      action: 'identity_checks.read',
      resource: { type: 'identity_check', id: row.id },
      rowCount: 1,
    })
    return showDetail(mandate, row)
  },
})

/** The routes by which a partner works on the identity checks of its user base (C8). */
export function makePartnerRoutes(services: Services): readonly Route[] {
  return [listRoute, getRoute, ...makeDecisionRoutes(services)]
}
