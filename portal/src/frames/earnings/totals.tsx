import './earnings-words.ts'
import './earnings.css'
import type { EarningSummary, EarningTotal } from '@liaison/client'
import { useMemo, useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { fact, Facts, Note, Panel } from '../../parts/page.tsx'
import { MoneyText, StatusChip } from '../../parts/values.tsx'
import { formatCount, formatMoney, formatMoneyCompact } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { TrendChart } from '../reports/charts.tsx'
import { formatMonth } from '../reports/figures.ts'

/** The month after one such as "2026-12". */
function monthAfter(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7)
}

/** Sums of one currency by month, oldest first, with a 0 for each month between in which nothing was earned; what is void is in none. */
export function byMonth(totals: readonly EarningTotal[], currency: string): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { month, state, amount } of totals.toReversed()) {
    if (amount.currency !== currency || state === 'void') continue
    const last = [...sums.keys()].at(-1)
    let between = last === undefined ? month : monthAfter(last)
    while (between < month) {
      sums.set(between, 0)
      between = monthAfter(between)
    }
    sums.set(month, (sums.get(month) ?? 0) + amount.amount_minor)
  }
  return sums
}

function MonthChart({ totals, currency }: { totals: readonly EarningTotal[]; currency: string }) {
  const sums = byMonth(totals, currency)
  return (
    <TrendChart
      title={t('earnings.chart', { currency })}
      of={t('earnings.month')}
      shape="bars"
      points={[...sums].slice(-12).map(([month, value]) => ({ label: formatMonth(month), value }))}
      format={(value) => formatMoneyCompact({ amount_minor: Math.round(value), currency })}
    />
  )
}

/** What a partner has in each currency, one panel for each: amounts of two currencies are never added. */
export function Balances({ summary }: { summary: Pick<EarningSummary, 'balances' | 'totals'> }) {
  return (
    <div className="halves balances">
      {summary.balances.map((entry) => (
        <Panel key={entry.balance.currency} title={t('earnings.in', { currency: entry.balance.currency })}>
          <Facts
            facts={[
              fact(t('earnings.balance'), <b className="num">{formatMoney(entry.balance)}</b>),
              fact(t('earnings.pending'), <MoneyText money={entry.pending} />),
              fact(t('earnings.held'), <MoneyText money={entry.held} />),
              fact(t('earnings.approved'), <MoneyText money={entry.approved} />),
              fact(t('earnings.due'), <MoneyText money={entry.due} />),
              fact(t('earnings.in_payout'), <MoneyText money={entry.in_payout} />),
              fact(t('earnings.paid'), <MoneyText money={entry.paid} />),
            ]}
          />
          {entry.balance.amount_minor < 0 && (
            <Note>
              <p>{t('earnings.balance_below')}</p>
            </Note>
          )}
          <MonthChart totals={summary.totals} currency={entry.balance.currency} />
        </Panel>
      ))}
    </div>
  )
}

const columns: Column<EarningTotal>[] = [
  { id: 'month', header: t('earnings.month'), cell: (row) => formatMonth(row.month) },
  {
    id: 'state',
    header: t('earnings.state'),
    cell: (row) => <StatusChip family="earning" value={row.state} />,
  },
  { id: 'count', header: t('earnings.count'), numeric: true, cell: (row) => formatCount(row.earnings) },
  {
    id: 'amount',
    header: t('earnings.amount'),
    numeric: true,
    cell: (row) => <MoneyText money={row.amount} />,
  },
]

/** How many totals are shown at first: there are more with each month. */
const FEW = 12

/** Totals by month, currency and state, as a table, newest first. */
export function TotalsTable({ totals }: { totals: readonly EarningTotal[] }) {
  const [isWhole, setWhole] = useState(false)
  const rows = useMemo(() => (isWhole ? [...totals] : totals.slice(0, FEW)), [totals, isWhole])
  const rest = totals.length - rows.length
  return (
    <DataTable
      caption={t('earnings.totals')}
      columns={columns}
      rows={rows}
      rowId={(row) => `${row.month} ${row.amount.currency} ${row.state}`}
      foot={
        rest > 0 && (
          <button type="button" className="row-tool" onClick={() => setWhole(true)}>
            {t('earnings.totals_rest', { count: rest })}
          </button>
        )
      }
    />
  )
}
