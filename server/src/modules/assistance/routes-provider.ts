import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceAccess, recordAccess } from './news.ts'
import { changeAccess, getAccess, insertAccess, listAccesses } from './store.ts'
import { ASSISTED_STATES } from './tables.ts'
import { AccessBody, AccessParams, toAccess } from './view.ts'

const BASE = '/api/v1/admin/support-access'

const AskInput = z.strictObject({
  tenant_id: publicId('tenant'),
  case_number: plainText(1, 64),
  reason: plainText(10, 500),
  duration_minutes: z.int().min(5).max(480).default(60),
  partner_id: publicId('partner').optional().meta({
    description: 'The partner whose work in the tenant the case is about; its owners are told, too.',
  }),
})

const ReasonInput = z.strictObject({ reason: plainText(1, 500).optional() })

const listRoute = route({
  method: 'GET',
  path: BASE,
  summary: "Who of support looks, looked, or asked to look into tenants' data, and why",
  input: {
    query: z.strictObject({
      status: commaList(z.enum(ASSISTED_STATES)).optional(),
      tenant_id: publicId('tenant').optional(),
      ...pageQuery,
    }),
  },
  access: { permission: 'platform.assistance.oversee' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(AccessBody)) },
  async handle({ mandate, query }) {
    const filter = { states: query.status, tenantId: query.tenant_id }
    const { rows, total } = await listAccesses(mandate, filter, query)
    return toPage(
      rows.map((row) => toAccess(row, mandate.actor.id)),
      query,
      total,
    )
  },
})

const detailRoute = route({
  method: 'GET',
  path: `${BASE}/:support_access_id`,
  summary: "One access of support to a tenant's data",
  input: { params: AccessParams },
  access: { permission: 'platform.assistance.oversee' },
  limit: 'detail',
  problems: ['SUPPORT_ACCESS_NOT_FOUND'],
  responses: { 200: AccessBody },
  async handle({ mandate, params }) {
    const row = await getAccess(mandate, params.support_access_id)
    noteRead(mandate, {
      action: 'platform.assistance.oversee',
      resource: { type: 'support access', id: row.id, label: row.case_number },
    })
    return toAccess(row, mandate.actor.id)
  },
})

const makeAskRoute = (services: Services): Route =>
  route({
    method: 'POST',
    path: BASE,
    summary:
      'Ask a tenant to let you look at its data for a support case; it may have allowed that beforehand',
    input: { body: AskInput },
    access: { permission: 'platform.assistance.use' },
    limit: 'write',
    problems: ['TENANT_NOT_FOUND', 'PARTNER_NOT_FOUND', 'SUPPORT_ACCESS_OPEN', 'SUPPORT_ACCESS_REFUSED'],
    responses: { 201: AccessBody },
    async handle({ mandate, body }) {
      const id = await insertAccess(mandate, {
        tenantId: body.tenant_id,
        partnerId: body.partner_id,
        caseNumber: body.case_number,
        reason: body.reason,
        minutes: body.duration_minutes,
      })
      const row = await getAccess(mandate, idFromUuid('assisted', id))
      recordAccess(mandate, row, {
        action: row.state === 'active' ? 'assistance.start' : 'assistance.request',
        changes: { status: { after: row.state }, basis: { after: row.basis } },
      })
      const news = row.state === 'active' ? 'started' : 'requested'
      await announceAccess(mandate, row, { news, origin: services.publicOrigin() })
      return toAccess(row, mandate.actor.id)
    },
  })

const makeEndRoute = (services: Services): Route =>
  route({
    method: 'POST',
    path: `${BASE}/:support_access_id/end`,
    summary: "End support's access to a tenant now, or take the request back; effective on the next read",
    input: { params: AccessParams, body: ReasonInput },
    access: { permission: 'platform.assistance.oversee' },
    limit: 'write',
    problems: ['SUPPORT_ACCESS_NOT_FOUND', 'SUPPORT_ACCESS_STATE_CONFLICT'],
    responses: { 200: AccessBody },
    async handle({ mandate, params, body }) {
      const row = await getAccess(mandate, params.support_access_id)
      if (row.state !== 'requested' && row.state !== 'active')
        throw new ProblemError(409, 'SUPPORT_ACCESS_STATE_CONFLICT', `It is ${row.state} already.`)
      const to = row.state === 'active' ? 'ended' : 'withdrawn'
      await changeAccess(mandate, row, {
        status: to,
        ended_at: mandate.origin.now,
        ended_by_side: 'provider',
        ended_by_name: mandate.actor.name,
        end_reason: body.reason ?? null,
      })
      const after = await getAccess(mandate, params.support_access_id)
      recordAccess(mandate, after, {
        action: to === 'ended' ? 'assistance.end' : 'assistance.withdraw',
        changes: { status: { before: row.state, after: to } },
        note: body.reason,
      })
      await announceAccess(mandate, after, { news: to, origin: services.publicOrigin() })
      return toAccess(after, mandate.actor.id)
    },
  })

/** The routes by which the provider's support asks, oversees and ends. */
export function makeAskRoutes(services: Services): readonly Route[] {
  return [listRoute, detailRoute, makeAskRoute(services), makeEndRoute(services)]
}
