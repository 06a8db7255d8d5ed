import type { Scope } from '@liaison/client'
import type { ReactNode } from 'react'

import { Pick } from '../../parts/filter-bar.tsx'
import { Answer, Empty, ScopeNote } from '../../parts/states.tsx'
import type { Readable } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, usePathname } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { partnerPlaces as places } from '../../places.ts'
import { useBeginning } from '../partner/onboarding-call.ts'
import { formatCoverage, formatMonth, monthBefore } from './figures.ts'

/** The way between the reports of the partner frame. */
export function ReportTabs() {
  const { partnerId } = useFrame()
  const path = usePathname()
  const tabs = [
    [places.slaReport(partnerId), t('reports.sla')],
    [places.usageReport(partnerId), t('reports.usage')],
    [places.revenueReport(partnerId), t('reports.revenue')],
    [places.compareReport(partnerId), t('reports.compare')],
  ] as const
  return (
    <nav className="tab-row" aria-label={t('reports.kinds')}>
      {tabs.map(([to, label]) => (
        <GoLink key={to} to={to} {...(path === to ? { 'aria-current': 'page' as const } : {})}>
          {label}
        </GoLink>
      ))}
    </nav>
  )
}

const MONTHS = 13

/** The months that can be picked, the newest first. */
function listMonths(now: Date): string[] {
  return Array.from({ length: MONTHS }, (_, back) => monthBefore(now, back))
}

type MonthPickProps = { month: string; now: Date; onMonth: (month: string) => void }

/** A choice of one calendar month of the last year. */
export function MonthPick({ month, now, onMonth }: MonthPickProps) {
  const months = listMonths(now)
  const words = months.includes(month) ? months : [month, ...months]
  return (
    <Pick
      label={t('reports.month')}
      value={month}
      words={words}
      labelOf={(word) =>
        word === months[0] ? t('reports.this_month', { month: formatMonth(word) }) : formatMonth(word)
      }
      onValue={onMonth}
    />
  )
}

/** How complete the records behind a figure are. */
export function Records({ coverage }: { coverage: number }) {
  return <span className={coverage < 1 ? 'muted' : undefined}>{formatCoverage(coverage)}</span>
}

/** A report that covers no tenant. */
function Nobody() {
  useBeginning(true)
  return <Empty title={t('reports.nobody')} text={t('reports.nobody_text')} />
}

type ReportBodyProps<Report> = {
  query: Readable<Report>
  tenantsOf: (report: Report) => readonly unknown[]
  children: (report: Report) => ReactNode
}

/** A report over tenants in whichever state its read is: which of them it covers, and its figures, or that it covers none. */
export function ReportBody<Report extends { scope: Scope }>(props: ReportBodyProps<Report>) {
  const { query, tenantsOf, children } = props
  return (
    <Answer query={query} lines={12}>
      {(report) => (
        <div className="stack report">
          <ScopeNote scope={report.scope} />
          {tenantsOf(report).length === 0 ? <Nobody /> : children(report)}
        </div>
      )}
    </Answer>
  )
}
