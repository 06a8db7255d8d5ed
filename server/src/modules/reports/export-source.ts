import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { defineExportSource } from '#platform/export-source.ts'
import type {
  ExportCell,
  ExportColumn,
  ExportMandate,
  ExportQuestion,
  ExportRow,
} from '#platform/export-source.ts'
import { toMoney } from '#platform/money.ts'
import { reachOf } from '#platform/reach.ts'
import { calendarDay } from '#platform/route-input.ts'
import { dayIn, MOST_DAYS, readPeriod } from './period.ts'
import type { Subject } from './reading.ts'
import { addUp, readMonths, readSums, seesPayments } from './revenue.ts'
import { calendarMonth, SLA_REPORT_METRICS, USAGE_METRICS } from './schemas.ts'
import { readStandings } from './sla.ts'
import { measureUsage } from './usage.ts'

const Dates = z.strictObject({ from_date: calendarDay().optional(), to_date: calendarDay().optional() })
const Months = z.strictObject({
  from_month: calendarMonth().optional(),
  to_month: calendarMonth().optional(),
})

/** The tenants of an export by name. */
function subjectsOf(mandate: ExportMandate, { tenantIds }: ExportQuestion<unknown>): Subject[] {
  const { tenants } = reachOf(mandate)
  return tenantIds
    .map((id) => ({ id, name: tenants.get(id)?.name ?? '' }))
    .toSorted((left, right) => left.name.localeCompare(right.name, 'en') || (left.id < right.id ? -1 : 1))
}

/** The period of an order: what was left out then is decided by the day of the order, however late a batch is read. */
const periodOf = ({ asOf, filter }: ExportQuestion<z.output<typeof Dates>>) =>
  readPeriod(filter, dayIn(asOf, 'UTC'), MOST_DAYS)

/** One row for each tenant, of a period that can be told. */
function countTenants(question: ExportQuestion<z.output<typeof Dates>>): Promise<number> {
  periodOf(question)
  return Promise.resolve(question.tenantIds.length)
}

const tenantColumns: readonly ExportColumn[] = [
  { key: 'tenant_id', label: 'Tenant id', type: 'text' },
  { key: 'tenant_name', label: 'Tenant', type: 'text', width: 3 },
]

const toRow = ({ id, name }: Subject, cells: readonly ExportCell[]): ExportRow => ({
  tenantId: id,
  cells: [encodeId('tenant', id), name, ...cells],
})

/** Reports have a row or two for a tenant, so all of them are one batch. */
const inOneBatch = (rows: ExportRow[]) => ({ rows, next: null })

/** Uptime and kept promises, one row for each tenant, as the report tells them. Source: B6, B8. */
export const slaExport = defineExportSource({
  kind: 'report_sla',
  noun: 'service levels',
  permissions: {
    portfolio: { order: 'partner.reports.export', rows: ['partner.reports.sla.read'] },
    tenant: 'tenant.profile.read',
  },
  columns: [
    ...tenantColumns,
    { key: 'time_zone', label: 'Time zone', type: 'text' },
    { key: 'uptime_percentage', label: 'Uptime %', type: 'decimal', width: 1.6 },
    { key: 'sla_target', label: 'Target %', type: 'decimal', width: 1.6 },
    { key: 'target_source', label: 'Target from', type: 'text' },
    { key: 'meets_sla', label: 'Kept', type: 'flag', width: 1 },
    { key: 'downtime_minutes', label: 'Down, minutes', type: 'decimal', width: 2 },
    { key: 'planned_minutes', label: 'Planned, minutes', type: 'decimal' },
    { key: 'outage_count', label: 'Outages', type: 'whole', width: 1.4 },
    { key: 'mttr_minutes', label: 'Mean repair, minutes', type: 'decimal' },
    { key: 'coverage', label: 'Records, share', type: 'decimal', width: 2 },
    { key: 'responses_met', label: 'Answers kept', type: 'whole', width: 2 },
    { key: 'responses_missed', label: 'Answers missed', type: 'whole', width: 2 },
    { key: 'resolutions_met', label: 'Solutions kept', type: 'whole', width: 2 },
    { key: 'resolutions_missed', label: 'Solutions missed', type: 'whole', width: 2 },
  ],
  filter: Dates,
  estimate: (_mandate, question) => countTenants(question),
  async read(mandate, question) {
    const subjects = subjectsOf(mandate, question)
    const asked = { subjects, metrics: SLA_REPORT_METRICS, target: undefined }
    const { tenants } = await readStandings(mandate, asked, periodOf(question))
    const told = new Map(tenants.map((one) => [one.tenant_id, one]))
    const rows = subjects.flatMap((subject) => {
      const one = told.get(encodeId('tenant', subject.id))
      if (!one) return []
      return [
        toRow(subject, [
          one.time_zone,
          one.uptime_percentage,
          one.sla_target,
          one.target_source,
          one.meets_sla,
          one.downtime_minutes,
          one.planned_minutes,
          one.outage_count,
          one.mttr_minutes,
          one.coverage,
          one.response?.met ?? null,
          one.response?.breached ?? null,
          one.resolution?.met ?? null,
          one.resolution?.breached ?? null,
        ]),
      ]
    })
    return inOneBatch(rows)
  },
})

/** Usage, one row for each tenant, as the report tells it. Source: B6, B8. */
export const usageExport = defineExportSource({
  kind: 'report_usage',
  noun: 'usage',
  permissions: {
    portfolio: { order: 'partner.reports.export', rows: ['partner.reports.usage.read'] },
    tenant: 'tenant.profile.read',
  },
  columns: [
    ...tenantColumns,
    { key: 'subscriber_count', label: 'Subscribers', type: 'whole', width: 2 },
    { key: 'active_subscriber_count', label: 'Active', type: 'whole', width: 1.4 },
    { key: 'suspended_subscriber_count', label: 'Suspended', type: 'whole' },
    { key: 'new_subscribers', label: 'New', type: 'whole', width: 1.2 },
    { key: 'churned_subscribers', label: 'Ended', type: 'whole', width: 1.2 },
    { key: 'total_data_gb', label: 'Data, GB', type: 'decimal', width: 2 },
    { key: 'avg_data_per_subscriber_gb', label: 'GB per subscriber', type: 'decimal', width: 2 },
    { key: 'peak_bandwidth_mbps', label: 'Peak, Mbps', type: 'decimal' },
    { key: 'avg_bandwidth_mbps', label: 'Average, Mbps', type: 'decimal' },
    { key: 'api_calls', label: 'API calls', type: 'whole' },
    { key: 'exports', label: 'Exports', type: 'whole' },
    { key: 'seats_used', label: 'Seats', type: 'whole' },
    { key: 'coverage', label: 'Records, share', type: 'decimal', width: 2 },
  ],
  filter: Dates,
  estimate: (_mandate, question) => countTenants(question),
  async read(mandate, question) {
    const subjects = subjectsOf(mandate, question)
    const { tenants } = await measureUsage(mandate, {
      subjects,
      period: periodOf(question),
      today: dayIn(question.asOf, 'UTC'),
      grouping: 'tenant',
      metrics: USAGE_METRICS,
    })
    const told = new Map(tenants.map((one) => [one.tenant_id, one]))
    const rows = subjects.flatMap((subject) => {
      const one = told.get(encodeId('tenant', subject.id))
      if (!one) return []
      return [
        toRow(subject, [
          one.subscriber_count,
          one.active_subscriber_count,
          one.suspended_subscriber_count,
          one.new_subscribers,
          one.churned_subscribers,
          one.total_data_gb,
          one.avg_data_per_subscriber_gb,
          one.peak_bandwidth_mbps,
          one.avg_bandwidth_mbps,
          one.api_calls,
          one.exports,
          one.seats_used,
          one.coverage,
        ]),
      ]
    })
    return inOneBatch(rows)
  },
})

/** Revenue, one row for each tenant and currency, as the report tells it. Source: B6, B8. */
export const revenueExport = defineExportSource({
  kind: 'report_revenue',
  noun: 'revenue',
  permissions: { portfolio: { order: 'partner.reports.export', rows: ['partner.reports.revenue.read'] } },
  columns: [
    ...tenantColumns,
    { key: 'currency', label: 'Currency', type: 'text' },
    { key: 'revenue', label: 'Invoiced', type: 'money', width: 2.4 },
    { key: 'collected', label: 'Collected', type: 'money', width: 2.4 },
    { key: 'outstanding', label: 'Owed now', type: 'money', width: 2.4 },
    { key: 'overdue', label: 'Overdue', type: 'money', width: 2.4 },
    { key: 'invoice_count', label: 'Invoices', type: 'whole', width: 1.6 },
  ],
  filter: Months,
  async estimate(mandate, question) {
    return (await readRevenueRows(mandate, question)).length
  },
  async read(mandate, question) {
    return inOneBatch(await readRevenueRows(mandate, question))
  },
})

async function readRevenueRows(
  mandate: ExportMandate,
  question: ExportQuestion<z.output<typeof Months>>,
): Promise<ExportRow[]> {
  const subjects = subjectsOf(mandate, question)
  const today = dayIn(question.asOf, 'UTC')
  const months = readMonths(question.filter, today)
  const read = await readSums(mandate, subjects, { months, today })
  const reach = reachOf(mandate)
  return subjects.flatMap((subject) => {
    const { id } = subject
    const own = <Row extends { tenant_id: string }>(rows: readonly Row[]) =>
      rows.filter((row) => row.tenant_id === id)
    const sees = seesPayments(reach, id)
    return addUp(own(read.revenue), own(read.owed), months).map((sums) => {
      const money = (minor: number) => toMoney(minor, sums.currency)
      const cells = [
        sums.currency,
        money(sums.invoiced),
        sees ? money(sums.collected) : null,
        money(sums.outstanding),
        money(sums.overdue),
        sums.invoices,
      ]
      return toRow(subject, cells)
    })
  })
}
