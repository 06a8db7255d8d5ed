import './registry-words.ts'
import { readBody } from '@liaison/client'
import type { PartnerApplication } from '@liaison/client'
import type { ReactNode } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces, serverPlaces } from '../../places.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import { partnerKinds } from './entry-form.tsx'

const statuses = ['any', 'submitted', 'needs_info', 'approved', 'rejected', 'withdrawn'] as const
const kinds = ['any', ...partnerKinds.filter((kind) => kind !== 'agency')] as const
const spec = {
  search: textField(),
  status: choiceField(statuses, 'any'),
  kind: choiceField(kinds, 'any'),
  page: pageField(),
}

const columns: Column<PartnerApplication>[] = [
  {
    id: 'organisation',
    header: t('applications.organisation'),
    cell: (row) => (
      <GoLink className="thing" to={platformPlaces.application(row.reference)}>
        {row.organisation}
      </GoLink>
    ),
  },
  { id: 'kind', header: t('column.kinds'), cell: (row) => tValue('kind', row.kind) },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="application" value={row.status} />,
  },
  { id: 'contact', header: t('applications.contact'), cell: (row) => row.contact_email },
  {
    id: 'reference',
    header: t('link.id'),
    cell: (row) => <code className="mono nowrap">{row.reference}</code>,
  },
  {
    id: 'sent',
    header: t('applications.sent'),
    numeric: true,
    cell: (row) => <DateText iso={row.submitted_at} />,
  },
  {
    id: 'answer_by',
    header: t('applications.answer_by'),
    numeric: true,
    cell: (row) => <DateText iso={row.answer_by} />,
  },
]

function NoApplications({ isFiltered }: { isFiltered: boolean }) {
  const address = window.location.origin + serverPlaces.apply
  return (
    <NoRows
      isFiltered={isFiltered}
      title={t('applications.none')}
      text={t('applications.none_text', { address })}
    />
  )
}

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
      <SearchBox label={t('applications.find')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('column.status')}
        value={values.status}
        words={statuses}
        labelOf={anyOr('status.application')}
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

/** Who applied to become a partner: what waits stands on top, the longest waiting first. */
export function ApplicationsPage() {
  const filters = useFilters(spec)
  const { values, set, active } = filters
  const query = {
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('status', values.status),
    ...optional('kind', values.kind),
  }
  const applications = useRead(
    ['applications', query],
    (frame, signal) =>
      readBody(frame.client.GET('/admin/partner-applications', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page title={t('applications.title')} lead={t('applications.lead')}>
      <Filters filters={filters} note={<Refreshed query={applications} />} />
      <PagedTable
        query={applications}
        caption={t('applications.caption')}
        columns={columns}
        rowId={(row) => row.reference}
        empty={<NoApplications isFiltered={active.length > 0} />}
        onPage={(page) => set({ page })}
      />
    </Page>
  )
}
