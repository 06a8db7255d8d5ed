import { readBody } from '@liaison/client'
import type { UsageOfTenant, UsageReport } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page, Panel, Tile } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatCount, formatDate } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import type { WordId } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { TrendChart } from './charts.tsx'
import { ExportLink } from '../shared/export-link.tsx'
import { dayBefore, formatMonth, formatNumber, monthBefore, spanOf } from './figures.ts'
import { GroupPick } from '../shared/group-pick.tsx'
import { Records, ReportBody, ReportTabs } from './parts.tsx'

const periods = ['30', '90', '12m'] as const
export type UsagePeriod = (typeof periods)[number]
const spec = { period: choiceField(periods, '30'), group: textField() }

/** What is asked of the server for a time. */
export function toUsageQuery(period: UsagePeriod, now: Date) {
  if (period === '12m')
    return { from_date: `${monthBefore(now, 11)}-01`, to_date: dayBefore(now, 0), group_by: 'month' as const }
  return { from_date: dayBefore(now, Number(period)), to_date: dayBefore(now, 1), group_by: 'day' as const }
}

/** The data of each day or month as a picture. */
export function UsageChart({ report }: { report: UsageReport }) {
  const isMonthly = report.group_by === 'month'
  const points = report.time_series.map((point) => ({
    label: isMonthly ? formatMonth(point.date.slice(0, 7)) : formatDate(point.date),
    value: point.total_data_gb,
  }))
  return (
    <TrendChart
      title={isMonthly ? t('usage.chart_month') : t('usage.chart')}
      of={isMonthly ? t('reports.month') : t('reports.day')}
      points={points}
      format={(value) => formatNumber(value, value < 10 ? 1 : 0)}
      shape={isMonthly ? 'bars' : 'line'}
    />
  )
}

function changeText(percent: number | null, days: number): string | undefined {
  if (percent === null) return undefined
  const share = formatNumber(Math.abs(percent), 1, '%')
  if (percent === 0) return t('usage.same')
  return t('usage.before', { change: t(percent > 0 ? 'usage.more' : 'usage.less', { share }), days })
}

/** The figures of a time in tiles; what is not known says so. */
export function UsageTiles({ report, isOwn = false }: { report: UsageReport; isOwn?: boolean }) {
  const { summary, use_counted_to: countedTo } = report
  const count = (value: number | null) => formatNumber(value, 0)
  return (
    <div className="tiles">
      <Tile
        title={t('usage.data')}
        note={changeText(summary.delta.total_data_percent, report.previous_period.days)}
      >
        <p className="figure">{formatNumber(summary.total_data_gb, 0, 'GB')}</p>
      </Tile>
      <Tile title={t('usage.per_subscriber')}>
        <p className="figure">{formatNumber(summary.avg_data_per_subscriber_gb, 1, 'GB')}</p>
      </Tile>
      <Tile
        title={t('usage.subscribers')}
        note={
          summary.active_subscribers === null
            ? undefined
            : t('usage.active', { count: formatCount(summary.active_subscribers) })
        }
      >
        <p className="figure">{count(summary.total_subscribers)}</p>
      </Tile>
      <Tile title={t('usage.change')}>
        <p className="figure">
          {summary.new_subscribers === null
            ? t('reports.no_data')
            : `+${formatCount(summary.new_subscribers)} −${formatCount(summary.churned_subscribers ?? 0)}`}
        </p>
      </Tile>
      <Tile
        title={t('usage.calls')}
        note={
          countedTo === null
            ? undefined
            : t(isOwn ? 'usage.calls_note_own' : 'usage.calls_note', { date: formatDate(countedTo) })
        }
      >
        <p className="figure">{count(summary.api_calls)}</p>
      </Tile>
      {summary.seats_used !== null && (
        <Tile title={t('usage.seats')} note={t('usage.seats_note')}>
          <p className="figure">{count(summary.seats_used)}</p>
        </Tile>
      )}
    </div>
  )
}

function cellOf(value: number | null, digits: number, unit = '') {
  return value === null ? (
    <span className="muted">{t('reports.no_data')}</span>
  ) : (
    formatNumber(value, digits, unit)
  )
}

function TrendCell({ percent }: { percent: number | null }) {
  if (percent === null) return <span className="muted">–</span>
  const share = formatNumber(Math.abs(percent), 1, '%')
  return (
    <span className={percent < 0 ? 'late' : undefined}>
      {percent === 0 ? '0 %' : t(percent > 0 ? 'revenue.up' : 'revenue.down', { share })}
    </span>
  )
}

type Figure = (row: UsageOfTenant) => number | null

/** A column of numbers: its words, its figure, its decimals and its unit. */
const figures: readonly (readonly [id: WordId, figure: Figure, digits: number, unit: string])[] = [
  ['usage.per_subscriber', (row) => row.avg_data_per_subscriber_gb, 1, 'GB'],
  ['usage.subscribers', (row) => row.subscriber_count, 0, ''],
  ['usage.new', (row) => row.new_subscribers, 0, ''],
  ['usage.churned', (row) => row.churned_subscribers, 0, ''],
  ['usage.peak', (row) => row.peak_bandwidth_mbps, 0, 'Mbps'],
  ['usage.average', (row) => row.avg_bandwidth_mbps, 0, 'Mbps'],
  ['usage.calls', (row) => row.api_calls, 0, ''],
  ['usage.exports', (row) => row.exports, 0, ''],
  ['usage.seats', (row) => row.seats_used, 0, ''],
]

function columnsOf(par: string): Column<UsageOfTenant>[] {
  return [
    {
      id: 'tenant',
      header: t('reports.tenant'),
      cell: (row) => (
        <GoLink className="thing" to={actingPlaces.reports(par, row.tenant_id)}>
          {row.tenant_name}
        </GoLink>
      ),
    },
    {
      id: 'data',
      header: t('usage.data'),
      numeric: true,
      cell: (row) => cellOf(row.total_data_gb, 0, 'GB'),
    },
    {
      id: 'trend',
      header: t('revenue.trend'),
      numeric: true,
      cell: (row) => <TrendCell percent={row.delta.total_data_percent} />,
    },
    ...figures.map(([id, figure, digits, unit]): Column<UsageOfTenant> => ({
      id,
      header: t(id),
      numeric: true,
      cell: (row) => cellOf(figure(row), digits, unit),
    })),
    { id: 'records', header: t('reports.records'), cell: (row) => <Records coverage={row.coverage} /> },
  ]
}

function UsageTable({ report }: { report: UsageReport }) {
  const { partnerId } = useFrame()
  const columns = useMemo(() => columnsOf(partnerId), [partnerId])
  return (
    <DataTable
      caption={t('reports.usage_title')}
      columns={columns}
      rows={report.by_tenant}
      rowId={(row) => row.tenant_id}
      foot={<span>{t('usage.records_note')}</span>}
    />
  )
}

/** What the networks of all tenants carried. */
export function UsagePage() {
  const now = useNow()
  const filters = useFilters(spec)
  const { period, group } = filters.values
  const query = { ...toUsageQuery(period, now), ...(group === '' ? {} : { group }) }
  const report = useRead(
    ['reports', 'usage', query],
    (frame, signal) => readBody(frame.client.GET('/partner/reports/usage', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('reports.usage_title')}
      lead={t('reports.usage_lead')}
      tools={<ExportLink kind="report_usage" shows={spanOf(query)} />}
    >
      <ReportTabs />
      <FilterBar active={filters.active} onClear={filters.clear} note={<Refreshed query={report} />}>
        <Pick
          label={t('reports.period')}
          value={period}
          words={periods}
          labelOf={(word) => t(`usage.period.${word}`)}
          onValue={(next) => filters.set({ period: next })}
        />
        <GroupPick value={group} onValue={(next) => filters.set({ group: next })} />
      </FilterBar>
      <ReportBody query={report} tenantsOf={(data) => data.by_tenant}>
        {(data) => (
          <>
            <UsageTiles report={data} />
            <Panel title={t('usage.data')}>
              <UsageChart report={data} />
            </Panel>
            <UsageTable report={data} />
          </>
        )}
      </ReportBody>
    </Page>
  )
}
