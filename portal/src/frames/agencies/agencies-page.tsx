import { readBody } from '@liaison/client'
import type { Agency } from '@liaison/client'

import { BeginButton } from '../../parts/begin-button.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { optional, pageField, pageSize, pagingQuery } from '../shared/list-fields.ts'

const spec = { search: textField(), page: pageField() }

function columnsFor(ten: string, now: Date): Column<Agency>[] {
  return [
    {
      id: 'name',
      header: t('agencies.name'),
      cell: (row) => (
        <>
          <GoLink className="thing" to={orgPlaces.agency(ten, row.agency_id)}>
            {row.name}
          </GoLink>
          {row.contact_email !== null && <div className="small muted">{row.contact_email}</div>}
        </>
      ),
    },
    {
      id: 'status',
      header: t('column.status'),
      cell: (row) => <StatusChip family="agency" value={row.status} />,
    },
    { id: 'forms', header: t('agencies.forms'), numeric: true, cell: (row) => formatCount(row.forms) },
    {
      id: 'issued',
      header: t('agencies.issued'),
      numeric: true,
      cell: (row) => formatCount(row.issued_30_days),
    },
    {
      id: 'refused',
      header: t('agencies.refused'),
      numeric: true,
      cell: (row) => formatCount(row.refused_30_days),
    },
    {
      id: 'used',
      header: t('agencies.last_use'),
      numeric: true,
      cell: (row) => <MomentText iso={row.last_used_at} now={now} />,
    },
  ]
}

type ListProps = {
  items: readonly Agency[]
  total: number
  filters: ReturnType<typeof useFilters<typeof spec>>
}

function AgencyList({ items, total, filters }: ListProps) {
  const { tenantId: ten } = useFrame()
  const now = useNow(60_000)
  const { values, set } = filters
  const isSearch = values.search !== ''
  if (items.length === 0)
    return (
      <div className="list">
        <Empty
          title={t(isSearch ? 'agencies.none_found' : 'agencies.none')}
          {...(!isSearch && { text: t('agencies.none_text') })}
        />
      </div>
    )
  return (
    <DataTable
      caption={t('agencies.title')}
      columns={columnsFor(ten, now)}
      rows={items}
      rowId={(row) => row.agency_id}
      paging={{
        offset: values.page * pageSize,
        limit: pageSize,
        total,
        onOffset: (offset) => set({ page: offset / pageSize }),
      }}
    />
  )
}

/** The agencies of the organisation, with what each did in 30 days (A1). */
export function AgenciesPage() {
  const { tenantId: ten } = useFrame()
  const filters = useFilters(spec)
  const { values, set, clear, active } = filters
  const agencies = useRead(
    ['agencies', values],
    (frame, signal) =>
      readBody(
        frame.client.GET('/tenant/agencies', {
          params: { query: { ...optional('search', values.search), ...pagingQuery(values.page) } },
          signal,
        }),
      ),
    { keep: true },
  )
  const tools = (
    <>
      <GoLink to={orgPlaces.leaks(ten)}>{t('agencies.leaks_link')}</GoLink>
      <BeginButton act="org.agency">{t('agencies.add')}</BeginButton>
    </>
  )
  return (
    <Page title={t('agencies.title')} lead={t('agencies.lead')} tools={tools}>
      <FilterBar active={active} onClear={clear}>
        <SearchBox
          label={t('agencies.search')}
          value={values.search}
          onValue={(search) => set({ search, page: 0 })}
        />
      </FilterBar>
      <Answer query={agencies}>
        {({ items, total }) => <AgencyList items={items} total={total} filters={filters} />}
      </Answer>
    </Page>
  )
}
