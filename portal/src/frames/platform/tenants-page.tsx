import { readBody } from '@liaison/client'
import type { TenantRecord } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { Page } from '../../parts/page.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { formatCount } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { RecordList, useRegistry } from './record-list.tsx'

const columns: Column<TenantRecord>[] = [
  {
    id: 'name',
    header: t('column.tenant'),
    cell: (row) => (
      <GoLink className="thing" to={platformPlaces.tenant(row.tenant_id)}>
        {row.name}
      </GoLink>
    ),
  },
  { id: 'slug', header: t('newpartner.slug'), cell: (row) => <code className="mono">{row.slug}</code> },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="organisation" value={row.status} />,
  },
  { id: 'links', header: t('column.links'), numeric: true, cell: (row) => formatCount(row.active_links) },
  { id: 'since', header: t('column.since'), numeric: true, cell: (row) => <DateText iso={row.created_at} /> },
]

/** The registry of tenants: who they are and who has access, never what they hold. */
export function TenantsPage() {
  const registry = useRegistry()
  const { query } = registry
  const tenants = useRead(
    ['tenants', query],
    (frame, signal) => readBody(frame.client.GET('/admin/tenants', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page title={t('tenants.title')} lead={t('tenants.lead')}>
      <RecordList
        registry={registry}
        rows={tenants}
        caption={t('tenants.title')}
        searchLabel={t('board.find')}
        statuses={['any', 'active', 'trial', 'suspended', 'closed']}
        columns={columns}
        rowId={(row) => row.tenant_id}
      />
    </Page>
  )
}
