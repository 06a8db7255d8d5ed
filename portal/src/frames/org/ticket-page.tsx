import { readBody, readTagged } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { TicketLead, TicketView } from '../shared/ticket-view.tsx'
import { withdrawOwn } from '../shared/withdraw-calls.ts'

const ownRights = { update: true, comment: true, internal: true, assign: true }

/** One ticket of the organisation. Acts of partners carry the partner's name. */
export function TicketPage() {
  const { client, name, tenantId } = useFrame()
  const ticketId = useParam('ticket')
  const path = { path: { ticket_id: ticketId } }
  const ticket = useRead(['ticket', ticketId], (frame, signal) =>
    readTagged(frame.client.GET('/tenant/support/tickets/{ticket_id}', { params: path, signal })),
  )
  const people = useRead(
    ['assignees'],
    (frame, signal) => readBody(frame.client.GET('/tenant/support/assignees', { signal })),
    { enabled: ownRights.assign },
  )
  return (
    <Page
      title={ticket.data ? ticket.data.body.subject : t('ticket.title_plain')}
      lead={ticket.data && <TicketLead ticket={ticket.data.body} />}
      back={{ to: orgPlaces.tickets(tenantId), label: t('nav.tickets') }}
    >
      <Answer query={ticket} lines={10}>
        {({ body, etag }) => (
          <TicketView
            ticket={body}
            rights={ownRights}
            tenant={name}
            people={people.data?.items ?? []}
            withdraw={withdrawOwn(client)}
            justify={(metric, said) =>
              readBody(
                client.POST('/tenant/support/tickets/{ticket_id}/sla/{metric}/justification', {
                  params: { path: { ticket_id: ticketId, metric } },
                  body: said,
                }),
              )
            }
            change={(change) =>
              readBody(
                client.PATCH('/tenant/support/tickets/{ticket_id}', {
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
