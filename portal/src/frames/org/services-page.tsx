import { readBody } from '@liaison/client'
import type { Service } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { useEndless } from '../../parts/endless.tsx'
import { SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { textField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { optional } from '../shared/list-fields.ts'
import {
  accountColumn,
  costColumns,
  productColumn,
  serviceStateField,
  ServiceList,
  stateQuery,
  termsColumns,
} from '../shared/service-list.tsx'

const spec = { account: textField(), state: serviceStateField() }

function toColumns(tenantId: string): Column<Service>[] {
  return [
    productColumn(true),
    ...termsColumns<Service>(tenantId),
    accountColumn(),
    ...costColumns<Service>(),
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

/** Whether the organisation pays for something that others have: only then is there a way to it. */
function usePaysForOthers(): boolean {
  const paid = useRead(['paid-services', 'any'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/paid-services', { params: { query: { limit: 1 } }, signal })),
  )
  return (paid.data?.items.length ?? 0) > 0
}

/** What the organisation has by its orders, who ordered it and who pays. */
export function ServicesPage() {
  const { name, tenantId } = useFrame()
  const paysForOthers = usePaysForOthers()
  const filters = useFilters(spec)
  const services = useServices({
    ...optional('customer_ban', filters.values.account),
    ...stateQuery(filters.values.state),
  })
  const columns = useMemo(() => toColumns(tenantId), [tenantId])
  return (
    <Page
      title={t('services.title')}
      lead={`${t('services.lead', { org: name })} ${t('services.who_ends')}`}
      tools={
        paysForOthers && <GoLink to={orgPlaces.paidServices(tenantId)}>{t('services.paid_link')}</GoLink>
      }
    >
      <ServiceList
        list={services}
        columns={columns}
        filters={filters}
        empty={{ title: t('services.none'), text: t('services.none_text') }}
      >
        <SearchBox
          label={t('access.account')}
          value={filters.values.account}
          onValue={(account) => filters.set({ account })}
        />
      </ServiceList>
    </Page>
  )
}
