import { readBody } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { useNow } from '../../platform/clock.ts'
import { useActing } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { ExportLink } from '../shared/export-link.tsx'
import { dayBefore, monthBefore, spanOf } from './figures.ts'
import { ServiceReport } from './service-report.tsx'
import { toUsageQuery } from './usage-page.tsx'

/** The last twelve calendar months, the current one so far. */
const yearTo = (now: Date) => ({ from_date: `${monthBefore(now, 11)}-01`, to_date: dayBefore(now, 0) })

/** The service of the tenant that is acted in. */
export function ActingReportPage() {
  const { acting } = useActing()
  const now = useNow()
  const [year, days] = [yearTo(now), toUsageQuery('90', now)]
  const may = (permission: string) => acting.permissions.includes(permission)
  const sla = useRead(
    ['reports', 'sla', year],
    (frame, signal) =>
      readBody(frame.client.GET('/partner/reports/sla', { params: { query: year }, signal })),
    { keep: true, enabled: may('partner.reports.sla.read') },
  )
  const usage = useRead(
    ['reports', 'usage', days],
    (frame, signal) =>
      readBody(frame.client.GET('/partner/reports/usage', { params: { query: days }, signal })),
    { keep: true, enabled: may('partner.reports.usage.read') },
  )
  return (
    <Page
      title={t('service.title')}
      lead={t('service.lead', { tenant: acting.tenant_name })}
      tools={
        may('partner.reports.export') && (
          <div className="row">
            {may('partner.reports.sla.read') && (
              <ExportLink kind="report_sla" shows={spanOf(year)} label={t('service.export_sla')} />
            )}
            {may('partner.reports.usage.read') && (
              <ExportLink kind="report_usage" shows={spanOf(days)} label={t('service.export_usage')} />
            )}
          </div>
        )
      }
    >
      <ServiceReport
        sla={may('partner.reports.sla.read') ? sla : null}
        usage={may('partner.reports.usage.read') ? usage : null}
      />
    </Page>
  )
}

/** The service of the own organisation. */
export function OwnReportPage() {
  const now = useNow()
  const [year, days] = [yearTo(now), toUsageQuery('90', now)]
  const sla = useRead(
    ['reports', 'sla', year],
    (frame, signal) => readBody(frame.client.GET('/tenant/reports/sla', { params: { query: year }, signal })),
    { keep: true },
  )
  const usage = useRead(
    ['reports', 'usage', days],
    (frame, signal) =>
      readBody(frame.client.GET('/tenant/reports/usage', { params: { query: days }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('service.title')}
      lead={t('service.own_lead')}
      tools={
        <div className="row">
          <ExportLink kind="report_sla" shows={spanOf(year)} label={t('service.export_sla')} />
          <ExportLink kind="report_usage" shows={spanOf(days)} label={t('service.export_usage')} />
        </div>
      }
    >
      <ServiceReport sla={sla} usage={usage} isOwn />
    </Page>
  )
}
