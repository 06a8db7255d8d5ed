import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { Money, toMoney } from '#platform/money.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { findWider, PlanLimits } from './limits.ts'
import { getPartnerName, lend, listBorrowers, listLent, putOffer } from './lending-store.ts'
import { countUsers, getKeptPlan, getPlan, listPlans } from './plan-store.ts'
import { partnerIdOf, PlanBody, toPlan } from './plan-view.ts'
import { PlanParams } from './routes-plans.ts'

const BorrowerBody = z.strictObject({
  partner_id: z.string(),
  partner_name: z.string(),
  is_allowed: z.boolean(),
  is_offered: z.boolean(),
  price: Money.nullable(),
  limits: PlanLimits,
})

const listBorrowersRoute = route({
  method: 'GET',
  path: '/api/v1/admin/plans/:plan_id/partners',
  summary: 'The partners that may offer a plan of the catalogue, and those that do',
  input: { params: PlanParams },
  access: { permission: 'platform.plans.read' },
  limit: 'list',
  problems: ['PLAN_NOT_FOUND'],
  responses: { 200: z.strictObject({ items: z.array(BorrowerBody) }) },
  async handle({ mandate, params }) {
    const plan = await getPlan(mandate, params.plan_id)
    const rows = await listBorrowers(mandate, params.plan_id)
    return {
      items: rows.map((row) => ({
        partner_id: partnerIdOf(row.partner_id),
        partner_name: row.name,
        is_allowed: row.is_allowed,
        is_offered: row.is_offered,
        price: row.price_minor === null ? null : toMoney(row.price_minor, plan.currency),
        limits: row.limits,
      })),
    }
  },
})

const lendRoute = route({
  method: 'PUT',
  path: '/api/v1/admin/plans/:plan_id/partners/:partner_id',
  summary: 'Let a partner offer a plan of the catalogue, or no longer; who has it keeps it',
  input: {
    params: PlanParams.extend({ partner_id: publicId('partner') }).strict(),
    body: z.strictObject({ is_allowed: z.boolean() }),
  },
  access: { permission: 'platform.plans.manage' },
  limit: 'write',
  problems: ['PLAN_NOT_FOUND', 'PARTNER_UNKNOWN', 'PLAN_NOT_LENT'],
  responses: { 200: z.strictObject({ is_allowed: z.boolean() }) },
  async handle({ mandate, params, body }) {
    const plan = await getKeptPlan(mandate, params.plan_id)
    const partnerName = await getPartnerName(mandate, params.partner_id)
    await lend(mandate, { planId: params.plan_id, partnerId: params.partner_id }, body.is_allowed)
    recordEvent(mandate, {
      action: body.is_allowed ? 'plans.lend' : 'plans.take_back',
      partnerId: params.partner_id,
      partnerName,
      resource: { type: 'plan', id: plan.id, label: plan.name },
    })
    return { is_allowed: body.is_allowed }
  },
})

/** More plans than anybody keeps: this list is told whole. */
const ALL = { limit: 1000, offset: 0 }

const plansOfPartnerRoute = route({
  method: 'GET',
  path: '/api/v1/admin/partners/:partner_id/plans',
  summary: "A partner's own plans, and those that the catalogue lends it",
  input: { params: z.strictObject({ partner_id: publicId('partner') }) },
  access: { permission: 'platform.plans.read' },
  limit: 'list',
  problems: ['PARTNER_UNKNOWN'],
  responses: { 200: z.strictObject({ own: z.array(PlanBody), lent: z.array(PlanBody) }) },
  async handle({ mandate, params }) {
    await getPartnerName(mandate, params.partner_id)
    const own = (await listPlans(mandate, { partnerId: params.partner_id }, ALL)).rows
    const catalogue = (await listPlans(mandate, { source: 'catalogue' }, ALL)).rows
    const lent = new Map((await listLent(mandate, params.partner_id)).map((row) => [row.plan_id, row]))
    const users = await countUsers(
      mandate,
      own.map(({ id }) => id),
    )
    return {
      own: own.map((row) => toPlan(row, users.get(row.id) ?? 0)),
      lent: catalogue.flatMap((row) => {
        const offer = lent.get(row.id)
        if (!offer) return []
        const shown = {
          ...row,
          is_allowed: offer.is_allowed,
          is_offered: offer.is_offered,
          own_price_minor: offer.price_minor,
          own_limits: offer.limits,
          own_version: offer.version,
        }
        return [toPlan(shown, 0)]
      }),
    }
  },
})

const offerRoute = route({
  method: 'PUT',
  path: '/api/v1/partner/plans/:plan_id/offer',
  summary: 'Offer a plan of the catalogue to your users, at an own price and tighter limits, or no longer',
  input: {
    params: PlanParams,
    body: z.strictObject({
      is_offered: z.boolean(),
      price_minor: z.int().min(0).max(1_000_000_000).nullable().default(null),
      limits: PlanLimits.default({}),
    }),
  },
  access: { permission: 'partner_org.plans.manage' },
  limit: 'write',
  ifMatch: true,
  problems: ['PLAN_NOT_FOUND', 'PLAN_NOT_LENT'],
  responses: { 200: PlanBody },
  async handle({ mandate, params, body, expectedVersion }) {
    const plan = await getPlan(mandate, params.plan_id)
    if (plan.own_version === null || (body.is_offered && !plan.is_allowed))
      throw new ProblemError(409, 'PLAN_NOT_LENT', 'The provider does not let you offer this plan.')
    const wider = findWider(plan.list_limits, body.limits)
    if (wider.length > 0)
      throw inputRefused(
        wider.map((key) => ({
          pointer: `/body/limits/${key}`,
          code: 'WIDER_THAN_LENT',
          detail: 'must not allow more than the plan of the catalogue does',
        })),
      )
    await putOffer(
      mandate,
      { planId: params.plan_id, version: expectedVersion },
      { isOffered: body.is_offered, priceMinor: body.price_minor, limits: body.limits },
    )
    const after = await getPlan(mandate, params.plan_id)
    recordEvent(mandate, {
      action: 'plans.offer_lent',
      resource: { type: 'plan', id: plan.id, label: plan.name },
      changes: {
        offered: { before: plan.is_offered, after: body.is_offered },
        price_minor: { before: plan.own_price_minor, after: body.price_minor },
      },
    })
    const users = await countUsers(mandate, [plan.id])
    return sentAt(toPlan(after, users.get(plan.id) ?? 0), after.own_version ?? 0)
  },
})

/** The routes by which the provider lends plans of its catalogue and a partner offers them (C6). */
export const lendingRoutes: readonly Route[] = [
  listBorrowersRoute,
  lendRoute,
  plansOfPartnerRoute,
  offerRoute,
]
