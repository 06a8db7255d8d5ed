import type { IdKind } from '@liaison/access'
import { z } from 'zod'
import { firstCounts, FirstCountsOrNone } from '#platform/first-approver.ts'
import { Money, toMoney } from '#platform/money.ts'
import { calendarMonth, publicId } from '#platform/route-input.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { firstOf } from './store.ts'
import type { Balance, EarningNames, EarningRow, EarningTotal } from './store.ts'
import { EARNING_KINDS, EARNING_STATES } from './tables.ts'
import { tellSteps } from './tell-steps.ts'

export const EarningParams = z.strictObject({ earning_id: publicId('earning') })

/** A month, `YYYY-MM`; parsed to its first day. */
export const MonthParam = calendarMonth().transform((month) => `${month}-01`)

/** One row of the ledger. */
export const EarningBody = z
  .strictObject({
    earning_id: z.string(),
    kind: z.enum(EARNING_KINDS),
    component: z.string(),
    partner_id: z.string(),
    partner_name: z.string(),
    referral_id: z.string().nullable().meta({ description: 'Null for an adjustment of no one referral.' }),
    tenant_id: z.string().nullable(),
    tenant_name: z.string().nullable(),
    agreement_id: z.string(),
    billing_event_id: z.string().nullable().meta({ description: 'Null for an adjustment.' }),
    reverses_id: z.string().nullable(),
    occurred_at: z.string(),
    month: z.string().meta({ description: 'The month that it counts in.' }),
    service_month: z.string().meta({
      description: 'The month of the payment; an earlier one when that was closed already.',
    }),
    base: Money,
    amount: Money,
    state: z.enum(EARNING_STATES),
    state_changed_at: z.string(),
    reason: z.string().nullable().meta({ description: 'What an adjustment is for.' }),
    hold_kind: z.enum(['risk', 'provider', 'partner_suspended']).nullable(),
    hold_reason: z.string().nullable(),
    void_reason: z.string().nullable(),
    available_on: z.string().meta({ description: 'The day from which it can be paid out.' }),
    first_approved_by_name: z.string().nullable(),
    first_approval_counts: FirstCountsOrNone,
    approved_by_name: z.string().nullable(),
    approved_at: z.string().nullable(),
    policy_version: z.int().nullable(),
    created_at: z.string(),
  })
  .meta({ id: 'Earning' })

const StepBody = z.strictObject({ name: z.string(), says: z.string(), amount: Money.nullable() })

/** One row with how it was calculated and what was taken back of it. */
export const EarningDetailBody = EarningBody.extend({
  steps: z.array(StepBody),
  taken_back: z.array(EarningBody),
}).meta({ id: 'EarningDetail' })

const encodeMaybe = (kind: IdKind, uuid: string | null): string | null =>
  uuid === null ? null : publicIdOf(kind, uuid)

/** Who approved a row, for the provider; partners are told of none. */
function approversOf(row: EarningRow, { inCharge }: EarningNames, isProvider: boolean) {
  return {
    first_approved_by_name: isProvider ? row.first_approved_by_name : null,
    first_approval_counts: isProvider ? firstCounts(inCharge, firstOf(row)) : null,
    approved_by_name: isProvider ? row.approved_by_name : null,
  }
}

/** A row as an answer. Partners are not told why the provider's rules hold it, only that they do. */
export function toEarning(
  row: EarningRow,
  names: EarningNames,
  isProvider: boolean,
): z.input<typeof EarningBody> {
  const tenant = names.tenants.get(row.referral_id ?? '')
  return {
    earning_id: publicIdOf('earning', row.id),
    kind: row.kind,
    component: row.component,
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: names.partners.get(row.partner_id) ?? '',
    referral_id: encodeMaybe('referral', row.referral_id),
    tenant_id: tenant ? publicIdOf('tenant', tenant.id) : null,
    tenant_name: tenant?.name ?? null,
    agreement_id: publicIdOf('agreement', row.agreement_id),
    billing_event_id: encodeMaybe('billing_event', row.billing_event_id),
    reverses_id: encodeMaybe('earning', row.reverses_id),
    occurred_at: row.occurred_at.toISOString(),
    month: row.period_month.slice(0, 7),
    service_month: row.service_month.slice(0, 7),
    base: toMoney(row.base_minor, row.currency),
    amount: toMoney(row.amount_minor, row.currency),
    state: row.state,
    state_changed_at: row.state_changed_at.toISOString(),
    reason: row.reason,
    hold_kind: row.hold_kind,
    hold_reason: isProvider || row.hold_kind === 'partner_suspended' ? row.hold_reason : null,
    void_reason: row.void_reason,
    available_on: row.available_on,
    ...approversOf(row, names, isProvider),
    approved_at: row.approved_at?.toISOString() ?? null,
    policy_version: row.policy_version,
    created_at: row.created_at.toISOString(),
  }
}

/** A row with its calculation, for an answer. */
export function toEarningDetail(
  row: EarningRow,
  more: { readonly names: EarningNames; readonly takenBack: readonly EarningRow[] },
  isProvider: boolean,
): z.input<typeof EarningDetailBody> {
  return {
    ...toEarning(row, more.names, isProvider),
    steps: tellSteps(row.calc).map(({ name, says, amount_minor: amount }) => ({
      name,
      says,
      amount: amount === null ? null : toMoney(amount, row.currency),
    })),
    taken_back: more.takenBack.map((taken) => toEarning(taken, more.names, isProvider)),
  }
}

/** A sum of one month, currency and state. */
export const TotalBody = z.strictObject({
  month: z.string(),
  state: z.enum(EARNING_STATES),
  earnings: z.int(),
  amount: Money,
})

export const toTotal = (total: EarningTotal): z.input<typeof TotalBody> => ({
  month: total.month,
  state: total.state,
  earnings: total.earnings,
  amount: toMoney(total.amount_minor, total.currency),
})

/** What a partner has earned and was not paid, in one currency. */
export const BalanceBody = z.strictObject({
  balance: Money.meta({ description: 'Earned, not void, not paid. Below zero when more was taken back.' }),
  pending: Money,
  held: Money,
  approved: Money,
  due: Money.meta({ description: 'Approved, and past its waiting time.' }),
  in_payout: Money,
  paid: Money,
})

export const toBalance = (balance: Balance): z.input<typeof BalanceBody> => ({
  balance: toMoney(balance.balance_minor, balance.currency),
  pending: toMoney(balance.pending_minor, balance.currency),
  held: toMoney(balance.held_minor, balance.currency),
  approved: toMoney(balance.approved_minor, balance.currency),
  due: toMoney(balance.due_minor, balance.currency),
  in_payout: toMoney(balance.in_payout_minor, balance.currency),
  paid: toMoney(balance.paid_minor, balance.currency),
})
