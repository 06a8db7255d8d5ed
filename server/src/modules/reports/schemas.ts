import { z } from 'zod'
import { calendarDay, commaList, publicId } from '#platform/route-input.ts'
import { GROUPINGS } from './period.ts'

export const USAGE_METRICS = ['subscribers', 'data', 'bandwidth', 'api_calls', 'exports', 'seats'] as const
export type UsageMetric = (typeof USAGE_METRICS)[number]

export const SLA_REPORT_METRICS = ['uptime', 'response', 'resolution'] as const
export type SlaReportMetric = (typeof SLA_REPORT_METRICS)[number]

function isZone(name: string): boolean {
  try {
    const { timeZone: known } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    return known !== '' && !/^[+-]/.test(name)
  } catch {
    return false
  }
}

const timeZone = () =>
  z
    .string()
    .max(60)
    .refine(isZone, {
      message: 'must be a time zone of the IANA list, for example Europe/Rome',
      params: { code: 'TIME_ZONE_UNKNOWN' },
    })
    .default('UTC')
    .meta({ description: 'Whose calendar says which day is today.' })

export const calendarMonth = () =>
  z.string().regex(/^(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])$/, 'must be a month, YYYY-MM')

/** A percentage in a query, with up to four decimals. */
const percentage = () =>
  z
    .string()
    .regex(/^\d{1,3}(?:\.\d{1,4})?$/, 'must be a percentage, for example 99.9')
    .transform(Number)
    .pipe(z.number().min(0).max(100))

const dates = {
  from_date: calendarDay()
    .optional()
    .meta({ description: 'The first day; 29 days before the last one when left out.' }),
  to_date: calendarDay()
    .optional()
    .meta({ description: 'The last day, itself counted; today when left out.' }),
}

/** Which of the partner's tenants a report is about. */
const chosenTenants = {
  tenant_ids: commaList(publicId('tenant')).optional(),
  group: publicId('tenant_group')
    .optional()
    .meta({ description: 'Only tenants of this group of customers.' }),
}

const usageQuery = {
  ...dates,
  group_by: z.enum(GROUPINGS).default('day').meta({
    description: 'At most 400 days, 5 years by month. `tenant` leaves the time series out.',
  }),
  metric: commaList(z.enum(USAGE_METRICS))
    .optional()
    .meta({ description: 'Only these figures; the others are null.' }),
  tz: timeZone(),
}

export const UsageQuery = z.strictObject({ ...usageQuery, ...chosenTenants })
export const OwnUsageQuery = z.strictObject(usageQuery)
export type UsageQueryValues = z.output<typeof UsageQuery>

const slaQuery = {
  ...dates,
  month: calendarMonth()
    .optional()
    .meta({ description: 'A calendar month of each tenant, in place of dates.' }),
  target_percentage: percentage()
    .optional()
    .meta({ description: 'In place of what was agreed about uptime.' }),
  metric: commaList(z.enum(SLA_REPORT_METRICS))
    .optional()
    .meta({ description: 'Only these figures; the others are null.' }),
  tz: timeZone(),
}

export const SlaQuery = z.strictObject({ ...slaQuery, ...chosenTenants })
export const OwnSlaQuery = z.strictObject(slaQuery)
export type SlaQueryValues = z.output<typeof SlaQuery>

export const RevenueQuery = z.strictObject({
  from_month: calendarMonth()
    .optional()
    .meta({ description: 'The first month; eleven before the last one when left out.' }),
  to_month: calendarMonth()
    .optional()
    .meta({ description: 'The last month, itself counted; the current one when left out.' }),
  ...chosenTenants,
  display_currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
    .optional()
    .meta({ description: 'Shows what the amounts are worth in this currency, beside them.' }),
})
export type RevenueQueryValues = z.output<typeof RevenueQuery>

export const CompareQuery = z.strictObject({
  month: calendarMonth()
    .optional()
    .meta({ description: 'The calendar month; the last whole one when left out.' }),
  ...chosenTenants,
  tz: timeZone(),
})
export type CompareQueryValues = z.output<typeof CompareQuery>

const Period = z.strictObject({ from_date: z.string(), to_date: z.string(), days: z.int() })

const coverage = () =>
  z.number().min(0).max(1).meta({ description: 'The share of the time of which there are records, 0 to 1.' })
const figure = () => z.number().nullable()
const count = () => z.int().nullable()

const Delta = z
  .strictObject({
    total_data_gb: figure(),
    total_data_percent: figure(),
    active_subscribers: figure(),
    new_subscribers: count(),
    churned_subscribers: count(),
    api_calls: count(),
    exports: count(),
  })
  .meta({
    description:
      'The difference from as many days before the period as of it are over; null where either is unknown.',
  })

const usageFigures = {
  new_subscribers: count(),
  churned_subscribers: count(),
  total_data_gb: figure(),
  avg_data_per_subscriber_gb: figure().meta({
    description: 'For each subscriber that was active, on average of the measured days.',
  }),
  peak_bandwidth_mbps: figure().meta({
    description: 'The highest peak of one tenant: peaks of several are not added.',
  }),
  avg_bandwidth_mbps: figure(),
  api_calls: count().meta({
    description:
      'Calls of the partner’s programs, by day in UTC. A call over several tenants counts for each.',
  }),
  exports: count(),
  seats_used: count().meta({ description: 'People of the partner who are assigned now.' }),
  coverage: coverage(),
  delta: Delta,
}

const UsageTenant = z
  .strictObject({
    tenant_id: z.string(),
    tenant_name: z.string(),
    subscriber_count: count().meta({ description: 'Active and suspended ones, now.' }),
    active_subscriber_count: count(),
    suspended_subscriber_count: count(),
    ...usageFigures,
  })
  .meta({ id: 'UsageOfTenant' })

const UsagePoint = z
  .strictObject({
    date: z.string().meta({ description: 'The first day of the group that is in the period.' }),
    to_date: z.string(),
    total_data_gb: figure(),
    active_subscribers: figure(),
    peak_bandwidth_mbps: figure(),
    avg_bandwidth_mbps: figure(),
    new_subscribers: count(),
    churned_subscribers: count(),
    api_calls: count(),
    exports: count(),
    coverage: coverage(),
  })
  .meta({ id: 'UsagePoint' })

const usageReport = {
  summary: z.strictObject({
    total_subscribers: count(),
    active_subscribers: count(),
    suspended_subscribers: count(),
    ...usageFigures,
    period_days: z.int(),
    tenant_count: z.int(),
    tenants_with_data: z.int(),
  }),
  by_tenant: z.array(UsageTenant),
  time_series: z.array(UsagePoint),
  group_by: z.enum(GROUPINGS),
  metrics: z.array(z.enum(USAGE_METRICS)),
  period: Period,
  previous_period: Period.extend({ coverage: coverage() }),
  tz: z.string(),
  use_counted_to: z
    .string()
    .nullable()
    .meta({ description: 'The day up to which API calls and exports are counted.' }),
}
export const usageReportFields = usageReport

const MonthOfUptime = z.strictObject({
  month: z.string(),
  uptime_percentage: figure(),
  downtime_minutes: figure(),
  coverage: coverage(),
  meets_sla: z.boolean().nullable(),
})

const promiseFields = {
  met: z.int(),
  breached: z.int(),
  running: z.int(),
  compliance_percentage: figure().meta({ description: 'Of those that are settled; null when none is.' }),
}

const Promises = z
  .strictObject({
    ...promiseFields,
    median_minutes: figure().meta({ description: 'From the opening, pauses not counted.' }),
    p95_minutes: figure(),
  })
  .nullable()

const SlaTenant = z
  .strictObject({
    tenant_id: z.string(),
    tenant_name: z.string(),
    time_zone: z.string(),
    uptime_percentage: figure().meta({
      description: 'Cut off after three decimals, never rounded up; null without a record.',
    }),
    downtime_minutes: figure(),
    planned_minutes: figure(),
    breach_count: count().meta({ description: 'Calendar months of the tenant below the target.' }),
    meets_sla: z.boolean().nullable(),
    sla_target: z.number(),
    target_source: z.enum(['query', 'agreement', 'link', 'tenant', 'floor', 'default']),
    floor: z
      .strictObject({ target_percentage: z.number(), is_kept: z.boolean().nullable() })
      .nullable()
      .meta({ description: 'What a headquarters demands at least.' }),
    worst_day: z.strictObject({ date: z.string(), uptime_percentage: z.number() }).nullable(),
    outage_count: count(),
    open_outage_count: count(),
    mttr_minutes: figure(),
    coverage: coverage(),
    months: z.array(MonthOfUptime),
    response: Promises,
    resolution: Promises,
  })
  .meta({ id: 'SlaOfTenant' })

const slaReport = {
  summary: z.strictObject({
    tenant_count: z.int(),
    tenants_with_data: z.int(),
    avg_uptime_percentage: figure(),
    tenants_meeting_sla: z.int(),
    tenants_breaching_sla: z.int(),
    tenants_below_floor: z.int(),
    total_breach_count: count(),
    total_downtime_minutes: figure(),
    worst_uptime_percentage: figure(),
    worst_tenant_id: z.string().nullable(),
    coverage: coverage(),
    response: z.strictObject(promiseFields).nullable(),
    resolution: z.strictObject(promiseFields).nullable(),
  }),
  by_tenant: z.array(SlaTenant),
  metrics: z.array(z.enum(SLA_REPORT_METRICS)),
  period: Period,
}
export const slaReportFields = slaReport
