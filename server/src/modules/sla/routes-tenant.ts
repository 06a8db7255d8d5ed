import { z } from 'zod'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  answerPolicies,
  answerPolicy,
  answerPreview,
  placeOf,
  WRITE_PERMISSION,
  writePolicy,
} from './policies.ts'
import { PolicyInput, PolicyList, PolicyShown, PreviewInput, PreviewShown } from './schemas.ts'

const BASE = '/api/v1/tenant/sla'

const LinkParams = z.strictObject({ link_id: publicId('link') })

const reads: readonly Route[] = [
  route({
    method: 'GET',
    path: `${BASE}/policies`,
    summary: 'What is promised for tickets of the organisation',
    input: {},
    access: { permission: 'tenant.tickets.read' },
    limit: 'list',
    responses: { 200: PolicyList },
    handle: ({ mandate }) => answerPolicies(mandate),
  }),
  route({
    method: 'GET',
    path: `${BASE}/policies/default`,
    summary: "The organisation's own promise, with its versions",
    input: {},
    access: { permission: 'tenant.tickets.read' },
    limit: 'detail',
    responses: { 200: PolicyShown },
    handle: async ({ mandate }) => answerPolicy(mandate, await placeOf(mandate, 'default', null)),
  }),
  route({
    method: 'GET',
    path: `${BASE}/policies/links/:link_id`,
    summary: 'The agreement with one link, with its versions',
    input: { params: LinkParams },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'detail',
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: PolicyShown },
    handle: async ({ mandate, params }) =>
      answerPolicy(mandate, await placeOf(mandate, 'link', params.link_id)),
  }),
  route({
    method: 'POST',
    path: `${BASE}/preview`,
    summary: 'When tickets would be due under terms that need not be saved',
    input: { body: PreviewInput },
    access: { permission: 'tenant.tickets.read' },
    limit: 'detail',
    readsOnly: 'reckons with what was sent and reads nothing',
    responses: { 200: PreviewShown },
    handle: ({ body }) => Promise.resolve(answerPreview(body)),
  }),
]

const writes: readonly Route[] = [
  route({
    method: 'PUT',
    path: `${BASE}/policies/default`,
    summary: "Write the next version of the organisation's own promise",
    input: { body: PolicyInput },
    access: { permission: WRITE_PERMISSION.tenant },
    limit: 'write',
    ifMatch: true,
    responses: { 200: PolicyShown },
    handle: async ({ mandate, body, expectedVersion }) =>
      writePolicy(mandate, await placeOf(mandate, 'default', null), { after: expectedVersion, input: body }),
  }),
  route({
    method: 'PUT',
    path: `${BASE}/policies/links/:link_id`,
    summary: 'Write the next version of the agreement with one link',
    input: { params: LinkParams, body: PolicyInput },
    access: { permission: WRITE_PERMISSION.tenant },
    limit: 'write',
    ifMatch: true,
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: PolicyShown },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      writePolicy(mandate, await placeOf(mandate, 'link', params.link_id), {
        after: expectedVersion,
        input: body,
      }),
  }),
]

/** What is promised for a tenant's tickets, for its own people. */
export const tenantSlaRoutes: readonly Route[] = [...reads, ...writes]
