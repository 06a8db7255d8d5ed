import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import type { FieldFaultBody } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { instant, plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { findRelationshipFaults } from './commercial-rules.ts'
import {
  changeRelationship,
  findAccount,
  findOverdue,
  findPartner,
  findTenant,
  getRelationship,
  insertRelationship,
  listRelationships,
} from './commercial-store.ts'
import type { NewRelationship } from './commercial-store.ts'
import { recordRelationship } from './events.ts'
import type { RelationshipRow } from './tables.ts'
import { toPartnerId, toTenantId } from './view.ts'

const STATUSES = ['active', 'suspended', 'ended'] as const

const RelationshipBody = z
  .strictObject({
    relationship_id: z.string(),
    kind: z.enum(['direct', 'resale']),
    tenant_id: z.string(),
    tenant_name: z.string(),
    customer_ban: z.string(),
    currency: z.string(),
    seller_partner_id: z.string().nullable(),
    seller_name: z.string().nullable(),
    payer_tenant_id: z.string(),
    payer_name: z.string(),
    payer_ban: z.string(),
    payer_stands: z.boolean().meta({
      description:
        'False while the wholesaler is not, or no longer, the organisation that pays, was terminated, that organisation was closed, or the accounts count in two currencies: nobody pays then, and orders are refused.',
    }),
    agreement_reference: z.string().nullable(),
    status: z.enum(STATUSES),
    starts_at: z.string(),
    ends_at: z.string().nullable(),
    version: z.int(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'CommercialRelationship' })

function toBody(row: RelationshipRow): z.input<typeof RelationshipBody> {
  return {
    relationship_id: publicIdOf('commercial_relationship', row.id),
    kind: row.kind,
    tenant_id: toTenantId(row.tenant_id),
    tenant_name: row.tenant_name,
    customer_ban: row.ban,
    currency: row.currency,
    seller_partner_id: row.seller_partner_id && toPartnerId(row.seller_partner_id),
    seller_name: row.seller_name,
    payer_tenant_id: toTenantId(row.payer_tenant_id),
    payer_name: row.payer_name,
    payer_ban: row.payer_ban,
    payer_stands: row.payer_stands,
    agreement_reference: row.agreement_reference,
    status: row.status,
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at && row.ends_at.toISOString(),
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

const withVersion = (row: RelationshipRow) => sentAt(toBody(row), row.version)

const terms = {
  tenant_id: publicId('tenant'),
  customer_ban: plainText(1, 64).meta({ description: 'The billing account that owns what is ordered.' }),
  starts_at: instant().optional(),
  ends_at: instant().nullable().default(null),
} as const

const NewBody = z
  .discriminatedUnion('kind', [
    z.strictObject({
      ...terms,
      kind: z.literal('direct'),
      payer_ban: plainText(1, 64).optional().meta({
        description: 'Another account of the same tenant that pays; the account itself without it.',
      }),
      agreement_reference: plainText(1, 100).optional(),
    }),
    z.strictObject({
      ...terms,
      kind: z.literal('resale'),
      seller_partner_id: publicId('partner').meta({ description: 'The wholesaler, whose own tenant pays.' }),
      payer_ban: plainText(1, 64).meta({ description: "The account of the wholesaler's own tenant." }),
      agreement_reference: plainText(1, 100),
    }),
  ])
  .refine(({ starts_at: from, ends_at: to }) => to === null || to > (from ?? new Date(0)), {
    path: ['ends_at'],
    message: 'must be after the start',
    params: { code: 'ENDS_BEFORE_START' },
  })

type Wanted = z.output<typeof NewBody>

/** Looks up everybody whom a new relationship names. */
async function lookUp(mandate: Mandate<'platform'>, wanted: Wanted) {
  const { kind, tenant_id: tenantId, customer_ban: ban } = wanted
  const tenant = await findTenant(mandate, tenantId)
  const account = tenant && (await findAccount(mandate, tenant.id, ban))
  const seller = kind === 'resale' ? await findPartner(mandate, wanted.seller_partner_id) : undefined
  const payerTenantId = (kind === 'resale' ? seller?.home_tenant_id : tenant?.id) ?? null
  const payerBan = wanted.payer_ban ?? ban
  const payerAccount =
    payerTenantId === null ? undefined : await findAccount(mandate, payerTenantId, payerBan)
  return { kind, tenant, account, seller, payerTenantId, payerAccount }
}

function refuse(errors: readonly FieldFaultBody[]): never {
  throw inputRefused(errors)
}

/** What a new relationship says, in the words of the records. Throws VALIDATION_ERROR with every fault. */
async function check(mandate: Mandate<'platform'>, wanted: Wanted): Promise<NewRelationship> {
  const parties = await lookUp(mandate, wanted)
  const { kind, tenant, account, payerTenantId, payerAccount } = parties
  const faults = findRelationshipFaults(parties)
  if (wanted.ends_at !== null && wanted.ends_at <= mandate.origin.now)
    faults.push({ pointer: '/body/ends_at', code: 'IN_THE_PAST', detail: 'must lie in the future' })
  if (faults.length > 0 || !tenant || !account || !payerAccount || payerTenantId === null)
    return refuse(faults)
  return {
    kind,
    tenant_id: tenant.id,
    account_id: account.id,
    seller_partner_id: wanted.kind === 'resale' ? wanted.seller_partner_id : null,
    payer_tenant_id: payerTenantId,
    payer_account_id: payerAccount.id,
    agreement_reference: wanted.agreement_reference ?? null,
    starts_at: wanted.starts_at,
    ends_at: wanted.ends_at,
  }
}

/** Notes the end of a relationship whose time is over, so that the account is free for another. */
async function settleOverdue(mandate: Mandate<'platform'>, relationship: NewRelationship): Promise<void> {
  const overdue = await findOverdue(mandate, relationship.account_id)
  if (!overdue) return
  await changeRelationship(mandate, overdue, { status: 'ended' })
  recordRelationship(mandate, overdue, {
    action: 'commercial.end',
    changes: { status: { before: overdue.stored_status, after: 'ended' } },
  })
}

const createRoute = route({
  method: 'POST',
  path: '/api/v1/admin/commercial-relationships',
  summary: 'Say who pays for what belongs to a billing account',
  input: { body: NewBody },
  access: { permission: 'platform.commercial.manage' },
  limit: 'write',
  problems: ['RELATIONSHIP_EXISTS', 'RELATIONSHIP_STATE_CONFLICT'],
  responses: { 201: RelationshipBody },
  async handle({ mandate, body }) {
    const relationship = await check(mandate, body)
    await settleOverdue(mandate, relationship)
    const uuid = await insertRelationship(mandate, relationship)
    const row = await getRelationship(mandate, idFromUuid('commercial_relationship', uuid))
    recordRelationship(mandate, row, {
      action: 'commercial.create',
      changes: { payer: { after: row.payer_name }, status: { after: row.status } },
    })
    return withVersion(row)
  },
})

const listRoute = route({
  method: 'GET',
  path: '/api/v1/admin/commercial-relationships',
  summary: 'Who pays for which billing account, newest first',
  input: {
    query: z.strictObject({
      status: z.enum(STATUSES).optional(),
      kind: z.enum(['direct', 'resale']).optional(),
      tenant_id: publicId('tenant').optional(),
      payer_tenant_id: publicId('tenant').optional(),
      seller_partner_id: publicId('partner').optional(),
      ...pageQuery,
    }),
  },
  access: { permission: 'platform.commercial.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(RelationshipBody)) },
  async handle({ mandate, query }) {
    const { rows, total } = await listRelationships(mandate, query, query)
    noteRead(mandate, { action: 'platform.commercial.read', rowCount: rows.length })
    return toPage(rows.map(toBody), query, total)
  },
})

const Params = z.strictObject({ relationship_id: publicId('commercial_relationship') })

const detailRoute = route({
  method: 'GET',
  path: '/api/v1/admin/commercial-relationships/:relationship_id',
  summary: 'One commercial relationship',
  input: { params: Params },
  access: { permission: 'platform.commercial.read' },
  limit: 'detail',
  problems: ['RELATIONSHIP_NOT_FOUND'],
  responses: { 200: RelationshipBody },
  async handle({ mandate, params }) {
    const row = await getRelationship(mandate, params.relationship_id)
    noteRead(mandate, { action: 'platform.commercial.read', rowCount: 1 })
    return withVersion(row)
  },
})

const ACTIONS = {
  active: 'commercial.resume',
  suspended: 'commercial.suspend',
  ended: 'commercial.end',
} as const

const patchRoute = route({
  method: 'PATCH',
  path: '/api/v1/admin/commercial-relationships/:relationship_id',
  summary: 'Suspend, resume or end a commercial relationship, or move its end; no access ends by it',
  input: {
    params: Params,
    body: z
      .strictObject({
        status: z.enum(STATUSES).optional(),
        ends_at: instant().nullable().optional(),
        reason: plainText(1, 500).optional(),
      })
      .refine(({ status, ends_at: endsAt }) => (status === undefined) !== (endsAt === undefined), {
        message: 'must name either a status or an end',
        params: { code: 'ONE_CHANGE' },
      }),
  },
  access: { permission: 'platform.commercial.manage' },
  limit: 'write',
  ifMatch: true,
  problems: ['RELATIONSHIP_NOT_FOUND', 'RELATIONSHIP_STATE_CONFLICT', 'RELATIONSHIP_EXISTS'],
  responses: { 200: RelationshipBody },
  async handle({ mandate, params, body, expectedVersion }) {
    const before = await getRelationship(mandate, params.relationship_id)
    if (before.version !== expectedVersion)
      throw new ProblemError(412, 'PRECONDITION_FAILED', 'The relationship changed after it was read.')
    if (body.status === before.stored_status)
      throw new ProblemError(409, 'RELATIONSHIP_STATE_CONFLICT', `It is ${before.stored_status} already.`)
    await changeRelationship(mandate, before, body)
    const row = await getRelationship(mandate, params.relationship_id)
    recordRelationship(mandate, row, {
      action: body.status ? ACTIONS[body.status] : 'commercial.change',
      changes: {
        ...(body.status && { status: { before: before.status, after: row.status } }),
        ...(body.ends_at !== undefined && {
          ends_at: {
            before: before.ends_at?.toISOString() ?? null,
            after: row.ends_at?.toISOString() ?? null,
          },
        }),
      },
      reason: body.reason,
    })
    return withVersion(row)
  },
})

/** Who pays for which billing account: the provider's records, apart from every access. Source: A5. */
export const commercialRoutes: readonly Route[] = [createRoute, listRoute, detailRoute, patchRoute]
