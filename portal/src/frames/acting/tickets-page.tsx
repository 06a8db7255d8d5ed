import { readBody } from '@liaison/client'
import type { Ticket } from '@liaison/client'
import { useCallback } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, ScopeNote } from '../../parts/states.tsx'
import { useActing } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { TicketFilterBar, ticketSpec, TicketTable, toTicketQuery } from '../shared/ticket-table.tsx'

/** The tickets of this tenant. */
export function TicketsPage() {
  const { acting, partnerId, tenantId } = useActing()
  const filters = useFilters(ticketSpec)
  const query = toTicketQuery(filters)
  const tickets = useRead(
    ['tickets', query],
    (frame, signal) => readBody(frame.client.GET('/partner/support/tickets', { params: { query }, signal })),
    { keep: true },
  )
  const addressOf = useCallback(
    (ticket: Ticket) => actingPlaces.ticket(partnerId, tenantId, ticket.ticket_id),
    [partnerId, tenantId],
  )
  return (
    <Page
      title={t('tickets.title')}
      tools={
        acting.permissions.includes('partner.support.tickets.create') && (
          <BeginButton act="acting.ticket">{t('tickets.new', { tenant: acting.tenant_name })}</BeginButton>
        )
      }
    >
      <TicketFilterBar filters={filters} query={tickets} />
      <Answer query={tickets} lines={10}>
        {(page) => (
          <div className="stack">
            <ScopeNote scope={page.scope} />
            <TicketTable
              page={page}
              filters={filters}
              addressOf={addressOf}
              emptyText={t('tickets.empty', { tenant: acting.tenant_name })}
            />
          </div>
        )}
      </Answer>
    </Page>
  )
}
