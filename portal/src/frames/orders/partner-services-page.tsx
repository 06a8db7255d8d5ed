import { readBody } from '@liaison/client'
import type { PartnerService } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { useEndless } from '../../parts/endless.tsx'
import { FilterBar, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import {
  costColumns,
  productColumn,
  ServiceStatePick,
  serviceStateField,
  ServiceTable,
  stateQuery,
  termsColumns,
} from '../shared/service-list.tsx'

const spec = { state: serviceStateField() }

function toColumns(partnerId: string): Column<PartnerService>[] {
  return [
    {
      id: 'tenant',
      header: t('ordering.tenant'),
      cell: (service) => (
        <GoLink className="thing" to={actingPlaces.services(partnerId, service.customer_id)}>
          {service.tenant_name}
        </GoLink>
      ),
    },
    productColumn(false),
    ...termsColumns<PartnerService>(''),
    ...costColumns<PartnerService>(),
    {
      id: 'order',
      header: '',
      cell: (service) => (
        <GoLink className="row-tool" to={partnerPlaces.order(partnerId, service.order_id)}>
          {t('services.order')}
        </GoLink>
      ),
    },
  ]
}

/** What is in use of that which the partner ordered for tenants; who is billed stands beside each. */
export function PartnerServicesPage() {
  const { name, partnerId } = useFrame()
  const { values, set, clear, active } = useFilters(spec)
  const query = stateQuery(values.state)
  const services = useEndless<PartnerService>(['partner-services', query], (frame, cursor, signal) =>
    readBody(
      frame.client.GET('/partner/services', {
        params: { query: { ...query, limit: 25, ...cursor } },
        signal,
      }),
    ),
  )
  const columns = useMemo(() => toColumns(partnerId), [partnerId])
  return (
    <Page
      title={t('services.title')}
      lead={`${t('ordering.services_lead', { partner: name })} ${t('services.who_ends')}`}
    >
      <FilterBar active={active} onClear={clear} note={<Refreshed query={services} />}>
        <ServiceStatePick value={values.state} onState={(state) => set({ state })} />
      </FilterBar>
      <ServiceTable
        list={services}
        columns={columns}
        empty={{ title: t('services.none'), text: t('ordering.services_empty') }}
        isFiltered={active.length > 0}
      />
    </Page>
  )
}
