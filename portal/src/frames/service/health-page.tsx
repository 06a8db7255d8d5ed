import { readBody } from '@liaison/client'
import type { HealthCheck, ServiceHealth } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatCount, formatDateTime } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { hasWords, t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'

const REFRESH_MS = 30_000

function meaningOf({ name, state }: HealthCheck): string {
  const id = `health.${name}.${state}`
  return hasWords(id) ? t(id) : ''
}

function nameOf({ name }: HealthCheck) {
  const words = tValue('health.name', name)
  if (name !== 'work' && name !== 'schedules') return words
  return (
    <GoLink className="thing" to={platformPlaces.jobs()}>
      {words}
    </GoLink>
  )
}

function columnsFor(now: Date): Column<HealthCheck>[] {
  return [
    { id: 'part', header: t('health.part'), isStrong: true, cell: nameOf },
    {
      id: 'state',
      header: t('health.state'),
      cell: ({ state }) => <StatusChip family="check_state" value={state} />,
    },
    { id: 'do', header: t('health.do'), cell: meaningOf },
    {
      id: 'count',
      header: t('health.count'),
      numeric: true,
      cell: ({ count }) => (count === null ? '–' : formatCount(count)),
    },
    {
      id: 'at',
      header: t('health.at'),
      numeric: true,
      cell: ({ at }) => <MomentText iso={at} now={now} />,
    },
  ]
}

function Standing({ checks }: Pick<ServiceHealth, 'checks'>) {
  const troubled = checks.filter(({ state }) => state === 'failing' || state === 'attention')
  if (troubled.length === 0) return <Note tone="ok">{t('health.all_well')}</Note>
  const tone = troubled.some(({ state }) => state === 'failing') ? 'bad' : 'attention'
  return <Note tone={tone}>{t('health.some', { count: troubled.length })}</Note>
}

function Refusals({ refusals }: Pick<ServiceHealth, 'refusals'>) {
  const heard = refusals.filter(({ refused }) => refused > 0)
  const total = refusals.reduce((sum, { refused }) => sum + refused, 0)
  const most = Math.max(0, ...refusals.map(({ refused }) => refused))
  if (total === 0) return <p className="muted">{t('health.refusals_none')}</p>
  return (
    <>
      <p>{t('health.refusals_lead', { total: formatCount(total), most: formatCount(most) })}</p>
      <DataTable
        caption={t('health.refusals')}
        columns={[
          { id: 'hour', header: t('health.hour'), cell: ({ hour }) => formatDateTime(hour) },
          {
            id: 'refused',
            header: t('health.refused'),
            numeric: true,
            cell: ({ refused }) => formatCount(refused),
          },
        ]}
        rows={heard.toReversed()}
        rowId={({ hour }) => hour}
      />
    </>
  )
}

function Partners({ partners }: Pick<ServiceHealth, 'partners'>) {
  if (partners.length === 0) return <p className="muted">{t('health.partners_none')}</p>
  return (
    <ul className="lines">
      {partners.map(({ status, count }) => (
        <li key={status}>
          <span>
            <StatusChip family="organisation" value={status} />
          </span>
          <span className="num">{formatCount(count)}</span>
        </li>
      ))}
    </ul>
  )
}

/** How each part of the service stands, with what it means and what to do. */
export function HealthPage() {
  const now = useNow(REFRESH_MS)
  const health = useRead(
    ['health'],
    (frame, signal) => readBody(frame.client.GET('/admin/health', { signal })),
    { refetchMs: REFRESH_MS },
  )
  return (
    <Page title={t('health.title')} lead={t('health.lead')}>
      <Answer query={health} lines={10}>
        {({ checks, refusals, partners }) => (
          <div className="stack">
            <Standing checks={checks} />
            <DataTable
              caption={t('health.parts')}
              columns={columnsFor(now)}
              rows={checks}
              rowId={({ name }) => name}
            />
            <div className="halves">
              <Panel title={t('health.refusals')}>
                <Refusals refusals={refusals} />
              </Panel>
              <Panel title={t('health.partners')}>
                <Partners partners={partners} />
              </Panel>
            </div>
          </div>
        )}
      </Answer>
    </Page>
  )
}
