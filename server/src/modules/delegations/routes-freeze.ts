import { decodeId } from '@liaison/access'
import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  FreezeBody,
  FreezeList,
  FreezeParams,
  lift,
  LiftInput,
  ListQuery,
  NOTHING,
  Reason,
  setFreeze,
  toFreezes,
} from './freeze.ts'
import { findDelegationSides, getFreeze, knowsPartner, listFreezes } from './freeze-store.ts'
import type { FreezeTarget } from './freeze-store.ts'
import { partnerFreezeRoutes } from './routes-freeze-partner.ts'

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
      'No partner that your organisation let in has this id.',
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
      items: await toFreezes(mandate, await listFreezes(mandate, query.in_force)),
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
    summary: 'Lift a freeze of the own organisation; the one over all partners takes two people',
    input: { params: FreezeParams, body: LiftInput },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: ['FREEZE_NOT_FOUND', 'FREEZE_LIFTED', 'SECOND_PERSON_NEEDED', 'OUTCOME_CHANGED'],
    responses: { 200: FreezeBody },
    handle: async ({ mandate, params, body }) => lift(mandate, params.freeze_id, body),
  }),
]

const AdminFreezeInput = z.strictObject({
  scope: z.enum(['platform', 'partner', 'tenant', 'delegation', 'person']),
  id: z.string().max(40).optional().meta({
    description: 'What is frozen: the id of a partner, tenant, link or person; none for the platform.',
  }),
  // To stop something nobody looks for words; lifting it asks for them.
  reason: Reason.optional(),
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
  throw inputRefused([{ pointer: '/body/id', code: 'INVALID_ID', detail }])
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
      items: await toFreezes(mandate, await listFreezes(mandate, query.in_force)),
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
    handle: async ({ mandate, body }) =>
      setFreeze(mandate, await adminTarget(mandate, body), body.reason ?? null),
  }),
  route({
    method: 'POST',
    path: '/api/v1/admin/partner-access/freezes/:freeze_id/lift',
    summary:
      'Lift a freeze of the provider, or one of a person that nobody of their partner can lift; the one over everything takes two people',
    input: { params: FreezeParams, body: LiftInput },
    // What opens again asks for a fresh second factor, as on every side; to stop something nobody waits for one.
    access: { permission: 'platform.links.manage' },
    limit: 'write',
    problems: ['FREEZE_NOT_FOUND', 'FREEZE_LIFTED', 'SECOND_PERSON_NEEDED', 'OUTCOME_CHANGED'],
    responses: { 200: FreezeBody },
    async handle({ mandate, params, body }) {
      const row = await getFreeze(mandate, params.freeze_id)
      // Whether nobody of the partner could lift it is the database's word.
      const mayBeOrphaned = row.set_by_side === 'partner' && row.scope === 'person'
      if (row.set_by_side !== 'provider' && !mayBeOrphaned)
        throw new ProblemError(409, 'CONFLICT', `The ${row.set_by_side} set this freeze; that side lifts it.`)
      return lift(mandate, params.freeze_id, body)
    },
  }),
]

/** The routes of freezes (B11). */
export const freezeRoutes: readonly Route[] = [...tenantRoutes, ...partnerFreezeRoutes, ...adminRoutes]
