import { z } from 'zod'
import { cursorPageOf } from '#platform/list.ts'
import { instant, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { BlastRadiusBody, readBlastRadius } from './blast-radius.ts'
import {
  approverFields,
  consentFields,
  HistoryBody,
  readHistory,
  toApprover,
  toConsent,
  withVersion,
} from './body.ts'
import { moveConsent, MOVES } from './change.ts'
import { listQuery, readPage } from './list.ts'
import { letterheadOf } from './mails.ts'
import { ConsentParams, ReasonBody } from './routes-tenant.ts'
import { getConsent } from './store.ts'
import type { ConsentRow } from './tables.ts'

const AdminConsent = z.strictObject({ ...consentFields, ...approverFields })

const toAdminConsent = (row: ConsentRow, now: Date) => ({ ...toConsent(row, now), ...toApprover(row) })

function makeMoveRoute(
  services: Services,
  { path, summary }: { readonly path: 'suspend' | 'resume' | 'revoke'; readonly summary: string },
): Route {
  return route({
    method: 'POST',
    path: `/api/v1/admin/consents/:consent_id/${path}`,
    summary,
    input: { params: ConsentParams, body: ReasonBody },
    access: { permission: 'platform.links.manage' },
    limit: 'write',
    problems: ['CONSENT_NOT_FOUND', 'CONSENT_STATE_CONFLICT'],
    responses: { 200: AdminConsent },
    async handle({ mandate, params, body }) {
      const row = await getConsent(mandate, params.consent_id)
      const detail = { reason: body.reason, ...letterheadOf(services) }
      const after = await moveConsent(mandate, row, { move: MOVES[path], detail })
      return withVersion(toAdminConsent(after, mandate.origin.now), after)
    },
  })
}

function makeListRoute(services: Services): Route {
  return route({
    method: 'GET',
    path: '/api/v1/admin/consents',
    summary: 'Every consent, without the data behind it',
    input: {
      query: z.strictObject({
        tenant_id: publicId('tenant').optional(),
        partner_id: publicId('partner').optional(),
        ...listQuery,
      }),
    },
    access: { permission: 'platform.links.read' },
    limit: 'list',
    problems: ['CURSOR_INVALID'],
    responses: { 200: z.strictObject(cursorPageOf(AdminConsent)) },
    async handle({ mandate, query }) {
      const { rows, next } = await readPage(mandate, query, services.cursors)
      return { items: rows.map((row) => toAdminConsent(row, mandate.origin.now)), ...next }
    },
  })
}

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/consents/:consent_id',
    summary: 'One consent with its history',
    input: { params: ConsentParams },
    access: { permission: 'platform.links.read' },
    limit: 'detail',
    problems: ['CONSENT_NOT_FOUND'],
    responses: { 200: AdminConsent.extend({ history: z.array(HistoryBody) }).strict() },
    async handle({ mandate, params }) {
      const row = await getConsent(mandate, params.consent_id)
      const body = toAdminConsent(row, mandate.origin.now)
      return withVersion({ ...body, history: await readHistory(mandate, row.id) }, row)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/partners/:partner_id/blast-radius',
    summary: 'What a partner could reach within a time, and what it did there',
    input: {
      params: z.strictObject({ partner_id: publicId('partner') }),
      query: z.strictObject({ from: instant(), to: instant() }),
    },
    access: { permission: 'platform.audit.read' },
    limit: 'list',
    problems: ['REPORT_TOO_LONG'],
    responses: { 200: BlastRadiusBody },
    handle: ({ mandate, params, query }) =>
      readBlastRadius(mandate, params.partner_id, { from: query.from, to: query.to }),
  }),
]

/** The routes by which the provider sees and stops consents, and learns what a partner could reach. */
export function makeAdminConsentRoutes(services: Services): readonly Route[] {
  return [
    makeListRoute(services),
    ...readRoutes,
    makeMoveRoute(services, { path: 'suspend', summary: 'Suspend a consent' }),
    makeMoveRoute(services, { path: 'resume', summary: 'Resume a consent that the provider suspended' }),
    makeMoveRoute(services, { path: 'revoke', summary: 'Stop a consent for good' }),
  ]
}
