import type { UseQueryResult } from '@tanstack/react-query'

import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { t } from '../../platform/words.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'

const statuses = ['any', 'active', 'pending', 'trial', 'suspended', 'terminated', 'closed'] as const
const spec = { search: textField(), status: choiceField(statuses, 'any'), page: pageField() }

type Listed<Row> = { items: Row[]; total: number; limit: number; offset: number }
type Status = (typeof statuses)[number]

/** The filters of a registry page with the server's query for them. */
export function useRegistry() {
  const filters = useFilters(spec)
  const { values } = filters
  const query = {
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('status', values.status),
  }
  return { filters, query }
}

type RecordFiltersProps<Row> = {
  registry: ReturnType<typeof useRegistry>
  rows: UseQueryResult<Listed<Row>>
  searchLabel: string
  statuses: readonly Status[]
}

function RecordFilters<Row>({ registry, rows, searchLabel, statuses: words }: RecordFiltersProps<Row>) {
  const { values, set, clear, active } = registry.filters
  return (
    <FilterBar active={active} onClear={clear} note={<Refreshed query={rows} />}>
      <SearchBox label={searchLabel} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('column.status')}
        value={values.status}
        words={words}
        labelOf={anyOr('status.organisation')}
        onValue={(status) => set({ status })}
      />
    </FilterBar>
  )
}

type RecordListProps<Row> = RecordFiltersProps<Row> & {
  caption: string
  columns: readonly Column<Row>[]
  rowId: (row: Row) => string
}

/** A registry: organisations by name and state. */
export function RecordList<Row>({
  registry,
  rows,
  caption,
  columns,
  rowId,
  ...others
}: RecordListProps<Row>) {
  const { set, active } = registry.filters
  const isFiltered = active.length > 0
  return (
    <>
      <RecordFilters registry={registry} rows={rows} {...others} />
      <PagedTable
        query={rows}
        caption={caption}
        columns={columns}
        rowId={rowId}
        empty={<NoRows isFiltered={isFiltered} />}
        onPage={(page) => set({ page })}
      />
    </>
  )
}
