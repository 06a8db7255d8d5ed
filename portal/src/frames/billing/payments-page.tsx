import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PaymentPage } from '@liaison/client'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch, Refreshed, ScopeNote } from '../../parts/states.tsx'
import { DateText, MoneyFigure, MoneyText } from '../../parts/values.tsx'
import { textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { actingPlaces, orgPlaces, partnerPlaces } from '../../places.ts'
import { GroupPick } from '../shared/group-pick.tsx'
import { optional, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'

const spec = {
  from: textField(),
  to: textField(),
  currency: textField(),
  group: textField(),
  page: pageField(),
}

type PaymentFilters = Filters<typeof spec>
type Payment = PaymentPage['items'][number]

const dayOf = (text: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : '')

function toQuery({ values }: PaymentFilters) {
  return {
    ...pagingQuery(values.page),
    ...optional('from_date', dayOf(values.from)),
    ...optional('to_date', dayOf(values.to)),
    ...optional('currency', /^[A-Z]{3}$/.test(values.currency) ? values.currency : ''),
  }
}

type BarProps = { filters: PaymentFilters; query: UseQueryResult<PaymentPage>; withGroup: boolean }

function PaymentFilterBar({ filters, query, withGroup }: BarProps) {
  const { values, set, clear, active } = filters
  const known = query.data?.aggregates.map(({ currency }) => currency) ?? []
  return (
    <FilterBar active={active} onClear={clear} note={<Refreshed query={query} />}>
      {(['from', 'to'] as const).map((side) => (
        <TextInput
          key={side}
          className="pick"
          type="date"
          label={t(`payments.${side}`)}
          value={dayOf(values[side])}
          onChange={(event) => set({ [side]: event.currentTarget.value })}
        />
      ))}
      <Pick
        label={t('money.currency')}
        value={values.currency}
        words={['', ...new Set([...known, ...(values.currency === '' ? [] : [values.currency])])]}
        labelOf={(word) => (word === '' ? t('pick.any') : word)}
        onValue={(currency) => set({ currency })}
      />
      {withGroup && <GroupPick value={values.group} onValue={(group) => set({ group })} />}
    </FilterBar>
  )
}

/** One tile for each currency, because amounts of different currencies are never added. */
function PaymentTiles({ aggregates }: { aggregates: PaymentPage['aggregates'] }) {
  if (aggregates.length === 0) return null
  return (
    <div className="tiles">
      {aggregates.map(({ currency, total_amount: total, payment_count: count }) => (
        <div className="tile" key={currency}>
          <h2>{t('payments.sum', { currency })}</h2>
          <MoneyFigure money={[total]} />
          <p className="small muted num">{t('payments.count', { count, counted: formatCount(count) })}</p>
        </div>
      ))}
    </div>
  )
}

function InvoiceCell({ payment, to }: { payment: Payment; to: string }) {
  if (payment.invoice_number === null) return <span className="muted">{t('money.withheld')}</span>
  return (
    <GoLink className="thing num nowrap" to={to}>
      {payment.invoice_number}
    </GoLink>
  )
}

type AddressOf = (payment: Payment) => string

type Shown = { withTenant: boolean; withSource: boolean }

function columnsOf(addressOf: AddressOf, { withTenant, withSource }: Shown): Column<Payment>[] {
  const source: Column<Payment> = {
    id: 'source',
    header: t('payments.source'),
    cell: (payment) => payment.source_system ?? '–',
  }
  const tenant: Column<Payment> = {
    id: 'tenant',
    header: t('column.tenant'),
    isStrong: true,
    cell: (payment) => payment.tenant_name,
  }
  return [
    {
      id: 'received',
      header: t('payments.received'),
      cell: (payment) => <DateText iso={payment.received_at} />,
    },
    ...(withTenant ? [tenant] : []),
    {
      id: 'invoice',
      header: t('invoice.number'),
      cell: (payment) => <InvoiceCell payment={payment} to={addressOf(payment)} />,
    },
    { id: 'customer', header: t('invoice.customer'), cell: (payment) => payment.customer_name ?? '–' },
    { id: 'method', header: t('payments.method'), cell: (payment) => tValue('payment', payment.method) },
    ...(withSource ? [source] : []),
    {
      id: 'amount',
      header: t('payments.amount'),
      numeric: true,
      cell: (payment) => <MoneyText money={payment.amount} />,
    },
  ]
}

type TableProps = {
  page: PaymentPage
  filters: PaymentFilters
  addressOf: AddressOf
  withTenant: boolean
  emptyText: string
}

function PaymentTable({ page, filters, addressOf, withTenant, emptyText }: TableProps) {
  const withSource = page.items.some((payment) => payment.source_system !== null)
  const columns = useMemo(
    () => columnsOf(addressOf, { withTenant, withSource }),
    [addressOf, withTenant, withSource],
  )
  if (page.items.length === 0) {
    const isFiltered = filters.active.length > 0
    return (
      <div className="list">
        {isFiltered ? <NoMatch /> : <Empty title={t('payments.none')} text={emptyText} />}
      </div>
    )
  }
  return (
    <DataTable
      caption={t('payments.caption')}
      columns={columns}
      rows={page.items}
      rowId={(payment) => payment.payment_id}
      paging={pagingOf(page, (next) => filters.set({ page: next }))}
    />
  )
}

/** The payments on the invoices of all tenants, with sums for each currency apart (B6). */
export function PartnerPaymentsPage() {
  const { partnerId } = useFrame()
  const filters = useFilters(spec)
  const query = { ...toQuery(filters), ...optional('group', filters.values.group) }
  const payments = useRead(
    ['payments', query],
    (frame, signal) => readBody(frame.client.GET('/partner/billing/payments', { params: { query }, signal })),
    { keep: true },
  )
  const addressOf = useMemo<AddressOf>(
    () => (payment) => actingPlaces.invoice(partnerId, payment.tenant_id, payment.invoice_id),
    [partnerId],
  )
  return (
    <Page
      title={t('payments.title')}
      lead={t('payments.lead')}
      back={{ to: partnerPlaces.money(partnerId), label: t('money.title') }}
    >
      {payments.data && <PaymentTiles aggregates={payments.data.aggregates} />}
      <PaymentFilterBar filters={filters} query={payments} withGroup />
      <Answer query={payments} lines={12}>
        {(page) => (
          <div className="stack">
            <ScopeNote scope={page.scope} />
            <PaymentTable
              page={page}
              filters={filters}
              addressOf={addressOf}
              withTenant
              emptyText={t('payments.none_text', { count: page.scope.tenant_count })}
            />
          </div>
        )}
      </Answer>
    </Page>
  )
}

/** The payments on the organisation's own invoices. */
export function OrgPaymentsPage() {
  const { name, tenantId } = useFrame()
  const filters = useFilters(spec)
  const query = toQuery(filters)
  const payments = useRead(
    ['payments', query],
    (frame, signal) => readBody(frame.client.GET('/tenant/billing/payments', { params: { query }, signal })),
    { keep: true },
  )
  const addressOf = useMemo<AddressOf>(
    () => (payment) => orgPlaces.invoice(tenantId, payment.invoice_id),
    [tenantId],
  )
  return (
    <Page
      title={t('payments.title')}
      lead={t('payments.lead_own', { tenant: name })}
      back={{ to: orgPlaces.billing(tenantId), label: t('billing.title') }}
    >
      {payments.data && <PaymentTiles aggregates={payments.data.aggregates} />}
      <PaymentFilterBar filters={filters} query={payments} withGroup={false} />
      <Answer query={payments} lines={10}>
        {(page) => (
          <PaymentTable
            page={page}
            filters={filters}
            addressOf={addressOf}
            withTenant={false}
            emptyText={t('payments.none_own', { tenant: name })}
          />
        )}
      </Answer>
    </Page>
  )
}
