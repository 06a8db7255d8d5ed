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
  Note,
  placeHold,
  RELEASE_PROBLEMS,
  SubscriptionParams,
} from './holding.ts'
import { getSubscription, listSubscriptions } from './subscription-store.ts'
import { SubscriptionBody, SubscriptionDetailBody, toSubscription } from './subscription-view.ts'
import { SUBSCRIPTION_STATES } from './tables.ts'

const read = { permission: 'platform.realms.read' } as const
const manage = { permission: 'platform.realms.manage' } as const

/** The routes by which the provider sees and holds subscriptions of end users, without who they are (C7). */
export const subscriptionRoutes: readonly Route[] = [
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
    access: read,
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
    access: read,
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
    access: manage,
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
    access: manage,
    limit: 'write',
    problems: RELEASE_PROBLEMS,
    responses: { 200: SubscriptionDetailBody },
    handle: ({ mandate, params, body }) => endHold(mandate, params, body.reason),
  }),
]
