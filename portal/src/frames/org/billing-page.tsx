import { readBody } from '@liaison/sdk'
import type { Invoice } from '@liaison/sdk'
import { useCallback } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import {
  InvoiceFilterBar,
  invoiceSpec,
  InvoiceTable,
  InvoiceTiles,
  toInvoiceQuery,
} from '../shared/invoice-table.tsx'

/** The organisation's own invoices. */
export function BillingPage() {
  const { name, tenantId } = useFrame()
  const addressOf = useCallback(
    (invoice: Invoice) => orgPlaces.invoice(tenantId, invoice.invoice_id),
    [tenantId],
  )
  const filters = useFilters(invoiceSpec)
  const query = toInvoiceQuery(filters)
  const invoices = useRead(
    ['invoices', query],
    (frame, signal) => readBody(frame.client.GET('/tenant/billing/invoices', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page title={t('billing.title')} lead={t('billing.lead', { tenant: name })}>
      {invoices.data && <InvoiceTiles aggregates={invoices.data.aggregates} />}
      <InvoiceFilterBar filters={filters} query={invoices} />
      <Answer query={invoices} lines={10}>
        {(page) => (
          <InvoiceTable
            page={page}
            filters={filters}
            addressOf={addressOf}
            emptyText={t('billing.empty', { tenant: name })}
          />
        )}
      </Answer>
    </Page>
  )
}
