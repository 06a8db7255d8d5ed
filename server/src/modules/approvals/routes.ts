import type { IdOf, PermissionOf } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { commaList, plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { noteStep } from './events.ts'
import { answerRequest, getRequest, listRequests } from './store.ts'
import { REQUEST_KINDS, REQUEST_STATES } from './tables.ts'
import type { RequestKind } from './tables.ts'
import { RequestBody, tellRequest, toRequests } from './view.ts'

const BASE = '/api/v1/admin/second-person-requests'

const listRoute = route({
  method: 'GET',
  path: BASE,
  summary: 'What somebody of the provider asked for that takes a second person, the newest first',
  input: {
    query: z.strictObject({
      state: commaList(z.enum(REQUEST_STATES)).optional(),
      kind: commaList(z.enum(REQUEST_KINDS)).optional(),
      partner_id: publicId('partner').optional(),
      ...pageQuery,
    }),
  },
  access: { permission: 'platform.partners.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(RequestBody)) },
  async handle({ mandate, query }) {
    const filter = { state: query.state, kind: query.kind, partnerId: query.partner_id }
    const { rows, total } = await listRequests(mandate, filter, query)
    return toPage(await toRequests(mandate, rows), query, total)
  },
})

const STATES = { confirm: 'confirmed', decline: 'declined', withdraw: 'withdrawn' } as const

type Answer = { readonly decision: keyof typeof STATES; readonly reason?: string | undefined }

const AnswerInput = z
  .strictObject({
    decision: z.enum(['confirm', 'decline', 'withdraw']).meta({
      description: 'Another person confirms or declines; whoever asked takes it back.',
    }),
    reason: plainText(1, 500).optional(),
  })
  .refine(({ decision, reason }) => decision !== 'decline' || reason !== undefined, {
    path: ['reason'],
    message: 'must say why it is declined',
    params: { code: 'REASON_MISSING' },
  })

async function answer(
  mandate: Mandate<'platform'>,
  of: { readonly kind: RequestKind; readonly id: IdOf<'second_person_request'> },
  { decision, reason }: Answer,
) {
  const row = await getRequest(mandate, of.kind, of.id)
  await answerRequest(mandate, of.id, { state: STATES[decision], reason: reason ?? null })
  noteStep(mandate, row, {
    name: decision,
    reason: decision === 'confirm' ? row.reason : (reason ?? null),
  })
  return tellRequest(mandate, await getRequest(mandate, of.kind, of.id))
}

function makeAnswerRoute(of: {
  readonly kind: RequestKind
  readonly name: 'partner-terminations' | 'agreement-settings' | 'earning-settings' | 'identity-settings'
  readonly about: string
  readonly permission: PermissionOf<'platform'>
}): Route {
  return route({
    method: 'POST',
    path: `${BASE}/${of.name}/:request_id/decision`,
    summary: `Confirm or decline ${of.about} as the second person, or take it back as the first`,
    input: {
      params: z.strictObject({ request_id: publicId('second_person_request') }),
      body: AnswerInput,
    },
    access: { permission: of.permission },
    limit: 'write',
    problems: [
      'SECOND_PERSON_NOT_FOUND',
      'SECOND_PERSON_ANSWERED',
      'SECOND_PERSON_REFUSED',
      'SECOND_PERSON_OUTDATED',
    ],
    responses: { 200: RequestBody },
    handle: ({ mandate, params, body }) => answer(mandate, { kind: of.kind, id: params.request_id }, body),
  })
}

/** What waits for a second person, and the answers to it: each kind takes the permission of whoever may ask for it. */
export const approvalRoutes: readonly Route[] = [
  listRoute,
  makeAnswerRoute({
    kind: 'partner_termination',
    name: 'partner-terminations',
    about: 'the end of a partner',
    permission: 'platform.partners.manage',
  }),
  makeAnswerRoute({
    kind: 'agreement_care',
    name: 'agreement-settings',
    about: 'fewer people for agreements',
    permission: 'platform.agreements.approve',
  }),
  makeAnswerRoute({
    kind: 'earning_policy',
    name: 'earning-settings',
    about: 'fewer people for earnings',
    permission: 'platform.earnings.approve',
  }),
  makeAnswerRoute({
    kind: 'identity_care',
    name: 'identity-settings',
    about: "one person for a partner's identity checks",
    permission: 'platform.configuration.manage',
  }),
]
