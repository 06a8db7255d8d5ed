import { readBody } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useActing } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { InvoiceActs } from './invoice-acts.tsx'
import { InvoiceView } from './invoice-view.tsx'

/** One invoice of this tenant with what was paid on it. */
export function ActingInvoicePage() {
  const { acting, client, partnerId, tenantId } = useActing()
  const invoiceId = useParam('invoice')
  const may = {
    dispute: acting.permissions.includes('partner.billing.disputes.create'),
    remind: acting.permissions.includes('partner.billing.reminders.send'),
  }
  const invoice = useRead(['invoice', invoiceId], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/billing/invoices/{invoice_id}', {
        params: { path: { invoice_id: invoiceId } },
        signal,
      }),
    ),
  )
  return (
    <Page
      title={
        invoice.data ? t('invoice.title', { number: invoice.data.invoice_number }) : t('invoice.title_plain')
      }
      back={{ to: actingPlaces.billing(partnerId, tenantId), label: t('nav.billing') }}
    >
      <Answer query={invoice} lines={8}>
        {(found) => (
          <>
            <InvoiceActs invoice={found} client={client} may={may} />
            <InvoiceView invoice={found} />
          </>
        )}
      </Answer>
    </Page>
  )
}
