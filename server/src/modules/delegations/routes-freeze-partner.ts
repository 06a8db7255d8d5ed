import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
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
import { findDelegationSides, isOwnPerson, listFreezes } from './freeze-store.ts'
import type { FreezeTarget } from './freeze-store.ts'

const PartnerFreezeInput = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('partner'), reason: Reason.optional() }),
  z.strictObject({ scope: z.literal('delegation'), link_id: publicId('link'), reason: Reason.optional() }),
  z.strictObject({ scope: z.literal('person'), person_id: publicId('person'), reason: Reason.optional() }),
])

async function targetOf(
  mandate: Mandate<'program'>,
  body: z.output<typeof PartnerFreezeInput>,
): Promise<FreezeTarget> {
  const target = { ...NOTHING, scope: body.scope, partnerId: mandate.partner.id }
  if (body.scope === 'partner') return target
  if (body.scope === 'person') {
    if (await isOwnPerson(mandate, body.person_id)) return { ...target, personId: body.person_id }
    throw new ProblemError(404, 'FREEZE_TARGET_NOT_FOUND', 'Nobody in your organisation has this id.')
  }
  const { tenant_id: tenantId } = await findDelegationSides(mandate, body.link_id)
  return { ...target, delegationId: body.link_id, tenantId }
}

/** The routes by which a partner freezes its own side: all of it, one of its links, or one of its people (B11). */
export const partnerFreezeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/freezes',
    summary: 'The freezes that the own organisation set',
    input: { query: ListQuery },
    access: { permission: 'partner_org.links.manage' },
    limit: 'list',
    responses: { 200: FreezeList },
    handle: async ({ mandate, query }) => ({
      items: await toFreezes(mandate, await listFreezes(mandate, query.in_force)),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/freezes',
    summary:
      'Block the own access to customers: of everybody, in one link, or of one person, from the next request on',
    input: { body: PartnerFreezeInput },
    access: { permission: 'partner_org.links.manage' },
    limit: 'write',
    problems: ['FREEZE_TARGET_NOT_FOUND', 'FREEZE_LAST_OWNER'],
    responses: { 201: FreezeBody },
    handle: async ({ mandate, body }) =>
      setFreeze(mandate, await targetOf(mandate, body), body.reason ?? null),
  }),
  route({
    method: 'DELETE',
    path: '/api/v1/partner/freezes/:freeze_id',
    summary: 'Lift a freeze that the own organisation set; nobody lifts one of themselves',
    input: { params: FreezeParams, body: LiftInput },
    // Opening again asks for a fresh factor; shutting does not.
    access: { permission: 'partner_org.assignments.manage' },
    limit: 'write',
    problems: ['FREEZE_NOT_FOUND', 'FREEZE_LIFTED', 'OUTCOME_CHANGED'],
    responses: { 200: FreezeBody },
    handle: ({ mandate, params, body }) => lift(mandate, params.freeze_id, body),
  }),
]
