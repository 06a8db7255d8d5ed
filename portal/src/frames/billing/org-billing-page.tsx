import { readBody } from '@liaison/client'
import type { Invoice } from '@liaison/client'
import { useCallback } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { orgPlaces } from '../../places.ts'
import { ExportLink } from '../shared/export-link.tsx'
import { AgeingPanels } from './ageing.tsx'
import { InvoiceFilterBar, invoiceSpec, InvoiceTable, toInvoiceQuery } from './invoice-table.tsx'

/** The organisation's own invoices. */
export function OrgBillingPage() {
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
  const summary = useRead(
    ['billing-summary'],
    (frame, signal) => readBody(frame.client.GET('/tenant/billing/summary', { signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('billing.title')}
      lead={t('billing.lead', { tenant: name })}
      tools={
        <div className="row">
          <ExportLink kind="invoices" />
          <GoLink to={orgPlaces.payments(tenantId)}>{t('payments.title')}</GoLink>
          <GoLink to={orgPlaces.disputes(tenantId)}>{t('disputes.title')}</GoLink>
          <GoLink to={orgPlaces.reminders(tenantId)}>{t('setting.title')}</GoLink>
        </div>
      }
    >
      {summary.data && <AgeingPanels totals={summary.data.totals} days={summary.data.period.days} />}
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
