import type { BillingTotals } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import { formatCount, formatMoney, formatMoneyCompact, formatPercent } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'

type Buckets = BillingTotals['ageing']

const width = 1000
const gap = 3

type Part = { bucket: string; x: number; width: number }

/** Where each bucket lies in the bar. One with anything in it stays visible, however small its share. */
function partsOf(buckets: Buckets): Part[] {
  const owed = buckets.filter(({ amount }) => amount.amount_minor > 0)
  const sum = owed.reduce((total, { amount }) => total + amount.amount_minor, 0)
  const room = width - gap * (owed.length - 1) - owed.length * 6
  let x = 0
  return owed.map(({ bucket, amount }) => {
    const part = { bucket, x, width: 6 + (room * amount.amount_minor) / sum }
    x += part.width + gap
    return part
  })
}

function Bar({ buckets }: { buckets: Buckets }) {
  return (
    <svg
      className="ageing-bar"
      viewBox={`0 0 ${String(width)} 24`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {partsOf(buckets).map((part) => (
        <rect key={part.bucket} data-bucket={part.bucket} x={part.x} y={0} width={part.width} height={24} />
      ))}
    </svg>
  )
}

/** What is owed by age, as a bar for the eye and the same figures as a table for everybody. */
function AgeingTable({ buckets, currency }: { buckets: Buckets; currency: string }) {
  const sum = buckets.reduce((total, { amount }) => total + amount.amount_minor, 0)
  return (
    <table className="ageing-table">
      <caption className="unseen">{t('money.ageing_of', { currency })}</caption>
      <thead>
        <tr>
          <th scope="col">{t('money.bucket')}</th>
          <th scope="col" className="num">
            {t('money.amount')}
          </th>
          <th scope="col" className="num">
            {t('money.share')}
          </th>
          <th scope="col" className="num">
            {t('money.invoices')}
          </th>
        </tr>
      </thead>
      <tbody>
        {buckets.map(({ bucket, amount, invoice_count: count }) => (
          <tr key={bucket}>
            <th scope="row">
              <i className="ageing-key" data-bucket={bucket} aria-hidden="true" />
              {tValue('bucket', bucket)}
            </th>
            <td className="num">{formatMoney(amount)}</td>
            <td className="num">{sum === 0 ? '–' : formatPercent((amount.amount_minor / sum) * 100, 1)}</td>
            <td className="num">{formatCount(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** How what is owed compares with what was invoiced and collected. */
function Compared({ totals, days }: { totals: BillingTotals; days: number }) {
  const { disputes, dso_days: dso } = totals
  return (
    <dl className="facts">
      <dt>{t('money.invoiced', { days })}</dt>
      <dd className="num">{formatMoney(totals.total_revenue)}</dd>
      <dt>{t('money.collected', { days })}</dt>
      <dd className="num">{formatMoney(totals.total_collected)}</dd>
      <dt>{t('money.dso')}</dt>
      <dd className="num">{dso === null ? t('money.dso_none') : formatCount(Math.round(dso))}</dd>
      <dt>{t('money.disputed')}</dt>
      <dd className="num">
        {disputes.open_count === 0
          ? t('money.disputed_none')
          : t('money.disputed_value', {
              amount: formatMoney(disputes.amount),
              count: disputes.open_count,
            })}
      </dd>
    </dl>
  )
}

/** One currency: what is owed, how old it is, and how that compares with what was invoiced. */
export function AgeingPanel({
  totals,
  days,
  title,
}: {
  totals: BillingTotals
  days: number
  title?: string
}) {
  return (
    <Panel title={title ?? t('money.outstanding', { currency: totals.currency })}>
      <p className="ageing-figure num" title={formatMoney(totals.total_outstanding)}>
        {formatMoneyCompact(totals.total_outstanding)}
      </p>
      <p className="small">
        <span className={totals.total_overdue.amount_minor > 0 ? 'late num' : 'muted num'}>
          {t('money.overdue_of', {
            amount: formatMoney(totals.total_overdue),
            count: totals.overdue_invoice_count,
          })}
        </span>
        {totals.oldest_overdue_days > 0 && (
          <span className="muted"> · {t('money.oldest', { days: totals.oldest_overdue_days })}</span>
        )}
        {totals.credit_amount.amount_minor < 0 && (
          <span className="muted"> · {t('money.credit', { amount: formatMoney(totals.credit_amount) })}</span>
        )}
      </p>
      <Bar buckets={totals.ageing} />
      <AgeingTable buckets={totals.ageing} currency={totals.currency} />
      <Compared totals={totals} days={days} />
    </Panel>
  )
}

/** A panel for each currency, side by side, and one for the currency that all are shown in. */
export function AgeingPanels({ totals, days }: { totals: readonly BillingTotals[]; days: number }) {
  return (
    <div className="halves ageing">
      {totals.map((one) => (
        <AgeingPanel key={one.currency} totals={one} days={days} />
      ))}
    </div>
  )
}
