import type { ReactNode } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Answer, Empty, NoMatch } from '../../parts/states.tsx'
import type { Readable } from '../../parts/states.tsx'
import { t } from '../../platform/words.ts'
import { pagingOf } from './list-fields.ts'

/** One page of a list, as the server hands it out. */
export type PageOf<Row> = { items: readonly Row[]; total: number; limit: number; offset: number }

type PagedTableProps<Row> = {
  query: Readable<PageOf<Row>>
  caption: string
  columns: readonly Column<Row>[]
  rowId: (row: Row) => string
  /** What stands in place of the table when no row is there. */
  empty: ReactNode
  /** Turns to a page, counted from zero. */
  onPage: (page: number) => void
  /** How many lines stand in while the list is awaited. */
  lines?: number
}

/** A list with pages to turn, in whichever state its read is. */
export function PagedTable<Row>({ query, empty, onPage, lines = 10, ...table }: PagedTableProps<Row>) {
  return (
    <Answer query={query} lines={lines}>
      {(page) =>
        page.items.length === 0 ? (
          <div className="list">{empty}</div>
        ) : (
          <DataTable {...table} rows={page.items} paging={pagingOf(page, onPage)} />
        )
      }
    </Answer>
  )
}

type NoRowsProps = { isFiltered: boolean; title?: string; text?: string }

/** Says whether the filters leave no row, or nothing is there yet. */
export function NoRows({ isFiltered, title = t('state.none'), text = t('state.none_text') }: NoRowsProps) {
  return isFiltered ? <NoMatch /> : <Empty title={title} text={text} />
}
