import { readBody } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { NewTicketForm } from '../shared/new-ticket-form.tsx'

/** A new ticket of the own organisation. */
export function NewTicketPage() {
  const { client, name, tenantId } = useFrame()
  const go = useGo()
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
        onCreated={(created) => {
          showToast(t('newticket.done', { number: created.ticket_number, tenant: name }))
          go(orgPlaces.ticket(tenantId, created.ticket_id))
        }}
      />
    </Page>
  )
}
