import { readBody } from '@liaison/client'
import type { RevenueAmounts, RevenueReport } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { MoneyText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatMoney, formatMoneyCompact } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { ExportLink } from '../shared/export-link.tsx'
import { displayCurrency, RateNote, ShowInPick } from '../shared/rates.tsx'
import { TrendChart } from './charts.tsx'
import { formatMonth, formatNumber, monthBefore } from './figures.ts'
import { GroupPick } from '../shared/group-pick.tsx'
import { ReportBody, ReportTabs } from './parts.tsx'

const spans = ['6', '12', '24'] as const
const spec = { months: choiceField(spans, '6'), group: textField(), show: textField() }

type Row = { id: string; tenantId: string; name: string; amounts: RevenueAmounts | null }

/** One row for each tenant and currency, so that nothing of two currencies stands in one cell. */
function rowsOf(report: RevenueReport): Row[] {
  return report.by_tenant.flatMap(({ tenant_id: tenantId, tenant_name: name, currencies }): Row[] =>
    currencies.length === 0
      ? [{ id: tenantId, tenantId, name, amounts: null }]
      : currencies.map((amounts) => ({ id: `${tenantId} ${amounts.currency}`, tenantId, name, amounts })),
  )
}

/** By how much an amount rose or fell, with its sign and not by colour alone. */
export function TrendText({ percent }: { percent: number | null }) {
  if (percent === null) return <span className="muted">–</span>
  const share = formatNumber(Math.abs(percent), 1, '%')
  return (
    <span className={percent < 0 ? 'late nowrap' : 'nowrap'}>
      {percent === 0 ? '0 %' : t(percent > 0 ? 'revenue.up' : 'revenue.down', { share })}
    </span>
  )
}

function columnsOf(par: string): Column<Row>[] {
  const amount = (pick: (amounts: RevenueAmounts) => RevenueAmounts['collected'], isLate = false) =>
    function AmountCell({ amounts }: Row) {
      if (amounts === null) return <span className="muted">–</span>
      return <MoneyText money={pick(amounts)} late={isLate} />
    }
  return [
    {
      id: 'tenant',
      header: t('reports.tenant'),
      cell: (row) => (
        <GoLink className="thing" to={actingPlaces.billing(par, row.tenantId)}>
          {row.name}
        </GoLink>
      ),
    },
    { id: 'invoiced', header: t('revenue.invoiced'), numeric: true, cell: amount(({ revenue }) => revenue) },
    {
      id: 'trend',
      header: t('revenue.trend'),
      numeric: true,
      cell: ({ amounts }) => <TrendText percent={amounts?.trend_percent ?? null} />,
    },
    {
      id: 'collected',
      header: t('revenue.collected'),
      numeric: true,
      cell: amount(({ collected }) => collected),
    },
    {
      id: 'owed',
      header: t('revenue.outstanding'),
      numeric: true,
      cell: amount(({ outstanding }) => outstanding),
    },
    {
      id: 'overdue',
      header: t('revenue.overdue'),
      numeric: true,
      cell: amount(({ overdue }) => overdue, true),
    },
    {
      id: 'dso',
      header: t('revenue.dso'),
      numeric: true,
      cell: ({ amounts }) => (amounts === null ? '–' : formatNumber(amounts.dso_days, 0)),
    },
  ]
}

function CurrencyPanel({ amounts }: { amounts: RevenueAmounts }) {
  const { currency } = amounts
  return (
    <Panel title={t('revenue.in', { currency })}>
      <Facts
        facts={[
          fact(
            t('revenue.sum'),
            <>
              <b>{formatMoney(amounts.revenue)}</b> <TrendText percent={amounts.trend_percent} />{' '}
              {amounts.trend_percent !== null && (
                <span className="small muted">{t('revenue.trend_note')}</span>
              )}
            </>,
          ),
          fact(t('revenue.outstanding'), formatMoney(amounts.outstanding)),
          fact(t('revenue.overdue'), <MoneyText money={amounts.overdue} late />),
          fact(t('revenue.dso'), formatNumber(amounts.dso_days, 0)),
        ]}
      />
      <TrendChart
        title={t('revenue.chart', { currency })}
        of={t('reports.month')}
        shape="bars"
        points={amounts.months.map(({ month, revenue }) => ({
          label: formatMonth(month),
          value: revenue.amount_minor,
        }))}
        format={(value) => formatMoneyCompact({ amount_minor: Math.round(value), currency })}
      />
    </Panel>
  )
}

/** All currencies in one, by stored rates; without one of the rates no sum is made. */
function Displayed({ display }: { display: NonNullable<RevenueReport['display']> }) {
  const { currency, revenue, outstanding, overdue, fx, missing_rates: missing } = display
  if (revenue === null) return <RateNote rates={fx} missing={missing} shownIn={currency} />
  return (
    <Panel title={t('revenue.all_in', { currency })}>
      <div className="stack">
        <Facts
          facts={[
            fact(t('revenue.sum'), <b>{formatMoney(revenue)}</b>),
            fact(t('revenue.outstanding'), outstanding && formatMoney(outstanding)),
            fact(t('revenue.overdue'), <MoneyText money={overdue} late />),
          ]}
        />
        <RateNote rates={fx} missing={missing} shownIn={currency} />
      </div>
    </Panel>
  )
}

function RevenueTable({ report }: { report: RevenueReport }) {
  const { partnerId } = useFrame()
  const columns = useMemo(() => columnsOf(partnerId), [partnerId])
  const rows = useMemo(() => rowsOf(report), [report])
  return <DataTable caption={t('revenue.title')} columns={columns} rows={rows} rowId={(row) => row.id} />
}

function Report({ data }: { data: RevenueReport }) {
  return (
    <>
      {data.display !== null && data.totals.length > 0 && <Displayed display={data.display} />}
      {data.totals.length === 0 && <p>{t('revenue.nothing')}</p>}
      <div className="halves">
        {data.totals.map((amounts) => (
          <CurrencyPanel key={amounts.currency} amounts={amounts} />
        ))}
      </div>
      <RevenueTable report={data} />
    </>
  )
}

/** What the tenants invoiced and collected, one panel for each currency. */
export function RevenuePage() {
  const now = useNow()
  const filters = useFilters(spec)
  const { months, group, show } = filters.values
  const span = { from: monthBefore(now, Number(months) - 1), to: monthBefore(now, 0) }
  const query = {
    from_month: span.from,
    to_month: span.to,
    ...displayCurrency(show),
    ...(group === '' ? {} : { group }),
  }
  const report = useRead(
    ['reports', 'revenue', query],
    (frame, signal) => readBody(frame.client.GET('/partner/reports/revenue', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('revenue.title')}
      lead={t('revenue.lead')}
      tools={<ExportLink kind="report_revenue" shows={span} />}
    >
      <ReportTabs />
      <FilterBar active={filters.active} onClear={filters.clear} note={<Refreshed query={report} />}>
        <Pick
          label={t('reports.period')}
          value={months}
          words={spans}
          labelOf={(word) => t(`revenue.months.${word}`)}
          onValue={(next) => filters.set({ months: next })}
        />
        <ShowInPick
          value={show}
          known={report.data?.totals.map(({ currency }) => currency) ?? []}
          onValue={(next) => filters.set({ show: next })}
        />
        <GroupPick value={group} onValue={(next) => filters.set({ group: next })} />
      </FilterBar>
      <ReportBody query={report} tenantsOf={(data) => data.by_tenant}>
        {(data) => <Report data={data} />}
      </ReportBody>
    </Page>
  )
}
