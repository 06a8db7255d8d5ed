import type { Elevation } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Answer } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import { readElevations, readOpenElevations } from './calls.ts'
import { ElevationCard } from './elevation-card.tsx'

const refetchMs = 30_000

function Cards({ title, none, rows }: { title: string; none: string; rows: readonly Elevation[] }) {
  return (
    <section className="stack tight" aria-label={title}>
      <h2 className="section-title">{title}</h2>
      {rows.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <div className="halves">
          {rows.map((row) => (
            <ElevationCard key={row.elevation_id} elevation={row} />
          ))}
        </div>
      )}
    </section>
  )
}

function whatOf({ permissions: [first, ...others] }: Elevation): string {
  if (first === undefined) return ''
  if (others.length === 0) return first.sentence
  return t('elevate.and_more', { first: first.sentence, count: others.length })
}

function endedBy({ ended_by_side: side, ended_by_name: name }: Elevation): string {
  if (side === 'clock') return t('elevate.by_clock')
  if (side === 'ticket') return t('elevate.by_ticket')
  return name ?? t('elevate.by_other')
}

function columnsFor(isOrg: boolean): Column<Elevation>[] {
  const name = isOrg ? 'elevate.one_org' : 'elevate.one_partner'
  return [
    {
      id: 'who',
      header: t('elevate.who'),
      isStrong: true,
      cell: (row) =>
        t(name, {
          person: row.person_name,
          tenant: row.tenant_name ?? '',
          partner: row.partner_name ?? '',
        }),
    },
    { id: 'what', header: t('elevate.permissions'), cell: whatOf },
    { id: 'why', header: t('elevate.why'), cell: (row) => row.reason },
    {
      id: 'status',
      header: t('column.status'),
      cell: (row) => <StatusChip family="elevation" value={row.status} />,
    },
    {
      id: 'at',
      header: t('elevate.ended_at'),
      cell: (row) => formatDateTime(row.ended_at ?? row.ends_at ?? row.answer_by),
    },
    { id: 'by', header: t('elevate.ended_by'), cell: (row) => <EndedBy row={row} /> },
  ]
}

function EndedBy({ row }: { row: Elevation }) {
  return (
    <>
      {endedBy(row)}
      {row.end_reason !== null && (
        <>
          {' '}
          <q>{row.end_reason}</q>
        </>
      )}
    </>
  )
}

const spec = { page: pageField() }

function Earlier() {
  const isOrg = useFrame().kind === 'org'
  const { values, set } = useFilters(spec)
  const query = { status: 'ended,denied,withdrawn,lapsed', ...pagingQuery(values.page) }
  const earlier = useRead(['elevations', query], (frame, signal) => readElevations(frame, query, signal), {
    keep: true,
    refetchMs,
  })
  return (
    <section className="stack tight" aria-label={t('elevate.earlier')}>
      <h2 className="section-title">{t('elevate.earlier')}</h2>
      {earlier.data?.total === 0 ? (
        <p className="muted">{t('elevate.earlier_none')}</p>
      ) : (
        <PagedTable
          query={earlier}
          caption={t('elevate.earlier')}
          columns={columnsFor(isOrg)}
          rowId={(row) => row.elevation_id}
          empty={<NoRows isFiltered={false} />}
          lines={4}
          onPage={(page) => set({ page })}
        />
      )}
    </section>
  )
}

function Open() {
  const open = useRead(['elevations', 'open'], readOpenElevations, { refetchMs })
  return (
    <Answer query={open}>
      {(rows) => (
        <>
          <Cards
            title={t('elevate.to_answer')}
            none={t('elevate.to_answer_none')}
            rows={rows.filter((row) => row.waits_for !== null)}
          />
          <Cards
            title={t('elevate.running')}
            none={t('elevate.running_none')}
            rows={rows.filter((row) => row.status === 'active')}
          />
        </>
      )}
    </Answer>
  )
}

/** All elevations of a side: what waits first, then what runs, then what was, with pages to turn. */
export function ElevationLists() {
  return (
    <div className="stack wide">
      <Open />
      <Earlier />
    </div>
  )
}
