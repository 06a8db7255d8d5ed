import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId, wholeNumber } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { LinkParams } from './inputs.ts'
import { getTenantLink } from './routes-tenant.ts'
import { addDays } from './rules.ts'
import { listVisits, readFactorEvidence } from './visit-store.ts'
import type { Visit } from './visit-store.ts'

const VisitBody = z.strictObject({
  person_id: z.string(),
  person_name: z.string(),
  partner_id: z.string(),
  partner_name: z.string(),
  started_at: z.string(),
  ended_at: z.string(),
  minutes: z.int(),
  reads: z.int(),
  writes: z.int(),
  reasons: z.array(z.string()),
  tickets: z.array(z.string()),
})

function toVisit(visit: Visit): z.output<typeof VisitBody> {
  const length = visit.ended_at.getTime() - visit.started_at.getTime()
  return {
    person_id: publicIdOf('person', visit.person_id),
    person_name: visit.person_name,
    partner_id: publicIdOf('partner', visit.partner_id),
    partner_name: visit.partner_name,
    started_at: visit.started_at.toISOString(),
    ended_at: visit.ended_at.toISOString(),
    minutes: Math.max(1, Math.round(length / 60_000)),
    reads: visit.reads,
    writes: visit.writes,
    reasons: visit.reasons,
    tickets: visit.tickets,
  }
}

const EvidenceBody = z.strictObject({
  days: z.literal(30),
  sign_ins: z.int(),
  with_factor: z.int(),
  with_passkey: z.int(),
  refused: z.int().meta({ description: 'Calls that were refused until a factor was shown again.' }),
  last_refused_at: z.string().nullable(),
  last_refused_name: z.string().nullable(),
})

/** The routes by which a tenant sees who came in, for how long and what for, and how strongly they signed in (B10). */
export const visitRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/visits',
    summary: 'Who of the partners came in, when, for how long, what for, and how much was read and written',
    input: {
      query: z.strictObject({
        partner_id: publicId('partner').optional(),
        days: wholeNumber(1, 90).default(30),
        limit: wholeNumber(1, 100).default(50),
        offset: wholeNumber(0, 10_000).default(0),
      }),
    },
    access: { permission: 'tenant.partner_access.audit.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(VisitBody), has_more: z.boolean() }) },
    async handle({ mandate, query }) {
      const visits = await listVisits(mandate, {
        since: addDays(mandate.origin.now, -query.days),
        partnerId: query.partner_id,
        limit: query.limit + 1,
        offset: query.offset,
      })
      const items = visits.slice(0, query.limit).map(toVisit)
      noteRead(mandate, { action: 'tenant.partner_access.audit.read', rowCount: items.length })
      return { items, has_more: visits.length > query.limit }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/links/:link_id/factors',
    summary: "How strongly a partner's people signed in during the last 30 days",
    input: { params: LinkParams },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'detail',
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: EvidenceBody },
    async handle({ mandate, params }) {
      const row = await getTenantLink(mandate, params.link_id)
      const evidence = await readFactorEvidence(mandate, row.partner_id)
      noteRead(mandate, {
        action: 'tenant.partner_access.read',
        resource: { type: 'link', id: row.id, label: row.partner_name ?? '' },
      })
      return {
        days: 30 as const,
        sign_ins: evidence.sign_ins,
        with_factor: evidence.with_factor,
        with_passkey: evidence.with_passkey,
        refused: evidence.asked_again,
        last_refused_at: evidence.last_refused_at?.toISOString() ?? null,
        last_refused_name: evidence.last_refused_name,
      }
    },
  }),
]
