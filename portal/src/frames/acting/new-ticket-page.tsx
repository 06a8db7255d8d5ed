import '../shared/ticket-form-words.ts'
import { readBody } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { clientFor, useActing } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { NewTicketForm } from '../shared/new-ticket-form.tsx'
import { withdrawActing } from '../shared/withdraw-calls.ts'

/** Who is billed for the ticket, as the link says; to be read before it is made. */
function WhoPays() {
  const { acting } = useActing()
  const link = useRead(['link', acting.link_id], (_frame, signal) =>
    readBody(
      clientFor('').GET('/partner/links/{link_id}', {
        params: { path: { link_id: acting.link_id } },
        signal,
      }),
    ),
  )
  if (link.data === undefined) return null
  const party = link.data.billing_party
  return <p>{t(`newticket.pays.${party}`, { tenant: acting.tenant_name, partner: acting.partner_name })}</p>
}

/** A new ticket on behalf of the tenant. Title, button and confirmation name the tenant. */
export function NewTicketPage() {
  const { acting, client, partnerId, tenantId } = useActing()
  const tenant = acting.tenant_name
  const mayWrite = acting.permissions.includes('partner.support.tickets.create')
  const mayUndo = acting.permissions.includes('partner.support.tickets.update')
  return (
    <Page
      title={t('newticket.title', { tenant })}
      lead={t('newticket.lead', { tenant, partner: acting.partner_name })}
      back={{ to: actingPlaces.tickets(partnerId, tenantId), label: t('nav.tickets') }}
    >
      {mayWrite ? (
        <NewTicketForm
          act={t('newticket.act', { tenant })}
          mailLabel={t('newticket.mail', { tenant })}
          create={(draft, key) =>
            readBody(
              client.POST('/partner/support/tickets', { headers: { 'Idempotency-Key': key }, body: draft }),
            )
          }
          tenant={tenant}
          address={actingPlaces.newTicket(partnerId, tenantId)}
          addressOf={(ticketId) => actingPlaces.ticket(partnerId, tenantId, ticketId)}
          withdraw={mayUndo ? withdrawActing(client) : null}
        >
          <WhoPays />
        </NewTicketForm>
      ) : (
        <div className="list">
          <Empty
            title={t('newticket.closed', { role: acting.role_title })}
            text={t('newticket.closed_text', { tenant })}
          />
        </div>
      )}
    </Page>
  )
}
