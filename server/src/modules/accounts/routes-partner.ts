import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { commaList, plainText, publicId, searchText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { mailAsked } from './mails.ts'
import { AccountParams, EndInput } from './routes-tenant.ts'
import { getAccount, getLiveLink, insertAccount, listAccounts, moveAccount } from './store.ts'
import { ACCOUNT_STATUSES, ENGAGEMENTS } from './tables.ts'
import { AccountBody, tellAccount, toAccount } from './view.ts'

const BASE = '/api/v1/partner/accounts'

const RequestInput = z.strictObject({
  link_id: publicId('link').meta({ description: 'The link with the organisation; it must be live.' }),
  asked_for: plainText(1, 200).meta({
    description:
      'Whom the organisation knows as the subscriber: a name, a number or an address. It alone looks this up.',
  }),
  engagement: z.enum(ENGAGEMENTS),
  message: plainText(1, 1000).optional(),
})

const readRoute = route({
  method: 'GET',
  path: BASE,
  summary: "The partner's own accounts, over all organisations",
  input: {
    query: z.strictObject({
      status: commaList(z.enum(ACCOUNT_STATUSES)).optional(),
      tenant_id: publicId('tenant').optional(),
      search: searchText().optional(),
      ...pageQuery,
    }),
  },
  access: { permission: 'partner_org.links.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(AccountBody)).meta({ id: 'PartnerAccountPage' }) },
  async handle({ mandate, query }) {
    const { rows, total } = await listAccounts(
      mandate,
      { status: query.status, tenantId: query.tenant_id, search: query.search },
      query,
    )
    return toPage(
      rows.map((row) => toAccount(row, mandate.origin.now)),
      query,
      total,
    )
  },
})

const makeRequestRoute = (services: Services) =>
  route({
    method: 'POST',
    path: `${BASE}/request`,
    summary: 'Ask an organisation to make one of its subscribers an own account',
    input: { body: RequestInput },
    access: { permission: 'partner_org.links.request' },
    limit: 'link_request',
    problems: ['LINK_NOT_FOUND'],
    responses: { 201: AccountBody },
    async handle({ mandate, body }) {
      const link = await getLiveLink(mandate, body.link_id)
      const row = await insertAccount(mandate, {
        tenant_id: link.tenant_id,
        tenant_name: link.tenant_name ?? '',
        partner_id: mandate.partner.id,
        partner_name: mandate.partner.name,
        asked_for: body.asked_for,
        engagement: body.engagement,
        status: 'requested',
        initiated_by: 'partner',
        message: body.message ?? null,
        requested_by: mandate.actor.id,
        requested_by_name: mandate.actor.name,
      })
      await tellAccount(mandate, row, { action: 'request' })
      await mailAsked(mandate, row, { linkId: body.link_id, origin: services.publicOrigin() })
      return toAccount(row, mandate.origin.now)
    },
  })

const endRoutes = (['withdraw', 'end'] as const).map((action) =>
  route({
    method: 'POST',
    path: `${BASE}/:account_id/${action}`,
    summary: action === 'end' ? 'Give an own account back' : 'Take a request for an account back',
    input: { params: AccountParams, body: EndInput },
    access: { permission: 'partner_org.links.manage' },
    limit: 'write',
    problems: ['ACCOUNT_NOT_FOUND', 'ACCOUNT_STATE_CONFLICT'],
    responses: { 200: AccountBody },
    async handle({ mandate, params, body }) {
      const row = await getAccount(mandate, params.account_id)
      const after = await moveAccount(mandate, row, {
        from: action === 'end' ? 'active' : 'requested',
        set: {
          status: action === 'end' ? 'ended' : 'withdrawn',
          ended_at: mandate.origin.now,
          ended_by_side: 'partner',
          ended_by_name: mandate.actor.name,
          end_reason: body.reason ?? null,
        },
      })
      await tellAccount(mandate, after, { action, reason: body.reason })
      return toAccount(after, mandate.origin.now)
    },
  }),
)

/** The routes by which a partner reads, asks for and gives back its accounts. None opens anything of a tenant. Source: B18. */
export const makePartnerAccountRoutes = (services: Services): readonly Route[] => [
  readRoute,
  makeRequestRoute(services),
  ...endRoutes,
]
