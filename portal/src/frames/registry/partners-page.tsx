import './registry-words.ts'
import { readBody } from '@liaison/client'
import type { PartnerRecord } from '@liaison/client'
import type { ReactNode } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import { partnerKinds } from './entry-form.tsx'

const statuses = ['any', 'active', 'suspended', 'terminated'] as const
const kinds = ['any', ...partnerKinds] as const
const spec = {
  search: textField(),
  status: choiceField(statuses, 'any'),
  kind: choiceField(kinds, 'any'),
  page: pageField(),
}

const columns: Column<PartnerRecord>[] = [
  {
    id: 'name',
    header: t('column.partner'),
    cell: (row) => (
      <GoLink className="thing" to={platformPlaces.partner(row.partner_id)}>
        {row.name}
      </GoLink>
    ),
  },
  {
    id: 'kinds',
    header: t('column.kinds'),
    cell: (row) => row.kinds.map((kind) => tValue('kind', kind)).join(', '),
  },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="organisation" value={row.status} />,
  },
  { id: 'people', header: t('column.people'), numeric: true, cell: (row) => formatCount(row.members_count) },
  { id: 'links', header: t('column.links'), numeric: true, cell: (row) => formatCount(row.active_links) },
  {
    id: 'clients',
    header: t('partners.clients'),
    numeric: true,
    cell: (row) => formatCount(row.clients_count),
  },
  {
    id: 'since',
    header: t('column.since'),
    numeric: true,
    cell: (row) => <DateText iso={row.onboarding_date} />,
  },
]

function Filters({
  filters,
  note,
}: {
  filters: ReturnType<typeof useFilters<typeof spec>>
  note: ReactNode
}) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <SearchBox label={t('partners.find')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('column.status')}
        value={values.status}
        words={statuses}
        labelOf={anyOr('status.organisation')}
        onValue={(status) => set({ status })}
      />
      <Pick
        label={t('column.kinds')}
        value={values.kind}
        words={kinds}
        labelOf={anyOr('kind')}
        onValue={(kind) => set({ kind })}
      />
    </FilterBar>
  )
}

/** The registry of partners. */
export function PartnersPage() {
  const filters = useFilters(spec)
  const { values, set, active } = filters
  const query = {
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('status', values.status),
    ...optional('kind', values.kind),
  }
  const partners = useRead(
    ['partners', query],
    (frame, signal) => readBody(frame.client.GET('/admin/partners', { params: { query }, signal })),
    { keep: true },
  )
  const isFiltered = active.length > 0
  return (
    <Page
      title={t('partners.title')}
      lead={t('partners.lead')}
      tools={<BeginButton act="platform.partner">{t('newpartner.open')}</BeginButton>}
    >
      <Filters filters={filters} note={<Refreshed query={partners} />} />
      <PagedTable
        query={partners}
        caption={t('partners.title')}
        columns={columns}
        rowId={(row) => row.partner_id}
        empty={<NoRows isFiltered={isFiltered} />}
        onPage={(page) => set({ page })}
      />
    </Page>
  )
}
