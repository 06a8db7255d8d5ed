import { readBody } from '@liaison/client'
import type { PartnerService } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { useEndless } from '../../parts/endless.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import {
  costColumns,
  productColumn,
  serviceStateField,
  ServiceList,
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
  const filters = useFilters(spec)
  const query = stateQuery(filters.values.state)
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
      <ServiceList
        list={services}
        columns={columns}
        filters={filters}
        empty={{ title: t('services.none'), text: t('ordering.services_empty') }}
      />
    </Page>
  )
}
