import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { requireAcceptedTerms } from '#modules/onboarding/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  answer,
  check,
  listInput,
  listResponses,
  move,
  MOVE_NAMES,
  moveProblems,
  MOVES,
  showClients,
  settingsOf,
} from './acts.ts'
import { noteClient, publishClient } from './events.ts'
import { ClientBody, ClientParams, MoveBody } from './schemas.ts'
import { getClient, goLive, requireAgreement } from './store.ts'

const approveLive = route({
  method: 'POST',
  path: '/api/v1/admin/clients/:client_id/approve-live',
  summary: 'Let a sandbox client work for real customers',
  input: { params: ClientParams, body: z.strictObject({}).optional() },
  access: { permission: 'platform.clients.manage' },
  limit: 'write',
  problems: [...moveProblems, 'TERMS_NOT_ACCEPTED', 'AGREEMENT_NOT_IN_FORCE'],
  responses: { 200: ClientBody },
  async handle({ mandate, params }) {
    const row = await getClient(mandate, params.client_id)
    if (row.environment === 'live' || row.live_requested_at === null || row.status !== 'active')
      throw new ProblemError(409, 'CLIENT_STATE_CONFLICT', 'Its owner has not asked for live use.')
    if (row.partner_id !== null) {
      await requireAcceptedTerms(mandate, idFromUuid('partner', row.partner_id))
      await requireAgreement(mandate, row.partner_id)
    }
    check(settingsOf(row), 'live')
    await goLive(mandate, row)
    noteClient(mandate, row, {
      action: 'clients.approve_live',
      changes: { environment: { before: 'sandbox', after: 'live' } },
    })
    await publishClient(mandate, row)
    return answer(await getClient(mandate, params.client_id))
  },
})

/** The routes with which the provider looks after all API clients. */
export const adminClientRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/clients',
    summary: 'Every API client',
    input: {
      query: listInput.query.extend({
        partner_id: publicId('partner').optional(),
        tenant_id: publicId('tenant').optional(),
        waiting_for: z.literal('provider').optional().meta({
          description: 'Those that ask for live use, or whose logo waits: whoever waits longest comes first.',
        }),
      }),
    },
    access: { permission: 'platform.clients.read' },
    limit: 'list',
    responses: listResponses,
    handle: ({ mandate, query }) => showClients(mandate, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/clients/:client_id',
    summary: 'One API client',
    input: { params: ClientParams },
    access: { permission: 'platform.clients.read' },
    limit: 'detail',
    problems: ['CLIENT_NOT_FOUND'],
    responses: { 200: ClientBody },
    handle: async ({ mandate, params }) => answer(await getClient(mandate, params.client_id)),
  }),
  ...MOVE_NAMES.map((name) =>
    route({
      method: 'POST',
      path: `/api/v1/admin/clients/:client_id/${name}`,
      summary: MOVES[name].summary,
      input: { params: ClientParams, body: MoveBody },
      access: { permission: 'platform.clients.manage' },
      limit: 'write',
      problems: moveProblems,
      responses: { 200: ClientBody },
      handle: async ({ mandate, params, body }) =>
        answer(await move(mandate, params.client_id, { name, reason: body.reason })),
    }),
  ),
  approveLive,
]
