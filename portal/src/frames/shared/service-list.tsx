import type { PaidService, Service } from '@liaison/client'
import type { ReactNode } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { EndlessTable } from '../../parts/endless.tsx'
import type { Endless } from '../../parts/endless.tsx'
import { anyOr, FilterBar, Pick } from '../../parts/filter-bar.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField } from '../../platform/filters.ts'
import { formatDate } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { amountOf, BilledTo, orderedBy } from './order-words.tsx'

const states = ['any', 'active', 'ended'] as const
type State = (typeof states)[number]

/** The state of services, as a filter of the address. */
export function serviceStateField() {
  return choiceField(states, 'any')
}

/** The state as a query part: absent when any is wanted. */
export function stateQuery(state: State): { state?: 'active' | 'ended' } {
  return state === 'any' ? {} : { state }
}

/** Whether a service is in use; of one that is not, since when. */
export function ServiceState({ service }: { service: Service | PaidService }) {
  return (
    <>
      <StatusChip family="service" value={service.state} />
      {service.ended_at !== null && (
        <div className="small muted nowrap">
          {t('services.ended_on', { date: formatDate(service.ended_at) })}
        </div>
      )}
    </>
  )
}

/** What a service is; strong where it stands first. */
export function productColumn<Row extends Service | PaidService>(isStrong: boolean): Column<Row> {
  return {
    id: 'service',
    header: t('services.service'),
    isStrong,
    cell: (service) => service.product_name,
  }
}

export function stateColumn<Row extends Service | PaidService>(): Column<Row> {
  return { id: 'state', header: t('orders.state'), cell: (service) => <ServiceState service={service} /> }
}

/** Who is billed, how it stands and who ordered it; the reader's own organisation is marked as such. */
export function termsColumns<Row extends Service>(
  tenantId: string,
  whoOrdered: (service: Row) => string = orderedBy,
): Column<Row>[] {
  return [
    {
      id: 'billed',
      header: t('orders.bill_to'),
      cell: (service) => <BilledTo done={service} tenantId={tenantId} />,
    },
    stateColumn(),
    { id: 'by', header: t('orders.placed_by'), cell: whoOrdered },
  ]
}

export function accountColumn<Row extends Service | PaidService>(): Column<Row> {
  return {
    id: 'account',
    header: t('orders.account'),
    cell: (service) => <span className="nowrap">{service.customer_ban}</span>,
  }
}

/** What a service costs and since when it is there. */
export function costColumns<Row extends Service | PaidService>(): Column<Row>[] {
  return [
    {
      id: 'monthly',
      header: t('orders.monthly'),
      numeric: true,
      cell: (service) => amountOf(service.monthly),
    },
    {
      id: 'since',
      header: t('services.since'),
      numeric: true,
      cell: (service) => <DateText iso={service.started_at} />,
    },
  ]
}

type ServiceListProps<Row> = {
  list: Endless<Row>
  columns: readonly Column<Row>[]
  empty: { title: string; text: string }
  /** The filters of the page, of which the state is one. */
  filters: {
    values: { state: State }
    set: (changed: { state: State }) => void
    clear: () => void
    active: readonly string[]
  }
  /** What narrows it besides. */
  children?: ReactNode
}

/** A list of services, newest first, narrowed by their state, with more of them on demand. */
export function ServiceList<Row extends Service | PaidService>(props: ServiceListProps<Row>) {
  const { list, filters, children, ...table } = props
  return (
    <>
      <FilterBar active={filters.active} onClear={filters.clear} note={<Refreshed query={list} />}>
        {children}
        <Pick
          label={t('orders.state')}
          value={filters.values.state}
          words={states}
          labelOf={anyOr('status.service')}
          onValue={(state) => filters.set({ state })}
        />
      </FilterBar>
      <EndlessTable
        {...table}
        list={list}
        isFiltered={filters.active.length > 0}
        caption={t('services.caption')}
        rowId={(service) => service.service_id}
        countOf={(count) => t('services.shown', { count })}
      />
    </>
  )
}
