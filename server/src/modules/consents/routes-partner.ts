import { z } from 'zod'
import { cursorPageOf } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { consentFields, HistoryBody, readHistory, toConsent, withVersion } from './body.ts'
import { moveConsent, MOVES } from './change.ts'
import { listQuery, readPage } from './list.ts'
import { letterheadOf } from './mails.ts'
import { ConsentParams, ReasonBody } from './routes-tenant.ts'
import { findClientUse, getConsent } from './store.ts'
import type { ConsentRow } from './tables.ts'

const PartnerConsent = z.strictObject({
  ...consentFields,
  client_last_used_at: z
    .string()
    .nullable()
    .meta({ description: 'The last use of the client for anybody, not under this consent alone.' }),
})

function toPartnerConsent(row: ConsentRow, uses: ReadonlyMap<string, Date | null>, now: Date) {
  return {
    ...toConsent(row, now),
    client_last_used_at: uses.get(row.client_id)?.toISOString() ?? null,
  }
}

async function readOne(mandate: Mandate<'program'>, row: ConsentRow) {
  const uses = await findClientUse(mandate, [row.client_id])
  return toPartnerConsent(row, uses, mandate.origin.now)
}

const detailRoute = route({
  method: 'GET',
  path: '/api/v1/partner/consents/:consent_id',
  summary: 'One consent with its history',
  access: { permission: 'partner_org.consents.read' },
  limit: 'detail',
  input: { params: ConsentParams },
  problems: ['CONSENT_NOT_FOUND'],
  responses: { 200: PartnerConsent.extend({ history: z.array(HistoryBody) }).strict() },
  async handle({ mandate, params }) {
    const row = await getConsent(mandate, params.consent_id)
    const body = { ...(await readOne(mandate, row)), history: await readHistory(mandate, row.id) }
    return withVersion(body, row)
  },
})

function makeListRoute(services: Services): Route {
  return route({
    method: 'GET',
    path: '/api/v1/partner/consents',
    summary: 'What customers let the own API clients do, and what they did',
    input: { query: z.strictObject({ tenant_id: publicId('tenant').optional(), ...listQuery }) },
    access: { permission: 'partner_org.consents.read' },
    limit: 'list',
    problems: ['CURSOR_INVALID'],
    responses: {
      200: z.strictObject(cursorPageOf(PartnerConsent)),
    },
    async handle({ mandate, query }) {
      const { rows, next } = await readPage(mandate, query, services.cursors)
      const clients = rows.map((row) => row.client_id)
      const uses = await findClientUse(mandate, clients)
      return { items: rows.map((row) => toPartnerConsent(row, uses, mandate.origin.now)), ...next }
    },
  })
}

function makeEndRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/partner/consents/:consent_id/end',
    summary: 'Give a consent back; it ends at once',
    input: { params: ConsentParams, body: ReasonBody },
    access: { permission: 'partner_org.consents.manage' },
    limit: 'write',
    problems: ['CONSENT_NOT_FOUND', 'CONSENT_STATE_CONFLICT'],
    responses: { 200: PartnerConsent },
    async handle({ mandate, params, body }) {
      const row = await getConsent(mandate, params.consent_id)
      const detail = { reason: body.reason, ...letterheadOf(services) }
      const after = await moveConsent(mandate, row, { move: MOVES.end, detail })
      return withVersion(await readOne(mandate, after), after)
    },
  })
}

/** The routes by which a partner sees what customers let its clients do, and ends it. */
export function makePartnerConsentRoutes(services: Services): readonly Route[] {
  return [makeListRoute(services), detailRoute, makeEndRoute(services)]
}
