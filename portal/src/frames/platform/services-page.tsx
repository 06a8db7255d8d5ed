import { readBody } from '@liaison/client'
import type { AdminService } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { useEndless } from '../../parts/endless.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { textField } from '../../platform/filters.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { optional } from '../shared/list-fields.ts'
import { orderedByWhom } from './ordered-by-whom.ts'
import {
  accountColumn,
  costColumns,
  productColumn,
  serviceStateField,
  ServiceList,
  stateQuery,
  termsColumns,
} from '../shared/service-list.tsx'

const spec = { tenant: textField(), state: serviceStateField() }

function toColumns(mayEnd: boolean): Column<AdminService>[] {
  return [
    {
      id: 'tenant',
      header: t('terms.customer'),
      cell: (service) => (
        <GoLink className="thing" to={platformPlaces.tenant(service.customer_id)}>
          {service.customer_name}
        </GoLink>
      ),
    },
    productColumn(false),
    ...termsColumns<AdminService>('', orderedByWhom),
    accountColumn(),
    ...costColumns<AdminService>(),
    {
      id: 'acts',
      header: '',
      cell: (service) =>
        mayEnd &&
        service.state === 'active' && (
          <GoLink className="row-tool" to={platformPlaces.endService(service.service_id)}>
            {t('row.end')}…
          </GoLink>
        ),
    },
  ]
}

/** Every service that came of an order, whoever has it; the address can narrow the list to one organisation. */
export function ServicesPage() {
  const mayEnd = useMay('platform.commercial.manage')
  const filters = useFilters(spec)
  const query = { ...stateQuery(filters.values.state), ...optional('tenant_id', filters.values.tenant) }
  const services = useEndless<AdminService>(['services', query], (frame, cursor, signal) =>
    readBody(
      frame.client.GET('/admin/services', { params: { query: { ...query, limit: 25, ...cursor } }, signal }),
    ),
  )
  const columns = useMemo(() => toColumns(mayEnd), [mayEnd])
  return (
    <Page title={t('services.title')} lead={t('services.all_lead')}>
      <ServiceList
        list={services}
        columns={columns}
        filters={filters}
        empty={{ title: t('services.none'), text: t('services.all_none') }}
      />
    </Page>
  )
}
