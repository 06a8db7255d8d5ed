import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'

import { useFrame } from '../platform/frame.ts'
import type { Frame } from '../platform/frame.ts'
import { t } from '../platform/words.ts'
import { DataTable } from './data-table.tsx'
import type { Column } from './data-table.tsx'
import { Answer, Empty, NoMatch } from './states.tsx'

type Part<Row> = { items: Row[]; next_cursor: string | null }

/** A list that goes on by the server's cursor; `data` holds every row that was read so far. */
export type Endless<Row> = UseInfiniteQueryResult<Row[]>

/** Reads the first part of a list under the key of the present frame, and further ones on demand. */
export function useEndless<Row>(
  key: readonly unknown[],
  read: (frame: Frame, cursor: { cursor?: string }, signal: AbortSignal) => Promise<Part<Row>>,
  options: { enabled?: boolean } = {},
): Endless<Row> {
  const frame = useFrame()
  return useInfiniteQuery({
    queryKey: [frame.key, ...key],
    queryFn: ({ pageParam, signal }) => read(frame, pageParam === '' ? {} : { cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (last: Part<Row>) => last.next_cursor,
    select: (data) => data.pages.flatMap((page) => page.items),
    enabled: options.enabled ?? true,
  })
}

/** The way to the next part of an endless list; nothing once all of it is there. */
export function MoreButton<Row>({ list }: { list: Endless<Row> }) {
  if (!list.hasNextPage) return null
  return (
    <Button
      variant="default"
      loading={list.isFetchingNextPage}
      onClick={() => {
        void list.fetchNextPage()
      }}
    >
      {t('access.more')}
    </Button>
  )
}

type EndlessTableProps<Row> = {
  list: Endless<Row>
  caption: string
  columns: readonly Column<Row>[]
  rowId: (row: Row) => string
  /** What an empty list means; another sentence stands when filters hide something. */
  empty: { title: string; text: string }
  isFiltered: boolean
  /** How many are shown, in words. */
  countOf: (count: number) => string
}

/** An endless list as a table, in whichever state it is. */
export function EndlessTable<Row>(props: EndlessTableProps<Row>) {
  const { list, caption, columns, rowId, empty, isFiltered, countOf } = props
  return (
    <Answer query={list} lines={10}>
      {(rows) =>
        rows.length === 0 ? (
          <div className="list">
            {isFiltered ? <NoMatch /> : <Empty title={empty.title} text={empty.text} />}
          </div>
        ) : (
          <DataTable
            caption={caption}
            columns={columns}
            rows={rows}
            rowId={rowId}
            foot={
              <>
                <span role="status">{countOf(rows.length)}</span>
                <MoreButton list={list} />
              </>
            }
          />
        )
      }
    </Answer>
  )
}
