import { decodeId, encodeId, idFromUuid } from '@liaison/access'
import type { FreezeId } from '@liaison/access'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText, publicId, truth } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  askLift,
  findDelegationSides,
  getFreeze,
  insertFreeze,
  knowsPartner,
  liftFreeze,
  listFreezes,
} from './freeze-store.ts'
import type { FreezeMandate, FreezeRow, FreezeTarget } from './freeze-store.ts'

const FreezeBody = z.strictObject({
  freeze_id: z.string(),
  scope: z.enum(['platform', 'partner', 'tenant', 'delegation', 'person']),
  partner_id: z.string().nullable(),
  partner_name: z.string().nullable(),
  tenant_id: z.string().nullable(),
  tenant_name: z.string().nullable(),
  link_id: z.string().nullable(),
  person_id: z.string().nullable(),
  person_name: z.string().nullable(),
  reason: z.string().nullable(),
  in_force: z.boolean(),
  set_by_name: z.string(),
  set_by_side: z.enum(['partner', 'tenant', 'provider']),
  created_at: z.string(),
  lift_asked_at: z.string().nullable(),
  lift_asked_by_you: z.boolean(),
  lifted_at: z.string().nullable(),
  lift_reason: z.string().nullable(),
})

function toFreeze(row: FreezeRow, mandate: FreezeMandate): z.output<typeof FreezeBody> {
  return {
    freeze_id: encodeId('freeze', idFromUuid('freeze', row.id)),
    scope: row.scope,
    partner_id: row.partner_id && encodeId('partner', idFromUuid('partner', row.partner_id)),
    partner_name: row.partner_name,
    tenant_id: row.tenant_id && encodeId('tenant', idFromUuid('tenant', row.tenant_id)),
    tenant_name: row.tenant_name,
    link_id: row.delegation_id && encodeId('link', idFromUuid('link', row.delegation_id)),
    person_id: row.person_id && encodeId('person', idFromUuid('person', row.person_id)),
    person_name: row.person_name,
    reason: row.reason,
    in_force: row.lifted_at === null,
    set_by_name: row.set_by_name,
    set_by_side: row.set_by_side,
    created_at: row.created_at.toISOString(),
    lift_asked_at: row.lift_asked_at?.toISOString() ?? null,
    lift_asked_by_you: row.lift_asked_by === mandate.actor.id,
    lifted_at: row.lifted_at?.toISOString() ?? null,
    lift_reason: row.lift_reason,
  }
}

/** Records a step of a freeze for everybody whom it covers. */
function recordFreeze(
  mandate: FreezeMandate,
  row: FreezeRow,
  step: { action: 'freezes.set' | 'freezes.request_lift' | 'freezes.lift'; reason: string | null },
): void {
  recordEvent(mandate, {
    action: step.action,
    ...(row.partner_id !== null && { partnerId: row.partner_id }),
    ...(row.partner_name !== null && { partnerName: row.partner_name }),
    ...(row.tenant_id !== null && { tenantId: row.tenant_id }),
    ...(row.tenant_name !== null && { tenantName: row.tenant_name }),
    ...(row.delegation_id !== null && { delegationId: row.delegation_id }),
    resource: {
      type: 'freeze',
      id: row.id,
      label: row.person_name ?? row.partner_name ?? row.tenant_name ?? row.scope,
    },
    changes: { scope: row.scope },
    ...(step.reason !== null && { reason: step.reason }),
  })
}

async function setFreeze(mandate: FreezeMandate, target: FreezeTarget, reason: string | null) {
  const id = await insertFreeze(mandate, target, reason)
  const row = await getFreeze(mandate, idFromUuid('freeze', id))
  recordFreeze(mandate, row, { action: 'freezes.set', reason })
  return toFreeze(row, mandate)
}

/** Lifts a freeze, or for the one over everything takes the first of two steps. */
async function lift(mandate: FreezeMandate, id: FreezeId, reason: string) {
  const row = await getFreeze(mandate, id)
  if (row.lifted_at !== null) throw new ProblemError(409, 'FREEZE_LIFTED', 'This freeze is lifted already.')
  if (row.scope === 'platform' && row.lift_asked_by === null) {
    await askLift(mandate, row.id)
    recordFreeze(mandate, row, { action: 'freezes.request_lift', reason })
  } else if (row.scope === 'platform' && row.lift_asked_by === mandate.actor.id) {
    throw new ProblemError(
      409,
      'SECOND_PERSON_NEEDED',
      'You asked to lift this freeze; another platform admin confirms it.',
    )
  } else {
    await liftFreeze(mandate, row.id, reason)
    recordFreeze(mandate, row, { action: 'freezes.lift', reason })
  }
  return toFreeze(await getFreeze(mandate, id), mandate)
}

const Reason = plainText(1, 500)
const FreezeList = z.strictObject({ items: z.array(FreezeBody) })
const ListQuery = z.strictObject({ in_force: truth().default(false) })
const FreezeParams = z.strictObject({ freeze_id: publicId('freeze') })

const NOTHING = { partnerId: null, tenantId: null, delegationId: null, personId: null }

const TenantFreezeInput = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('partner'), partner_id: publicId('partner'), reason: Reason.optional() }),
  z.strictObject({ scope: z.literal('tenant'), reason: Reason.optional() }),
])

async function tenantTarget(
  mandate: Mandate<'tenant'>,
  body: z.output<typeof TenantFreezeInput>,
): Promise<FreezeTarget> {
  if (body.scope === 'tenant') return { ...NOTHING, scope: 'tenant', tenantId: mandate.tenant.id }
  if (!(await knowsPartner(mandate, body.partner_id)))
    throw new ProblemError(
      404,
      'FREEZE_TARGET_NOT_FOUND',
      'No partner with a link to your organisation has this id.',
    )
  return { ...NOTHING, scope: 'partner', partnerId: body.partner_id, tenantId: mandate.tenant.id }
}

const tenantRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/freezes',
    summary: 'The freezes that the own organisation set',
    input: { query: ListQuery },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: FreezeList },
    handle: async ({ mandate, query }) => ({
      items: (await listFreezes(mandate, query.in_force)).map((row) => toFreeze(row, mandate)),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/freeze',
    summary: 'Block one partner, or all partners, from the next request on',
    input: { body: TenantFreezeInput },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    problems: ['FREEZE_TARGET_NOT_FOUND'],
    responses: { 201: FreezeBody },
    handle: async ({ mandate, body }) =>
      setFreeze(mandate, await tenantTarget(mandate, body), body.reason ?? null),
  }),
  route({
    method: 'DELETE',
    path: '/api/v1/tenant/partner-access/freeze/:freeze_id',
    summary: 'Lift a freeze of the own organisation',
    input: { params: FreezeParams, body: z.strictObject({ reason: Reason }) },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: ['FREEZE_NOT_FOUND', 'FREEZE_LIFTED'],
    responses: { 200: FreezeBody },
    handle: async ({ mandate, params, body }) => lift(mandate, params.freeze_id, body.reason),
  }),
]

const AdminFreezeInput = z.strictObject({
  scope: z.enum(['platform', 'partner', 'tenant', 'delegation', 'person']),
  id: z.string().max(40).optional().meta({
    description: 'What is frozen: the id of a partner, tenant, link or person; none for the platform.',
  }),
  reason: Reason,
})

const ID_KINDS = {
  partner: ['partner'],
  tenant: ['tenant'],
  delegation: ['link', 'consent', 'resale', 'delegation'],
  person: ['person'],
} as const

function readTargetId(body: z.output<typeof AdminFreezeInput>): string | null {
  const kinds = body.scope === 'platform' ? [] : ID_KINDS[body.scope]
  const ids = kinds.map((kind) => decodeId(kind, body.id ?? '')).filter((id) => id !== null)
  if (body.scope === 'platform' ? body.id === undefined : ids.length > 0) return ids[0] ?? null
  const detail =
    body.scope === 'platform'
      ? 'A freeze of the platform names nothing.'
      : `must be the id of a ${kinds.join(' or ')}`
  throw new ProblemError(
    422,
    'VALIDATION_ERROR',
    'One part of the input cannot be taken; nothing was changed.',
    { errors: [{ pointer: '/body/id', code: 'INVALID_ID', detail }] },
  )
}

async function adminTarget(
  mandate: Mandate<'platform'>,
  body: z.output<typeof AdminFreezeInput>,
): Promise<FreezeTarget> {
  const id = readTargetId(body)
  const target = { ...NOTHING, scope: body.scope }
  if (body.scope === 'partner') return { ...target, partnerId: id }
  if (body.scope === 'tenant') return { ...target, tenantId: id }
  if (body.scope === 'person') return { ...target, personId: id }
  if (id === null) return target
  const sides = await findDelegationSides(mandate, id)
  return { ...target, delegationId: id, tenantId: sides.tenant_id, partnerId: sides.partner_id }
}

const adminRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/partner-access/freezes',
    summary: 'Every freeze, whoever set it',
    input: { query: ListQuery },
    access: { permission: 'platform.freezes.read' },
    limit: 'list',
    responses: { 200: FreezeList },
    handle: async ({ mandate, query }) => ({
      items: (await listFreezes(mandate, query.in_force)).map((row) => toFreeze(row, mandate)),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/admin/partner-access/freezes',
    summary: 'Block the platform, a partner, a tenant, a delegation or a person',
    input: { body: AdminFreezeInput },
    access: { permission: 'platform.freezes.manage' },
    limit: 'write',
    problems: ['FREEZE_TARGET_NOT_FOUND'],
    responses: { 201: FreezeBody },
    handle: async ({ mandate, body }) => setFreeze(mandate, await adminTarget(mandate, body), body.reason),
  }),
  route({
    method: 'POST',
    path: '/api/v1/admin/partner-access/freezes/:freeze_id/lift',
    summary: 'Lift a freeze of the provider; the one over everything takes two people',
    input: { params: FreezeParams, body: z.strictObject({ reason: Reason }) },
    access: { permission: 'platform.freezes.manage' },
    limit: 'write',
    problems: ['FREEZE_NOT_FOUND', 'FREEZE_LIFTED', 'SECOND_PERSON_NEEDED'],
    responses: { 200: FreezeBody },
    async handle({ mandate, params, body }) {
      const row = await getFreeze(mandate, params.freeze_id)
      if (row.set_by_side !== 'provider')
        throw new ProblemError(409, 'CONFLICT', `The ${row.set_by_side} set this freeze; that side lifts it.`)
      return lift(mandate, params.freeze_id, body.reason)
    },
  }),
]

/** The routes of freezes (B11). */
export const freezeRoutes: readonly Route[] = [...tenantRoutes, ...adminRoutes]
