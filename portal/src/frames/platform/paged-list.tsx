import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import type { Readable } from '../../parts/states.tsx'
import { choiceField } from '../../platform/filters.ts'
import type { StatusFamily } from '../../platform/status.ts'
import { t, tValue } from '../../platform/words.ts'
import { pageField, pageSize, pagingQuery } from '../shared/list-fields.ts'

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

type Page<Row> = { items: Row[]; total: number; limit: number; offset: number }

type PagedListProps<Row> = {
  filters: Filters<ReturnType<typeof pagedSpec>>
  rows: Readable<Page<Row>> & { dataUpdatedAt: number; isFetching: boolean }
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
          labelOf={(word) => (word === 'any' ? t('pick.any') : tValue(`status.${family}`, word))}
          onValue={(status) => set({ status })}
        />
      </FilterBar>
      <Answer query={rows} lines={10}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="list">
              <Empty
                title={t(isFiltered ? 'state.no_match' : 'state.none')}
                text={isFiltered ? t('state.no_match_text') : emptyText}
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
