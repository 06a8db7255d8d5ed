import { readBody } from '@liaison/client'
import type {
  SupportAccess,
  SupportInvoice,
  SupportOrder,
  SupportPayment,
  SupportTicket,
} from '@liaison/client'
import type { UseQueryResult } from '@tanstack/react-query'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Panel } from '../../parts/page.tsx'
import { DateText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import type { Frame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import type { PageOf } from '../shared/paged-table.tsx'
import { AccessFacts } from './access-facts.tsx'
import { AccessTab } from './access-tab.tsx'

const spec = { page: pageField() }
type Query = ReturnType<typeof pagingQuery>
type Call = { params: { path: { support_access_id: string }; query: Query }; signal: AbortSignal }

/** One page of what the tenant has of something. Each read is told to the tenant, so none is made before the tab is open. */
function useLook<Row>(
  access: SupportAccess,
  what: string,
  look: (client: Frame['client'], call: Call) => Promise<PageOf<Row>>,
): { rows: UseQueryResult<PageOf<Row>>; onPage: (page: number) => void } {
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const id = access.support_access_id
  const rows = useRead(['support-look', id, what, query], ({ client }, signal) =>
    look(client, { params: { path: { support_access_id: id }, query }, signal }),
  )
  return { rows, onPage: (page) => set({ page }) }
}

type LookProps<Row> = {
  access: SupportAccess
  what: 'invoices' | 'payments' | 'tickets' | 'orders'
  look: (client: Frame['client'], call: Call) => Promise<PageOf<Row>>
  columns: readonly Column<Row>[]
  rowId: (row: Row) => string
}

function Look<Row>({ access, what, look, ...table }: LookProps<Row>) {
  const { rows, onPage } = useLook(access, what, look)
  return (
    <PagedTable
      {...table}
      query={rows}
      caption={t(`assist.part_${what}`)}
      empty={<NoRows isFiltered={false} text={t('assist.none_here', { tenant: access.tenant_name ?? '' })} />}
      onPage={onPage}
    />
  )
}

const invoiceColumns: Column<SupportInvoice>[] = [
  { id: 'number', header: t('assist.number'), isStrong: true, cell: (row) => row.number },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="invoice" value={row.status} />,
  },
  { id: 'issued', header: t('assist.issued'), cell: (row) => <DateText iso={row.issued_on} /> },
  { id: 'due', header: t('assist.due'), cell: (row) => <DateText iso={row.due_on} /> },
  { id: 'total', header: t('assist.total'), numeric: true, cell: (row) => <MoneyText money={row.total} /> },
  {
    id: 'balance',
    header: t('assist.balance'),
    numeric: true,
    cell: (row) => <MoneyText money={row.balance} />,
  },
]

const paymentColumns: Column<SupportPayment>[] = [
  { id: 'at', header: t('assist.received'), cell: (row) => formatDateTime(row.received_at) },
  {
    id: 'amount',
    header: t('assist.amount'),
    numeric: true,
    cell: (row) => <MoneyText money={row.amount} />,
  },
  { id: 'method', header: t('assist.method'), cell: (row) => tValue('payment', row.payment_method) },
  {
    id: 'invoice',
    header: t('assist.invoice'),
    cell: (row) => row.invoice_number,
  },
]

const orderColumns: Column<SupportOrder>[] = [
  { id: 'placed', header: t('assist.placed'), cell: (row) => formatDateTime(row.placed_at) },
  { id: 'ban', header: t('assist.account'), cell: (row) => row.ban },
  { id: 'reference', header: t('assist.reference'), cell: (row) => row.reference ?? '–' },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="order" value={row.status} />,
  },
  { id: 'wanted', header: t('assist.wanted_on'), cell: (row) => <DateText iso={row.requested_on} /> },
  { id: 'once', header: t('assist.once'), numeric: true, cell: (row) => <MoneyText money={row.once} /> },
  {
    id: 'monthly',
    header: t('assist.monthly'),
    numeric: true,
    cell: (row) => <MoneyText money={row.monthly} />,
  },
]

const ticketColumns = (id: string): Column<SupportTicket>[] => [
  {
    id: 'subject',
    header: t('assist.subject'),
    cell: (row) => (
      <GoLink className="thing" to={platformPlaces.supportTicket(id, row.ticket_id)}>
        {row.subject}
      </GoLink>
    ),
  },
  { id: 'number', header: t('assist.number'), cell: (row) => row.number },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="ticket" value={row.status} />,
  },
  {
    id: 'priority',
    header: t('ticket.priority'),
    cell: (row) => <StatusChip family="priority" value={row.priority} />,
  },
  { id: 'with', header: t('assist.assigned'), cell: (row) => row.assigned_to_name ?? t('ticket.nobody') },
  { id: 'updated', header: t('assist.updated'), cell: (row) => formatDateTime(row.updated_at) },
]

/** One access: what was asked for, who allowed it, and the way to what it opens. */
export function AccessPage() {
  return (
    <AccessTab tab="access">
      {(access) => (
        <Panel title={t('assist.one', { person: access.person_name })}>
          <AccessFacts access={access} />
        </Panel>
      )}
    </AccessTab>
  )
}

/** The tenant's invoices, for the case. */
export function AccessInvoicesPage() {
  return (
    <AccessTab tab="invoices">
      {(access) => (
        <Look
          access={access}
          what="invoices"
          look={(client, call) =>
            readBody(client.GET('/admin/support-access/{support_access_id}/invoices', call))
          }
          columns={invoiceColumns}
          rowId={(row) => row.invoice_id}
        />
      )}
    </AccessTab>
  )
}

/** The tenant's payments, for the case. */
export function AccessPaymentsPage() {
  return (
    <AccessTab tab="payments">
      {(access) => (
        <Look
          access={access}
          what="payments"
          look={(client, call) =>
            readBody(client.GET('/admin/support-access/{support_access_id}/payments', call))
          }
          columns={paymentColumns}
          rowId={(row) => row.payment_id}
        />
      )}
    </AccessTab>
  )
}

/** The tenant's tickets, for the case. */
export function AccessTicketsPage() {
  return (
    <AccessTab tab="tickets">
      {(access) => (
        <Look
          access={access}
          what="tickets"
          look={(client, call) =>
            readBody(client.GET('/admin/support-access/{support_access_id}/tickets', call))
          }
          columns={ticketColumns(access.support_access_id)}
          rowId={(row) => row.ticket_id}
        />
      )}
    </AccessTab>
  )
}

/** The tenant's orders, for the case. */
export function AccessOrdersPage() {
  return (
    <AccessTab tab="orders">
      {(access) => (
        <Look
          access={access}
          what="orders"
          look={(client, call) =>
            readBody(client.GET('/admin/support-access/{support_access_id}/orders', call))
          }
          columns={orderColumns}
          rowId={(row) => row.order_id}
        />
      )}
    </AccessTab>
  )
}
