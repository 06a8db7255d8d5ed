import { ACTION_NAMES, idFromUuid } from '@liaison/access'
import type { Action } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { instantText, plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { findPartner, findTenant } from './commercial-store.ts'
import { recordResale } from './events.ts'
import type { ResaleAction } from './events.ts'
import { announceResale } from './resale-news.ts'
import type { ResaleNews } from './resale-news.ts'
import { findResaleFaults, isResold } from './resale-rules.ts'
import { findResoldAccounts, getResale, insertResale, listResales, moveResale } from './resale-store.ts'
import type { NewResale, ResaleMandate } from './resale-store.ts'
import { MAXIMUM_RESALE_DAYS } from './rules.ts'
import type { ResaleRow } from './tables.ts'
import { toPartnerId, toTenantId } from './view.ts'

const STATUSES = ['active', 'suspended', 'expired', 'revoked'] as const

const ResaleBody = z
  .strictObject({
    resale_id: z.string(),
    tenant_id: z.string(),
    tenant_name: z.string().nullable(),
    partner_id: z.string(),
    partner_name: z.string().nullable(),
    bans: z.array(z.string()),
    agreement_reference: z.string(),
    actions: z.array(z.string()),
    scopes: z.array(z.string()),
    status: z.enum(STATUSES),
    status_reason: z.string().nullable(),
    status_changed_at: z.string(),
    status_changed_by_side: z.enum(['partner', 'tenant', 'provider', 'clock']).nullable(),
    starts_at: z.string(),
    ends_at: z.string(),
    delegation_ver: z.int(),
    attested_by: z.string().nullable(),
    attested_at: z.string(),
    version: z.int(),
  })
  .meta({ id: 'Resale' })

function toBody(row: ResaleRow): z.input<typeof ResaleBody> {
  return {
    resale_id: publicIdOf('resale', row.id),
    tenant_id: toTenantId(row.tenant_id),
    tenant_name: row.tenant_name,
    partner_id: toPartnerId(row.partner_id),
    partner_name: row.partner_name,
    bans: [...row.bans],
    agreement_reference: row.agreement_reference,
    actions: [...row.actions],
    scopes: [...row.scopes],
    status: row.status,
    status_reason: row.status_reason,
    status_changed_at: row.status_changed_at.toISOString(),
    status_changed_by_side: row.status_changed_by_side,
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
    delegation_ver: row.epoch,
    attested_by: row.approved_by_name,
    attested_at: row.approved_at.toISOString(),
    version: row.version,
  }
}

const withVersion = (row: ResaleRow) => sentAt(toBody(row), row.version)

const ActionName = z.string().transform((text, context): Action => {
  const action = ACTION_NAMES.find((name) => name === text)
  if (action) return action
  context.addIssue({
    code: 'custom',
    message: `must be one of ${ACTION_NAMES.join(', ')}`,
    params: { code: 'ACTION_UNKNOWN' },
  })
  return z.NEVER
})

const isUnique = (list: readonly string[]) => new Set(list).size === list.length
const REPEATED = { message: 'must not repeat anything', params: { code: 'REPEATED' } }

const NewBody = z.strictObject({
  partner_id: publicId('partner'),
  tenant_id: publicId('tenant'),
  bans: z.array(plainText(1, 64)).min(1).max(100).refine(isUnique, REPEATED),
  agreement_reference: plainText(1, 100).meta({ description: 'The wholesale agreement that was accepted.' }),
  actions: z.array(ActionName).min(1).max(ACTION_NAMES.length).refine(isUnique, REPEATED),
  ends_at: instantText()
    .transform((text) => new Date(text))
    .meta({ description: `At most ${MAXIMUM_RESALE_DAYS} days from now.` }),
})

/** What an attestation says, in the words of the records. Throws VALIDATION_ERROR with every fault, RESALE_EXISTS. */
async function check(mandate: Mandate<'platform'>, body: z.output<typeof NewBody>): Promise<NewResale> {
  const { partner_id: partnerId, tenant_id: tenantId, bans } = body
  const partner = await findPartner(mandate, partnerId)
  const tenant = await findTenant(mandate, tenantId)
  const accounts = partner && tenant ? await findResoldAccounts(mandate, { partnerId, tenantId, bans }) : null
  const wanted = { now: mandate.origin.now, partner, tenant, bans, accounts, endsAt: body.ends_at }
  const errors = findResaleFaults(wanted)
  if (errors.length > 0) {
    throw inputRefused(errors)
  }
  const resold = (accounts ?? []).filter(isResold)
  if (resold.some((account) => account.is_taken))
    throw new ProblemError(409, 'RESALE_EXISTS', 'The wholesaler already manages one of these accounts.')
  return {
    partnerId,
    tenantId,
    accounts: resold,
    agreementReference: body.agreement_reference,
    actions: body.actions,
    endsAt: body.ends_at,
  }
}

const attestRoute = route({
  method: 'POST',
  path: '/api/v1/admin/resales',
  summary: 'Attest that a wholesaler manages an end customer under an accepted agreement',
  input: { body: NewBody },
  access: { permission: 'platform.commercial.manage' },
  limit: 'write',
  problems: ['RESALE_EXISTS'],
  responses: { 201: ResaleBody },
  async handle({ mandate, body }) {
    const uuid = await insertResale(mandate, await check(mandate, body))
    const row = await getResale(mandate, idFromUuid('resale', uuid))
    recordResale(mandate, row, {
      action: 'resales.attest',
      changes: {
        accounts: { after: row.bans },
        actions: { after: row.actions },
        ends_at: { after: row.ends_at },
      },
    })
    await announceResale(mandate, row, { news: 'attested' })
    return withVersion(row)
  },
})

const listQuery = { status: z.enum(STATUSES).optional(), ...pageQuery }
const Page = z.strictObject(pageOf(ResaleBody))

const listRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/resales',
    summary: 'Every resale, newest first',
    input: {
      query: z.strictObject({
        ...listQuery,
        tenant_id: publicId('tenant').optional(),
        partner_id: publicId('partner').optional(),
      }),
    },
    access: { permission: 'platform.commercial.read' },
    limit: 'list',
    responses: { 200: Page },
    async handle({ mandate, query }) {
      const { rows, total } = await listResales(mandate, query, query)
      noteRead(mandate, { action: 'platform.commercial.read', rowCount: rows.length })
      return toPage(rows.map(toBody), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/resales',
    summary: 'The wholesalers that manage this organisation, and on which accounts',
    input: { query: z.strictObject(listQuery) },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: Page },
    async handle({ mandate, query }) {
      const { rows, total } = await listResales(mandate, query, query)
      return toPage(rows.map(toBody), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/resales',
    summary: 'The end customers that this wholesaler manages',
    input: { query: z.strictObject({ ...listQuery, tenant_id: publicId('tenant').optional() }) },
    access: { permission: 'partner_org.consents.read' },
    limit: 'list',
    responses: { 200: Page },
    async handle({ mandate, query }) {
      const { rows, total } = await listResales(mandate, query, query)
      return toPage(rows.map(toBody), query, total)
    },
  }),
]

const one = {
  method: 'GET',
  input: { params: z.strictObject({ resale_id: publicId('resale') }) },
  limit: 'detail',
  problems: ['RESALE_NOT_FOUND'],
  responses: { 200: ResaleBody },
} as const

const detailRoutes: readonly Route[] = [
  route({
    ...one,
    path: '/api/v1/admin/resales/:resale_id',
    summary: 'One resale',
    access: { permission: 'platform.commercial.read' },
    async handle({ mandate, params }) {
      const row = await getResale(mandate, params.resale_id)
      noteRead(mandate, { action: 'platform.commercial.read', rowCount: 1 })
      return withVersion(row)
    },
  }),
  route({
    ...one,
    path: '/api/v1/tenant/resales/:resale_id',
    summary:
      'One wholesaler that manages this organisation: which accounts, under which agreement, until when',
    access: { permission: 'tenant.partner_access.read' },
    handle: async ({ mandate, params }) => withVersion(await getResale(mandate, params.resale_id)),
  }),
  route({
    ...one,
    path: '/api/v1/partner/resales/:resale_id',
    summary: 'One end customer that this wholesaler manages',
    access: { permission: 'partner_org.consents.read' },
    handle: async ({ mandate, params }) => withVersion(await getResale(mandate, params.resale_id)),
  }),
]

interface Move {
  readonly summary: string
  readonly to: ResaleRow['stored_status']
  readonly action: ResaleAction
  readonly news: ResaleNews
}

const SUSPEND: Move = {
  summary: 'Suspend a resale',
  to: 'suspended',
  action: 'resales.suspend',
  news: 'suspended',
}
const RESUME: Move = {
  summary: 'Resume a resale that the provider suspended',
  to: 'active',
  action: 'resales.resume',
  news: 'resumed',
}
const REVOKE: Move = {
  summary: 'Stop a resale for good; who pays does not change by it',
  to: 'revoked',
  action: 'resales.revoke',
  news: 'revoked',
}
const END: Move = {
  summary: 'Give up the management of an end customer; who pays does not change by it',
  to: 'revoked',
  action: 'resales.terminate',
  news: 'ended',
}

const common = {
  method: 'POST',
  input: {
    params: z.strictObject({ resale_id: publicId('resale') }),
    body: z.strictObject({ reason: plainText(1, 500).optional() }).default({}),
  },
  limit: 'write',
  problems: ['RESALE_NOT_FOUND', 'RESALE_STATE_CONFLICT'],
  responses: { 200: ResaleBody },
} as const

function makeHandle({ to, action, news }: Move) {
  return async ({
    mandate,
    params,
    body,
  }: {
    readonly mandate: ResaleMandate
    readonly params: z.output<typeof common.input.params>
    readonly body: z.output<typeof common.input.body>
  }) => {
    const before = await getResale(mandate, params.resale_id)
    await moveResale(mandate, before, { to, event: news, reason: body.reason })
    recordResale(mandate, before, {
      action,
      changes: { status: { before: before.status, after: to } },
      reason: body.reason,
    })
    await announceResale(mandate, before, { news, reason: body.reason })
    return withVersion(await getResale(mandate, params.resale_id))
  }
}

function makeProviderMove(path: 'suspend' | 'resume' | 'revoke', move: Move): Route {
  return route({
    ...common,
    path: `/api/v1/admin/resales/:resale_id/${path}`,
    summary: move.summary,
    access: { permission: 'platform.commercial.manage' },
    handle: makeHandle(move),
  })
}

const moveRoutes: readonly Route[] = [
  makeProviderMove('suspend', SUSPEND),
  makeProviderMove('resume', RESUME),
  makeProviderMove('revoke', REVOKE),
  route({
    ...common,
    path: '/api/v1/tenant/resales/:resale_id/revoke',
    summary: REVOKE.summary,
    access: { permission: 'tenant.partner_access.revoke' },
    handle: makeHandle(REVOKE),
  }),
  route({
    ...common,
    path: '/api/v1/partner/resales/:resale_id/end',
    summary: END.summary,
    access: { permission: 'partner_org.consents.manage' },
    handle: makeHandle(END),
  }),
]

/** Wholesalers managing end customers: attested by the provider, stopped by any of the three sides. Source: A5. */
export const resaleRoutes: readonly Route[] = [attestRoute, ...listRoutes, ...detailRoutes, ...moveRoutes]
