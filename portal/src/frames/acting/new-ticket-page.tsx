import { readBody } from '@liaison/sdk'

import { Page } from '../../parts/page.tsx'
import { useActing } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { NewTicketForm } from '../shared/new-ticket-form.tsx'

/** A new ticket on behalf of the tenant. Title, button and confirmation name the tenant. */
export function NewTicketPage() {
  const { acting, client, partnerId, tenantId } = useActing()
  const go = useGo()
  const tenant = acting.tenant_name
  return (
    <Page
      title={t('newticket.title', { tenant })}
      lead={t('newticket.lead', { tenant, partner: acting.partner_name })}
      back={{ to: actingPlaces.tickets(partnerId, tenantId), label: t('nav.tickets') }}
    >
      <NewTicketForm
        act={t('newticket.act', { tenant })}
        create={(draft, key) =>
          readBody(
            client.POST('/partner/support/tickets', { headers: { 'Idempotency-Key': key }, body: draft }),
          )
        }
        onCreated={(created) => {
          showToast(t('newticket.done', { number: created.ticket_number, tenant }))
          go(actingPlaces.ticket(partnerId, tenantId, created.ticket_id))
        }}
      />
    </Page>
  )
}
