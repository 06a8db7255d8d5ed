import { readBody } from '@liaison/client'
import { useMemo } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { AlertTable, AlertTiles } from './alert-table.tsx'
import type { ShownAlert } from './calls.ts'
import { AlertFilterBar, alertSpec, toAlertQuery } from './filters.tsx'

const whom = ({ partner_name: partner, tenant_name: tenant }: ShownAlert) =>
  [partner, tenant].filter((name) => name).join(' · ') || <span className="muted">–</span>

/** The provider's alerts: freezes, refusals, unusual access (B9). */
export function PlatformAlertsPage() {
  const filters = useFilters(alertSpec)
  const query = toAlertQuery(filters)
  const page = useRead(
    ['alerts', query],
    (frame, signal) => readBody(frame.client.GET('/admin/alerts', { params: { query }, signal })),
    { keep: true },
  )
  const about = useMemo(() => ({ header: t('alerts.partner'), of: whom }), [])
  return (
    <Page title={t('alerts.title')} lead={t('alerts.platform_lead')}>
      {page.data && <AlertTiles page={page.data} />}
      <AlertFilterBar filters={filters} />
      <Answer query={page} lines={8}>
        {(found) => <AlertTable page={found} filters={filters} desk="platform" mayWork about={about} />}
      </Answer>
    </Page>
  )
}
