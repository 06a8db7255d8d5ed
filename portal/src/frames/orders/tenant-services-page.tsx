import { readBody } from '@liaison/client'
import type { Service } from '@liaison/client'
import { useMemo } from 'react'

import { useEndless } from '../../parts/endless.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { useActing } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import {
  costColumns,
  productColumn,
  serviceStateField,
  ServiceList,
  stateQuery,
  termsColumns,
} from '../shared/service-list.tsx'

const spec = { state: serviceStateField() }

/** What the tenant acted in has of that which the own organisation ordered for it; of the rest nothing is shown. */
export function TenantServicesPage() {
  const { acting } = useActing()
  const filters = useFilters(spec)
  const query = stateQuery(filters.values.state)
  const services = useEndless<Service>(['services', query], (frame, cursor, signal) =>
    readBody(
      frame.client.GET('/partner/provisioning/services', {
        params: { query: { ...query, limit: 25, ...cursor } },
        signal,
      }),
    ),
  )
  const columns = useMemo(
    () => [productColumn<Service>(true), ...termsColumns<Service>(''), ...costColumns<Service>()],
    [],
  )
  const names = { partner: acting.partner_name, tenant: acting.tenant_name }
  return (
    <Page
      title={t('services.title')}
      lead={`${t('ordering.services_acting', names)} ${t('services.who_ends')}`}
    >
      <ServiceList
        list={services}
        columns={columns}
        filters={filters}
        empty={{ title: t('services.none'), text: t('ordering.services_acting_none', names) }}
      />
    </Page>
  )
}
