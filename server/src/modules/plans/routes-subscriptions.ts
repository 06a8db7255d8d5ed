import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { commaList, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  describeSubscription,
  endHold,
  HOLD_PROBLEMS,
  HoldParams,
  HoldReason,
  HoldScope,
  MOVE_PROBLEMS,
  Note,
  placeHold,
  RELEASE_PROBLEMS,
  SubscriptionParams,
} from './holding.ts'
import {
  endSubscription,
  keepSubscription,
  makeMove,
  showSubscriptions,
  SubscriptionQuery,
} from './keeping.ts'
import { getSubscription, listSubscriptions } from './subscription-store.ts'
import { SubscriptionBody, SubscriptionDetailBody, toSubscription } from './subscription-view.ts'
import { SUBSCRIPTION_STATES } from './tables.ts'

const BASE = '/api/v1/partner/subscriptions'
const read = { permission: 'partner_org.subscriptions.read' } as const
const manage = { permission: 'partner_org.subscriptions.manage' } as const

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: BASE,
    summary: "Your users' subscriptions, newest first",
    input: { query: SubscriptionQuery },
    access: read,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(SubscriptionBody)) },
    handle: ({ mandate, query }) => showSubscriptions(mandate, query),
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
    handle: ({ mandate, params }) => makeMove(mandate, params.subscription_id, { action: 'confirm' }),
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
      makeMove(mandate, params.subscription_id, { action: 'decline', note: body.reason }),
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
    handle: ({ mandate, params, body }) => endSubscription(mandate, params.subscription_id, body),
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
    handle: ({ mandate, params }) => keepSubscription(mandate, params.subscription_id),
  }),
]

const holdRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${BASE}/:subscription_id/holds`,
    summary: 'Hold a subscription, or the whole account of its user; it is suspended at the next request',
    input: {
      params: SubscriptionParams,
      body: z.strictObject({
        kind: z.enum(['manual', 'partner']).default('manual'),
        scope: HoldScope,
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
    input: { params: SubscriptionParams, body: z.strictObject({ scope: HoldScope, reason: HoldReason }) },
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
