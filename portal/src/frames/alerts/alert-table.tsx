import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Tile } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { MomentText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatCount, formatInstant } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { mayWorkOn } from './calls.ts'
import type { Desk, ShownAlert } from './calls.ts'
import type { AlertFilters } from './filters.tsx'
import { isAsleep, Steps } from './steps.tsx'

export type AlertPage = {
  items: ShownAlert[]
  total: number
  active_count: number
  acknowledged_count: number
  critical_count: number
  snoozed_count: number
}

/** How many wait, are grave, are taken, and sleep. */
export function AlertTiles({ page }: { page: AlertPage }) {
  const tiles = [
    [t('alerts.tile.active'), page.active_count, false],
    [t('alerts.tile.critical'), page.critical_count, page.critical_count > 0],
    [t('alerts.tile.taken'), page.acknowledged_count, false],
    [t('alerts.tile.snoozed'), page.snoozed_count, false],
  ] as const
  return (
    <div className="tiles">
      {tiles.map(([title, count, isLate]) => (
        <Tile key={title} title={title}>
          <p className={isLate ? 'figure late' : 'figure'}>{formatCount(count)}</p>
        </Tile>
      ))}
    </div>
  )
}

/** What an alert says, and how often it said it; with money, the amount of its currency. */
function About({ alert, link }: { alert: ShownAlert; link: ReactNode }) {
  const money = alert.metadata && 'current_amount' in alert.metadata ? alert.metadata.current_amount : null
  return (
    <div>
      {link ?? <span className="strong">{alert.title}</span>}
      <div className="small muted">{alert.message}</div>
      {money !== null && (
        <div className="small">
          <MoneyText money={money} />
        </div>
      )}
      {alert.occurrences > 1 && (
        <div className="small muted">{t('alerts.again', { count: alert.occurrences })}</div>
      )}
      {alert.note !== null && <div className="small">“{alert.note}”</div>}
    </div>
  )
}

function endedBy(alert: ShownAlert): string | null {
  if (alert.status !== 'resolved') return null
  return alert.resolved_by_name === 'clock'
    ? t('alerts.by_itself')
    : t('alerts.by', { name: alert.resolved_by_name ?? '' })
}

function State({ alert, now }: { alert: ShownAlert; now: Date }) {
  const asleep = isAsleep(alert, now)
  const note =
    asleep && alert.snoozed_until !== null
      ? t('alerts.until', { when: formatInstant(alert.snoozed_until) })
      : endedBy(alert)
  return (
    <>
      <StatusChip family="alert" value={asleep ? 'snoozed' : alert.status} />
      {note !== null && <div className="small muted">{note}</div>}
    </>
  )
}

export type Choice = { chosen: ReadonlySet<string>; onChosen: (chosen: ReadonlySet<string>) => void }

type TableProps = {
  page: AlertPage
  filters: AlertFilters
  desk: Desk
  mayWork: boolean
  /** Who the alert is about, in a column of its own. */
  about?: { header: string; of: (alert: ShownAlert) => ReactNode }
  linkOf?: (alert: ShownAlert) => ReactNode
  choice?: Choice
}

function choiceColumn({ chosen, onChosen }: Choice): Column<ShownAlert> {
  const flip = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    onChosen(next)
  }
  return {
    id: 'choose',
    header: t('alerts.severity'),
    cell: (alert) =>
      mayWorkOn(alert) ? (
        <label className="check">
          <input
            type="checkbox"
            aria-label={t('alerts.choose', { alert: alert.title })}
            checked={chosen.has(alert.alert_id)}
            disabled={alert.status === 'resolved'}
            onChange={() => flip(alert.alert_id)}
          />
          <StatusChip family="severity" value={alert.severity} />
        </label>
      ) : (
        <StatusChip family="severity" value={alert.severity} />
      ),
  }
}

const severityColumn = (): Column<ShownAlert> => ({
  id: 'severity',
  header: t('alerts.severity'),
  cell: (alert) => <StatusChip family="severity" value={alert.severity} />,
})

function toColumns({ desk, mayWork, about, linkOf, choice }: TableProps, now: Date): Column<ShownAlert>[] {
  return [
    choice ? choiceColumn(choice) : severityColumn(),
    {
      id: 'what',
      header: t('alerts.what'),
      cell: (alert) => <About alert={alert} link={linkOf?.(alert) ?? null} />,
    },
    ...(about ? [{ id: 'about', header: about.header, cell: about.of }] : []),
    { id: 'state', header: t('alerts.state'), cell: (alert) => <State alert={alert} now={now} /> },
    {
      id: 'who',
      header: t('alerts.who'),
      cell: (alert) => alert.assigned_to_name ?? <span className="muted">{t('alerts.nobody')}</span>,
    },
    {
      id: 'since',
      header: t('alerts.since'),
      numeric: true,
      cell: (alert) => <MomentText iso={alert.triggered_at} now={now} />,
    },
    ...(mayWork
      ? [
          {
            id: 'steps',
            header: '',
            cell: (alert: ShownAlert) =>
              mayWorkOn(alert) ? <Steps alert={alert} desk={desk} now={now} /> : null,
          },
        ]
      : []),
  ]
}

/** A list of alerts, each with what can be done to it. */
export function AlertTable(props: TableProps) {
  const { page, filters, desk, mayWork, about, linkOf, choice } = props
  const now = useNow(60_000)
  const columns = useMemo(
    () =>
      toColumns(
        {
          page,
          filters,
          desk,
          mayWork,
          ...(about && { about }),
          ...(linkOf && { linkOf }),
          ...(choice && { choice }),
        },
        now,
      ),
    [page, filters, desk, mayWork, about, linkOf, choice, now],
  )
  if (page.items.length === 0)
    return (
      <div className="list">
        <Empty title={t('alerts.none')} text={t('alerts.none_text')} />
      </div>
    )
  return (
    <DataTable
      caption={t('alerts.caption')}
      columns={columns}
      rows={page.items}
      rowId={(alert) => alert.alert_id}
      paging={pagingOf({ ...pagingQuery(filters.values.page), total: page.total }, (next) =>
        filters.set({ page: next }),
      )}
    />
  )
}
