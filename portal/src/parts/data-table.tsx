import { memo, useEffect, useRef, useState } from 'react'
import type { ReactNode, RefObject } from 'react'

import { isControl, isField, readKey } from '../platform/keyboard.ts'
import { useFrame } from '../platform/frame.ts'
import { formatCount } from '../platform/format.ts'
import { t } from '../platform/words.ts'
import { ActsHead, TableFrame } from './table-frame.tsx'

export type Column<Row> = {
  id: string
  header: string
  cell: (row: Row) => ReactNode
  numeric?: boolean
  /** The thing that the row is of: a class of the cell, not an element in it. */
  isStrong?: boolean
  /** The server's name of this order; the column is sortable when present. */
  sort?: string
}

export type Sorting = { by: string; order: string; onSort: (by: string, order: 'asc' | 'desc') => void }
export type Paging = { offset: number; limit: number; total: number; onOffset: (offset: number) => void }

type DataTableProps<Row> = {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowId: (row: Row) => string
  sorting?: Sorting
  paging?: Paging
  foot?: ReactNode
}

type RowProps<Row> = { row: Row; columns: readonly Column<Row>[]; at: boolean }

function classOf<Row>({ numeric, header, isStrong }: Column<Row>): string | undefined {
  if (numeric) return 'num'
  if (header === '') return 'tool'
  return isStrong ? 'strong' : undefined
}

function PlainRow<Row>({ row, columns, at }: RowProps<Row>) {
  return (
    <tr data-at={at ? 'true' : undefined}>
      {columns.map((column) => (
        <td
          key={column.id}
          className={classOf(column)}
          data-label={column.header === '' ? undefined : column.header}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  )
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- memo loses the row's type parameter
const TableRow = memo(PlainRow) as typeof PlainRow

function HeadCell<Row>({ column, sorting }: { column: Column<Row>; sorting: Sorting | undefined }) {
  const className = column.numeric ? 'num' : undefined
  if (column.header === '') return <ActsHead />
  if (column.sort === undefined || sorting === undefined) {
    return (
      <th scope="col" className={className}>
        {column.header}
      </th>
    )
  }
  const by = column.sort
  const isSorted = sorting.by === by
  const direction = sorting.order === 'asc' ? 'ascending' : 'descending'
  return (
    <th scope="col" className={className} aria-sort={isSorted ? direction : 'none'}>
      <button
        type="button"
        className="sort"
        onClick={() => sorting.onSort(by, isSorted && sorting.order === 'desc' ? 'asc' : 'desc')}
      >
        {column.header}
      </button>
    </th>
  )
}

/** Opens what the row is about; only a row that names no such thing opens the first link or button that it has. */
function openRow(body: HTMLElement | null, index: number): void {
  const row = body?.querySelectorAll('tr')[index]
  const opener = row?.querySelector<HTMLElement>('.thing') ?? row?.querySelector<HTMLElement>('a, button')
  opener?.click()
}

/** Which row the keyboard stands on: j and k move, Enter opens. Nothing happens while a dialog is open. */
function useRowKeys(ids: readonly string[], body: RefObject<HTMLTableSectionElement | null>): number {
  const [id, setId] = useState('')
  // The row, not its place: another one may have come there with a newer answer, another order or another page.
  const at = ids.indexOf(id)
  const lettersOn = useFrame().me.person.shortcuts
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!lettersOn || document.querySelector('[role="dialog"]') !== null) return
      const meaning = readKey({ ...pick(event), inField: isField(event.target), afterG: false })
      if (meaning?.act === 'next') setId(ids[at + 1] ?? id)
      if (meaning?.act === 'previous') setId(ids[Math.max(at - 1, 0)] ?? id)
      if (meaning?.act === 'open' && !isControl(event.target)) openRow(body.current, at)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [ids, id, at, body, lettersOn])
  useEffect(() => {
    body.current?.querySelectorAll('tr')[at]?.scrollIntoView({ block: 'nearest' })
  }, [at, body])
  return at
}

function pick(event: KeyboardEvent) {
  return { key: event.key, ctrlKey: event.ctrlKey, metaKey: event.metaKey, altKey: event.altKey }
}

const mostCounted = 10_000

/** Which rows of how many are shown, and the way to the others. */
export function PageFoot({ paging }: { paging: Paging }) {
  const { offset, limit, total, onOffset } = paging
  const last = Math.min(offset + limit, total)
  const count = total > mostCounted ? `${formatCount(mostCounted)}+` : formatCount(total)
  const isFirst = offset === 0
  const isLast = last >= total
  return (
    <>
      <span className="num" role="status">
        {t(last <= offset + 1 ? 'table.range_one' : 'table.range', {
          first: formatCount(offset + 1),
          last: formatCount(last),
          count,
        })}
      </span>
      {!(isFirst && isLast) && (
        <nav aria-label={t('table.pages')}>
          <PageButton label={t('table.previous')} to={isFirst ? null : offset - limit} onOffset={onOffset} />
          <PageButton label={t('table.next')} to={isLast ? null : offset + limit} onOffset={onOffset} />
        </nav>
      )}
    </>
  )
}

type PageButtonProps = { label: string; to: number | null; onOffset: (offset: number) => void }

function PageButton({ label, to, onOffset }: PageButtonProps) {
  if (to === null) return null
  return (
    <button type="button" className="row-tool" onClick={() => onOffset(Math.max(0, to))}>
      {label}
    </button>
  )
}

/**
 * A list whose order, filter and pages are the server's. Rows hold plain elements only: library components in
 * cells made sorting five times slower. Below 640 px each row reads as a card.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, rowId, sorting, paging, foot } = props
  const body = useRef<HTMLTableSectionElement>(null)
  const at = useRowKeys(rows.map(rowId), body)
  return (
    <div className="list">
      <TableFrame
        caption={caption}
        heads={columns.map((column) => (
          <HeadCell key={column.id} column={column} sorting={sorting} />
        ))}
        body={body}
      >
        {rows.map((row, index) => (
          <TableRow key={rowId(row)} row={row} columns={columns} at={index === at} />
        ))}
      </TableFrame>
      {(paging || foot) && (
        <div className="list-foot">
          {paging && <PageFoot paging={paging} />}
          {foot}
        </div>
      )}
    </div>
  )
}
