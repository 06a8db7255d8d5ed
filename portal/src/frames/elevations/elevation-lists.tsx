import type { Elevation } from '@liaison/client'
import type { ReactNode } from 'react'

import { TableFrame } from '../../parts/table-frame.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { ElevationCard } from './elevation-card.tsx'

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

function EarlierRow({ row, isOrg }: { row: Elevation; isOrg: boolean }) {
  return (
    <tr>
      <td className="strong">
        {t(isOrg ? 'elevate.one_org' : 'elevate.one_partner', {
          person: row.person_name,
          tenant: row.tenant_name ?? '',
          partner: row.partner_name ?? '',
        })}
      </td>
      <td data-label={t('elevate.permissions')}>{whatOf(row)}</td>
      <td data-label={t('elevate.why')}>{row.reason}</td>
      <td data-label={t('column.status')}>
        <StatusChip family="elevation" value={row.status} />
      </td>
      <td data-label={t('elevate.ended_at')}>
        {formatDateTime(row.ended_at ?? row.ends_at ?? row.answer_by)}
      </td>
      <td data-label={t('elevate.ended_by')}>
        {endedBy(row)}
        {row.end_reason !== null && (
          <>
            {' '}
            <q>{row.end_reason}</q>
          </>
        )}
      </td>
    </tr>
  )
}

function Earlier({ rows }: { rows: readonly Elevation[] }) {
  const isOrg = useFrame().kind === 'org'
  return (
    <section className="stack tight" aria-label={t('elevate.earlier')}>
      <h2 className="section-title">{t('elevate.earlier')}</h2>
      {rows.length === 0 ? (
        <p className="muted">{t('elevate.earlier_none')}</p>
      ) : (
        <div className="list">
          <TableFrame
            caption={t('elevate.earlier')}
            heads={[
              t('elevate.who'),
              t('elevate.permissions'),
              t('elevate.why'),
              t('column.status'),
              t('elevate.ended_at'),
              t('elevate.ended_by'),
            ]}
          >
            {rows.map((row) => (
              <EarlierRow key={row.elevation_id} row={row} isOrg={isOrg} />
            ))}
          </TableFrame>
        </div>
      )}
    </section>
  )
}

/** All elevations of a side: what waits first, then what runs, then what was. */
export function ElevationLists({ rows, children }: { rows: readonly Elevation[]; children?: ReactNode }) {
  const waiting = rows.filter((row) => row.waits_for !== null)
  const running = rows.filter((row) => row.status === 'active')
  const earlier = rows.filter((row) => row.waits_for === null && row.status !== 'active')
  return (
    <div className="stack wide">
      {children}
      <Cards title={t('elevate.to_answer')} none={t('elevate.to_answer_none')} rows={waiting} />
      <Cards title={t('elevate.running')} none={t('elevate.running_none')} rows={running} />
      <Earlier rows={earlier} />
    </div>
  )
}
