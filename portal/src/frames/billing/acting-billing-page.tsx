import { readBody } from '@liaison/client'
import type { Invoice } from '@liaison/client'
import { useCallback } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, ScopeNote } from '../../parts/states.tsx'
import { useActing } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { ExportLink } from '../shared/export-link.tsx'
import { AgeingPanels } from './ageing.tsx'
import {
  InvoiceFilterBar,
  invoiceSpec,
  InvoiceTable,
  InvoiceTiles,
  toInvoiceQuery,
} from './invoice-table.tsx'

/** The invoices of this tenant. */
export function ActingBillingPage() {
  const { acting, partnerId, tenantId } = useActing()
  const filters = useFilters(invoiceSpec)
  const query = toInvoiceQuery(filters)
  const invoices = useRead(
    ['invoices', query],
    (frame, signal) => readBody(frame.client.GET('/partner/billing/invoices', { params: { query }, signal })),
    { keep: true },
  )
  const addressOf = useCallback(
    (invoice: Invoice) => actingPlaces.invoice(partnerId, tenantId, invoice.invoice_id),
    [partnerId, tenantId],
  )
  const mayExport = acting.permissions.includes('partner.billing.invoices.export')
  const maySummarise = acting.permissions.includes('partner.billing.summary.read')
  const summary = useRead(
    ['billing-summary'],
    (frame, signal) => readBody(frame.client.GET('/partner/billing/summary', { signal })),
    { keep: true, enabled: maySummarise },
  )
  return (
    <Page
      title={t('billing.title')}
      lead={t('billing.lead', { tenant: acting.tenant_name })}
      tools={mayExport && <ExportLink kind="invoices" />}
    >
      {summary.data ? (
        <AgeingPanels totals={summary.data.totals} days={summary.data.period.days} />
      ) : (
        invoices.data && !maySummarise && <InvoiceTiles aggregates={invoices.data.aggregates} />
      )}
      <InvoiceFilterBar filters={filters} query={invoices} />
      <Answer query={invoices} lines={10}>
        {(page) => (
          <div className="stack">
            <ScopeNote scope={page.scope} />
            <InvoiceTable
              page={page}
              filters={filters}
              addressOf={addressOf}
              emptyText={t('billing.empty', { tenant: acting.tenant_name })}
            />
          </div>
        )}
      </Answer>
    </Page>
  )
}
