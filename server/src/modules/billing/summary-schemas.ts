import type { TenantId } from '@liaison/access'
import { z } from 'zod'
import { Money, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { Scope } from '#platform/reach.ts'
import { calendarDay, commaList, publicId } from '#platform/route-input.ts'
import { AGEING_BUCKETS, INVOICE_STATUSES } from './rules.ts'
import {
  bucketsOf,
  dsoDays,
  oldestOverdueDays,
  outstandingOf,
  overdueCountOf,
  overdueOf,
} from './rules-summary.ts'
import type { BillingFigures } from './rules-summary.ts'
import { currencyCode } from './schemas.ts'
import type { LastPayment } from './summary-store.ts'

const summaryQuery = {
  from_date: calendarDay()
    .optional()
    .meta({ description: 'First day of the period; 30 days up to `to_date` when absent.' }),
  to_date: calendarDay().optional().meta({ description: 'Last day of the period; today when absent.' }),
  as_of: calendarDay()
    .optional()
    .meta({ description: 'The day on which what is owed is aged; today when absent, never later.' }),
  status: commaList(z.enum(INVOICE_STATUSES))
    .optional()
    .meta({ description: 'Counts invoices of these states only.' }),
  currency: currencyCode().optional().meta({ description: 'Only amounts of this currency.' }),
  display_currency: currencyCode()
    .optional()
    .meta({ description: 'Also shows the totals in this currency, by stored rates.' }),
}

export const SummaryQuery = z.strictObject(summaryQuery)
export const ConsolidatedSummaryQuery = z.strictObject({
  ...summaryQuery,
  tenant_ids: commaList(publicId('tenant')).optional(),
  group: publicId('tenant_group').optional(),
})
export type SummaryQueryValues = z.output<typeof ConsolidatedSummaryQuery>

const Bucket = z.strictObject({ bucket: z.enum(AGEING_BUCKETS), amount: Money, invoice_count: z.int() })

const figures = {
  ageing: z.array(Bucket),
  credit_amount: Money.meta({ description: 'Balances below zero. They do not age.' }),
  dso_days: z
    .number()
    .nullable()
    .meta({ description: 'Outstanding / invoiced in the period × days; null when nothing was invoiced.' }),
  oldest_overdue_days: z.int(),
  disputes: z.strictObject({ open_count: z.int(), amount: Money }),
  invoice_count: z.int(),
  paid_invoice_count: z.int(),
  overdue_invoice_count: z.int(),
  currency: z.string(),
}

const Totals = z
  .strictObject({
    total_revenue: Money.meta({ description: 'Invoiced in the period, without drafts and cancelled.' }),
    total_collected: Money.meta({ description: 'Payments received in the period.' }),
    total_outstanding: Money,
    total_overdue: Money,
    managed_tenant_count: z.int(),
    ...figures,
  })
  .meta({ id: 'BillingTotals' })

const TenantTotals = z
  .strictObject({
    total_revenue: Money,
    total_collected: Money,
    outstanding_balance: Money,
    overdue_amount: Money,
    ...figures,
  })
  .meta({ id: 'TenantBillingTotals' })

const TenantEntry = z.strictObject({
  tenant_id: z.string(),
  tenant_name: z.string(),
  totals: z.array(TenantTotals),
  last_payment_date: z.string().nullable(),
  last_payment_amount: Money.nullable(),
  withheld: z.array(z.enum(['payments'])),
})

const Conversion = z.strictObject({
  display_currency: z.string(),
  rates: z.array(z.strictObject({ from: z.string(), rate: z.string(), date: z.string() })),
  missing: z
    .array(z.string())
    .meta({ description: 'Currencies without a rate; with one of them there is no `summary`.' }),
})

/** What a partner's tenants are owed, for each currency apart. */
export const BillingSummary = z
  .strictObject({
    as_of: z.string(),
    period: z.strictObject({ from_date: z.string(), to_date: z.string(), days: z.int() }),
    summary: Totals.nullable().meta({
      description:
        'The totals in the one currency there is, or in `display_currency`; null with several, and where a rate is missing.',
    }),
    totals: z.array(Totals).meta({ description: 'One entry per currency.' }),
    by_tenant: z.array(TenantEntry),
    fx: Conversion.nullable(),
    scope: Scope,
  })
  .meta({ id: 'BillingSummary' })

/** The days that figures are told for. */
export interface SummaryDays {
  readonly from: string
  readonly to: string
  readonly days: number
  readonly asOf: string
}

function toFigures(one: BillingFigures, { days, asOf }: SummaryDays) {
  const money = (amountMinor: number) => toMoney(amountMinor, one.currency)
  return {
    ageing: bucketsOf(one).map(({ bucket, minor, invoices }) => ({
      bucket,
      amount: money(minor),
      invoice_count: invoices,
    })),
    credit_amount: money(one.creditMinor),
    dso_days: dsoDays(one, days),
    oldest_overdue_days: oldestOverdueDays(one, asOf),
    disputes: { open_count: one.disputeCount, amount: money(one.disputeMinor) },
    invoice_count: one.invoiceCount,
    paid_invoice_count: one.paidInvoiceCount,
    overdue_invoice_count: overdueCountOf(one),
    currency: one.currency,
    total_revenue: money(one.invoicedMinor),
    total_collected: money(one.collectedMinor),
  }
}

export function toTotals(
  one: BillingFigures,
  days: SummaryDays,
  tenantCount: number,
): z.input<typeof Totals> {
  return {
    ...toFigures(one, days),
    total_outstanding: toMoney(outstandingOf(one), one.currency),
    total_overdue: toMoney(overdueOf(one), one.currency),
    managed_tenant_count: tenantCount,
  }
}

function toTenantTotals(one: BillingFigures, days: SummaryDays): z.input<typeof TenantTotals> {
  return {
    ...toFigures(one, days),
    outstanding_balance: toMoney(outstandingOf(one), one.currency),
    overdue_amount: toMoney(overdueOf(one), one.currency),
  }
}

/** One tenant of a summary. */
export interface TenantPart {
  readonly id: TenantId
  readonly name: string
  readonly figures: readonly BillingFigures[]
  readonly seesPayments: boolean
  readonly payment: LastPayment | undefined
}

export function toTenantEntry(part: TenantPart, days: SummaryDays): z.input<typeof TenantEntry> {
  const { payment } = part
  return {
    tenant_id: publicIdOf('tenant', part.id),
    tenant_name: part.name,
    totals: part.figures.map((one) => toTenantTotals(one, days)),
    last_payment_date: payment?.received_at.toISOString().slice(0, 10) ?? null,
    last_payment_amount: payment ? toMoney(payment.amount_minor, payment.currency) : null,
    withheld: part.seesPayments ? [] : ['payments'],
  }
}
