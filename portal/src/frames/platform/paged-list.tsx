import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { Refreshed } from '../../parts/states.tsx'
import type { Readable } from '../../parts/states.tsx'
import { choiceField } from '../../platform/filters.ts'
import type { StatusFamily } from '../../platform/status.ts'
import { t } from '../../platform/words.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import type { PageOf } from '../shared/paged-table.tsx'

/** The filters of a list that has states and pages. */
export function pagedSpec(statuses: readonly string[]) {
  return { status: choiceField<string>([...statuses, 'any'], 'any'), page: pageField() }
}

/** The server's query for the state that was chosen and the page. */
export function pagedQuery<Word extends string>(
  statuses: readonly Word[],
  { status, page }: { status: string; page: number },
): { status?: Word; limit: number; offset: number } {
  const chosen = statuses.find((word) => word === status)
  return { ...pagingQuery(page), ...(chosen === undefined ? {} : { status: chosen }) }
}

type PagedListProps<Row> = {
  filters: Filters<ReturnType<typeof pagedSpec>>
  rows: Readable<PageOf<Row>> & { dataUpdatedAt: number; isFetching: boolean }
  statuses: readonly string[]
  family: StatusFamily
  caption: string
  columns: readonly Column<Row>[]
  rowId: (row: Row) => string
  emptyText: string
}

/** A list of the provider with a state to choose and pages to turn. */
export function PagedList<Row>(props: PagedListProps<Row>) {
  const { filters, rows, statuses, family, caption, columns, rowId, emptyText } = props
  const { values, set, clear, active } = filters
  const isFiltered = active.length > 0
  return (
    <>
      <FilterBar active={active} onClear={clear} note={<Refreshed query={rows} />}>
        <Pick
          label={t('column.status')}
          value={values.status}
          words={['any', ...statuses]}
          labelOf={anyOr(`status.${family}`)}
          onValue={(status) => set({ status })}
        />
      </FilterBar>
      <PagedTable
        query={rows}
        caption={caption}
        columns={columns}
        rowId={rowId}
        empty={<NoRows isFiltered={isFiltered} text={emptyText} />}
        onPage={(page) => set({ page })}
      />
    </>
  )
}
