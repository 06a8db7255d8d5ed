import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  answer,
  change,
  check,
  create,
  listInput,
  listResponses,
  move,
  MOVE_NAMES,
  moveProblems,
  MOVES,
  showClients,
  settingsOf,
} from './acts.ts'
import { noteClient } from './events.ts'
import { ClientBody, ClientChangeBody, ClientParams, MoveBody, NewClientBody, toClient } from './schemas.ts'
import { askForLive, getClient, requireAgreement } from './store.ts'

const requestLive = route({
  method: 'POST',
  path: '/api/v1/partner/clients/:client_id/request-live',
  summary: 'Ask the provider to let a sandbox client work for real customers',
  input: { params: ClientParams, body: z.strictObject({}).optional() },
  access: { permission: 'partner_org.clients.manage' },
  limit: 'write',
  problems: [...moveProblems, 'AGREEMENT_NOT_IN_FORCE'],
  responses: { 200: ClientBody },
  async handle({ mandate, params }) {
    const row = await getClient(mandate, params.client_id)
    if (row.environment === 'live' || row.status !== 'active')
      throw new ProblemError(409, 'CLIENT_STATE_CONFLICT', 'Only an active sandbox client is made live.')
    check(settingsOf(row), 'live')
    await requireAgreement(mandate, mandate.partner.id)
    await askForLive(mandate, row)
    noteClient(mandate, row, { action: 'clients.request_live' })
    return answer(await getClient(mandate, params.client_id))
  },
})

/** The routes with which a partner manages its API clients. */
export const partnerClientRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/clients',
    summary: 'The API clients of the partner',
    input: listInput,
    access: { permission: 'partner_org.clients.read' },
    limit: 'list',
    responses: listResponses,
    handle: ({ mandate, query }) => showClients(mandate, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/clients/:client_id',
    summary: 'One API client',
    input: { params: ClientParams },
    access: { permission: 'partner_org.clients.read' },
    limit: 'detail',
    problems: ['CLIENT_NOT_FOUND'],
    responses: { 200: ClientBody },
    handle: async ({ mandate, params }) => answer(await getClient(mandate, params.client_id)),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/clients',
    summary: 'Create an API client from its public keys',
    input: { body: NewClientBody },
    access: { permission: 'partner_org.clients.manage' },
    limit: 'write',
    problems: ['CLIENT_LIMIT_REACHED'],
    responses: { 201: ClientBody },
    async handle({ mandate, body }) {
      const row = await create(mandate, body)
      return sentAt(toClient(row), row.version, {
        Location: `/api/v1/partner/clients/${publicIdOf('api_client', row.id)}`,
      })
    },
  }),
  route({
    method: 'PATCH',
    path: '/api/v1/partner/clients/:client_id',
    summary: 'Change an API client: its name, addresses, scopes or keys',
    input: { params: ClientParams, body: ClientChangeBody },
    access: { permission: 'partner_org.clients.manage' },
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
      path: `/api/v1/partner/clients/:client_id/${name}`,
      summary: MOVES[name].summary,
      input: { params: ClientParams, body: MoveBody },
      access: { permission: 'partner_org.clients.manage' },
      limit: 'write',
      problems: moveProblems,
      responses: { 200: ClientBody },
      handle: async ({ mandate, params, body }) =>
        answer(await move(mandate, params.client_id, { name, reason: body.reason })),
    }),
  ),
  requestLive,
]
