import '../shared/ticket-form-words.ts'
import { readBody } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { useFrame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { NewTicketForm } from '../shared/new-ticket-form.tsx'
import { withdrawOwn } from '../shared/withdraw-calls.ts'

/** A new ticket of the own organisation. */
export function NewTicketPage() {
  const { client, name, tenantId } = useFrame()
  return (
    <Page
      title={t('newticket.own_title')}
      back={{ to: orgPlaces.tickets(tenantId), label: t('nav.tickets') }}
    >
      <NewTicketForm
        act={t('newticket.act', { tenant: name })}
        create={(draft, key) =>
          readBody(
            client.POST('/tenant/support/tickets', { headers: { 'Idempotency-Key': key }, body: draft }),
          )
        }
        tenant={name}
        address={orgPlaces.newTicket(tenantId)}
        addressOf={(ticketId) => orgPlaces.ticket(tenantId, ticketId)}
        withdraw={withdrawOwn(client)}
      />
    </Page>
  )
}
