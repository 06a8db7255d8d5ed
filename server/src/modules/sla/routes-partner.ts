import { z } from 'zod'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { answerFloors, FloorList, FloorResults, FloorsInput, writeFloors } from './floors.ts'
import {
  answerPolicies,
  answerPolicy,
  answerPreview,
  placeOf,
  WRITE_PERMISSION,
  writePolicy,
} from './policies.ts'
import { PolicyInput, PolicyList, PolicyShown, PreviewInput, PreviewShown } from './schemas.ts'

const BASE = '/api/v1/partner/sla'

const KindParams = z.strictObject({ kind: z.enum(['default', 'link', 'floor']) })
const WrittenParams = z.strictObject({ kind: z.enum(['link', 'floor']) })

/** What is promised in the tenant acted in. Source: B8, managed-tenants.md section 6. */
export const partnerSlaRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${BASE}/policies`,
    summary: 'What is promised for tickets of the customer acted in',
    input: {},
    access: { permission: 'partner.support.tickets.read', tenant: 'header' },
    limit: 'list',
    responses: { 200: PolicyList },
    handle: ({ mandate }) => answerPolicies(mandate),
  }),
  route({
    method: 'GET',
    path: `${BASE}/policies/:kind`,
    summary: 'One policy of the customer acted in, with its versions',
    input: { params: KindParams },
    access: { permission: 'partner.support.tickets.read', tenant: 'header' },
    limit: 'detail',
    responses: { 200: PolicyShown },
    handle: async ({ mandate, params }) =>
      answerPolicy(
        mandate,
        await placeOf(mandate, params.kind, params.kind === 'default' ? null : mandate.link.id),
      ),
  }),
  route({
    method: 'PUT',
    path: `${BASE}/policies/:kind`,
    summary: 'Write the next version of the agreement of this link, or of the floor that it sets',
    input: { params: WrittenParams, body: PolicyInput },
    access: { permission: WRITE_PERMISSION.acting, tenant: 'header' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: PolicyShown },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      writePolicy(mandate, await placeOf(mandate, params.kind, mandate.link.id), {
        after: expectedVersion,
        input: body,
      }),
  }),
  route({
    method: 'GET',
    path: `${BASE}/floors`,
    summary: 'The customers for which a headquarters may set a floor, with the one in force',
    input: {},
    access: { permission: WRITE_PERMISSION.acting, tenant: 'portfolio' },
    limit: 'list',
    responses: { 200: FloorList },
    handle: ({ mandate }) => answerFloors(mandate),
  }),
  route({
    method: 'PUT',
    path: `${BASE}/floors`,
    summary: 'Set one floor for up to 200 subsidiaries; each is decided and answered for itself',
    input: { body: FloorsInput },
    access: { permission: WRITE_PERMISSION.acting, tenant: 'portfolio' },
    limit: 'write',
    problems: ['TENANT_NOT_FOUND'],
    responses: { 200: FloorResults },
    handle: ({ mandate, body }) => writeFloors(mandate, body),
  }),
  route({
    method: 'POST',
    path: `${BASE}/preview`,
    summary: 'When tickets would be due under terms that need not be saved',
    input: { body: PreviewInput },
    access: { permission: 'partner.support.tickets.read', tenant: 'header' },
    limit: 'detail',
    readsOnly: 'reckons with what was sent and reads nothing',
    responses: { 200: PreviewShown },
    handle: ({ body }) => Promise.resolve(answerPreview(body)),
  }),
]
