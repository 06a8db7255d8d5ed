import { readBody } from '@liaison/client'
import type { Ticket } from '@liaison/client'
import { useCallback } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { ExportLink } from '../shared/export-link.tsx'
import { TicketFilterBar, ticketSpec, TicketTable, toTicketQuery } from '../shared/ticket-table.tsx'

/** The organisation's own tickets, whoever wrote them. */
export function TicketsPage() {
  const { name, tenantId } = useFrame()
  const filters = useFilters(ticketSpec)
  const query = toTicketQuery(filters)
  const tickets = useRead(
    ['tickets', query],
    (frame, signal) => readBody(frame.client.GET('/tenant/support/tickets', { params: { query }, signal })),
    { keep: true },
  )
  const addressOf = useCallback((ticket: Ticket) => orgPlaces.ticket(tenantId, ticket.ticket_id), [tenantId])
  return (
    <Page
      title={t('tickets.title')}
      tools={
        <div className="row">
          <ExportLink kind="tickets" />
          <BeginButton act="org.ticket">{t('newticket.own_title')}</BeginButton>
        </div>
      }
    >
      <TicketFilterBar filters={filters} query={tickets} />
      <Answer query={tickets} lines={10}>
        {(page) => (
          <TicketTable
            page={page}
            filters={filters}
            addressOf={addressOf}
            emptyText={t('tickets.empty', { tenant: name })}
          />
        )}
      </Answer>
    </Page>
  )
}
