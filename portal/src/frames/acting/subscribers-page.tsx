import { readBody } from '@liaison/client'
import type { Subscriber, SubscriberPage } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch, Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { useActing } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { ExportLink } from '../shared/export-link.tsx'
import { optional, orderField, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'

const statuses = ['any', 'active', 'suspended', 'closed'] as const
const sorts = ['name', 'created_at', 'status'] as const

const spec = {
  search: textField(),
  status: choiceField(statuses, 'any'),
  sort: choiceField(sorts, 'name'),
  order: orderField('asc'),
  page: pageField(),
}

const columns: Column<Subscriber>[] = [
  {
    id: 'name',
    header: t('subscriber.name'),
    sort: 'name',
    isStrong: true,
    cell: (row) => row.name,
  },
  {
    id: 'status',
    header: t('column.status'),
    sort: 'status',
    cell: (row) => <StatusChip family="organisation" value={row.status} />,
  },
  { id: 'plan', header: t('managed.plan'), cell: (row) => row.plan ?? '–' },
  { id: 'city', header: t('subscriber.city'), cell: (row) => row.city ?? '–' },
  {
    id: 'since',
    header: t('subscriber.since'),
    numeric: true,
    cell: (row) => <DateText iso={row.activated_on} />,
  },
]

type ListProps = { page: SubscriberPage; filters: Filters<typeof spec> }

function List({ page, filters }: ListProps) {
  const { acting } = useActing()
  const { values, set, active } = filters
  const isFiltered = active.length > 0
  if (page.items.length === 0) {
    return (
      <div className="list">
        {isFiltered ? (
          <NoMatch />
        ) : (
          <Empty title={t('subscriber.none')} text={t('subscriber.empty', { tenant: acting.tenant_name })} />
        )}
      </div>
    )
  }
  return (
    <DataTable
      caption={t('managed.subscribers')}
      columns={columns}
      rows={page.items}
      rowId={(row) => row.subscriber_id}
      sorting={{
        by: values.sort,
        order: values.order,
        onSort: (by, order) => set({ sort: sorts.find((name) => name === by) ?? 'name', order }),
      }}
      paging={pagingOf(page, (next) => set({ page: next }))}
    />
  )
}

/** The subscribers of this tenant. */
export function SubscribersPage() {
  const { acting } = useActing()
  const mayExport = acting.permissions.includes('partner.reports.export')
  const filters = useFilters(spec)
  const { values, set, clear, active } = filters
  const query = {
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('status', values.status),
    sort_by: values.sort,
    sort_order: values.order,
  }
  const subscribers = useRead(
    ['subscribers', query],
    (frame, signal) =>
      readBody(frame.client.GET('/partner/provisioning/subscribers', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page title={t('managed.subscribers')} tools={mayExport && <ExportLink kind="subscribers" />}>
      <FilterBar active={active} onClear={clear} note={<Refreshed query={subscribers} />}>
        <SearchBox label={t('subscriber.find')} value={values.search} onValue={(search) => set({ search })} />
        <Pick
          label={t('column.status')}
          value={values.status}
          words={statuses}
          labelOf={anyOr('status.organisation')}
          onValue={(status) => set({ status })}
        />
      </FilterBar>
      <Answer query={subscribers} lines={10}>
        {(page) => <List page={page} filters={filters} />}
      </Answer>
    </Page>
  )
}
