import { readBody } from '@liaison/client'

import { Note, Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { InvoiceView } from './invoice-view.tsx'

/** One invoice of the organisation with what was paid on it. */
export function OrgInvoicePage() {
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
        {(found) => (
          <div className="stack">
            {found.is_disputed && (
              <Note tone="attention">
                <p>
                  {t('invoice.disputed')}{' '}
                  <GoLink to={orgPlaces.disputes(tenantId)}>{t('disputes.title')}</GoLink>
                </p>
              </Note>
            )}
            <InvoiceView invoice={found} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
