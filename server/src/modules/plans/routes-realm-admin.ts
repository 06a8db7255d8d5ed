import { z } from 'zod'
import { pageOf } from '#platform/list.ts'
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
import { getSubscription } from './subscription-store.ts'
import { SubscriptionBody, SubscriptionDetailBody } from './subscription-view.ts'

const BASE = '/api/v1/realm/subscriptions'
const read = { realm: 'realm.users.read' } as const
const manage = { realm: 'realm.users.manage' } as const

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: BASE,
    summary: 'The subscriptions of the own realm, newest first',
    input: { query: SubscriptionQuery },
    access: read,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(SubscriptionBody)) },
    handle: ({ mandate, query }) => showSubscriptions(mandate, query),
  }),
  route({
    method: 'GET',
    path: `${BASE}/:subscription_id`,
    summary: 'One subscription of the own realm with what holds it and what became of it',
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
    summary: 'Confirm a subscription of the own realm that waits for it',
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
    summary: 'Decline a subscription of the own realm that waits to be confirmed',
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
    summary: 'End a subscription of the own realm now or with its paid period',
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
    summary: 'Take back an end with the paid period that was set for a subscription of the own realm',
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
    summary: 'Hold a subscription of the own realm, or the whole account of its user',
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
    summary: 'Release a hold in the own realm; the subscription works again when nothing else holds it',
    input: { params: HoldParams, body: z.strictObject({ reason: Note }) },
    access: manage,
    limit: 'write',
    problems: RELEASE_PROBLEMS,
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) => endHold(mandate, params, body.reason),
  }),
]

/** The routes by which the admins of a realm confirm, end, hold and release the subscriptions of its users (C7). */
export const realmAdminRoutes: readonly Route[] = [...readRoutes, ...moveRoutes, ...holdRoutes]
