import { readBody } from '@liaison/client'
import type { BackgroundWork } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatCount } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { describeCron } from './describe-cron.ts'

const REFRESH_MS = 30_000

function LastFailure({ work, now }: { work: BackgroundWork; now: Date }) {
  if (work.last_failed_at === null) return '–'
  return (
    <>
      <MomentText iso={work.last_failed_at} now={now} />
      {work.last_error !== null && <div className="small muted">{work.last_error}</div>}
    </>
  )
}

function columnsFor(now: Date, isClock: boolean): Column<BackgroundWork>[] {
  const when: Column<BackgroundWork> = {
    id: 'cron',
    header: t('jobs.cron'),
    cell: ({ cron }) => <span className="nowrap">{cron === null ? '–' : describeCron(cron)}</span>,
  }
  return [
    {
      id: 'work',
      header: t('jobs.work'),
      isStrong: true,
      cell: ({ name, purpose }) => (
        <>
          {purpose}
          <div className="small muted mono">{name}</div>
        </>
      ),
    },
    ...(isClock ? [when] : []),
    { id: 'waiting', header: t('jobs.waiting'), numeric: true, cell: ({ waiting }) => formatCount(waiting) },
    { id: 'running', header: t('jobs.running'), numeric: true, cell: ({ running }) => formatCount(running) },
    { id: 'failed', header: t('jobs.failed'), numeric: true, cell: ({ failed }) => formatCount(failed) },
    {
      id: 'done',
      header: t('jobs.last_done'),
      numeric: true,
      cell: ({ last_done_at: at }) => (at === null ? t('jobs.never') : <MomentText iso={at} now={now} />),
    },
    { id: 'trouble', header: t('jobs.trouble'), cell: (work) => <LastFailure work={work} now={now} /> },
  ]
}

function Lists({ items }: { items: readonly BackgroundWork[] }) {
  const now = useNow(REFRESH_MS)
  const dead = items.find(({ kind }) => kind === 'dead_letters')?.waiting ?? 0
  return (
    <div className="stack">
      {dead > 0 && <Note tone="attention">{t('jobs.dead', { count: dead })}</Note>}
      {(['queue', 'schedule'] as const).map((kind) => {
        const title = t(kind === 'queue' ? 'jobs.queues' : 'jobs.schedules')
        return (
          <section key={kind}>
            <h2 className="section-title">{title}</h2>
            <DataTable
              caption={title}
              columns={columnsFor(now, kind === 'schedule')}
              rows={items.filter((item) => item.kind === kind)}
              rowId={({ name }) => name}
            />
          </section>
        )
      })}
    </div>
  )
}

/** What the servers do in the background: what waits, what runs by the clock, and what failed. */
export function JobsPage() {
  const jobs = useRead(['jobs'], (frame, signal) => readBody(frame.client.GET('/admin/jobs', { signal })), {
    refetchMs: REFRESH_MS,
  })
  return (
    <Page title={t('jobs.title')} lead={t('jobs.lead')}>
      <Answer query={jobs} lines={10}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="list">
              <Empty title={t('jobs.none')} text={t('jobs.none_text')} />
            </div>
          ) : (
            <Lists items={items} />
          )
        }
      </Answer>
    </Page>
  )
}
