import { z } from 'zod'
import { countsNoMore } from '#platform/first-approver.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead, requireAlso } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, plainText, publicId, truth } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceElevation, recordElevation } from './news.ts'
import { getElevation, listElevations, moveElevation, needsTenant } from './store.ts'
import type { ElevationFilter, ElevationRow } from './store.ts'
import { ELEVATION_STATES } from './tables.ts'
import { ElevationBody, isVoid, toElevation } from './view.ts'

/** What a list of elevations can be asked for. */
export const ListQuery = z.strictObject({
  status: commaList(z.enum(ELEVATION_STATES)).optional(),
  ...pageQuery,
})

export const Params = z.strictObject({ elevation_id: publicId('elevation') })
export const ReasonInput = z.strictObject({ reason: plainText(1, 500).optional() }).default({})
export const DecisionProblems = ['ELEVATION_NOT_FOUND', 'ELEVATION_STATE_CONFLICT'] as const

/** Refuses unless the elevation, as time has made it, is in one of these states. */
export function requireState(row: ElevationRow, allowed: readonly ElevationRow['state'][]): void {
  if (allowed.includes(row.state)) return
  throw new ProblemError(409, 'ELEVATION_STATE_CONFLICT', `This is ${row.state}; that is not possible now.`, {
    details: { status: row.state, allowed_from: [...allowed] },
  })
}

/** People see their own requests; who answers sees those of all colleagues. */
function ownUnlessOwner(mandate: Mandate<'program'>): ElevationFilter {
  return mandate.partner.role === 'PARTNER_OWNER' ? {} : { personId: mandate.actor.id }
}

const listRoute = route({
  method: 'GET',
  path: '/api/v1/partner/elevations',
  summary: 'Requests for more access, and what came of them: the own, or for owners those of all colleagues',
  input: {
    query: z.strictObject({
      ...ListQuery.shape,
      mine: truth().default(false),
      tenant_id: publicId('tenant').optional(),
      link_id: publicId('link').optional(),
    }),
  },
  access: { permission: 'partner_org.links.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(ElevationBody)) },
  async handle({ mandate, query }) {
    const filter: ElevationFilter = {
      states: query.status,
      tenantId: query.tenant_id,
      linkId: query.link_id,
      ...ownUnlessOwner(mandate),
      ...(query.mine && { personId: mandate.actor.id }),
    }
    const { rows, total } = await listElevations(mandate, filter, query)
    noteRead(mandate, { action: 'partner_org.links.read', rowCount: rows.length })
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
    path: '/api/v1/partner/elevations/:elevation_id/approve',
    summary: "Approve a colleague's request for more access",
    input: { params: Params, body: ReasonInput },
    access: { permission: 'partner_org.elevations.approve' },
    limit: 'write',
    problems: [...DecisionProblems, 'SOMEBODY_ELSE_APPROVES'],
    responses: { 200: ElevationBody },
    async handle({ mandate, params, body }) {
      const row = await getElevation(mandate, params.elevation_id)
      const isAnew = isVoid(row)
      if (!isAnew) requireState(row, ['requested'])
      if (row.person_id === mandate.actor.id)
        throw new ProblemError(409, 'SOMEBODY_ELSE_APPROVES', 'Nobody approves more access for themselves.')
      const waits = await needsTenant(mandate, row.link_id)
      await moveElevation(mandate, row, {
        to: waits ? 'approved' : 'active',
        partner_decided_by: mandate.actor.id,
        partner_decided_by_name: mandate.actor.name,
        partner_decided_at: mandate.origin.now,
      })
      const after = await getElevation(mandate, params.elevation_id)
      recordElevation(mandate, after, {
        action: 'elevations.approve',
        changes: { status: { before: row.state, after: after.state } },
        reason: [isAnew && countsNoMore(row.partner_decided_by_name), body.reason].filter(Boolean).join(' '),
      })
      const origin = services.publicOrigin()
      await announceElevation(mandate, after, { news: 'approved', origin })
      await announceElevation(mandate, after, { news: waits ? 'asked_tenant' : 'started', origin })
      return toElevation(after, mandate)
    },
  })
}

const denyRoute = route({
  method: 'POST',
  path: '/api/v1/partner/elevations/:elevation_id/deny',
  summary: "Deny a colleague's request for more access",
  input: { params: Params, body: ReasonInput },
  access: { permission: 'partner_org.links.manage' },
  limit: 'write',
  problems: DecisionProblems,
  responses: { 200: ElevationBody },
  async handle({ mandate, params, body }) {
    const row = await getElevation(mandate, params.elevation_id)
    requireState(row, ['requested'])
    await moveElevation(mandate, row, {
      to: 'denied',
      partner_decided_by: mandate.actor.id,
      partner_decided_by_name: mandate.actor.name,
      partner_decided_at: mandate.origin.now,
      ended_at: mandate.origin.now,
      ended_by_side: 'partner',
      ended_by_name: mandate.actor.name,
      end_reason: body.reason ?? null,
    })
    const after = await getElevation(mandate, params.elevation_id)
    recordElevation(mandate, after, {
      action: 'elevations.deny',
      changes: { status: { before: row.state, after: 'denied' } },
      ...(body.reason !== undefined && { reason: body.reason }),
    })
    await announceElevation(mandate, after, { news: 'denied' })
    return toElevation(after, mandate)
  },
})

const endRoute = route({
  method: 'POST',
  path: '/api/v1/partner/elevations/:elevation_id/end',
  summary: 'End more access before its time, or take a request for it back; effective on the next request',
  input: { params: Params, body: ReasonInput },
  access: { permission: 'partner_org.links.read' },
  limit: 'write',
  problems: DecisionProblems,
  responses: { 200: ElevationBody },
  async handle({ mandate, params, body }) {
    const row = await getElevation(mandate, params.elevation_id, ownUnlessOwner(mandate))
    if (row.person_id !== mandate.actor.id) requireAlso(mandate, 'partner_org.links.manage')
    requireState(row, ['requested', 'approved', 'active'])
    const to = row.state === 'active' ? 'ended' : 'withdrawn'
    await moveElevation(mandate, row, {
      to,
      ended_at: mandate.origin.now,
      ended_by_side: 'partner',
      ended_by_name: mandate.actor.name,
      end_reason: body.reason ?? null,
    })
    const after = await getElevation(mandate, params.elevation_id)
    recordElevation(mandate, after, {
      action: to === 'ended' ? 'elevations.end' : 'elevations.withdraw',
      changes: { status: { before: row.state, after: to } },
      ...(body.reason !== undefined && { reason: body.reason }),
    })
    await announceElevation(mandate, after, { news: to })
    return toElevation(after, mandate)
  },
})

/** The routes by which a partner answers and ends elevations (B13). */
export function makePartnerElevationRoutes(services: Services): readonly Route[] {
  return [listRoute, makeApproveRoute(services), denyRoute, endRoute]
}
