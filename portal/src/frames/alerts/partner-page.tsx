import { readBody } from '@liaison/client'
import type { AlertCounts, Scope } from '@liaison/client'
import { useMemo, useState } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, ScopeNote } from '../../parts/states.tsx'
import { formatCount } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import { AlertTable, AlertTiles } from './alert-table.tsx'
import type { AlertPage } from './alert-table.tsx'
import { mayWorkOn } from './calls.ts'
import type { ShownAlert } from './calls.ts'
import { AlertFilterBar, alertSpec, groupOf, toAlertQuery } from './filters.tsx'
import type { AlertFilters, Tab } from './filters.tsx'
import { BulkBar } from './bulk.tsx'

const tabs = ['sla', 'billing', 'access'] as const

function Tabs({ tab, counts }: { tab: Tab; counts: AlertCounts | undefined }) {
  const { partnerId } = useFrame()
  return (
    <nav className="tab-row" aria-label={t('alerts.tabs')}>
      {tabs.map((name) => (
        <GoLink
          key={name}
          to={`${partnerPlaces.alerts(partnerId)}?tab=${name}`}
          {...(name === tab ? { 'aria-current': 'page' as const } : {})}
        >
          {t(`alerts.tab.${name}`)}
          {counts !== undefined && counts[name].active > 0 && ` (${formatCount(counts[name].active)})`}
        </GoLink>
      ))}
    </nav>
  )
}

const noChoice: ReadonlySet<string> = new Set<string>()

/** Where an alert leads: the ticket, or the money, of its tenant. */
function useLinks() {
  const { partnerId } = useFrame()
  return useMemo(
    () => ({
      linkOf: (alert: ShownAlert) => {
        if (alert.tenant_id === null) return null
        const ticket = alert.related.ticket_id
        const to =
          ticket === null
            ? alert.area === 'billing'
              ? actingPlaces.billing(partnerId, alert.tenant_id)
              : actingPlaces.reports(partnerId, alert.tenant_id)
            : actingPlaces.ticket(partnerId, alert.tenant_id, ticket)
        return (
          <GoLink className="thing" to={to}>
            {alert.title}
          </GoLink>
        )
      },
      ofLink: (alert: ShownAlert) => {
        if (alert.link_id === null) return null
        return (
          <GoLink className="thing" to={partnerPlaces.link(partnerId, alert.link_id)}>
            {alert.title}
          </GoLink>
        )
      },
      tenant: {
        header: t('column.tenant'),
        of: (alert: ShownAlert) =>
          alert.tenant_id === null ? (
            <span className="muted">–</span>
          ) : (
            <GoLink className="thing" to={actingPlaces.summary(partnerId, alert.tenant_id)}>
              {alert.tenant_name}
            </GoLink>
          ),
      },
    }),
    [partnerId],
  )
}

function TenantAlerts({ filters, area }: { filters: AlertFilters; area: 'sla' | 'billing' }) {
  const [chosen, setChosen] = useState(noChoice)
  const query = { ...toAlertQuery(filters), ...groupOf(filters) }
  const page = useRead<AlertPage & { scope: Scope }>(
    ['alerts', area, query],
    (frame, signal) =>
      area === 'sla'
        ? readBody(frame.client.GET('/partner/alerts/sla', { params: { query }, signal }))
        : readBody(frame.client.GET('/partner/alerts/billing', { params: { query }, signal })),
    { keep: true },
  )
  const { linkOf, tenant } = useLinks()
  const choice = useMemo(() => ({ chosen, onChosen: setChosen }), [chosen])
  return (
    <>
      {page.data && <AlertTiles page={page.data} />}
      <AlertFilterBar filters={filters} withGroup />
      <Answer query={page} lines={8}>
        {(found) => (
          <div className="stack">
            <ScopeNote scope={found.scope} />
            <BulkBar
              {...choice}
              offered={found.items.flatMap((alert) =>
                alert.status === 'resolved' || !mayWorkOn(alert) ? [] : [alert.alert_id],
              )}
            />
            <AlertTable
              page={found}
              filters={filters}
              desk="tenants"
              mayWork={found.items.some(mayWorkOn)}
              about={tenant}
              linkOf={linkOf}
              choice={choice}
            />
          </div>
        )}
      </Answer>
    </>
  )
}

function AccessAlerts({ filters }: { filters: AlertFilters }) {
  const mayWork = useMay('partner_org.links.manage')
  const query = toAlertQuery(filters)
  const page = useRead(
    ['alerts', 'access', query],
    (frame, signal) => readBody(frame.client.GET('/partner/alerts/access', { params: { query }, signal })),
    { keep: true },
  )
  const { ofLink } = useLinks()
  return (
    <>
      {page.data && <AlertTiles page={page.data} />}
      <AlertFilterBar filters={filters} />
      <Answer query={page} lines={8}>
        {(found) => (
          <AlertTable page={found} filters={filters} desk="access" mayWork={mayWork} linkOf={ofLink} />
        )}
      </Answer>
    </>
  )
}

/** The alerts of a partner: of its tenants by area, and of its own access (B9). */
export function PartnerAlertsPage() {
  const { partnerId } = useFrame()
  const filters = useFilters(alertSpec)
  const { tab } = filters.values
  const counts = useRead(['alerts', 'counts'], (frame, signal) =>
    readBody(frame.client.GET('/partner/alerts/counts', { signal })),
  )
  return (
    <Page
      title={t('alerts.title')}
      lead={t('alerts.lead')}
      tools={<GoLink to={partnerPlaces.alertRules(partnerId)}>{t('alerts.rules')}</GoLink>}
    >
      <Tabs tab={tab} counts={counts.data} />
      {tab === 'access' ? (
        <AccessAlerts filters={filters} />
      ) : (
        <TenantAlerts key={tab} filters={filters} area={tab} />
      )}
    </Page>
  )
}
