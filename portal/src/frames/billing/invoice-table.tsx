import './invoice-list-words.ts'
import type { Invoice, InvoicePage } from '@liaison/client'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { anyOr, FilterBar, Pick, SearchBox } from '../../parts/filter-bar.tsx'
import { Empty, NoMatch, Refreshed } from '../../parts/states.tsx'
import { DateText, MoneyFigure, MoneyText, StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatCount, formatMoneyCompact } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { optional, orderField, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'

const statuses = ['any', 'overdue', 'finalized', 'partially_paid', 'paid', 'draft', 'cancelled'] as const
const sorts = ['invoice_date', 'amount', 'status'] as const
const overdueDays = ['any', '1', '31', '61', '91'] as const

export const invoiceSpec = {
  search: textField(),
  status: choiceField(statuses, 'any'),
  overdue: choiceField(overdueDays, 'any'),
  sort: choiceField(sorts, 'invoice_date'),
  order: orderField('desc'),
  currency: textField(),
  page: pageField(),
}

export type InvoiceFilters = Filters<typeof invoiceSpec>

/** The server's query for these filters. */
export function toInvoiceQuery({ values }: InvoiceFilters) {
  return {
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('status', values.status),
    ...(/^[A-Z]{3}$/.test(values.currency) ? { currency: values.currency } : {}),
    ...(values.overdue === 'any' ? {} : { overdue_days_min: Number(values.overdue) }),
    sort_by: values.sort,
    sort_order: values.order,
  }
}

function currenciesOf(chosen: string, page: InvoicePage | undefined): string[] {
  const known = page?.aggregates.map(({ currency }) => currency) ?? []
  return ['', ...new Set([...known, ...(chosen === '' ? [] : [chosen])])]
}

/** Filters of an invoice list, the same in every frame. */
export function InvoiceFilterBar({
  filters,
  query,
  extra,
}: {
  filters: InvoiceFilters
  query: UseQueryResult<InvoicePage>
  /** Filters that this list has beyond the others. */
  extra?: ReactNode
}) {
  const { values, set, clear } = filters
  const active = filters.active.filter((name) => name !== 'invoice')
  return (
    <FilterBar active={active} onClear={clear} note={<Refreshed query={query} />}>
      <SearchBox label={t('invoice.search')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('invoice.status')}
        value={values.status}
        words={statuses}
        labelOf={anyOr('status.invoice')}
        onValue={(status) => set({ status })}
      />
      <Pick
        label={t('invoice.ageing')}
        value={values.overdue}
        words={overdueDays}
        labelOf={(word) =>
          word === 'any' ? t('pick.any') : t('invoice.overdue_from', { days: Number(word) })
        }
        onValue={(overdue) => set({ overdue })}
      />
      <Pick
        label={t('money.currency')}
        value={values.currency}
        words={currenciesOf(values.currency, query.data)}
        labelOf={(word) => (word === '' ? t('pick.any') : word)}
        onValue={(currency) => set({ currency })}
      />
      {extra}
    </FilterBar>
  )
}

/** One tile for each currency, because amounts of different currencies are never added. */
export function InvoiceTiles({ aggregates }: { aggregates: InvoicePage['aggregates'] }) {
  if (aggregates.length === 0) return null
  return (
    <div className="tiles">
      {aggregates.map((sum) => (
        <div className="tile" key={sum.currency}>
          <h2>{t('invoice.sum_title', { currency: sum.currency })}</h2>
          <MoneyFigure money={[sum.outstanding_amount]} />
          <p className="small">
            <span className={sum.overdue_amount.amount_minor > 0 ? 'late num' : 'muted num'}>
              {t('invoice.sum_overdue', { amount: formatMoneyCompact(sum.overdue_amount) })}
            </span>
            <br />
            <span className="muted num">
              {t('invoice.sum_billed', {
                amount: formatMoneyCompact(sum.total_amount),
                count: sum.invoice_count,
                counted: formatCount(sum.invoice_count),
              })}
            </span>
          </p>
        </div>
      ))}
    </div>
  )
}

type AddressOf = (invoice: Invoice) => string
/** Shows an invoice beside the list instead of going to its page. */
type Open = ((invoiceId: string) => void) | undefined

function NumberCell({ invoice, addressOf, open }: { invoice: Invoice; addressOf: AddressOf; open: Open }) {
  if (open === undefined) {
    return (
      <GoLink className="thing num nowrap" to={addressOf(invoice)}>
        {invoice.invoice_number}
      </GoLink>
    )
  }
  return (
    <button type="button" className="thing num nowrap" onClick={() => open(invoice.invoice_id)}>
      {invoice.invoice_number}
    </button>
  )
}

function nameColumns(addressOf: AddressOf, withTenant: boolean, open: Open): Column<Invoice>[] {
  const tenant: Column<Invoice> = {
    id: 'tenant',
    header: t('column.tenant'),
    isStrong: true,
    cell: (invoice) => invoice.tenant_name,
  }
  const own: Column<Invoice>[] = [
    {
      id: 'number',
      header: t('invoice.number'),
      cell: (invoice) => <NumberCell invoice={invoice} addressOf={addressOf} open={open} />,
    },
    { id: 'customer', header: t('invoice.customer'), cell: (invoice) => invoice.customer_name ?? '' },
    {
      id: 'status',
      header: t('invoice.status'),
      sort: 'status',
      cell: (invoice) => <StatusChip family="invoice" value={invoice.status} />,
    },
  ]
  return withTenant ? [tenant, ...own] : own
}

function figureColumns(): Column<Invoice>[] {
  return [
    {
      id: 'date',
      header: t('invoice.date'),
      numeric: true,
      sort: 'invoice_date',
      cell: (invoice) => <DateText iso={invoice.invoice_date} />,
    },
    {
      id: 'due',
      header: t('invoice.due'),
      numeric: true,
      cell: (invoice) => <DateText iso={invoice.due_date} />,
    },
    {
      id: 'age',
      header: t('invoice.days_overdue'),
      numeric: true,
      cell: (invoice) =>
        invoice.days_overdue > 0 ? <span className="late">{formatCount(invoice.days_overdue)}</span> : '–',
    },
    {
      id: 'total',
      header: t('invoice.total'),
      numeric: true,
      sort: 'amount',
      cell: (invoice) => <MoneyText money={invoice.total} />,
    },
    {
      id: 'balance',
      header: t('invoice.balance'),
      numeric: true,
      cell: (invoice) => <MoneyText money={invoice.balance} late={invoice.days_overdue > 0} />,
    },
  ]
}

type InvoiceTableProps = {
  page: InvoicePage
  filters: InvoiceFilters
  addressOf: AddressOf
  withTenant?: boolean
  onOpen?: (invoiceId: string) => void
  emptyText: string
}

/** Invoices as rows, every amount with its currency. Across tenants the tenant is the first column. */
export function InvoiceTable(props: InvoiceTableProps) {
  const { page, filters, addressOf, withTenant = false, onOpen, emptyText } = props
  const { values, set, active } = filters
  const columns = useMemo(
    () => [...nameColumns(addressOf, withTenant, onOpen), ...figureColumns()],
    [addressOf, withTenant, onOpen],
  )
  if (page.items.length === 0) {
    const isFiltered = active.length > 0
    return (
      <div className="list">
        {isFiltered ? <NoMatch /> : <Empty title={t('invoice.none')} text={emptyText} />}
      </div>
    )
  }
  return (
    <DataTable
      caption={t('invoice.caption')}
      columns={columns}
      rows={page.items}
      rowId={(invoice) => invoice.invoice_id}
      sorting={{
        by: values.sort,
        order: values.order,
        onSort: (by, order) => set({ sort: sorts.find((name) => name === by) ?? 'invoice_date', order }),
      }}
      paging={pagingOf(page, (next) => set({ page: next }))}
    />
  )
}
