import './earnings-words.ts'
import type { Earning } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { anyOr, Pick } from '../../parts/filter-bar.tsx'
import { DateText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatMoney } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'
import { formatMonth, monthBefore } from '../reports/figures.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'

const states = ['any', 'pending', 'approved', 'held', 'in_payout', 'paid', 'void'] as const
const kinds = ['any', 'commission', 'clawback', 'adjustment'] as const

/** The filters that both lists of earnings have; they live in the address. */
export const listSpec = {
  state: choiceField(states, 'any'),
  kind: choiceField(kinds, 'any'),
  month: textField(),
  earning: textField(),
  page: pageField(),
}

type Values = {
  state: (typeof states)[number]
  kind: (typeof kinds)[number]
  month: string
  earning: string
  page: number
}

/** The query of a list with these filters. */
export function queryOf({ state, kind, month, page }: Values) {
  return {
    ...pagingQuery(page),
    ...optional('state', state),
    ...(kind === 'any' ? {} : { kind }),
    ...optional('month', month),
  }
}

/** How many months back the filter goes. */
const MONTHS = 18

/** How much before UTC the first places on earth begin a month. */
const EARLIEST_MS = 14 * 3_600_000

/** The months to pick, the newest first: from the one that has begun somewhere, since the program's own is not known here, and the chosen one. */
export function monthsToPick(now: Date, chosen: string): string[] {
  const newest = new Date(now.getTime() + EARLIEST_MS)
  const months = ['', ...Array.from({ length: MONTHS }, (_, index) => monthBefore(newest, index))]
  return months.includes(chosen) || !/^\d{4}-\d{2}$/.test(chosen) ? months : [...months, chosen]
}

/** The picks of both lists. */
export function ListPicks({ values, set }: { values: Values; set: (change: Partial<Values>) => void }) {
  const now = useNow()
  return (
    <>
      <Pick
        label={t('earnings.state')}
        value={values.state}
        words={states}
        labelOf={anyOr('status.earning')}
        onValue={(state) => set({ state })}
      />
      <Pick
        label={t('earnings.month')}
        value={values.month}
        words={monthsToPick(now, values.month)}
        labelOf={(month) => (month === '' ? t('pick.any') : formatMonth(month))}
        onValue={(month) => set({ month })}
      />
      <Pick
        label={t('earnings.kind')}
        value={values.kind}
        words={kinds}
        labelOf={anyOr('earning_kind')}
        onValue={(kind) => set({ kind })}
      />
    </>
  )
}

/** What a row says of itself, as far as both lists say the same. */
export function sharedColumns(onOpen: (id: string) => void): Column<Earning>[] {
  return [
    { id: 'tenant', header: t('earnings.tenant'), cell: (row) => row.tenant_name ?? row.reason ?? '–' },
    { id: 'paid', header: t('earnings.paid_at'), cell: (row) => <DateText iso={row.occurred_at} /> },
    { id: 'month', header: t('earnings.month'), cell: (row) => formatMonth(row.month) },
    { id: 'kind', header: t('earnings.kind'), cell: (row) => tValue('earning_kind', row.kind) },
    {
      id: 'state',
      header: t('earnings.state'),
      cell: (row) => (
        <>
          <StatusChip family="earning" value={row.state} />
          {row.state === 'pending' && row.first_approved_by_name !== null && (
            <span className="small muted">
              {' '}
              {t(row.first_approval_counts === false ? 'earnings.first_void' : 'earnings.second_person')}
            </span>
          )}
        </>
      ),
    },
    {
      id: 'base',
      header: t('earnings.base'),
      numeric: true,
      cell: (row) => (row.kind === 'adjustment' ? '–' : <MoneyText money={row.base} />),
    },
    {
      id: 'amount',
      header: t('earnings.amount'),
      numeric: true,
      cell: (row) => (
        <button
          type="button"
          className="thing num"
          aria-label={t('earnings.open', { amount: formatMoney(row.amount) })}
          onClick={() => onOpen(row.earning_id)}
        >
          {formatMoney(row.amount)}
        </button>
      ),
    },
  ]
}
