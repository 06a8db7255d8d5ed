import { readBody } from '@liaison/client'
import type { Service } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { EndlessTable, useEndless } from '../../parts/endless.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { BilledTo, amountOf, orderedBy } from '../shared/order-words.tsx'

const states = ['any', 'active', 'ended'] as const
const spec = { account: textField(), state: choiceField(states, 'any') }

function toColumns(tenantId: string): Column<Service>[] {
  return [
    {
      id: 'service',
      header: t('services.service'),
      isStrong: true,
      cell: (service) => service.product_name,
    },
    {
      id: 'billed',
      header: t('orders.bill_to'),
      cell: (service) => <BilledTo done={service} tenantId={tenantId} />,
    },
    {
      id: 'state',
      header: t('orders.state'),
      cell: (service) => <StatusChip family="service" value={service.state} />,
    },
    { id: 'by', header: t('orders.placed_by'), cell: orderedBy },
    {
      id: 'account',
      header: t('orders.account'),
      cell: (service) => <span className="nowrap">{service.customer_ban}</span>,
    },
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
    {
      id: 'order',
      header: '',
      cell: (service) => (
        <GoLink className="row-tool" to={orgPlaces.order(tenantId, service.order_id)}>
          {t('services.order')}
        </GoLink>
      ),
    },
  ]
}

type Query = { customer_ban?: string; state?: 'active' | 'ended' }

function useServices(query: Query) {
  return useEndless<Service>(['services', query], (frame, cursor, signal) =>
    readBody(
      frame.client.GET('/tenant/services', { params: { query: { ...query, limit: 25, ...cursor } }, signal }),
    ),
  )
}

/** What the organisation has by its orders, who ordered it and who pays. */
export function ServicesPage() {
  const { name, tenantId } = useFrame()
  const { values, set, clear, active } = useFilters(spec)
  const services = useServices({
    ...(values.account === '' ? {} : { customer_ban: values.account }),
    ...(values.state === 'any' ? {} : { state: values.state }),
  })
  const columns = useMemo(() => toColumns(tenantId), [tenantId])
  return (
    <Page title={t('services.title')} lead={t('services.lead', { org: name })}>
      <FilterBar active={active} onClear={clear} note={<Refreshed query={services} />}>
        <SearchBox
          label={t('access.account')}
          value={values.account}
          onValue={(account) => set({ account })}
        />
        <Pick
          label={t('orders.state')}
          value={values.state}
          words={states}
          labelOf={anyOr('status.service')}
          onValue={(state) => set({ state })}
        />
      </FilterBar>
      <EndlessTable
        list={services}
        caption={t('services.caption')}
        columns={columns}
        rowId={(service) => service.service_id}
        empty={{ title: t('services.none'), text: t('services.none_text') }}
        isFiltered={active.length > 0}
        countOf={(count) => t('services.shown', { count })}
      />
    </Page>
  )
}
