import type { SlaOfTenant, SlaReport, UsageReport } from '@liaison/client'
import type { ReactNode } from 'react'

import { fact, Facts, Panel, Tile } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import type { Readable } from '../../parts/states.tsx'
import { formatCount, formatDate } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'
import { scaleFrom, UptimeBar } from './charts.tsx'
import { formatCoverage, formatMinutes, formatMonth, formatNumber, formatUptime } from './figures.ts'
import { UsageChart, UsageTiles } from './usage-page.tsx'

function MonthLines({ tenant }: { tenant: SlaOfTenant }) {
  const months = tenant.months.toReversed()
  const lowest = scaleFrom([...months.map((month) => month.uptime_percentage), tenant.sla_target])
  return (
    <ul className="lines month-lines">
      {months.map(
        ({ month, uptime_percentage: value, meets_sla: meets, coverage, downtime_minutes: down }) => (
          <li key={month}>
            <span>
              {formatMonth(month)}
              <span className="small">
                {meets === false && <b className="late"> {t('sla.missed')}</b>}
                {(down ?? 0) > 0 && (
                  <span className="muted"> {t('service.down', { time: formatMinutes(down) })}</span>
                )}
                {value !== null && coverage < 1 && (
                  <span className="muted">
                    {' '}
                    {t('reports.records')}: {formatCoverage(coverage)}
                  </span>
                )}
              </span>
            </span>
            <UptimeBar value={value} target={tenant.sla_target} lowest={lowest} />
            <span className={value === null ? 'num muted' : 'num'}>{formatUptime(value)}</span>
          </li>
        ),
      )}
    </ul>
  )
}

function promiseFact(promises: SlaOfTenant['response']): ReactNode {
  if (promises === null) return <span className="muted">{t('sla.none_asked')}</span>
  const { met, breached, running, compliance_percentage: share, median_minutes: median } = promises
  return (
    <>
      {met + breached > 0 &&
        t('service.kept_of', { met, count: met + breached, share: formatNumber(share, 1, '%') })}
      {median !== null && (
        <>
          <br />
          <span className="small muted">
            {t('service.median', {
              median: formatMinutes(median),
              p95: formatMinutes(promises.p95_minutes),
            })}
          </span>
        </>
      )}
      {running > 0 && (
        <>
          {met + breached > 0 && <br />}
          <span className="small muted">{t('sla.running', { count: running })}</span>
        </>
      )}
    </>
  )
}

function UptimeTiles({ tenant }: { tenant: SlaOfTenant }) {
  const { worst_day: worst, floor } = tenant
  return (
    <div className="tiles">
      <Tile title={t('service.uptime')} note={`${t('reports.records')}: ${formatCoverage(tenant.coverage)}`}>
        <p className="figure">{formatUptime(tenant.uptime_percentage)}</p>
      </Tile>
      <Tile
        title={t('sla.target')}
        note={
          floor?.is_kept === false
            ? t('sla.floor_missed', { target: formatUptime(floor.target_percentage) })
            : tValue('sla.source', tenant.target_source)
        }
      >
        <p className="figure">{formatUptime(tenant.sla_target)}</p>
      </Tile>
      <Tile
        title={t('sla.outages')}
        note={
          tenant.mttr_minutes === null
            ? undefined
            : `${t('sla.repair')}: ${formatMinutes(tenant.mttr_minutes)}`
        }
      >
        <p className="figure">
          {tenant.outage_count === null ? t('reports.no_data') : formatCount(tenant.outage_count)}
        </p>
      </Tile>
      <Tile
        title={t('sla.worst_day')}
        note={worst === null ? undefined : formatUptime(worst.uptime_percentage)}
      >
        <p className="figure">{worst === null ? '–' : formatDate(worst.date)}</p>
      </Tile>
    </div>
  )
}

function SlaPart({ report }: { report: SlaReport }) {
  const [tenant] = report.by_tenant
  if (tenant === undefined) return <p className="muted">{t('service.hidden')}</p>
  return (
    <section className="stack report" aria-label={t('service.year')}>
      <h2 className="section-title">{t('service.year')}</h2>
      <UptimeTiles tenant={tenant} />
      <div className="halves">
        <Panel title={t('sla.months')}>
          <MonthLines tenant={tenant} />
        </Panel>
        <Panel title={t('service.tickets')}>
          <Facts
            facts={[
              fact(t('service.first_response'), promiseFact(tenant.response)),
              fact(t('service.resolution'), promiseFact(tenant.resolution)),
            ]}
          />
        </Panel>
      </div>
      <p className="small muted">{t('reports.records_note')}</p>
    </section>
  )
}

/** The reports of one tenant, the same for its partners and for itself; a part that is null is not open to the reader. */
export function ServiceReport({
  sla,
  usage,
  isOwn = false,
}: {
  sla: Readable<SlaReport> | null
  usage: Readable<UsageReport> | null
  isOwn?: boolean
}) {
  return (
    <div className="stack">
      {sla && (
        <Answer query={sla} lines={8}>
          {(report) => <SlaPart report={report} />}
        </Answer>
      )}
      {usage && (
        <Answer query={usage} lines={8}>
          {(report) => (
            <section className="stack report" aria-label={t('service.use')}>
              <h2 className="section-title">{t('service.use')}</h2>
              <UsageTiles report={report} isOwn={isOwn} />
              <Panel title={t('usage.data')}>
                <UsageChart report={report} />
              </Panel>
            </section>
          )}
        </Answer>
      )}
    </div>
  )
}
