import { readBody } from '@liaison/client'
import type { SlaOfTenant, SlaReport } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, useFilters } from '../../parts/filter-bar.tsx'
import { Page, Tile } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { DateText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { scaleFrom, UptimeBar } from './charts.tsx'
import { ExportLink } from '../shared/export-link.tsx'
import { daysOfMonth, formatMinutes, formatNumber, formatUptime, monthBefore } from './figures.ts'
import { GroupPick } from '../shared/group-pick.tsx'
import { MonthPick, Records, ReportBody, ReportTabs } from './parts.tsx'

const spec = { month: textField(), group: textField() }

/** Kept and missed promises in one line. */
function PromiseText({ promises }: { promises: SlaOfTenant['response'] }) {
  if (promises === null || promises.compliance_percentage === null)
    return <span className="muted">{t('reports.no_data')}</span>
  const { met, breached, compliance_percentage: share } = promises
  return (
    <span className={breached > 0 ? 'late' : undefined}>
      {formatNumber(share, 1, '%')}{' '}
      <span className="small muted">{t('sla.of_count', { met, count: met + breached })}</span>
    </span>
  )
}

function UptimeCell({ row, lowest }: { row: SlaOfTenant; lowest: number }) {
  const { uptime_percentage: value, sla_target: target } = row
  return (
    <span className="nowrap">
      <UptimeBar value={value} target={target} lowest={lowest} />
      {value === null ? <span className="muted">{formatUptime(value)}</span> : formatUptime(value)}
      {row.meets_sla !== null && (
        <span className={row.meets_sla ? 'small' : 'small late'}>
          {' '}
          {row.meets_sla ? t('sla.kept') : t('sla.missed')}
        </span>
      )}
    </span>
  )
}

function TargetCell({ row }: { row: SlaOfTenant }) {
  const { floor } = row
  return (
    <>
      {formatUptime(row.sla_target)}{' '}
      <span className="small muted">{tValue('sla.source', row.target_source)}</span>
      {floor?.is_kept === false && (
        <>
          <br />
          <span className="small late">
            {t('sla.floor_missed', { target: formatUptime(floor.target_percentage) })}
          </span>
        </>
      )}
    </>
  )
}

function OutagesCell({ row }: { row: SlaOfTenant }) {
  if (row.outage_count === null) return <span className="muted">–</span>
  const open = row.open_outage_count ?? 0
  return (
    <>
      {formatCount(row.outage_count)}
      {open > 0 && (
        <>
          <br />
          <span className="small late nowrap">{t('sla.open', { count: open })}</span>
        </>
      )}
    </>
  )
}

function WorstDayCell({ row }: { row: SlaOfTenant }) {
  const { worst_day: day } = row
  if (day === null) return <span className="muted">–</span>
  return (
    <>
      <DateText iso={day.date} />{' '}
      <span className="small muted nowrap">{formatUptime(day.uptime_percentage)}</span>
    </>
  )
}

const orNothing = (text: string, value: number | null) =>
  value === null ? <span className="muted">–</span> : text

function columnsOf(par: string, lowest: number): Column<SlaOfTenant>[] {
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
    { id: 'uptime', header: t('sla.uptime'), cell: (row) => <UptimeCell row={row} lowest={lowest} /> },
    { id: 'target', header: t('sla.target'), cell: (row) => <TargetCell row={row} /> },
    {
      id: 'down',
      header: t('sla.downtime'),
      numeric: true,
      cell: (row) => orNothing(formatMinutes(row.downtime_minutes), row.downtime_minutes),
    },
    { id: 'worst', header: t('sla.worst_day'), cell: (row) => <WorstDayCell row={row} /> },
    { id: 'outages', header: t('sla.outages'), numeric: true, cell: (row) => <OutagesCell row={row} /> },
    {
      id: 'repair',
      header: t('sla.repair'),
      numeric: true,
      cell: (row) => orNothing(formatMinutes(row.mttr_minutes), row.mttr_minutes),
    },
    { id: 'response', header: t('sla.response'), cell: (row) => <PromiseText promises={row.response} /> },
    {
      id: 'resolution',
      header: t('sla.resolution'),
      cell: (row) => <PromiseText promises={row.resolution} />,
    },
    { id: 'records', header: t('reports.records'), cell: (row) => <Records coverage={row.coverage} /> },
  ]
}

function promisesOf({ response, resolution }: SlaReport['summary']) {
  const met = (response?.met ?? 0) + (resolution?.met ?? 0)
  const missed = (response?.breached ?? 0) + (resolution?.breached ?? 0)
  return { count: met + missed, missed, share: met + missed === 0 ? null : (100 * met) / (met + missed) }
}

function SlaTiles({ report }: { report: SlaReport }) {
  const { summary, by_tenant: tenants } = report
  const worst = tenants.find((tenant) => tenant.tenant_id === summary.worst_tenant_id)
  const promises = promisesOf(summary)
  return (
    <div className="tiles">
      <Tile title={t('sla.meeting')} note={t('sla.meeting_of', { count: summary.tenants_with_data })}>
        <p className="figure">{formatCount(summary.tenants_meeting_sla)}</p>
      </Tile>
      <Tile title={t('sla.below')} note={t('sla.floor_below', { count: summary.tenants_below_floor })}>
        <p className="figure">{formatCount(summary.tenants_breaching_sla)}</p>
      </Tile>
      <Tile title={t('sla.worst')} note={worst?.tenant_name}>
        <p className="figure">{formatUptime(summary.worst_uptime_percentage)}</p>
      </Tile>
      <Tile title={t('sla.down')}>
        <p className="figure">{formatMinutes(summary.total_downtime_minutes)}</p>
      </Tile>
      <Tile
        title={t('sla.promises')}
        note={
          promises.count === 0
            ? t('sla.none_asked')
            : t('sla.promises_of', { missed: promises.missed, count: promises.count })
        }
      >
        <p className="figure">{formatNumber(promises.share, 1, '%')}</p>
      </Tile>
    </div>
  )
}

function SlaTable({ report }: { report: SlaReport }) {
  const { partnerId } = useFrame()
  const { by_tenant: rows } = report
  const columns = useMemo(
    () => columnsOf(partnerId, scaleFrom(rows.flatMap((row) => [row.uptime_percentage, row.sla_target]))),
    [partnerId, rows],
  )
  return (
    <DataTable
      caption={t('sla.report_title')}
      columns={columns}
      rows={rows}
      rowId={(row) => row.tenant_id}
      foot={<span>{t('reports.records_note')}</span>}
    />
  )
}

/** Uptime and kept promises of all tenants in one month. */
export function SlaPage() {
  const now = useNow()
  const filters = useFilters(spec)
  const month = /^\d{4}-\d{2}$/.test(filters.values.month) ? filters.values.month : monthBefore(now, 0)
  const { group } = filters.values
  const query = { month, ...(group === '' ? {} : { group }) }
  const report = useRead(
    ['reports', 'sla', query],
    (frame, signal) => readBody(frame.client.GET('/partner/reports/sla', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('sla.report_title')}
      lead={t('sla.report_lead')}
      tools={<ExportLink kind="report_sla" shows={daysOfMonth(month, now)} />}
    >
      <ReportTabs />
      <FilterBar active={filters.active} onClear={filters.clear} note={<Refreshed query={report} />}>
        <MonthPick month={month} now={now} onMonth={(next) => filters.set({ month: next })} />
        <GroupPick value={group} onValue={(next) => filters.set({ group: next })} />
      </FilterBar>
      <ReportBody query={report} tenantsOf={(data) => data.by_tenant}>
        {(data) => (
          <div>
            <SlaTiles report={data} />
            <SlaTable report={data} />
          </div>
        )}
      </ReportBody>
    </Page>
  )
}
