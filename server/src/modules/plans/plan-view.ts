import { z } from 'zod'
import { Money, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText } from '#platform/route-input.ts'
import { PlanLimits } from './limits.ts'
import { PERIODS, PLAN_ROLES, PLAN_STATES, RUNNING } from './tables.ts'
import type { PlanRow, Terms, VersionRow } from './plan-store.ts'

export const TermsInput = z.strictObject({
  price: z.strictObject({
    amount_minor: z.int().min(0).max(1_000_000_000),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of three letters'),
  }),
  period: z.enum(PERIODS),
  limits: PlanLimits.default({}),
  benefits: z.array(plainText(1, 120)).max(12).default([]).meta({
    description: 'What the plan gives, one sentence each, as its users read it.',
  }),
})

export const RolesInput = z
  .array(z.enum(PLAN_ROLES))
  .max(3)
  .refine((roles) => new Set(roles).size === roles.length, 'names each role once')

export const WordsInput = z.strictObject({
  name: plainText(1, 100),
  description: plainText(0, 1000).default(''),
  requires_flag: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be the key of a feature')
    .nullable()
    .default(null)
    .meta({ description: 'The feature that must be on for the partner while somebody uses the plan.' }),
})

const TermsBody = z.strictObject({
  number: z.int(),
  price: Money,
  period: z.enum(PERIODS),
  limits: PlanLimits,
  benefits: z.array(z.string()),
  is_fixed: z
    .boolean()
    .meta({ description: 'Whether somebody could take these terms already; then they never change.' }),
})

const OfferBody = z.strictObject({
  is_allowed: z.boolean(),
  is_offered: z.boolean(),
  price: Money.nullable().meta({ description: "The partner's own price; null for that of the catalogue." }),
  limits: PlanLimits.meta({
    description: "The partner's own limits, each at least as tight as the catalogue's.",
  }),
  version: z.int(),
})

export const PlanBody = z
  .strictObject({
    plan_id: z.string(),
    partner_id: z.string().nullable(),
    source: z
      .enum(['own', 'catalogue'])
      .meta({ description: '`own`: a plan of a partner; `catalogue`: one that the provider lends.' }),
    code: z.string(),
    name: z.string(),
    description: z.string(),
    requires_flag: z.string().nullable(),
    state: z.enum(PLAN_STATES),
    running: z
      .enum(RUNNING)
      .nullable()
      .meta({ description: 'What became of running subscriptions when it was discontinued.' }),
    roles: z.array(z.enum(PLAN_ROLES)),
    terms: TermsBody.meta({ description: 'What whoever subscribes now gets.' }),
    offer: OfferBody.nullable().meta({
      description: "What the reader's partner makes of a lent plan; null for its own plans.",
    }),
    users_count: z.int(),
    version: z.int(),
    created_at: z.string(),
    discontinued_at: z.string().nullable(),
  })
  .meta({ id: 'Plan' })

export const PlanDetailBody = PlanBody.extend({
  versions: z.array(TermsBody.extend({ created_by_name: z.string(), created_at: z.string() }).strict()),
})
  .strict()
  .meta({ id: 'PlanDetail' })

export const planIdOf = (id: string): string => publicIdOf('plan', id)
export const partnerIdOf = (id: string): string => publicIdOf('partner', id)

/** The public form of a plan for whoever keeps or lends it. */
export function toPlan(row: PlanRow, usersCount: number): z.input<typeof PlanBody> {
  return {
    plan_id: planIdOf(row.id),
    partner_id: row.partner_id === null ? null : partnerIdOf(row.partner_id),
    source: row.partner_id === null ? 'catalogue' : 'own',
    code: row.code,
    name: row.name,
    description: row.description,
    requires_flag: row.requires_flag,
    state: row.state,
    running: row.running,
    roles: [...row.roles],
    terms: {
      number: row.current_number,
      price: toMoney(row.list_price_minor, row.currency),
      period: row.period,
      limits: row.list_limits,
      benefits: [...row.benefits],
      is_fixed: row.is_fixed,
    },
    offer:
      row.own_version === null
        ? null
        : {
            is_allowed: row.is_allowed ?? false,
            is_offered: row.is_offered ?? false,
            price: row.own_price_minor === null ? null : toMoney(row.own_price_minor, row.currency),
            limits: row.own_limits ?? {},
            version: row.own_version,
          },
    users_count: usersCount,
    version: row.version,
    created_at: row.created_at.toISOString(),
    discontinued_at: row.discontinued_at?.toISOString() ?? null,
  }
}

/** One version of the terms. */
export function toVersion(row: VersionRow): z.input<typeof PlanDetailBody>['versions'][number] {
  return {
    number: row.number,
    price: toMoney(row.price_minor, row.currency),
    period: row.period,
    limits: row.limits,
    benefits: [...row.benefits],
    is_fixed: row.used_at !== null,
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
  }
}

export function toTerms(input: z.output<typeof TermsInput>): Terms {
  return {
    priceMinor: input.price.amount_minor,
    currency: input.price.currency,
    period: input.period,
    limits: input.limits,
    benefits: input.benefits.map((benefit) => benefit.trim()),
  }
}

export function toWords(input: z.output<typeof WordsInput>) {
  return {
    name: input.name.trim(),
    description: input.description.trim(),
    requiresFlag: input.requires_flag,
  }
}

/** The terms of a plan as they are read: another value once the price, or what it gives, is another. */
export const shownOf = ({
  plan_version_id: terms,
  own_version: own,
}: Pick<PlanRow, 'plan_version_id' | 'own_version'>): string => `${terms}.${own ?? 0}`

/** A plan as an end user is offered it. */
export const OfferedPlanBody = z
  .strictObject({
    plan_id: z.string(),
    name: z.string(),
    description: z.string(),
    price: Money,
    period: z.enum(PERIODS),
    limits: PlanLimits,
    benefits: z.array(z.string()),
    shown: z.string().meta({
      description: 'Another value once the price, or what the plan gives, is another; sent when it is taken.',
    }),
    is_offered: z
      .boolean()
      .meta({ description: 'Whether it can still be taken; a plan that you have may be offered no more.' }),
  })
  .meta({ id: 'OfferedPlan' })

export function toOfferedPlan(row: PlanRow): z.input<typeof OfferedPlanBody> {
  return {
    plan_id: planIdOf(row.id),
    name: row.name,
    description: row.description,
    price: toMoney(row.price_minor, row.currency),
    period: row.period,
    limits: row.limits,
    benefits: [...row.benefits],
    shown: shownOf(row),
    is_offered: row.state === 'offered' && (row.partner_id !== null || row.is_offered === true),
  }
}
