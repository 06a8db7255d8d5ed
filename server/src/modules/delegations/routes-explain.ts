import type { ExplainId, Owner } from '@liaison/access'
import { z } from 'zod'
import { noteRead, requireAlso } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { ExplanationBody, explain, toExplanation } from './explain.ts'
import { ASKED, readPermission } from './explain-input.ts'
import { findExplanation, findPersonName } from './explain-store.ts'
import type { ExplainMandate } from './explain-store.ts'
import { gridRoute } from './routes-grid.ts'

const ExplainParams = z.strictObject({ explain_id: publicId('explain') })

async function readKept(mandate: ExplainMandate, id: ExplainId, viewer: Owner) {
  const kept = await findExplanation(mandate, id)
  if (!kept)
    throw new ProblemError(404, 'EXPLANATION_NOT_FOUND', 'No decision that you may read has this id.')
  if (mandate.kind === 'program' && kept.person_id !== mandate.actor.id)
    requireAlso(mandate, 'partner_org.members.read')
  noteRead(mandate, {
    action: 'access.explain',
    resource: { type: 'explanation', id: kept.id, label: kept.permission },
  })
  return toExplanation(
    {
      id: kept.id,
      at: kept.created_at,
      personId: kept.person_id,
      personName: kept.person_id === null ? null : await findPersonName(mandate, kept.person_id),
      tenantId: kept.tenant_id,
      partnerId: kept.partner_id,
      permission: kept.permission,
      decision: kept.decision,
      configurationVersion: kept.config_version,
    },
    viewer,
  )
}

const WHY = 'It decides a question and keeps the decision to be read; it changes no record of anybody.'

type Routes = () => readonly Route[]

const makePartnerRoutes = (routes: Routes): readonly Route[] => [
  route({
    method: 'POST',
    path: '/api/v1/partner/access/explain',
    summary: 'Why the person, or a colleague, can or cannot do something in a tenant',
    input: {
      body: z.strictObject({
        user_id: publicId('person').optional(),
        tenant_id: publicId('tenant'),
        ...ASKED,
      }),
    },
    access: { permission: 'partner_org.links.read' },
    limit: 'explain',
    readsOnly: WHY,
    problems: ['PERSON_NOT_FOUND', 'TENANT_NOT_FOUND'],
    responses: { 200: ExplanationBody },
    async handle({ mandate, body, trace }) {
      const personId = body.user_id ?? mandate.actor.id
      const isSelf = personId === mandate.actor.id
      if (!isSelf) requireAlso(mandate, 'partner_org.members.read')
      const subject = { personId, tenantId: body.tenant_id, partnerId: mandate.partner.id }
      return explain(mandate, {
        ...subject,
        permission: readPermission(body, routes()),
        resource: body.resource,
        conditions: body.conditions,
        ip: isSelf ? trace.ip : null,
        viewer: isSelf ? 'self' : 'partner',
      })
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/access/explain/:explain_id',
    summary: 'A decision as it was',
    input: { params: ExplainParams },
    access: { permission: 'partner_org.links.read' },
    limit: 'explain',
    problems: ['EXPLANATION_NOT_FOUND'],
    responses: { 200: ExplanationBody },
    handle: ({ mandate, params }) => readKept(mandate, params.explain_id, 'partner'),
  }),
]

const makeTenantRoutes = (routes: Routes): readonly Route[] => [
  route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/access/explain',
    summary: "Why a partner's person can or cannot do something in the own organisation",
    input: {
      body: z.strictObject({
        user_id: publicId('person'),
        partner_id: publicId('partner'),
        ...ASKED,
      }),
    },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'explain',
    readsOnly: WHY,
    problems: ['PERSON_NOT_FOUND'],
    responses: { 200: ExplanationBody },
    handle: ({ mandate, body }) =>
      explain(mandate, {
        personId: body.user_id,
        tenantId: mandate.tenant.id,
        partnerId: body.partner_id,
        permission: readPermission(body, routes()),
        resource: body.resource,
        conditions: body.conditions,
        ip: null,
        viewer: 'tenant',
      }),
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/access/explain/:explain_id',
    summary: 'A decision about the own organisation as it was',
    input: { params: ExplainParams },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'explain',
    problems: ['EXPLANATION_NOT_FOUND'],
    responses: { 200: ExplanationBody },
    handle: ({ mandate, params }) => readKept(mandate, params.explain_id, 'tenant'),
  }),
]

const makeAdminRoutes = (routes: Routes): readonly Route[] => [
  route({
    method: 'POST',
    path: '/api/v1/admin/partner-access/explain',
    summary: 'Why anybody can or cannot do something in a tenant',
    input: {
      body: z.strictObject({
        person_id: publicId('person'),
        tenant_id: publicId('tenant'),
        ...ASKED,
      }),
    },
    access: { permission: 'platform.explain.use' },
    limit: 'explain',
    readsOnly: WHY,
    problems: ['PERSON_NOT_FOUND'],
    responses: { 200: ExplanationBody },
    handle: ({ mandate, body }) =>
      explain(mandate, {
        personId: body.person_id,
        tenantId: body.tenant_id,
        partnerId: null,
        permission: readPermission(body, routes()),
        resource: body.resource,
        conditions: body.conditions,
        ip: null,
        viewer: 'provider',
      }),
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/partner-access/explain/:explain_id',
    summary: 'Any decision as it was',
    input: { params: ExplainParams },
    access: { permission: 'platform.explain.use' },
    limit: 'explain',
    problems: ['EXPLANATION_NOT_FOUND'],
    responses: { 200: ExplanationBody },
    handle: ({ mandate, params }) => readKept(mandate, params.explain_id, 'provider'),
  }),
]

/** The routes of the explainer (B12): the decision of the kernel, told to the side that asks. Operations are looked up in `routes`. */
export function makeExplainRoutes(routes: Routes): readonly Route[] {
  return [...makePartnerRoutes(routes), ...makeTenantRoutes(routes), ...makeAdminRoutes(routes), gridRoute]
}
