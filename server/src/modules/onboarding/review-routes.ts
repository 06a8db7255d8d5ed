import { encodeId, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { createInvitation } from '#modules/identity/index.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { commaList, plainText, searchText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { noteDecision } from './events.ts'
import { mailApproved, mailDeclined } from './mails.ts'
import {
  decideApplication,
  getApplication,
  insertApprovedPartner,
  listApplications,
  takeWaiting,
} from './review-store.ts'
import type { ApplicationRow } from './review-store.ts'
import { APPLICATION_STATUSES, PARTNER_KINDS } from './tables.ts'

const ApplicationBody = z
  .strictObject({
    reference: z.string(),
    organisation: z.string(),
    kind: z.enum(PARTNER_KINDS),
    website: z.string().nullable(),
    contact_name: z.string(),
    contact_email: z.string(),
    purpose: z.string(),
    status: z.enum(APPLICATION_STATUSES),
    submitted_at: z.string(),
    decided_at: z.string().nullable(),
    decided_by_name: z.string().nullable(),
    decision_reason: z.string().nullable(),
    partner_id: z.string().nullable(),
  })
  .meta({ id: 'PartnerApplication' })

function toBody(row: ApplicationRow): z.output<typeof ApplicationBody> {
  const { confirmed_at: confirmedAt, status } = row
  if (status === 'unconfirmed' || confirmedAt === null) throw new Error('Only what was sent is shown.')
  return {
    reference: row.reference,
    organisation: row.organisation,
    kind: row.kind,
    website: row.website,
    contact_name: row.contact_name,
    contact_email: row.contact_email,
    purpose: row.purpose,
    status,
    submitted_at: confirmedAt.toISOString(),
    decided_at: row.decided_at?.toISOString() ?? null,
    decided_by_name: row.decided_by_name,
    decision_reason: row.decision_reason,
    partner_id: row.partner_id === null ? null : encodeId('partner', idFromUuid('partner', row.partner_id)),
  }
}

const ReferenceParams = z.strictObject({
  reference: z
    .string()
    .max(20)
    .meta({ description: 'The reference of the application, for example PA-7Q4KX2M9.' }),
})

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/partner-applications',
    summary: 'Who applied to become a partner',
    input: {
      query: z.strictObject({
        status: commaList(z.enum(APPLICATION_STATUSES)).optional(),
        search: searchText().optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'platform.partners.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(ApplicationBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listApplications(mandate, query, query)
      return toPage(rows.map(toBody), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/partner-applications/:reference',
    summary: 'One application',
    input: { params: ReferenceParams },
    access: { permission: 'platform.partners.read' },
    limit: 'detail',
    problems: ['APPLICATION_NOT_FOUND'],
    responses: { 200: ApplicationBody },
    async handle({ mandate, params }) {
      const row = await getApplication(mandate, params.reference)
      noteRead(mandate, {
        action: 'platform.partners.read',
        resource: { type: 'partner_application', id: row.id, label: row.reference },
      })
      return toBody(row)
    },
  }),
]

function makeApproveRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/admin/partner-applications/:reference/approve',
    summary: 'Make the applicant a partner and invite its first owner',
    input: { params: ReferenceParams, body: z.strictObject({}).optional() },
    access: { permission: 'platform.partners.manage' },
    limit: 'write',
    problems: ['APPLICATION_NOT_FOUND', 'APPLICATION_DECIDED'],
    responses: { 200: ApplicationBody },
    async handle({ mandate, params }) {
      const row = await takeWaiting(mandate, params.reference)
      const partnerId = idFromUuid('partner', await insertApprovedPartner(mandate, row))
      await decideApplication(mandate, row.id, { status: 'approved', partnerId })
      noteDecision(mandate, row, { name: 'approve', partnerId })
      await mailApproved(mandate, row)
      await createInvitation(services, mandate, {
        kind: 'partner',
        role: 'PARTNER_OWNER',
        email: row.contact_email,
        organisationId: partnerId,
        organisationName: row.organisation,
      })
      return toBody(await getApplication(mandate, params.reference))
    },
  })
}

const declineRoute = route({
  method: 'POST',
  path: '/api/v1/admin/partner-applications/:reference/decline',
  summary: 'Decline an application; the applicant reads the reason',
  input: { params: ReferenceParams, body: z.strictObject({ reason: plainText(1, 500) }) },
  access: { permission: 'platform.partners.manage' },
  limit: 'write',
  problems: ['APPLICATION_NOT_FOUND', 'APPLICATION_DECIDED'],
  responses: { 200: ApplicationBody },
  async handle({ mandate, params, body: { reason } }) {
    const row = await takeWaiting(mandate, params.reference)
    await decideApplication(mandate, row.id, { status: 'declined', reason })
    noteDecision(mandate, row, { name: 'decline', reason })
    await mailDeclined(mandate, row, reason)
    return toBody(await getApplication(mandate, params.reference))
  },
})

/** The routes with which the provider decides about applications. */
export function makeReviewRoutes(services: Services): readonly Route[] {
  return [...readRoutes, makeApproveRoute(services), declineRoute]
}
