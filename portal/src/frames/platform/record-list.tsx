import type { UseQueryResult } from '@tanstack/react-query'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { t, tValue } from '../../platform/words.ts'
import { optional, pageField, pageSize, pagingQuery } from '../shared/list-fields.ts'

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
        labelOf={(word) => (word === 'any' ? t('pick.any') : tValue('status.organisation', word))}
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
      <Answer query={rows} lines={10}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="list">
              <Empty
                title={t(isFiltered ? 'state.no_match' : 'state.none')}
                text={t(isFiltered ? 'state.no_match_text' : 'state.none_text')}
              />
            </div>
          ) : (
            <DataTable
              caption={caption}
              columns={columns}
              rows={page.items}
              rowId={rowId}
              paging={{
                offset: page.offset,
                limit: page.limit,
                total: page.total,
                onOffset: (offset) => set({ page: Math.floor(offset / pageSize) }),
              }}
            />
          )
        }
      </Answer>
    </>
  )
}
