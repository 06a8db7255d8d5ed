import { readBody } from '@liaison/client'
import type { ManagedTenantDetail } from '@liaison/client'

import { BeginButton } from '../../parts/begin-button.tsx'
import { fact, Facts, Page, Panel, Tile } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, LinkChip, MoneyFigure, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatCount, formatPercent } from '../../platform/format.ts'
import { useActing } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import { SlaText } from '../shared/sla-ring.tsx'

function Figures({ tenant }: { tenant: ManagedTenantDetail }) {
  const { partnerId, tenantId } = useActing()
  const { metrics } = tenant
  if (metrics === null) return null
  return (
    <div className="tiles">
      {metrics.open_tickets !== null && (
        <Tile
          title={t('tile.open_tickets')}
          to={actingPlaces.tickets(partnerId, tenantId)}
          note={t('tile.at_risk', { count: metrics.tickets_at_risk ?? 0 })}
        >
          <p className="figure">{formatCount(metrics.open_tickets)}</p>
        </Tile>
      )}
      {metrics.open_alerts !== null && (
        <Tile
          title={t('nav.alerts')}
          to={partnerPlaces.alerts(partnerId)}
          note={t('tile.critical', { count: metrics.critical_alerts ?? 0 })}
        >
          <p className={(metrics.critical_alerts ?? 0) > 0 ? 'figure late' : 'figure'}>
            {formatCount(metrics.open_alerts)}
          </p>
        </Tile>
      )}
      {metrics.outstanding !== null && (
        <Tile title={t('tile.outstanding')} to={actingPlaces.billing(partnerId, tenantId)}>
          <MoneyFigure money={metrics.outstanding} />
        </Tile>
      )}
      {metrics.overdue !== null && (
        <Tile title={t('tile.overdue')} to={`${actingPlaces.billing(partnerId, tenantId)}?status=overdue`}>
          <MoneyFigure money={metrics.overdue} />
        </Tile>
      )}
      {metrics.total_subscribers !== null && (
        <Tile
          title={t('managed.subscribers')}
          note={t('managed.suspended', { count: metrics.suspended_subscribers ?? 0 })}
        >
          <p className="figure">{formatCount(metrics.total_subscribers)}</p>
        </Tile>
      )}
    </div>
  )
}

function About({ tenant }: { tenant: ManagedTenantDetail }) {
  const { partnerId } = useActing()
  const { relationship, contact } = tenant
  const uptime = tenant.metrics?.avg_uptime_30d ?? null
  return (
    <Panel title={t('summary.about')}>
      <Facts
        facts={[
          fact(
            t('column.status'),
            <LinkChip status={relationship.status} days={relationship.expires_in_days} />,
          ),
          fact(t('link.ends'), <DateText iso={relationship.end_date} />),
          fact(t('column.sla'), tenant.sla?.state && <StatusChip family="sla" value={tenant.sla.state} />),
          fact(t('managed.uptime'), uptime === null ? t('value.no_data') : formatPercent(uptime)),
          fact(
            t('managed.response'),
            relationship.sla_response_hours === null
              ? null
              : t('unit.hours', { count: relationship.sla_response_hours }),
          ),
          fact(t('managed.plan'), tenant.plan_type),
          fact(t('managed.status'), tValue('status.organisation', tenant.status)),
          fact(t('managed.contact'), contact?.name),
          fact(t('managed.mail'), contact?.email),
          fact(t('managed.phone'), contact?.phone),
          fact(
            t('managed.withheld_title'),
            tenant.withheld.map((part) => tValue('withheld', part)).join(', '),
          ),
        ]}
      />
      <p>
        <GoLink to={partnerPlaces.link(partnerId, relationship.link_id)}>{t('managed.link_page')}</GoLink>
      </p>
    </Panel>
  )
}

const nextQuery = { status: 'open,pending,on_hold', sort_by: 'sla_due', sort_order: 'asc', limit: 5 } as const

function NextTickets() {
  const { acting, partnerId, tenantId } = useActing()
  const now = useNow(60_000)
  const tickets = useRead(['tickets', nextQuery], (frame, signal) =>
    readBody(frame.client.GET('/partner/support/tickets', { params: { query: nextQuery }, signal })),
  )
  return (
    <Panel title={t('summary.next')}>
      <Answer query={tickets} lines={4}>
        {({ items, total }) =>
          items.length === 0 ? (
            <p className="muted">{t('summary.next_none', { tenant: acting.tenant_name })}</p>
          ) : (
            <>
              <ul className="lines">
                {items.map((ticket) => (
                  <li key={ticket.ticket_id}>
                    <GoLink className="thing" to={actingPlaces.ticket(partnerId, tenantId, ticket.ticket_id)}>
                      {ticket.subject}
                    </GoLink>
                    <span>
                      <SlaText ticket={ticket} now={now} />
                    </span>
                  </li>
                ))}
              </ul>
              <p>
                <GoLink to={actingPlaces.tickets(partnerId, tenantId)}>
                  {t('summary.all_tickets', { count: total })}
                </GoLink>
              </p>
            </>
          )
        }
      </Answer>
    </Panel>
  )
}

/** The tenant at a glance, as far as the role reaches, and what the role can do here. */
export function SummaryPage() {
  const { acting, tenantId } = useActing()
  const tenant = useRead(['summary'], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/customers/{tenant_id}', {
        params: { path: { tenant_id: tenantId }, query: { include: 'contact,metrics,sla,permissions' } },
        signal,
      }),
    ),
  )
  return (
    <Page
      title={t('summary.title', { tenant: acting.tenant_name })}
      tools={
        acting.permissions.includes('partner.support.tickets.create') && (
          <BeginButton act="acting.ticket">{t('tickets.new', { tenant: acting.tenant_name })}</BeginButton>
        )
      }
    >
      <Answer query={tenant} lines={10}>
        {(found) => (
          <>
            <Figures tenant={found} />
            <div className="columns">
              <div className="stack">
                {acting.permissions.includes('partner.support.tickets.list') && <NextTickets />}
                <Panel title={t('summary.role', { role: acting.role_title })}>
                  <PermissionList can={acting.can} cannot={acting.cannot} who={t('gate.you')} />
                </Panel>
              </div>
              <About tenant={found} />
            </div>
          </>
        )}
      </Answer>
    </Page>
  )
}
