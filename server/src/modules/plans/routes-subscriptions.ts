import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { recordSubscription } from './events.ts'
import {
  describeSubscription,
  endHold,
  HoldParams,
  HoldReason,
  placeHold,
  SubscriptionParams,
} from './holding.ts'
import {
  getSubscription,
  listSubscriptions,
  moveSubscription,
  nameUsers,
  setCancelCause,
} from './subscription-store.ts'
import type { Move } from './subscription-store.ts'
import { SubscriptionBody, SubscriptionDetailBody, toSubscription } from './subscription-view.ts'
import { SUBSCRIPTION_STATES } from './tables.ts'

const BASE = '/api/v1/partner/subscriptions'
const read = { permission: 'partner_org.subscriptions.read' } as const
const manage = { permission: 'partner_org.subscriptions.manage' } as const
const MOVE_PROBLEMS = ['SUBSCRIPTION_NOT_FOUND', 'SUBSCRIPTION_STATE_CONFLICT'] as const
const Note = plainText(3, 500).optional()

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: BASE,
    summary: "Your users' subscriptions, newest first",
    input: {
      query: z.strictObject({
        state: commaList(z.enum(SUBSCRIPTION_STATES)).optional(),
        plan_id: publicId('plan').optional(),
        end_user_id: publicId('end_user').optional(),
        ...pageQuery,
      }),
    },
    access: read,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(SubscriptionBody)) },
    async handle({ mandate, query }) {
      const filter = { state: query.state, planId: query.plan_id, endUserId: query.end_user_id }
      const { rows, total } = await listSubscriptions(mandate, filter, query)
      const users = await nameUsers(
        mandate,
        rows.map((row) => row.end_user_id),
      )
      return toPage(
        rows.map((row) => toSubscription(row, users.get(row.end_user_id))),
        query,
        total,
      )
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/:subscription_id`,
    summary: 'One subscription with what holds it and what became of it',
    input: { params: SubscriptionParams },
    access: read,
    limit: 'detail',
    problems: ['SUBSCRIPTION_NOT_FOUND'],
    responses: { 200: SubscriptionDetailBody },
    handle: async ({ mandate, params }) =>
      describeSubscription(mandate, await getSubscription(mandate, params.subscription_id)),
  }),
]

async function move(
  mandate: Mandate<'program'>,
  id: z.output<typeof SubscriptionParams>['subscription_id'],
  made: Move & { readonly action: 'confirm' | 'decline' | 'end' },
): Promise<z.input<typeof SubscriptionDetailBody>> {
  const before = await getSubscription(mandate, id)
  await moveSubscription(mandate, before, made)
  const after = await getSubscription(mandate, id)
  recordSubscription(mandate, after, {
    action: made.action,
    reason: made.note ?? undefined,
    changes: { state: { before: before.state, after: after.state } },
  })
  return describeSubscription(mandate, after)
}

const moveRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${BASE}/:subscription_id/confirm`,
    summary: 'Confirm a subscription that waits for it',
    input: { params: SubscriptionParams },
    access: manage,
    limit: 'write',
    problems: [...MOVE_PROBLEMS, 'SUBSCRIPTION_HELD', 'PLAN_NOT_OPEN'],
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params }) =>
      move(mandate, params.subscription_id, {
        action: 'confirm',
        to: 'signed',
        confirmedBy: mandate.actor.name,
      }),
  }),
  route({
    method: 'POST',
    path: `${BASE}/:subscription_id/decline`,
    summary: 'Decline a subscription that waits to be confirmed',
    input: { params: SubscriptionParams, body: z.strictObject({ reason: Note }) },
    access: manage,
    limit: 'write',
    problems: MOVE_PROBLEMS,
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) =>
      move(mandate, params.subscription_id, {
        action: 'decline',
        to: 'unsigned',
        reason: 'declined',
        note: body.reason ?? null,
      }),
  }),
  route({
    method: 'POST',
    path: `${BASE}/:subscription_id/end`,
    summary: 'End a subscription now or with its paid period',
    input: {
      params: SubscriptionParams,
      body: z.strictObject({ when: z.enum(['now', 'period_end']), reason: Note }),
    },
    access: manage,
    limit: 'write',
    problems: [...MOVE_PROBLEMS, 'SUBSCRIPTION_ENDING'],
    responses: { 200: SubscriptionDetailBody },
    async handle({ mandate, params, body }) {
      if (body.when === 'now')
        return move(mandate, params.subscription_id, {
          action: 'end',
          to: 'unsigned',
          reason: 'ended',
          note: body.reason ?? null,
        })
      const before = await getSubscription(mandate, params.subscription_id)
      if (before.cancel_cause !== null) throw new ProblemError(409, 'SUBSCRIPTION_ENDING', 'It ends already.')
      await setCancelCause(mandate, before, 'partner')
      const after = await getSubscription(mandate, params.subscription_id)
      recordSubscription(mandate, after, {
        action: 'plan_cancel',
        reason: body.reason,
        changes: { ends: { after: after.cancel_at?.toISOString() } },
      })
      return describeSubscription(mandate, after)
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/:subscription_id/keep`,
    summary: 'Take back an end with the paid period that you set',
    input: { params: SubscriptionParams },
    access: manage,
    limit: 'write',
    problems: MOVE_PROBLEMS,
    responses: { 200: SubscriptionDetailBody },
    async handle({ mandate, params }) {
      const before = await getSubscription(mandate, params.subscription_id)
      if (before.cancel_cause === null)
        throw new ProblemError(409, 'SUBSCRIPTION_STATE_CONFLICT', 'It goes on already.')
      await setCancelCause(mandate, before, null)
      const after = await getSubscription(mandate, params.subscription_id)
      recordSubscription(mandate, after, {
        action: 'keep',
        changes: { ends: { before: before.cancel_at?.toISOString() } },
      })
      return describeSubscription(mandate, after)
    },
  }),
]

const Scope = z.enum(['subscription', 'account']).default('subscription').meta({
  description: '`account` holds whatever subscription the user has or takes.',
})
const HOLD_PROBLEMS = [...MOVE_PROBLEMS, 'HOLD_OPEN', 'HOLD_NOT_YOURS'] as const
const RELEASE_PROBLEMS = ['SUBSCRIPTION_NOT_FOUND', 'HOLD_NOT_FOUND', 'HOLD_NOT_YOURS'] as const

const holdRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${BASE}/:subscription_id/holds`,
    summary: 'Hold a subscription, or the whole account of its user; it is suspended at the next request',
    input: {
      params: SubscriptionParams,
      body: z.strictObject({
        kind: z.enum(['manual', 'partner']).default('manual'),
        scope: Scope,
        reason: HoldReason,
      }),
    },
    access: manage,
    limit: 'write',
    problems: HOLD_PROBLEMS,
    responses: { 201: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) => placeHold(mandate, params.subscription_id, body),
  }),
  route({
    method: 'POST',
    path: `${BASE}/:subscription_id/holds/:hold_id/release`,
    summary: 'Release a hold of yours; the subscription works again when nothing else holds it',
    input: { params: HoldParams, body: z.strictObject({ reason: Note }) },
    access: manage,
    limit: 'write',
    problems: RELEASE_PROBLEMS,
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) => endHold(mandate, params, body.reason),
  }),
]

const providerRead = { permission: 'platform.realms.read' } as const
const providerManage = { permission: 'platform.realms.manage' } as const

const providerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/subscriptions',
    summary: "Subscriptions in partners' own user bases, without who the users are",
    input: {
      query: z.strictObject({
        partner_id: publicId('partner').optional(),
        state: commaList(z.enum(SUBSCRIPTION_STATES)).optional(),
        ...pageQuery,
      }),
    },
    access: providerRead,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(SubscriptionBody)) },
    async handle({ mandate, query }) {
      const filter = { partnerId: query.partner_id, state: query.state }
      const { rows, total } = await listSubscriptions(mandate, filter, query)
      return toPage(
        rows.map((row) => toSubscription(row, undefined)),
        query,
        total,
      )
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/subscriptions/:subscription_id',
    summary: 'One subscription with what holds it and what became of it, without who the user is',
    input: { params: SubscriptionParams },
    access: providerRead,
    limit: 'detail',
    problems: ['SUBSCRIPTION_NOT_FOUND'],
    responses: { 200: SubscriptionDetailBody },
    handle: async ({ mandate, params }) =>
      describeSubscription(mandate, await getSubscription(mandate, params.subscription_id)),
  }),
  route({
    method: 'POST',
    path: '/api/v1/admin/subscriptions/:subscription_id/holds',
    summary: "Hold a subscription, or the whole account of its user, for the provider's own reasons",
    input: { params: SubscriptionParams, body: z.strictObject({ scope: Scope, reason: HoldReason }) },
    access: providerManage,
    limit: 'write',
    problems: HOLD_PROBLEMS,
    responses: { 201: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) =>
      placeHold(mandate, params.subscription_id, { ...body, kind: 'policy' }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/admin/subscriptions/:subscription_id/holds/:hold_id/release',
    summary: "Release a hold of the provider's",
    input: { params: HoldParams, body: z.strictObject({ reason: Note }) },
    access: providerManage,
    limit: 'write',
    problems: RELEASE_PROBLEMS,
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) => endHold(mandate, params, body.reason),
  }),
]

/** The routes by which a partner and the provider keep subscriptions of end users (C7). */
export const subscriptionRoutes: readonly Route[] = [
  ...readRoutes,
  ...moveRoutes,
  ...holdRoutes,
  ...providerRoutes,
]
