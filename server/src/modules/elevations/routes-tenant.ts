import { z } from 'zod'
import { pageOf, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceElevation, recordElevation } from './news.ts'
import { DecisionProblems, ListQuery, Params, ReasonInput, requireState } from './routes-partner.ts'
import { getElevation, listElevations, moveElevation } from './store.ts'
import type { ElevationRow } from './store.ts'
import { ElevationBody, toElevation } from './view.ts'

/** What the partner has not answered yet is its own matter; the tenant hears of a request when it is its turn. */
const TOLD: readonly ElevationRow['state'][] = [
  'approved',
  'active',
  'ended',
  'denied',
  'withdrawn',
  'lapsed',
]

const get = async (mandate: Mandate<'tenant'>, id: z.output<typeof Params>['elevation_id']) =>
  getElevation(mandate, id, { states: TOLD, isOfTenant: true })

const listRoute = route({
  method: 'GET',
  path: '/api/v1/tenant/partner-access/elevations',
  summary: 'More access that people of partners have or had for a while, and what waits for your approval',
  input: { query: z.strictObject({ ...ListQuery.shape, link_id: publicId('link').optional() }) },
  access: { permission: 'tenant.partner_access.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(ElevationBody)) },
  async handle({ mandate, query }) {
    const states = query.status?.filter((state) => TOLD.includes(state)) ?? TOLD
    const { rows, total } =
      states.length === 0
        ? { rows: [], total: 0 }
        : await listElevations(mandate, { states, linkId: query.link_id, isOfTenant: true }, query)
    return toPage(
      rows.map((row) => toElevation(row, mandate)),
      query,
      total,
    )
  },
})

function makeApproveRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/elevations/:elevation_id/approve',
    summary: 'Allow somebody of a partner more access for a while',
    input: { params: Params, body: ReasonInput },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: [...DecisionProblems, 'SOMEBODY_ELSE_APPROVES'],
    responses: { 200: ElevationBody },
    async handle({ mandate, params, body }) {
      const row = await get(mandate, params.elevation_id)
      requireState(row, ['approved'])
      if (row.person_id === mandate.actor.id)
        throw new ProblemError(409, 'SOMEBODY_ELSE_APPROVES', 'Nobody approves more access for themselves.')
      await moveElevation(mandate, row, {
        to: 'active',
        tenant_decided_by: mandate.actor.id,
        tenant_decided_by_name: mandate.actor.name,
        tenant_decided_at: mandate.origin.now,
      })
      const after = await get(mandate, params.elevation_id)
      recordElevation(mandate, after, {
        action: 'elevations.approve',
        changes: { status: { before: row.state, after: after.state } },
        ...(body.reason !== undefined && { reason: body.reason }),
      })
      await announceElevation(mandate, after, { news: 'started', origin: services.publicOrigin() })
      return toElevation(after, mandate)
    },
  })
}

interface Stop {
  readonly path: 'deny' | 'end'
  readonly summary: string
  readonly from: 'approved' | 'active'
  readonly to: 'denied' | 'ended'
}

const STOPS: readonly Stop[] = [
  {
    path: 'deny',
    summary: 'Deny somebody of a partner more access',
    from: 'approved',
    to: 'denied',
  },
  {
    path: 'end',
    summary: 'End more access of somebody of a partner now; effective on their next request',
    from: 'active',
    to: 'ended',
  },
]

/** Taking away asks for no fresh factor. */
function makeStopRoute(stop: Stop): Route {
  return route({
    method: 'POST',
    path: `/api/v1/tenant/partner-access/elevations/:elevation_id/${stop.path}`,
    summary: stop.summary,
    input: { params: Params, body: ReasonInput },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    problems: DecisionProblems,
    responses: { 200: ElevationBody },
    async handle({ mandate, params, body }) {
      const row = await get(mandate, params.elevation_id)
      requireState(row, [stop.from])
      await moveElevation(mandate, row, {
        to: stop.to,
        ...(stop.to === 'denied' && {
          tenant_decided_by: mandate.actor.id,
          tenant_decided_by_name: mandate.actor.name,
          tenant_decided_at: mandate.origin.now,
        }),
        ended_at: mandate.origin.now,
        ended_by_side: 'tenant',
        ended_by_name: mandate.actor.name,
        end_reason: body.reason ?? null,
      })
      const after = await get(mandate, params.elevation_id)
      recordElevation(mandate, after, {
        action: stop.to === 'denied' ? 'elevations.deny' : 'elevations.end',
        changes: { status: { before: row.state, after: stop.to } },
        ...(body.reason !== undefined && { reason: body.reason }),
      })
      await announceElevation(mandate, after, { news: stop.to })
      return toElevation(after, mandate)
    },
  })
}

/** The routes by which a tenant answers and ends elevations (B13). */
export function makeTenantElevationRoutes(services: Services): readonly Route[] {
  return [listRoute, makeApproveRoute(services), ...STOPS.map(makeStopRoute)]
}
