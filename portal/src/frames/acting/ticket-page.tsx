import { readBody, readTagged } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useActing } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { TicketLead, TicketView } from '../shared/ticket-view.tsx'
import { withdrawActing } from '../shared/withdraw-calls.ts'

function rightsOf(permissions: readonly string[]) {
  const may = (act: string) => permissions.includes(`partner.support.tickets.${act}`)
  return {
    update: may('update'),
    comment: may('comment'),
    assign: may('assign'),
    internal: may('internal_notes.read'),
  }
}

/** One ticket of this tenant. */
export function TicketPage() {
  const { acting, client, partnerId, tenantId } = useActing()
  const ticketId = useParam('ticket')
  const path = { path: { ticket_id: ticketId } }
  const ticket = useRead(['ticket', ticketId], (frame, signal) =>
    readTagged(frame.client.GET('/partner/support/tickets/{ticket_id}', { params: path, signal })),
  )
  const rights = rightsOf(acting.permissions)
  const people = useRead(
    ['assignees'],
    (frame, signal) => readBody(frame.client.GET('/partner/support/assignees', { signal })),
    { enabled: rights.assign },
  )
  return (
    <Page
      title={ticket.data ? ticket.data.body.subject : t('ticket.title_plain')}
      lead={ticket.data && <TicketLead ticket={ticket.data.body} />}
      back={{ to: actingPlaces.tickets(partnerId, tenantId), label: t('nav.tickets') }}
    >
      <Answer query={ticket} lines={10}>
        {({ body, etag }) => (
          <TicketView
            ticket={body}
            rights={rights}
            tenant={acting.tenant_name}
            people={people.data?.items ?? []}
            withdraw={withdrawActing(client)}
            justify={(metric, said) =>
              readBody(
                client.POST('/partner/support/tickets/{ticket_id}/sla/{metric}/justification', {
                  params: { path: { ticket_id: ticketId, metric } },
                  body: said,
                }),
              )
            }
            change={(change) =>
              readBody(
                client.PATCH('/partner/support/tickets/{ticket_id}', {
                  params: path,
                  headers: { 'If-Match': etag ?? '' },
                  body: change,
                }),
              )
            }
          />
        )}
      </Answer>
    </Page>
  )
}
