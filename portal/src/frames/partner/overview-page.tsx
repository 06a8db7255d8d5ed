import { readBody } from '@liaison/client'
import type { Link, Ticket } from '@liaison/client'

import { lazy, Suspense } from 'react'

import { Page, Panel, Tile } from '../../parts/page.tsx'
import { Coming } from '../../parts/settled.tsx'
import { Answer, TileBones } from '../../parts/states.tsx'
import { DateText, LinkChip, MoneyFigure } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatCount } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { findPartner, onlyRefers } from '../../platform/me.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import { useBeginning } from './onboarding-call.ts'
import { SlaText } from '../shared/sla-ring.tsx'
import { tenantNameOf } from '../shared/link-names.ts'

const few = 6

const ProgramPart = lazy(() =>
  import('../referrals/funnel.tsx').then((loaded) => ({ default: loaded.ProgramPart })),
)
const EndingPanel = lazy(() =>
  import('./ending-panel.tsx').then((loaded) => ({ default: loaded.EndingPanel })),
)
const SignBanner = lazy(() =>
  import('../agreements/sign-banner.tsx').then((loaded) => ({ default: loaded.SignBanner })),
)

function Sums() {
  const { partnerId } = useFrame()
  const query = { limit: 1 }
  const board = useRead(['customers', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/customers', { params: { query }, signal })),
  )
  useBeginning(board.data?.aggregates.tenants === 0)
  if (board.isPending) return <TileBones query={board} count={3} lines={3} />
  return (
    <Answer query={board} lines={2}>
      {({ aggregates }) => (
        <div className="tiles">
          <Tile title={t('tile.tenants')} to={partnerPlaces.tenants(partnerId)} note={t('tile.tenants_note')}>
            <p className="figure">{formatCount(aggregates.tenants)}</p>
          </Tile>
          <Tile
            title={t('tile.open_tickets')}
            to={partnerPlaces.queue(partnerId)}
            note={t('tile.at_risk', { count: aggregates.tickets_at_risk })}
          >
            <p className="figure">{formatCount(aggregates.open_tickets)}</p>
          </Tile>
          <Tile title={t('tile.overdue')} to={`${partnerPlaces.invoices(partnerId)}?status=overdue`}>
            <MoneyFigure money={aggregates.overdue} />
          </Tile>
        </div>
      )}
    </Answer>
  )
}

function TicketLine({ ticket, now }: { ticket: Ticket; now: Date }) {
  const { partnerId } = useFrame()
  return (
    <li>
      <span>
        <GoLink className="thing" to={actingPlaces.ticket(partnerId, ticket.tenant_id, ticket.ticket_id)}>
          {ticket.subject}
        </GoLink>
        <br />
        <span className="muted small">{ticket.tenant_name}</span>
      </span>
      <span>
        <SlaText ticket={ticket} now={now} />
      </span>
    </li>
  )
}

function AtRisk() {
  const { partnerId } = useFrame()
  const now = useNow(60_000)
  const query = {
    sla_state: 'breached,at_risk',
    status: 'open,pending,on_hold',
    limit: few,
    sort_by: 'sla_due',
  } as const
  const tickets = useRead(['queue', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/support/tickets', { params: { query }, signal })),
  )
  return (
    <Panel title={t('overview.at_risk')}>
      <Answer query={tickets} lines={4}>
        {({ items, total }) =>
          items.length === 0 ? (
            <p className="muted">{t('overview.at_risk_none')}</p>
          ) : (
            <>
              <ul className="lines">
                {items.map((ticket) => (
                  <TicketLine key={ticket.ticket_id} ticket={ticket} now={now} />
                ))}
              </ul>
              <p>
                <GoLink to={`${partnerPlaces.queue(partnerId)}?sla=endangered`}>
                  {t('overview.at_risk_all', { count: total })}
                </GoLink>
              </p>
            </>
          )
        }
      </Answer>
    </Panel>
  )
}

function LinkLine({ link }: { link: Link }) {
  const { partnerId } = useFrame()
  return (
    <li>
      <span>
        <GoLink className="thing" to={partnerPlaces.link(partnerId, link.link_id)}>
          {tenantNameOf(link)}
        </GoLink>
        <br />
        <span className="muted small">{link.role_title}</span>
      </span>
      <span>
        <LinkChip status={link.status} days={link.expires_in_days} />
        <br />
        <span className="muted small">
          <DateText iso={link.status === 'requested' ? link.request_expires_at : link.ends_at} />
        </span>
      </span>
    </li>
  )
}

type LinksPanelProps = {
  title: string
  none: string
  query: { status: string; limit: number }
}

function LinksPanel({ title, none, query }: LinksPanelProps) {
  const links = useRead(['links', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/links', { params: { query }, signal })),
  )
  return (
    <Panel title={title}>
      <Answer query={links} lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{none}</p>
          ) : (
            <ul className="lines">
              {items.map((link) => (
                <LinkLine key={link.link_id} link={link} />
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  )
}

/** What the partner's work in tenants needs today. */
function Work() {
  return (
    <>
      <Sums />
      <div className="halves">
        <AtRisk />
        <Suspense fallback={<Coming />}>
          <EndingPanel />
        </Suspense>
        <LinksPanel
          title={t('overview.waiting')}
          none={t('overview.waiting_none')}
          query={{ status: 'requested', limit: few }}
        />
      </div>
    </>
  )
}

/** What needs the partner's attention today; of a partner that only refers tenants, its program. */
export function OverviewPage() {
  const { name, me, partnerId } = useFrame()
  const part = findPartner(me, partnerId)
  const worksInTenants = part?.kind !== 'partner' || !onlyRefers(part.kinds)
  const seesProgram = useMay('partner_org.referrals.read')
  return (
    <Page title={t('overview.title')} lead={t('overview.lead', { partner: name })}>
      <Suspense fallback={<Coming />}>
        <SignBanner />
      </Suspense>
      {worksInTenants && <Work />}
      {seesProgram && (
        <Suspense fallback={<Coming />}>
          <ProgramPart isWhole={!worksInTenants} />
        </Suspense>
      )}
    </Page>
  )
}
