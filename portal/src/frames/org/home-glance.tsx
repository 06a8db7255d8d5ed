import { readBody } from '@liaison/client'
import type { TenantHome } from '@liaison/client'

import { Tile } from '../../parts/page.tsx'
import { formatCount } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { addWords, t } from '../../platform/words.ts'
import { glance } from '../../words/glance.ts'
import { orgPlaces } from '../../places.ts'
import { useWaitingCount } from './waiting-count.ts'

addWords(glance)

const days = 7
const mostVisits = 100

type FigureProps = { title: string; to: string; count: number | undefined; note: string; isMore?: boolean }

/** One figure with its sentence; a dash until it is known. */
function Figure({ title, to, count, note, isMore = false }: FigureProps) {
  return (
    <Tile title={title} to={to} note={count === undefined ? undefined : note}>
      <p className="figure">{count === undefined ? '–' : `${formatCount(count)}${isMore ? '+' : ''}`}</p>
    </Tile>
  )
}

function Visits() {
  const { tenantId } = useFrame()
  const query = { days, limit: mostVisits }
  const visits = useRead(['visits', query], (frame, signal) =>
    readBody(frame.client.GET('/tenant/partner-access/visits', { params: { query }, signal })),
  )
  const items = visits.data?.items ?? []
  const people = new Set(items.map((visit) => visit.person_id)).size
  return (
    <Figure
      title={t('glance.visits')}
      to={orgPlaces.visits(tenantId)}
      count={visits.data && items.length}
      isMore={visits.data?.has_more ?? false}
      note={t('glance.visits_note', { people })}
    />
  )
}

function Elevations() {
  const { tenantId } = useFrame()
  const query = { status: 'approved,active', limit: 100 }
  const open = useRead(['elevations', 'glance'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/partner-access/elevations', { params: { query }, signal })),
  )
  const items = open.data?.items ?? []
  const waiting = items.filter((item) => item.waits_for === 'tenant').length
  return (
    <Figure
      title={t('glance.elevations')}
      to={orgPlaces.elevations(tenantId)}
      count={open.data && items.length - waiting}
      note={t('glance.elevations_note', { count: items.length - waiting, waiting })}
    />
  )
}

function Notices() {
  const { tenantId } = useFrame()
  const query = { limit: 1 }
  const news = useRead(['news', 'unread'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/partner-access/news', { params: { query }, signal })),
  )
  return (
    <Figure
      title={t('glance.notices')}
      to={orgPlaces.notices(tenantId)}
      count={news.data?.unread}
      note={t('glance.notices_note', { count: news.data?.unread ?? 0 })}
    />
  )
}

function Exports() {
  const { tenantId } = useFrame()
  const query = { status: 'completed', limit: 1 }
  const exports = useRead(['exports', 'ready'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/exports', { params: { query }, signal })),
  )
  return (
    <Figure
      title={t('glance.exports')}
      to={orgPlaces.exports(tenantId)}
      count={exports.data?.total}
      note={t('glance.exports_note', { count: exports.data?.total ?? 0 })}
    />
  )
}

/** What the organisation looks at first, each with the way to it: requests, visits, more access, notices, files, tickets. */
export function HomeGlance({
  access,
  openTickets,
}: {
  access: TenantHome['who_has_access']
  openTickets: number | null
}) {
  const { tenantId } = useFrame()
  const { count: waiting } = useWaitingCount(access)
  const mayReadAccess = useMay('tenant.partner_access.read')
  const mayReadActs = useMay('tenant.partner_access.audit.read')
  const mayExport = useMay('tenant.profile.read')
  return (
    <section className="tiles glance" aria-label={t('glance.title')}>
      {access !== null && (
        <Figure
          title={t('glance.requests')}
          to={orgPlaces.requests(tenantId)}
          count={waiting}
          note={t('glance.requests_note', { count: waiting })}
        />
      )}
      {mayReadActs && <Visits />}
      {mayReadAccess && <Elevations />}
      {mayReadAccess && <Notices />}
      {openTickets !== null && (
        <Figure
          title={t('tile.open_tickets')}
          to={orgPlaces.tickets(tenantId)}
          count={openTickets}
          note={t('glance.tickets_note', { count: openTickets })}
        />
      )}
      {mayExport && <Exports />}
    </section>
  )
}
