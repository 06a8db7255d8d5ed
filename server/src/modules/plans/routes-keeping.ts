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

/** Where and with which permission one side keeps subscriptions. */
interface Side {
  readonly base: '/api/v1/partner/subscriptions' | '/api/v1/realm/subscriptions'
  readonly read:
    | { readonly permission: 'partner_org.subscriptions.read' }
    | { readonly realm: 'realm.users.read' }
  readonly manage:
    | { readonly permission: 'partner_org.subscriptions.manage' }
    | { readonly realm: 'realm.users.manage' }
  /** What the list says of itself, and how a summary says whose subscriptions they are. */
  readonly list: string
  readonly of: '' | ' of the own realm'
}

const readRoutes = (side: Side): readonly Route[] => [
  route({
    method: 'GET',
    path: side.base,
    summary: side.list,
    input: { query: SubscriptionQuery },
    access: side.read,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(SubscriptionBody)) },
    handle: ({ mandate, query }) => showSubscriptions(mandate, query),
  }),
  route({
    method: 'GET',
    path: `${side.base}/:subscription_id`,
    summary: `One subscription${side.of} with what holds it and what became of it`,
    input: { params: SubscriptionParams },
    access: side.read,
    limit: 'detail',
    problems: ['SUBSCRIPTION_NOT_FOUND'],
    responses: { 200: SubscriptionDetailBody },
    handle: async ({ mandate, params }) =>
      describeSubscription(mandate, await getSubscription(mandate, params.subscription_id)),
  }),
]

const beginningRoutes = (side: Side): readonly Route[] => [
  route({
    method: 'POST',
    path: `${side.base}/:subscription_id/confirm`,
    summary: `Confirm a subscription${side.of} that waits for it`,
    input: { params: SubscriptionParams },
    access: side.manage,
    limit: 'write',
    problems: [...MOVE_PROBLEMS, 'SUBSCRIPTION_HELD', 'PLAN_NOT_OPEN'],
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params }) => makeMove(mandate, params.subscription_id, { action: 'confirm' }),
  }),
  route({
    method: 'POST',
    path: `${side.base}/:subscription_id/decline`,
    summary: `Decline a subscription${side.of} that waits to be confirmed`,
    input: { params: SubscriptionParams, body: z.strictObject({ reason: Note }) },
    access: side.manage,
    limit: 'write',
    problems: MOVE_PROBLEMS,
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) =>
      makeMove(mandate, params.subscription_id, { action: 'decline', note: body.reason }),
  }),
]

const endingRoutes = (side: Side): readonly Route[] => [
  route({
    method: 'POST',
    path: `${side.base}/:subscription_id/end`,
    summary: `End a subscription${side.of} now or with its paid period`,
    input: {
      params: SubscriptionParams,
      body: z.strictObject({ when: z.enum(['now', 'period_end']), reason: Note }),
    },
    access: side.manage,
    limit: 'write',
    problems: [...MOVE_PROBLEMS, 'SUBSCRIPTION_ENDING'],
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) => endSubscription(mandate, params.subscription_id, body),
  }),
  route({
    method: 'POST',
    path: `${side.base}/:subscription_id/keep`,
    summary: `Take back an end with the paid period that was set for a subscription${side.of}`,
    input: { params: SubscriptionParams },
    access: side.manage,
    limit: 'write',
    problems: MOVE_PROBLEMS,
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params }) => keepSubscription(mandate, params.subscription_id),
  }),
]

const holdRoutes = (side: Side): readonly Route[] => [
  route({
    method: 'POST',
    path: `${side.base}/:subscription_id/holds`,
    summary: `Hold a subscription${side.of}, or the whole account of its user; it is suspended at the next request`,
    input: {
      params: SubscriptionParams,
      body: z.strictObject({
        kind: z.enum(['manual', 'partner']).default('manual'),
        scope: HoldScope,
        reason: HoldReason,
      }),
    },
    access: side.manage,
    limit: 'write',
    problems: HOLD_PROBLEMS,
    responses: { 201: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) => placeHold(mandate, params.subscription_id, body),
  }),
  route({
    method: 'POST',
    path: `${side.base}/:subscription_id/holds/:hold_id/release`,
    summary: `Release a hold of a subscription${side.of}; it works again when nothing else holds it`,
    input: { params: HoldParams, body: z.strictObject({ reason: Note }) },
    access: side.manage,
    limit: 'write',
    problems: RELEASE_PROBLEMS,
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) => endHold(mandate, params, body.reason),
  }),
]

const SIDES: readonly Side[] = [
  {
    base: '/api/v1/partner/subscriptions',
    read: { permission: 'partner_org.subscriptions.read' },
    manage: { permission: 'partner_org.subscriptions.manage' },
    list: "Your users' subscriptions, newest first",
    of: '',
  },
  {
    base: '/api/v1/realm/subscriptions',
    read: { realm: 'realm.users.read' },
    manage: { realm: 'realm.users.manage' },
    list: 'The subscriptions of the own realm, newest first',
    of: ' of the own realm',
  },
]

/** The routes by which a partner, and the admins of its realm, confirm, end, hold and release the subscriptions of its users (C7). */
export const keepingRoutes: readonly Route[] = SIDES.flatMap((side) => [
  ...readRoutes(side),
  ...beginningRoutes(side),
  ...endingRoutes(side),
  ...holdRoutes(side),
])
