import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'

import { BeginButton } from '../../parts/begin-button.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { PastedRefusal } from './pasted-refusal.tsx'
import { shownClientStatus } from '../shared/client-words.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'

const spec = { page: pageField() }

function columnsFor(partnerId: string, now: Date): Column<ApiClient>[] {
  return [
    {
      id: 'name',
      header: t('apps.name'),
      cell: (row) => (
        <GoLink className="thing" to={partnerPlaces.client(partnerId, row.client_id)}>
          {row.name}
        </GoLink>
      ),
    },
    { id: 'where', header: t('apps.environment'), cell: (row) => tValue('environment', row.environment) },
    {
      id: 'state',
      header: t('column.status'),
      cell: (row) => <StatusChip family="client" value={shownClientStatus(row)} />,
    },
    {
      id: 'used',
      header: t('apps.last_used'),
      numeric: true,
      cell: (row) => <MomentText iso={row.last_used_at} now={now} />,
    },
  ]
}

/** The partner's API clients. */
export function ClientsPage() {
  const { partnerId } = useFrame()
  const now = useNow(60_000)
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const clients = useRead(['clients', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/clients', { params: { query }, signal })),
  )
  const toNew = <BeginButton act="partner.client">{t('apps.new')}</BeginButton>
  return (
    <Page title={t('apps.title')} lead={t('apps.lead')} tools={toNew}>
      <div className="stack">
        <PagedTable
          query={clients}
          caption={t('apps.title')}
          columns={columnsFor(partnerId, now)}
          rowId={(row) => row.client_id}
          empty={<Empty title={t('apps.none')} text={t('apps.none_text')} />}
          onPage={(page) => set({ page })}
        />
        <PastedRefusal />
      </div>
    </Page>
  )
}
