import type { IdKind } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery } from '#platform/list.ts'
import { Money, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { Scope } from '#platform/reach.ts'
import { calendarDay, commaList, plainText, publicId, truth } from '#platform/route-input.ts'
import { isoOf } from '#platform/instant.ts'
import { ALERT_STATES, SEVERITIES } from './rules.ts'
import type { AlertCounts, AlertRow } from './store.ts'

const query = {
  status: commaList(z.enum(ALERT_STATES)).optional(),
  severity: commaList(z.enum(SEVERITIES)).optional(),
  from_date: calendarDay().optional().meta({ description: 'Raised on this day (UTC) or later.' }),
  to_date: calendarDay().optional().meta({ description: 'Raised on this day (UTC) or earlier.' }),
  snoozed: truth().optional().meta({ description: 'Only those that sleep, or only those that do not.' }),
  ...pageQuery,
}

const consolidated = {
  ...query,
  tenant_ids: commaList(publicId('tenant')).optional(),
  group: publicId('tenant_group').optional().meta({ description: 'Only customers of this group.' }),
  assigned_to: commaList(publicId('person')).optional(),
}

const BILLING_TYPES = ['ar_threshold', 'overdue_threshold'] as const
const SLA_ALERT_METRICS = ['uptime', 'first_response', 'resolution'] as const

export const SlaAlertQuery = z.strictObject({
  ...consolidated,
  metric: commaList(z.enum(SLA_ALERT_METRICS)).optional(),
})
export const BillingAlertQuery = z.strictObject({
  ...consolidated,
  alert_type: commaList(z.enum(BILLING_TYPES)).optional(),
})
export const PlainAlertQuery = z.strictObject(query)
export const OwnAlertQuery = z.strictObject({
  ...query,
  area: commaList(z.enum(['sla', 'billing', 'access'])).optional(),
})

/** What may be asked of any list of alerts, whichever its own filters are. */
export type AlertQueryValues = z.output<typeof PlainAlertQuery> &
  Partial<
    Omit<z.output<typeof SlaAlertQuery>, keyof z.output<typeof PlainAlertQuery>> &
      Omit<z.output<typeof BillingAlertQuery>, keyof z.output<typeof PlainAlertQuery>> &
      Omit<z.output<typeof OwnAlertQuery>, keyof z.output<typeof PlainAlertQuery>>
  >

const instant = () => z.string().nullable()

const fields = {
  alert_id: z.string(),
  tenant_id: z.string().nullable(),
  tenant_name: z.string().nullable(),
  alert_type: z.string(),
  area: z.enum(['sla', 'billing', 'access']),
  severity: z.enum(SEVERITIES),
  title: z.string(),
  message: z.string(),
  status: z.enum(ALERT_STATES),
  triggered_at: z.string(),
  last_raised_at: z.string(),
  acknowledged_at: instant(),
  acknowledged_by_name: z.string().nullable(),
  resolved_at: instant(),
  resolved_by_name: z
    .string()
    .nullable()
    .meta({ description: '`clock` when the condition cleared by itself.' }),
  note: z.string().nullable(),
  occurrences: z
    .int()
    .meta({ description: 'How often it was told: when raised, and each time it got worse.' }),
  snoozed_until: instant(),
  assigned_to: z.string().nullable(),
  assigned_to_name: z.string().nullable(),
  link_id: z.string().nullable(),
  related: z.strictObject({ ticket_id: z.string().nullable(), outage_id: z.string().nullable() }),
}

const Ageing = z.strictObject({
  current: Money,
  days_1_30: Money,
  days_31_60: Money,
  days_61_90: Money,
  days_over_90: Money,
})

/** What is told of an alert in a list of those of all customers. */
const inPortfolio = {
  ...fields,
  may_acknowledge: z.boolean().meta({
    description:
      'Whether the caller may take, close and give it: the role in the tenant of the alert decides.',
  }),
}

/** An alert of a customer, and whether the caller may work on it. */
type PortfolioRow = AlertRow & { readonly mayAcknowledge: boolean }

export const SlaAlert = z
  .strictObject({
    ...inPortfolio,
    metadata: z.strictObject({
      metric: z.enum(SLA_ALERT_METRICS).nullable(),
      percent: z.number().nullable().meta({
        description: 'Of the promised time of a ticket, or of the downtime that the month allows.',
      }),
      due_at: instant(),
      breach_date: z.string().nullable(),
      actual_uptime: z.number().nullable(),
      target_uptime: z.number().nullable(),
      downtime_minutes: z.number().nullable(),
    }),
  })
  .meta({ id: 'SlaAlert' })

export const BillingAlert = z
  .strictObject({
    ...inPortfolio,
    metadata: z.strictObject({
      current_amount: Money.nullable(),
      threshold_amount: Money.nullable(),
      percent: z.number().nullable().meta({
        description: 'Of the threshold; for overdue invoices, of the outstanding amount of the currency.',
      }),
      oldest_overdue_days: z.int().nullable(),
      ageing: Ageing.nullable(),
    }),
  })
  .meta({ id: 'BillingAlert' })

export const PlainAlert = z
  .strictObject({ ...fields, partner_name: z.string().nullable() })
  .meta({ id: 'Alert' })

const counts = {
  active_count: z.int().meta({ description: 'Of the filter but for its states, as are the other counts.' }),
  acknowledged_count: z.int(),
  resolved_count: z.int(),
  critical_count: z.int().meta({ description: 'Active, critical and not snoozed.' }),
  snoozed_count: z.int(),
}

export const SlaAlertPage = z
  .strictObject({ ...pageOf(SlaAlert), ...counts, scope: Scope })
  .meta({ id: 'SlaAlertPage' })
export const BillingAlertPage = z
  .strictObject({ ...pageOf(BillingAlert), ...counts, scope: Scope })
  .meta({ id: 'BillingAlertPage' })
export const PlainAlertPage = z.strictObject({ ...pageOf(PlainAlert), ...counts }).meta({ id: 'AlertPage' })

const AreaCountBody = z.strictObject({ active: z.int(), critical: z.int() })
export const AlertCountsBody = z
  .strictObject({ sla: AreaCountBody, billing: AreaCountBody, access: AreaCountBody })
  .meta({ id: 'AlertCounts' })

const note = () => plainText(1, 500).nullable().default(null)

export const AlertNote = z.strictObject({ note: note() }).meta({ id: 'AlertNote' })
export const AlertSnooze = z
  .strictObject({
    until: z.iso
      .datetime({ offset: true })
      .nullable()
      .meta({ description: 'When it wakes, at most 30 days ahead; null wakes it now.' }),
    note: note(),
  })
  .meta({ id: 'AlertSnooze' })
export const AlertAssignment = z
  .strictObject({ assigned_to: publicId('person').nullable() })
  .meta({ id: 'AlertAssignment' })

export const AlertBulk = z
  .strictObject({
    action: z.enum(['acknowledge', 'resolve', 'reopen']),
    alert_ids: z.array(publicId('alert')).min(1).max(200),
    note: note(),
  })
  .meta({ id: 'AlertBulk' })

export const AlertBulkResult = z
  .strictObject({
    items: z.array(
      z.strictObject({
        alert_id: z.string(),
        outcome: z.enum(['done', 'refused']),
        code: z.string().nullable(),
        detail: z.string().nullable(),
      }),
    ),
    done_count: z.int(),
    refused_count: z.int(),
  })
  .meta({ id: 'AlertBulkResult' })

export const AlertParams = z.strictObject({ alert_id: publicId('alert') })

const encode = (kind: IdKind, uuid: string | null): string | null => uuid && publicIdOf(kind, uuid)

function toFields(row: AlertRow) {
  return {
    alert_id: publicIdOf('alert', row.id),
    tenant_id: encode('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
    alert_type: row.type,
    area: row.area,
    severity: row.severity,
    title: row.title,
    message: row.message,
    status: row.state,
    triggered_at: row.triggered_at.toISOString(),
    last_raised_at: row.last_raised_at.toISOString(),
    acknowledged_at: isoOf(row.acknowledged_at),
    acknowledged_by_name: row.acknowledged_by_name,
    resolved_at: isoOf(row.resolved_at),
    resolved_by_name: row.resolved_by_name,
    note: row.note,
    occurrences: row.occurrences,
    snoozed_until: isoOf(row.snoozed_until),
    assigned_to: encode('person', row.assigned_to),
    assigned_to_name: row.assigned_to_name,
    link_id: encode('link', row.delegation_id),
    related: { ticket_id: encode('ticket', row.ticket_id), outage_id: encode('outage', row.outage_id) },
  }
}

const SlaMetadata = z.object({
  metric: z.enum(SLA_ALERT_METRICS).nullish(),
  percent: z.number().nullish(),
  due_at: z.string().nullish(),
  breach_date: z.string().nullish(),
  actual_uptime: z.number().nullish(),
  target_uptime: z.number().nullish(),
  downtime_minutes: z.number().nullish(),
})

/** A service-level alert as it is answered. */
export function toSlaAlert(row: PortfolioRow): z.input<typeof SlaAlert> {
  const known = SlaMetadata.parse(row.metadata)
  return {
    ...toFields(row),
    may_acknowledge: row.mayAcknowledge,
    metadata: {
      metric: known.metric ?? null,
      percent: known.percent ?? null,
      due_at: known.due_at ? new Date(known.due_at).toISOString() : null,
      breach_date: known.breach_date ?? null,
      actual_uptime: known.actual_uptime ?? null,
      target_uptime: known.target_uptime ?? null,
      downtime_minutes: known.downtime_minutes ?? null,
    },
  }
}

const BillingMetadata = z.object({
  currency: z.string(),
  current_minor: z.number(),
  threshold_minor: z.number().nullish(),
  percent: z.number().nullish(),
  oldest_overdue_days: z.number().nullish(),
  ageing_minor: z.record(z.string(), z.number()).nullish(),
})

function toAgeing(sums: Readonly<Record<string, number>>, currency: string): z.input<typeof Ageing> {
  const of = (bucket: string) => toMoney(sums[bucket] ?? 0, currency)
  return {
    current: of('current'),
    days_1_30: of('days_1_30'),
    days_31_60: of('days_31_60'),
    days_61_90: of('days_61_90'),
    days_over_90: of('days_over_90'),
  }
}

/** A billing alert as it is answered: its money in one currency, never added to another. */
export function toBillingAlert(row: PortfolioRow): z.input<typeof BillingAlert> {
  const known = BillingMetadata.safeParse(row.metadata).data
  return {
    ...toFields(row),
    may_acknowledge: row.mayAcknowledge,
    metadata: {
      current_amount: known ? toMoney(known.current_minor, known.currency) : null,
      threshold_amount:
        known && typeof known.threshold_minor === 'number'
          ? toMoney(known.threshold_minor, known.currency)
          : null,
      percent: known?.percent ?? null,
      oldest_overdue_days: known?.oldest_overdue_days ?? null,
      ageing: known?.ageing_minor ? toAgeing(known.ageing_minor, known.currency) : null,
    },
  }
}

/** An alert of any area, without the figures of its area. */
export function toPlainAlert(row: AlertRow): z.input<typeof PlainAlert> {
  return { ...toFields(row), partner_name: row.partner_name }
}

/** The counts of a page. */
export function toCounts(found: AlertCounts) {
  return {
    active_count: found.active,
    acknowledged_count: found.acknowledged,
    resolved_count: found.resolved,
    critical_count: found.critical,
    snoozed_count: found.snoozed,
  }
}
