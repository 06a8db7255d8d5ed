import './assistance-words.ts'
import { readBody } from '@liaison/client'
import type { SupportAboutPartner } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

const columns: Column<SupportAboutPartner>[] = [
  { id: 'tenant', header: t('assist.tenant'), isStrong: true, cell: (row) => row.tenant_name },
  {
    id: 'case',
    header: t('assist.case'),
    cell: (row) => <span className="nowrap">{row.case_number}</span>,
  },
  { id: 'who', header: t('assist.who'), cell: (row) => row.person_name },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="link" value={row.status} />,
  },
  { id: 'asked', header: t('assist.asked'), cell: (row) => formatDateTime(row.requested_at) },
  {
    id: 'until',
    header: t('assist.until'),
    cell: (row) => formatDateTime(row.ended_at ?? row.ends_at) || '–',
  },
]

const query = { limit: 20 }

/** When the provider's support asked to look into a tenant because of the partner's work there; nothing where it never did. */
export function SupportTold() {
  const maySee = useMay('partner_org.links.read')
  const told = useRead(
    ['support-access', query],
    ({ client }, signal) => readBody(client.GET('/partner/support-access', { params: { query }, signal })),
    { enabled: maySee },
  )
  const items = told.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="stack tight" aria-label={t('assist.told')}>
      <h2 className="section-title">{t('assist.told')}</h2>
      <p className="muted">{t('assist.told_lead')}</p>
      <DataTable
        caption={t('assist.told')}
        columns={columns}
        rows={items}
        rowId={(row) => row.support_access_id}
      />
    </section>
  )
}
