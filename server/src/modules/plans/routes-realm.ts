import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { readEffective } from './effective-store.ts'
import { cancel, changePlan, keep, keepPlan, subscribe } from './own.ts'
import { getPlan, listOffers } from './plan-store.ts'
import { OfferedPlanBody, toOfferedPlan } from './plan-view.ts'
import { PlanParams } from './routes-plans.ts'
import { findOwn } from './subscription-store.ts'
import type { SubscriptionRow } from './subscription-store.ts'
import { OwnSubscriptionBody, toOwnSubscription } from './subscription-view.ts'

const change = { realm: 'realm.subscription.change' } as const

const StandingBody = z
  .strictObject({
    status: z.enum(['active', 'inactive', 'idle', 'signing']),
    sub_status: z.enum(['absent', 'signed', 'unsigned', 'suspended']),
    may_use: z.boolean().meta({ description: 'Whether what the plan gives works now.' }),
    code: z.string().meta({ description: 'What stands against it, or `ALLOWED`.' }),
    subscription: OwnSubscriptionBody.nullable().meta({
      description: 'The newest one, also when it is over.',
    }),
  })
  .meta({ id: 'SubscriptionStanding' })

async function tell(
  mandate: Mandate<'realm'>,
  row: SubscriptionRow | undefined,
): Promise<z.input<typeof StandingBody>> {
  const effective = await readEffective(mandate, mandate.user.id, mandate.realmFacts.features_off)
  if (!effective) throw new Error('An end user reads its own standing.')
  return {
    status: effective.status,
    sub_status: effective.sub_status,
    may_use: effective.allowed,
    code: effective.code,
    subscription: row ? toOwnSubscription(row) : null,
  }
}

/** `shown` of the plan as it was read. */
const shown = z.string().max(100).optional().meta({
  description:
    '`shown` of the plan as it was read: with it, nothing is taken when its terms are others by now.',
})
const When = z.enum(['now', 'period_end'])
const PLAN_PROBLEMS = ['PLAN_NOT_FOUND', 'PLAN_NOT_OPEN'] as const
const STATE_PROBLEMS = ['SUBSCRIPTION_NOT_FOUND', 'SUBSCRIPTION_STATE_CONFLICT'] as const

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/realm/plans',
    summary: 'The plans that you can take, cheapest first',
    input: {},
    access: { realm: 'realm.plans.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(OfferedPlanBody) }) },
    handle: async ({ mandate }) => ({ items: (await listOffers(mandate)).map(toOfferedPlan) }),
  }),
  route({
    method: 'GET',
    path: '/api/v1/realm/plans/:plan_id',
    summary: 'What a plan costs and gives',
    input: { params: PlanParams },
    access: { realm: 'realm.plans.read' },
    limit: 'detail',
    problems: ['PLAN_NOT_FOUND'],
    responses: { 200: OfferedPlanBody },
    handle: async ({ mandate, params }) => toOfferedPlan(await getPlan(mandate, params.plan_id)),
  }),
  route({
    method: 'GET',
    path: '/api/v1/realm/subscription',
    summary: 'Your subscription, your two statuses, and whether the plan works now',
    input: {},
    access: { realm: 'realm.subscription.read' },
    limit: 'detail',
    responses: { 200: StandingBody },
    handle: async ({ mandate }) => tell(mandate, await findOwn(mandate)),
  }),
]

const changeRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/v1/realm/subscription',
    summary: 'Take a plan',
    input: { body: z.strictObject({ plan_id: publicId('plan'), shown }) },
    access: change,
    limit: 'write',
    problems: [...PLAN_PROBLEMS, 'ALREADY_SUBSCRIBED', 'SUBSCRIPTION_HELD', 'PRECONDITION_FAILED'],
    responses: { 201: StandingBody },
    handle: async ({ mandate, body }) =>
      tell(mandate, await subscribe(mandate, { planId: body.plan_id, shown: body.shown })),
  }),
  route({
    method: 'POST',
    path: '/api/v1/realm/subscription/cancel',
    summary: 'Cancel now, or with the paid period',
    input: { body: z.strictObject({ when: When }) },
    access: change,
    limit: 'write',
    problems: [...STATE_PROBLEMS, 'SUBSCRIPTION_ENDING'],
    responses: { 200: StandingBody },
    handle: async ({ mandate, body }) => tell(mandate, await cancel(mandate, body.when)),
  }),
  route({
    method: 'POST',
    path: '/api/v1/realm/subscription/keep',
    summary: 'Take your cancellation back before it bites',
    input: {},
    access: change,
    limit: 'write',
    problems: STATE_PROBLEMS,
    responses: { 200: StandingBody },
    handle: async ({ mandate }) => tell(mandate, await keep(mandate)),
  }),
  route({
    method: 'POST',
    path: '/api/v1/realm/subscription/change',
    summary: 'Change to another plan now, or with the next paid period',
    input: { body: z.strictObject({ plan_id: publicId('plan'), when: When, shown }) },
    access: change,
    limit: 'write',
    problems: [...PLAN_PROBLEMS, ...STATE_PROBLEMS, 'SUBSCRIPTION_ENDING', 'PRECONDITION_FAILED'],
    responses: { 200: StandingBody },
    handle: async ({ mandate, body }) =>
      tell(mandate, await changePlan(mandate, { planId: body.plan_id, when: body.when, shown: body.shown })),
  }),
  route({
    method: 'POST',
    path: '/api/v1/realm/subscription/keep-plan',
    summary: 'Take a change of plan back before it begins',
    input: {},
    access: change,
    limit: 'write',
    problems: STATE_PROBLEMS,
    responses: { 200: StandingBody },
    handle: async ({ mandate }) => tell(mandate, await keepPlan(mandate)),
  }),
]

/** The routes by which an end user takes, changes and cancels a plan (C6, C7). */
export const realmRoutes: readonly Route[] = [...readRoutes, ...changeRoutes]
