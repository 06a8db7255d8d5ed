import { readBody } from '@liaison/client'
import { useCallback } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { AlertTable, AlertTiles } from './alert-table.tsx'
import type { ShownAlert } from './calls.ts'
import { AlertFilterBar, alertSpec, toAlertQuery } from './filters.tsx'

function placeOf(tenantId: string, alert: ShownAlert): string | null {
  if (alert.related.ticket_id !== null) return orgPlaces.ticket(tenantId, alert.related.ticket_id)
  if (alert.link_id !== null && alert.area === 'access') return orgPlaces.link(tenantId, alert.link_id)
  if (alert.area === 'billing') return orgPlaces.billing(tenantId)
  return alert.area === 'sla' ? orgPlaces.reports(tenantId) : orgPlaces.access(tenantId)
}

/** The organisation's own alerts, of the areas that the person may read (B9). */
export function OrgAlertsPage() {
  const { tenantId } = useFrame()
  const filters = useFilters(alertSpec)
  const mayWork = useMay('tenant.tickets.write')
  const { area } = filters.values
  const query = { ...toAlertQuery(filters), ...(area === 'all' ? {} : { area }) }
  const page = useRead(
    ['alerts', query],
    (frame, signal) => readBody(frame.client.GET('/tenant/alerts', { params: { query }, signal })),
    { keep: true },
  )
  const linkOf = useCallback(
    (alert: ShownAlert) => {
      const to = placeOf(tenantId, alert)
      return to === null ? (
        alert.title
      ) : (
        <GoLink className="thing" to={to}>
          {alert.title}
        </GoLink>
      )
    },
    [tenantId],
  )
  return (
    <Page title={t('alerts.title')} lead={t('alerts.org_lead')}>
      {page.data && <AlertTiles page={page.data} />}
      <AlertFilterBar filters={filters} withArea />
      <Answer query={page} lines={8}>
        {(found) => (
          <AlertTable page={found} filters={filters} desk="org" mayWork={mayWork} linkOf={linkOf} />
        )}
      </Answer>
    </Page>
  )
}
