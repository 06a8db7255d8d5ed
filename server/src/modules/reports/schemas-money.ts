import { z } from 'zod'
import { Money } from '#platform/money.ts'

const Amounts = z
  .strictObject({
    currency: z.string(),
    revenue: Money.meta({
      description: 'Invoiced, by day of issue; drafts and cancelled invoices are nothing.',
    }),
    collected: Money.nullable(),
    outstanding: Money.meta({ description: 'Owed now.' }),
    overdue: Money,
    invoice_count: z.int(),
    dso_days: z.number().nullable().meta({
      description: 'Outstanding ÷ revenue × days of the period that have passed; null without revenue.',
    }),
    revenue_before: Money.meta({
      description: 'In as many months before; beside the month that runs, as far as the same day.',
    }),
    trend_percent: z.number().nullable(),
    months: z.array(z.strictObject({ month: z.string(), revenue: Money, collected: Money.nullable() })),
  })
  .meta({ id: 'RevenueAmounts' })

const RevenueTenant = z
  .strictObject({
    tenant_id: z.string(),
    tenant_name: z.string(),
    currencies: z
      .array(Amounts)
      .meta({ description: 'Empty when nothing was invoiced, collected or is owed.' }),
    withheld: z.array(z.enum(['payments'])),
  })
  .meta({ id: 'RevenueOfTenant' })

export const revenueReportFields = {
  totals: z.array(Amounts).meta({ description: 'One entry per currency; currencies are never added.' }),
  by_tenant: z.array(RevenueTenant),
  display: z
    .strictObject({
      currency: z.string(),
      revenue: Money.nullable(),
      outstanding: Money.nullable(),
      overdue: Money.nullable(),
      fx: z.array(z.strictObject({ from: z.string(), to: z.string(), rate: z.string(), date: z.string() })),
      missing_rates: z
        .array(z.string())
        .meta({ description: 'Currencies without a stored rate of the last 31 days.' }),
    })
    .nullable(),
  period: z.strictObject({ from_month: z.string(), to_month: z.string(), months: z.int(), days: z.int() }),
  as_of: z.string(),
}

const Compared = z
  .strictObject({
    tenant_id: z.string(),
    tenant_name: z.string(),
    revenue: z
      .array(z.strictObject({ currency: z.string(), revenue: Money, trend_percent: z.number().nullable() }))
      .nullable(),
    sla: z
      .strictObject({
        uptime_percentage: z.number().nullable(),
        meets_sla: z.boolean().nullable(),
        sla_target: z.number(),
        target_source: z.string(),
        floor: z.strictObject({ target_percentage: z.number(), is_kept: z.boolean().nullable() }).nullable(),
        downtime_minutes: z.number().nullable(),
        coverage: z.number(),
        promises_met: z.int(),
        promises_missed: z.int(),
        compliance_percentage: z.number().nullable(),
      })
      .nullable(),
    usage: z
      .strictObject({
        total_data_gb: z.number().nullable(),
        data_per_subscriber_gb: z.number().nullable(),
        trend_percent: z.number().nullable(),
        active_subscribers: z.int().nullable(),
        coverage: z.number(),
      })
      .nullable(),
    tickets: z.strictObject({ open: z.int(), late: z.int() }).nullable(),
    withheld: z
      .array(z.enum(['revenue', 'sla', 'usage', 'tickets']))
      .meta({ description: 'What the link to this tenant does not open.' }),
  })
  .meta({ id: 'ComparedTenant' })

export const MEASURES = ['revenue', 'uptime', 'promises', 'usage', 'tickets'] as const
export type Measure = (typeof MEASURES)[number]

export const comparisonFields = {
  month: z.string(),
  tenants: z.array(Compared),
  worst: z
    .array(
      z.strictObject({
        measure: z.enum(MEASURES),
        tenant_id: z.string(),
        tenant_name: z.string(),
        reason: z.string(),
      }),
    )
    .meta({
      description: 'The worst performer of each measure, where one is worse than good, and why it is it.',
    }),
  totals: z.strictObject({
    revenue: z.array(Money).meta({ description: 'One entry per currency; currencies are never added.' }),
    tenants_below_floor: z.int(),
    open_tickets: z.int().nullable(),
  }),
}
