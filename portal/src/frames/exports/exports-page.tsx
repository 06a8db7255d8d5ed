import { Drawer } from '@mantine/core'
import type { ExportPage, ExportRecord } from '@liaison/client'
import { useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatCount } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { pageField, pagingOf } from '../shared/list-fields.ts'
import { About, endOf } from './about.tsx'
import { isUnderWay, useCancel, useDownload, useExports, useExportSide } from './calls.ts'
import { useNews } from './use-news.ts'

const spec = { page: pageField() }

const units = ['B', 'kB', 'MB', 'GB'] as const

/** A size in the largest unit that leaves a whole part, as "3.4 MB". */
function formatSize(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1000 ** power
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? 'B'}`
}

function Progress({ row }: { row: ExportRecord }) {
  if (row.status === 'queued') return <span className="small muted">{t('exports.waits')}</span>
  const all = Math.max(1, row.row_estimate)
  return (
    <div className="stack tight">
      <progress
        className="export-progress"
        max={all}
        value={Math.min(all, row.rows_done)}
        aria-label={t('exports.progress_label', { file: row.file_name })}
      />
      <span className="small muted">
        {t('exports.progress', { done: formatCount(row.rows_done), all: formatCount(row.row_estimate) })}
      </span>
    </div>
  )
}

function State({ row }: { row: ExportRecord }) {
  return (
    <div className="stack tight export-state">
      <StatusChip family="export" value={row.status} />
      {isUnderWay(row) && <Progress row={row} />}
      {endOf(row) !== null && <span className="small muted">{endOf(row)}</span>}
    </div>
  )
}

type Acts = {
  onAbout: (row: ExportRecord) => void
  onCancel: (row: ExportRecord) => void
  onDownload: (row: ExportRecord) => void
}

function Tools({ row, acts }: { row: ExportRecord; acts: Acts }) {
  const file = row.file_name
  if (row.status === 'completed') {
    return (
      <button
        type="button"
        className="row-tool"
        aria-label={t('exports.download_label', { file })}
        onClick={() => acts.onDownload(row)}
      >
        {t('exports.download')}
      </button>
    )
  }
  if (!isUnderWay(row)) return null
  return (
    <button
      type="button"
      className="row-tool"
      aria-label={t('exports.cancel_label', { file })}
      onClick={() => acts.onCancel(row)}
    >
      {t('exports.cancel')}
    </button>
  )
}

function columnsFor(acts: Acts, now: Date): Column<ExportRecord>[] {
  return [
    {
      id: 'file',
      header: t('exports.file'),
      cell: (row) => (
        <button
          type="button"
          className="thing"
          aria-label={t('exports.about_label', { file: row.file_name })}
          onClick={() => acts.onAbout(row)}
        >
          {row.file_name}
        </button>
      ),
    },
    { id: 'state', header: t('column.status'), cell: (row) => <State row={row} /> },
    {
      id: 'rows',
      header: t('exports.rows'),
      numeric: true,
      cell: (row) => (row.row_count === null ? '–' : formatCount(row.row_count)),
    },
    {
      id: 'size',
      header: t('exports.size'),
      numeric: true,
      cell: (row) => (row.file_size_bytes === null ? '–' : formatSize(row.file_size_bytes)),
    },
    {
      id: 'ordered',
      header: t('exports.ordered'),
      cell: (row) => (
        <>
          <MomentText iso={row.created_at} now={now} />
          {!row.is_mine && (
            <div className="small muted">{t('exports.ordered_by', { name: row.ordered_by.name })}</div>
          )}
        </>
      ),
    },
    {
      id: 'until',
      header: t('exports.until'),
      cell: (row) => <DateText iso={row.status === 'completed' ? row.expires_at : null} />,
    },
    { id: 'tools', header: '', cell: (row) => <Tools row={row} acts={acts} /> },
  ]
}

type ListProps = { page: ExportPage; acts: Acts; onPage: (page: number) => void }

function List({ page, acts, onPage }: ListProps) {
  const now = useNow(30_000)
  if (page.total === 0) {
    return (
      <div className="list">
        <Empty title={t('exports.none')} text={t('exports.none_text')} />
      </div>
    )
  }
  return (
    <DataTable
      caption={t('exports.title')}
      columns={columnsFor(acts, now)}
      rows={page.items}
      rowId={(row) => row.export_id}
      paging={pagingOf(page, onPage)}
    />
  )
}

/** The files that were ordered: how far they are, what is in them, and the way to get them. */
export function ExportsPage() {
  const { values, set } = useFilters(spec)
  const [isBusy, setBusy] = useState(true)
  const [openId, setOpenId] = useState<string | null>(null)
  const exports = useExports(values.page, isBusy)
  const rows = exports.data?.items
  const nowBusy = rows?.some(isUnderWay) ?? true
  if (nowBusy !== isBusy) setBusy(nowBusy)
  useNews(rows)
  const [cancel, download] = [useCancel(), useDownload()]
  const open = rows?.find((row) => row.export_id === openId)
  const ofProgram = useExportSide() === 'program' ? '_program' : ''
  const acts: Acts = {
    onAbout: (row) => setOpenId(row.export_id),
    onCancel: (row) => cancel.mutate(row.export_id),
    onDownload: (row) => download.mutate(row),
  }
  return (
    <Page title={t(`exports.title${ofProgram}`)} lead={t(`exports.lead${ofProgram}`)}>
      <WriteProblem error={cancel.error ?? download.error} />
      {download.isPending && (
        <p role="status" className="muted">
          {t('exports.downloading', { file: download.variables.file_name })}
        </p>
      )}
      <Answer query={exports} lines={8}>
        {(page) => <List page={page} acts={acts} onPage={(next) => set({ page: next })} />}
      </Answer>
      <Drawer
        opened={open !== undefined}
        onClose={() => setOpenId(null)}
        position="right"
        title={open?.file_name}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        {open && <About row={open} />}
      </Drawer>
    </Page>
  )
}
