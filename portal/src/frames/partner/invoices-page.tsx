import { readBody } from '@liaison/sdk'
import type { Invoice } from '@liaison/sdk'
import { useCallback } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, ScopeNote } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import {
  InvoiceFilterBar,
  invoiceSpec,
  InvoiceTable,
  InvoiceTiles,
  toInvoiceQuery,
} from '../shared/invoice-table.tsx'

/** The invoices of all tenants, with sums for each currency and their age. */
export function InvoicesPage() {
  const { partnerId } = useFrame()
  const filters = useFilters(invoiceSpec)
  const query = toInvoiceQuery(filters)
  const invoices = useRead(
    ['invoices', query],
    (frame, signal) => readBody(frame.client.GET('/partner/billing/invoices', { params: { query }, signal })),
    { keep: true },
  )
  const addressOf = useCallback(
    (invoice: Invoice) => actingPlaces.invoice(partnerId, invoice.tenant_id, invoice.invoice_id),
    [partnerId],
  )
  return (
    <Page title={t('invoices.title')} lead={t('invoices.lead')}>
      {invoices.data && <InvoiceTiles aggregates={invoices.data.aggregates} />}
      <InvoiceFilterBar filters={filters} query={invoices} />
      <Answer query={invoices} lines={12}>
        {(page) => (
          <div className="stack">
            <ScopeNote scope={page.scope} />
            <InvoiceTable
              page={page}
              filters={filters}
              addressOf={addressOf}
              withTenant
              emptyText={t('invoices.empty', { count: page.scope.tenant_count })}
            />
          </div>
        )}
      </Answer>
    </Page>
  )
}
