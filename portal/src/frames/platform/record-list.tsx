import { useMemo } from 'react'
import type { ReactNode } from 'react'
import type { UseQueryResult } from '@tanstack/react-query'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { t, tValue } from '../../platform/words.ts'
import { optional, pageField, pageSize, pagingQuery } from '../shared/list-fields.ts'

const statuses = ['any', 'active', 'pending', 'trial', 'suspended', 'terminated', 'closed'] as const
const spec = { search: textField(), status: choiceField(statuses, 'any'), page: pageField() }

export type RecordQuery = { limit: number; offset: number; search?: string; status?: string }
type Listed<Row> = { items: Row[]; total: number; limit: number; offset: number }

type RecordListProps<Row> = {
  title: string
  lead: string
  searchLabel: string
  statuses: readonly (typeof statuses)[number][]
  useRows: (query: RecordQuery) => UseQueryResult<Listed<Row>>
  columns: readonly Column<Row>[]
  rowId: (row: Row) => string
  tools?: ReactNode
}

/** A registry page: organisations by name and state. */
export function RecordList<Row>(props: RecordListProps<Row>) {
  const { values, set, clear, active } = useFilters(spec)
  const rows = props.useRows({
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('status', values.status),
  })
  const columns = useMemo(() => props.columns, [props.columns])
  return (
    <Page title={props.title} lead={props.lead} tools={props.tools}>
      <FilterBar active={active} onClear={clear}>
        <SearchBox
          label={props.searchLabel}
          value={values.search}
          onValue={(search) => {
            set({ search })
          }}
        />
        <Pick
          label={t('column.status')}
          value={values.status}
          words={props.statuses}
          labelOf={(word) => (word === 'any' ? t('pick.any') : tValue('status.organisation', word))}
          onValue={(status) => {
            set({ status })
          }}
        />
      </FilterBar>
      <Answer query={rows} lines={10}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="list">
              <Empty
                title={t(active.length > 0 ? 'state.no_match' : 'state.none')}
                text={t(active.length > 0 ? 'state.no_match_text' : 'state.none_text')}
              />
            </div>
          ) : (
            <DataTable
              caption={props.title}
              columns={columns}
              rows={page.items}
              rowId={props.rowId}
              paging={{
                offset: page.offset,
                limit: page.limit,
                total: page.total,
                onOffset: (offset) => {
                  set({ page: Math.floor(offset / pageSize) })
                },
              }}
            />
          )
        }
      </Answer>
    </Page>
  )
}
