import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { shownClientStatus } from '../shared/client-words.ts'
import { pagedQuery, pagedSpec, PagedList } from './paged-list.tsx'

const statuses = ['active', 'suspended', 'revoked'] as const
const spec = pagedSpec(statuses)

const columns: Column<ApiClient>[] = [
  {
    id: 'name',
    header: t('client.name'),
    cell: (client) => (
      <GoLink className="thing" to={platformPlaces.client(client.client_id)}>
        {client.name}
      </GoLink>
    ),
  },
  { id: 'owner', header: t('client.owner'), cell: (client) => client.owner.name },
  {
    id: 'status',
    header: t('column.status'),
    cell: (client) => <StatusChip family="client" value={shownClientStatus(client)} />,
  },
  {
    id: 'environment',
    header: t('client.environment'),
    cell: (client) => tValue('environment', client.environment),
  },
  { id: 'scopes', header: t('client.scopes'), cell: (client) => client.scopes.join(', ') },
  {
    id: 'used',
    header: t('client.last_used'),
    numeric: true,
    cell: (client) => <DateText iso={client.last_used_at} />,
  },
  {
    id: 'created',
    header: t('client.created'),
    numeric: true,
    cell: (client) => <DateText iso={client.created_at} />,
  },
]

/** Every API client of the platform. */
export function ClientsPage() {
  const filters = useFilters(spec)
  const query = pagedQuery(statuses, filters.values)
  const clients = useRead(
    ['clients', query],
    (frame, signal) => readBody(frame.client.GET('/admin/clients', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page title={t('clients.title')} lead={t('clients.lead')}>
      <PagedList
        filters={filters}
        rows={clients}
        statuses={statuses}
        family="client"
        caption={t('clients.title')}
        columns={columns}
        rowId={(client) => client.client_id}
        emptyText={t('clients.none_text')}
      />
    </Page>
  )
}
