import { readBody } from '@liaison/client'
import type { PaidService } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { useEndless } from '../../parts/endless.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import {
  accountColumn,
  costColumns,
  productColumn,
  serviceStateField,
  ServiceList,
  stateColumn,
  stateQuery,
} from '../shared/service-list.tsx'

const spec = { state: serviceStateField() }

const columns: Column<PaidService>[] = [
  {
    id: 'customer',
    header: t('services.whose'),
    isStrong: true,
    cell: (service) => service.customer_name,
  },
  productColumn(false),
  stateColumn(),
  accountColumn(),
  {
    id: 'billed',
    header: t('services.billed_ban'),
    cell: (service) => <span className="nowrap">{service.billed_ban}</span>,
  },
  ...costColumns<PaidService>(),
]

/** What others have in use and is billed to the organisation: enough to know the bill, and no more. */
export function PaidServicesPage() {
  const { name, tenantId } = useFrame()
  const filters = useFilters(spec)
  const query = stateQuery(filters.values.state)
  const services = useEndless<PaidService>(['paid-services', query], (frame, cursor, signal) =>
    readBody(
      frame.client.GET('/tenant/paid-services', {
        params: { query: { ...query, limit: 25, ...cursor } },
        signal,
      }),
    ),
  )
  return (
    <Page
      title={t('services.paid_title')}
      lead={`${t('services.paid_lead', { org: name })} ${t('services.who_ends')}`}
      back={{ to: orgPlaces.services(tenantId), label: t('nav.services') }}
      tools={<GoLink to={orgPlaces.paidOrders(tenantId)}>{t('orders.paid_link')}</GoLink>}
    >
      <ServiceList
        list={services}
        columns={columns}
        filters={filters}
        empty={{ title: t('services.paid_none'), text: t('services.paid_none_text', { org: name }) }}
      />
    </Page>
  )
}
