import { readBody } from '@liaison/sdk'

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { InvoiceView } from '../shared/invoice-view.tsx'

/** One invoice of the organisation with what was paid on it. */
export function InvoicePage() {
  const { tenantId } = useFrame()
  const invoiceId = useParam('invoice')
  const invoice = useRead(['invoice', invoiceId], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/billing/invoices/{invoice_id}', {
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
      back={{ to: orgPlaces.billing(tenantId), label: t('nav.billing') }}
    >
      <Answer query={invoice} lines={8}>
        {(found) => <InvoiceView invoice={found} />}
      </Answer>
    </Page>
  )
}
