import { z } from 'zod'
import { Money } from '#platform/money.ts'
import { isoOf } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { OwnReferralRow, ReferralRow } from './referral-store.ts'
import { REFERRAL_METHODS, REFERRAL_STATES, TOLD_STATUSES } from './tables.ts'
import type { MonthlyRevenue, ToldStatus } from './tables.ts'

const RevenueBody = z
  .strictObject({ month: z.string().meta({ description: 'YYYY-MM' }), amount: Money })
  .meta({ id: 'MonthlyRevenue' })

/** All that a partner ever sees of a tenant that it referred (D2): these seven fields. */
export const VisibleTenantBody = z
  .strictObject({
    tenant_id: z.string(),
    name: z.string(),
    slug: z.string(),
    status: z.enum(TOLD_STATUSES),
    signed_up_at: z.string(),
    subscription_tier: z.string().meta({ description: 'The code of the plan, without its price.' }),
    monthly_revenue: z.array(RevenueBody).readonly().nullable().meta({
      description:
        'What the tenant paid since it was referred, net of tax and of what went back, for each month and currency; for owners of the partner, null for its staff.',
    }),
  })
  .meta({ id: 'PartnerVisibleTenant' })

interface VisibleRow {
  readonly tenant_id: string
  readonly name: string
  readonly slug: string
  readonly status: ToldStatus
  readonly signed_up_at: Date
  readonly subscription_tier: string
  readonly monthly_revenue: readonly MonthlyRevenue[] | null
}

/** The seven fields for an answer. */
export function toVisibleTenant(row: VisibleRow): z.input<typeof VisibleTenantBody> {
  return {
    tenant_id: publicIdOf('tenant', row.tenant_id),
    name: row.name,
    slug: row.slug,
    status: row.status,
    signed_up_at: row.signed_up_at.toISOString(),
    subscription_tier: row.subscription_tier,
    monthly_revenue: row.monthly_revenue,
  }
}

const FIRST_PAID_ON = z.string().nullable().meta({
  description: 'When the tenant first paid by the word of the program that an imported referral came from.',
})
const PAID_THROUGH = z.string().nullable().meta({
  description:
    'The day through which that program paid what was earned; nothing is earned on payments up to it.',
})

export const OwnReferralBody = z
  .strictObject({
    referral_id: z.string(),
    code_id: z.string().nullable(),
    code: z.string().nullable(),
    method: z.enum(REFERRAL_METHODS),
    referred_at: z.string(),
    window_days: z.int().nullable(),
    state: z.enum(REFERRAL_STATES),
    locked_at: z.string().nullable().meta({ description: 'When the tenant first paid; final since then.' }),
    first_paid_on: FIRST_PAID_ON,
    paid_through: PAID_THROUGH,
    voided_at: z.string().nullable(),
    void_reason: z.string().nullable(),
    blocked_from: z.string().nullable().meta({ description: 'From when on it earns nothing.' }),
    review: z
      .string()
      .nullable()
      .meta({ description: 'What kind of check it is held for, when it is; no more than that.' }),
    tenant: VisibleTenantBody.nullable().meta({ description: 'Null once the referral is void.' }),
  })
  .meta({ id: 'OwnReferral' })

const toVisible = (row: OwnReferralRow): z.input<typeof VisibleTenantBody> | null => {
  const { tenant_id, name, slug, status, signed_up_at, subscription_tier, monthly_revenue } = row
  if (tenant_id === null || name === null || slug === null || status === null) return null
  if (signed_up_at === null || subscription_tier === null) return null
  return toVisibleTenant({ tenant_id, name, slug, status, signed_up_at, subscription_tier, monthly_revenue })
}

/** A referral as its partner sees it. */
export function toOwnReferral(row: OwnReferralRow): z.input<typeof OwnReferralBody> {
  return {
    referral_id: publicIdOf('referral', row.id),
    code_id: row.code_id && publicIdOf('referral_code', row.code_id),
    code: row.code,
    method: row.method,
    referred_at: row.referred_at.toISOString(),
    window_days: row.window_days,
    state: row.state,
    locked_at: isoOf(row.locked_at),
    first_paid_on: row.first_paid_on,
    paid_through: row.paid_through,
    voided_at: isoOf(row.voided_at),
    void_reason: row.void_reason,
    blocked_from: isoOf(row.blocked_from),
    review: row.review,
    tenant: toVisible(row),
  }
}

export const NamedPartner = z.strictObject({ partner_id: z.string(), name: z.string() })
export const NamedTenant = z.strictObject({ tenant_id: z.string(), name: z.string() })

export const ReferralBody = z
  .strictObject({
    referral_id: z.string(),
    partner: NamedPartner,
    tenant: NamedTenant,
    agreement_id: z.string(),
    code: z.string().nullable(),
    method: z.enum(REFERRAL_METHODS),
    referred_at: z.string(),
    window_days: z.int().nullable(),
    made_by_name: z.string(),
    reason: z.string().nullable(),
    import_reference: z
      .string()
      .nullable()
      .meta({ description: 'Where an imported referral is found in the program that it came from.' }),
    first_paid_on: FIRST_PAID_ON,
    paid_through: PAID_THROUGH,
    state: z.enum(REFERRAL_STATES),
    locked_at: z.string().nullable(),
    voided_at: z.string().nullable(),
    voided_by_name: z.string().nullable(),
    void_reason: z.string().nullable(),
    blocked_from: z.string().nullable(),
    block_reason: z.string().nullable(),
    review: z.string().nullable(),
  })
  .meta({ id: 'Referral' })

export const namePartner = (id: string, name: string) => ({
  partner_id: publicIdOf('partner', id),
  name,
})

export const nameTenant = (id: string, name: string) => ({
  tenant_id: publicIdOf('tenant', id),
  name,
})

/** A referral as the provider sees it. */
export function toReferral(row: ReferralRow): z.input<typeof ReferralBody> {
  return {
    referral_id: publicIdOf('referral', row.id),
    partner: namePartner(row.partner_id, row.partner_name),
    tenant: nameTenant(row.tenant_id, row.tenant_name),
    agreement_id: publicIdOf('agreement', row.agreement_id),
    code: row.code,
    method: row.method,
    referred_at: row.referred_at.toISOString(),
    window_days: row.window_days,
    made_by_name: row.created_by_name,
    reason: row.reason,
    import_reference: row.import_reference,
    first_paid_on: row.first_paid_on,
    paid_through: row.paid_through,
    state: row.state,
    locked_at: isoOf(row.locked_at),
    voided_at: isoOf(row.voided_at),
    voided_by_name: row.voided_by_name,
    void_reason: row.void_reason,
    blocked_from: isoOf(row.blocked_from),
    block_reason: row.block_reason,
    review: row.review,
  }
}
