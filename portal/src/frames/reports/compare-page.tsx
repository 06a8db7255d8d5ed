import { readBody } from '@liaison/client'
import type { ComparedTenant, TenantComparison } from '@liaison/client'
import type { ReactNode } from 'react'

import { FilterBar, useFilters } from '../../parts/filter-bar.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { useNow } from '../../platform/clock.ts'
import { textField } from '../../platform/filters.ts'
import { formatCount, formatMoney } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { scaleFrom, UptimeBar } from './charts.tsx'
import { formatCoverage, formatNumber, formatUptime, monthBefore } from './figures.ts'
import { GroupPick } from '../shared/group-pick.tsx'
import { MonthPick, ReportBody, ReportTabs } from './parts.tsx'
import { TrendText } from './revenue-page.tsx'

const spec = { month: textField(), group: textField() }
type Measure = TenantComparison['worst'][number]['measure']
const measures: readonly Measure[] = ['revenue', 'uptime', 'promises', 'usage', 'tickets']

const Withheld = () => <span className="muted">{t('compare.withheld')}</span>
const NoData = () => <span className="muted">{t('reports.no_data')}</span>

function RevenueCell({ tenant }: { tenant: ComparedTenant }) {
  if (tenant.revenue === null) return <Withheld />
  if (tenant.revenue.length === 0) return <NoData />
  return tenant.revenue.map(({ currency, revenue, trend_percent: trend }) => (
    <div key={currency}>
      <span className="nowrap">{formatMoney(revenue)}</span>
      <br />
      <span className="small">
        <TrendText percent={trend} />
      </span>
    </div>
  ))
}

function UptimeCell({ tenant, lowest }: { tenant: ComparedTenant; lowest: number }) {
  const { sla } = tenant
  if (sla === null) return <Withheld />
  if (sla.uptime_percentage === null) return <NoData />
  return (
    <>
      <UptimeBar value={sla.uptime_percentage} target={sla.sla_target} lowest={lowest} />
      <br />
      {formatUptime(sla.uptime_percentage)}{' '}
      <span className={sla.meets_sla === false ? 'small late' : 'small'}>
        {sla.meets_sla === false ? t('sla.missed') : t('sla.kept')}
      </span>
      <br />
      <span className="small muted">
        {t('sla.target')} {formatUptime(sla.sla_target)} · {t('reports.records')}:{' '}
        {formatCoverage(sla.coverage)}
      </span>
      {sla.floor !== null && (
        <>
          <br />
          <span className={sla.floor.is_kept === false ? 'small late' : 'small muted'}>
            {t(sla.floor.is_kept === false ? 'sla.floor_missed' : 'sla.floor_kept', {
              target: formatUptime(sla.floor.target_percentage),
            })}
          </span>
        </>
      )}
    </>
  )
}

function PromisesCell({ tenant }: { tenant: ComparedTenant }) {
  const { sla } = tenant
  if (sla === null) return <Withheld />
  if (sla.compliance_percentage === null) return <NoData />
  const count = sla.promises_met + sla.promises_missed
  return (
    <>
      {formatNumber(sla.compliance_percentage, 1, '%')} {t('sla.kept')}
      <br />
      <span className={sla.promises_missed > 0 ? 'small late' : 'small muted'}>
        {t('compare.missed', { missed: sla.promises_missed, count })}
      </span>
    </>
  )
}

function UsageCell({ tenant }: { tenant: ComparedTenant }) {
  const { usage } = tenant
  if (usage === null) return <Withheld />
  if (usage.total_data_gb === null) return <NoData />
  return (
    <>
      {formatNumber(usage.total_data_gb, 0, 'GB')}{' '}
      <span className="small">
        <TrendText percent={usage.trend_percent} />
      </span>
      <br />
      <span className="small muted">
        {t('usage.per_subscriber')}: {formatNumber(usage.data_per_subscriber_gb, 1, 'GB')} ·{' '}
        {t('reports.records')}: {formatCoverage(usage.coverage)}
      </span>
    </>
  )
}

function TicketsCell({ tenant }: { tenant: ComparedTenant }) {
  const { tickets } = tenant
  if (tickets === null) return <Withheld />
  return (
    <>
      {formatCount(tickets.open)}
      {tickets.late > 0 && <span className="small late"> {t('compare.late', { count: tickets.late })}</span>}
    </>
  )
}

function cellOf(measure: Measure, tenant: ComparedTenant, lowest: number): ReactNode {
  if (measure === 'revenue') return <RevenueCell tenant={tenant} />
  if (measure === 'uptime') return <UptimeCell tenant={tenant} lowest={lowest} />
  if (measure === 'promises') return <PromisesCell tenant={tenant} />
  return measure === 'usage' ? <UsageCell tenant={tenant} /> : <TicketsCell tenant={tenant} />
}

function WorstList({ data }: { data: TenantComparison }) {
  const { partnerId } = useFrame()
  if (data.worst.length === 0) return <p>{t('compare.worst_none')}</p>
  return (
    <ul className="worst-list">
      {data.worst.map(({ measure, tenant_id, tenant_name, reason }) => (
        <li key={measure}>
          <span className="muted">{t(`compare.measure.${measure}`)}</span>
          <span>
            <GoLink className="thing" to={actingPlaces.reports(partnerId, tenant_id)}>
              {tenant_name}
            </GoLink>
            {'. '}
            {reason}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Tenants as columns, measures as rows: what is compared stands in one line. */
function SideBySide({ data }: { data: TenantComparison }) {
  const { partnerId } = useFrame()
  const lowest = scaleFrom(
    data.tenants.flatMap(({ sla }) => [sla?.uptime_percentage ?? null, sla?.sla_target ?? null]),
  )
  const worst = new Set(data.worst.map(({ measure, tenant_id }) => `${measure} ${tenant_id}`))
  return (
    <div className="list">
      <TableFrame
        caption={t('compare.table')}
        look="table side-by-side"
        heads={[
          t('compare.measure'),
          ...data.tenants.map(({ tenant_id, tenant_name }) => (
            <th key={tenant_id} scope="col">
              <GoLink className="thing" to={actingPlaces.reports(partnerId, tenant_id)}>
                {tenant_name}
              </GoLink>
            </th>
          )),
        ]}
      >
        {measures.map((measure) => (
          <tr key={measure}>
            <th scope="row">{t(`compare.measure.${measure}`)}</th>
            {data.tenants.map((tenant) => {
              const isWorst = worst.has(`${measure} ${tenant.tenant_id}`)
              return (
                <td key={tenant.tenant_id} data-worst={isWorst || undefined}>
                  {cellOf(measure, tenant, lowest)}
                  {isWorst && <span className="unseen"> {t('compare.worst_here')}</span>}
                </td>
              )
            })}
          </tr>
        ))}
      </TableFrame>
    </div>
  )
}

/** Tenants side by side in one month, with the worst of each measure and the reason. */
export function ComparePage() {
  const now = useNow()
  const filters = useFilters(spec)
  const month = /^\d{4}-\d{2}$/.test(filters.values.month) ? filters.values.month : monthBefore(now, 1)
  const { group } = filters.values
  const query = { month, ...(group === '' ? {} : { group }) }
  const report = useRead(
    ['reports', 'compare', query],
    (frame, signal) => readBody(frame.client.GET('/partner/reports/compare', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page title={t('compare.title')} lead={t('compare.lead')}>
      <ReportTabs />
      <FilterBar active={filters.active} onClear={filters.clear} note={<Refreshed query={report} />}>
        <MonthPick month={month} now={now} onMonth={(next) => filters.set({ month: next })} />
        <GroupPick value={group} onValue={(next) => filters.set({ group: next })} />
      </FilterBar>
      <ReportBody query={report} tenantsOf={(data) => data.tenants}>
        {(data) => (
          <>
            <Panel title={t('compare.worst')}>
              <WorstList data={data} />
            </Panel>
            <SideBySide data={data} />
          </>
        )}
      </ReportBody>
    </Page>
  )
}
