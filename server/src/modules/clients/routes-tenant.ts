import { publicIdOf } from '#platform/public-id.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  answer,
  change,
  create,
  listInput,
  listResponses,
  move,
  MOVE_NAMES,
  moveProblems,
  MOVES,
  showClients,
} from './acts.ts'
import {
  ClientBody,
  ClientParams,
  MoveBody,
  NewTenantClientBody,
  TenantClientChangeBody,
  toClient,
} from './schemas.ts'
import { getClient } from './store.ts'

/** The routes with which an organisation manages API clients of its own. */
export const tenantClientRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/clients',
    summary: 'The API clients of the organisation itself',
    input: listInput,
    access: { permission: 'tenant.clients.read' },
    limit: 'list',
    responses: listResponses,
    handle: ({ mandate, query }) => showClients(mandate, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/clients/:client_id',
    summary: 'One API client',
    input: { params: ClientParams },
    access: { permission: 'tenant.clients.read' },
    limit: 'detail',
    problems: ['CLIENT_NOT_FOUND'],
    responses: { 200: ClientBody },
    handle: async ({ mandate, params }) => answer(await getClient(mandate, params.client_id)),
  }),
  route({
    method: 'POST',
    path: '/api/v1/tenant/clients',
    summary: 'Create an API client from its public keys',
    input: { body: NewTenantClientBody },
    access: { permission: 'tenant.clients.manage' },
    limit: 'write',
    problems: ['CLIENT_LIMIT_REACHED'],
    responses: { 201: ClientBody },
    async handle({ mandate, body }) {
      const row = await create(mandate, body)
      return sentAt(toClient(row), row.version, {
        Location: `/api/v1/tenant/clients/${publicIdOf('api_client', row.id)}`,
      })
    },
  }),
  route({
    method: 'PATCH',
    path: '/api/v1/tenant/clients/:client_id',
    summary: 'Change an API client: its name, addresses, scopes or keys',
    input: { params: ClientParams, body: TenantClientChangeBody },
    access: { permission: 'tenant.clients.manage' },
    limit: 'write',
    ifMatch: true,
    problems: moveProblems,
    responses: { 200: ClientBody },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      answer(await change(mandate, { id: params.client_id, expectedVersion }, body)),
  }),
  ...MOVE_NAMES.map((name) =>
    route({
      method: 'POST',
      path: `/api/v1/tenant/clients/:client_id/${name}`,
      summary: MOVES[name].summary,
      input: { params: ClientParams, body: MoveBody },
      access: { permission: 'tenant.clients.manage' },
      limit: 'write',
      problems: moveProblems,
      responses: { 200: ClientBody },
      handle: async ({ mandate, params, body }) =>
        answer(await move(mandate, params.client_id, { name, reason: body.reason })),
    }),
  ),
]
