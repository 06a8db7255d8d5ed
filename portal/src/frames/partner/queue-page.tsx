import { readBody } from '@liaison/client'
import type { Ticket, TicketPage } from '@liaison/client'
import { lazy, Suspense, useCallback } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page, Tile } from '../../parts/page.tsx'
import { Answer, ScopeNote, TileBones } from '../../parts/states.tsx'
import { Coming } from '../../parts/settled.tsx'
import { formatCount } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { ExportLink } from '../shared/export-link.tsx'
import { GroupPick } from '../shared/group-pick.tsx'
import { useBeginning } from './onboarding-call.ts'
import { TicketFilterBar, ticketSpec, TicketTable, toTicketQuery } from '../shared/ticket-table.tsx'

// Fetched after the queue: nobody waits for it.
const SavedViews = lazy(async () => ({ default: (await import('../shared/saved-views.tsx')).SavedViews }))
const NewTicketPick = lazy(async () => ({
  default: (await import('../shared/new-ticket-pick.tsx')).NewTicketPick,
}))

function Sums({ sums }: { sums: TicketPage['aggregates'] }) {
  const isLate = sums.sla_breach_count > 0
  return (
    <div className="tiles">
      <Tile title={t('queue.open')}>
        <p className="figure">{formatCount(sums.open_count)}</p>
      </Tile>
      <Tile title={t('queue.waiting')}>
        <p className="figure">{formatCount(sums.pending_count + sums.on_hold_count)}</p>
      </Tile>
      <Tile title={t('queue.breached')}>
        <p className={isLate ? 'figure late' : 'figure'}>{formatCount(sums.sla_breach_count)}</p>
      </Tile>
      <Tile title={t('queue.urgent')}>
        <p className="figure">{formatCount(sums.by_priority.urgent)}</p>
      </Tile>
    </div>
  )
}

function Tools() {
  return (
    <>
      <ExportLink kind="tickets" />
      <Suspense fallback={<Coming />}>
        <NewTicketPick />
      </Suspense>
    </>
  )
}

/** The tickets of all tenants in one list, nearest promise first. */
export function QueuePage() {
  const { partnerId } = useFrame()
  const filters = useFilters(ticketSpec)
  const query = toTicketQuery(filters)
  const tickets = useRead(
    ['queue', query],
    (frame, signal) => readBody(frame.client.GET('/partner/support/tickets', { params: { query }, signal })),
    { keep: true },
  )
  useBeginning(tickets.data?.scope.tenant_count === 0 && filters.active.length === 0)
  const addressOf = useCallback(
    (ticket: Ticket) => actingPlaces.ticket(partnerId, ticket.tenant_id, ticket.ticket_id),
    [partnerId],
  )
  return (
    <Page title={t('queue.title')} lead={t('queue.lead')} tools={<Tools />}>
      <TileBones query={tickets} count={4} lines={2} />
      {tickets.data && <Sums sums={tickets.data.aggregates} />}
      <TicketFilterBar
        filters={filters}
        query={tickets}
        extra={
          <>
            <GroupPick value={filters.values.group} onValue={(group) => filters.set({ group })} />
            <Suspense fallback={<Coming />}>
              <SavedViews screen="tickets" />
            </Suspense>
          </>
        }
      />
      <Answer query={tickets} lines={12}>
        {(page) => (
          <div className="stack">
            <ScopeNote scope={page.scope} />
            <TicketTable
              page={page}
              filters={filters}
              addressOf={addressOf}
              withTenant
              emptyText={t('queue.empty', { count: page.scope.tenant_count })}
            />
          </div>
        )}
      </Answer>
    </Page>
  )
}
