import { z } from 'zod'
import { askSecondPerson, SecondPersonBody } from '#modules/approvals/index.ts'
import { enqueue } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { noteMove } from './events.ts'
import { PartnerBody, PartnerParams, toPartner } from './schemas.ts'
import { getPartner, movePartner } from './store.ts'
import type { PartnerStatus } from './tables.ts'

function makeMoveRoute(move: {
  readonly name: 'suspend' | 'reactivate'
  readonly summary: string
  readonly from: readonly PartnerStatus[]
  readonly to: PartnerStatus
}): Route {
  return route({
    method: 'POST',
    path: `/api/v1/admin/partners/:partner_id/${move.name}`,
    summary: move.summary,
    input: { params: PartnerParams, body: z.strictObject({ reason: plainText(1, 500) }) },
    access: { permission: 'platform.partners.manage' },
    limit: 'write',
    problems: ['PARTNER_UNKNOWN', 'PARTNER_STATE_CONFLICT'],
    responses: { 200: PartnerBody },
    async handle({ mandate, params, body: { reason } }) {
      const before = await getPartner(mandate, params.partner_id)
      await movePartner(mandate, params.partner_id, {
        ...move,
        reason: move.to === 'active' ? null : reason,
      })
      noteMove(mandate, before, { ...move, reason })
      // Nothing is delivered to a suspended partner, so that only its return is told.
      if (move.to === 'active')
        await enqueue(mandate, 'partner.reactivated', { partner_id: before.id, state: move.to })
      const row = await getPartner(mandate, params.partner_id)
      return sentAt(toPartner(row), row.version)
    },
  })
}

const makeTerminateRoute = (services: Services) =>
  route({
    method: 'POST',
    path: '/api/v1/admin/partners/:partner_id/terminate',
    summary:
      'Ask to end the work with a partner for good; a second person confirms, and then nothing of it works from the next request on',
    input: {
      params: PartnerParams,
      body: z.strictObject({
        reason: plainText(1, 500),
        name: plainText(1, 200).meta({ description: 'The name of the partner, typed to confirm.' }),
      }),
    },
    access: { permission: 'platform.partners.manage' },
    limit: 'write',
    problems: ['PARTNER_UNKNOWN', 'PARTNER_STATE_CONFLICT', 'SECOND_PERSON_WAITING'],
    responses: { 202: SecondPersonBody },
    async handle({ mandate, params, body: { reason, name } }) {
      const before = await getPartner(mandate, params.partner_id)
      if (name.trim() !== before.name)
        throw new ProblemError(
          422,
          'VALIDATION_ERROR',
          'The typed name is not that of the partner; nothing was changed.',
          {
            errors: [
              { pointer: '/body/name', code: 'NAME_DIFFERS', detail: 'must be the name of the partner' },
            ],
          },
        )
      if (before.status === 'terminated')
        throw new ProblemError(409, 'PARTNER_STATE_CONFLICT', 'The partner is terminated already.')
      return askSecondPerson(mandate, {
        kind: 'partner_termination',
        partnerId: params.partner_id,
        proposed: {},
        reason,
        origin: services.publicOrigin(),
      })
    },
  })

/**
 * The moves of a partner. Each changes one row; what hangs on the partner is computed from it, never changed along (C1).
 * Its end takes two people.
 */
export const makeMoveRoutes = (services: Services): readonly Route[] => [
  makeMoveRoute({
    name: 'suspend',
    summary: 'Suspend a partner: nothing of it works from the next request on',
    from: ['active'],
    to: 'suspended',
  }),
  makeMoveRoute({
    name: 'reactivate',
    summary: 'Let a suspended partner work again, exactly as before',
    from: ['suspended'],
    to: 'active',
  }),
  makeTerminateRoute(services),
]
