import { readBody } from '@liaison/client'
import type { Invoice } from '@liaison/client'
import { useCallback } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, ScopeNote, TileBones } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { textField } from '../../platform/filters.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import { ExportLink } from '../shared/export-link.tsx'
import { GroupPick } from '../shared/group-pick.tsx'
import { optional } from '../shared/list-fields.ts'
import { SavedViews } from '../shared/saved-views.tsx'
import { InvoiceDrawer } from './invoice-drawer.tsx'
import {
  InvoiceFilterBar,
  invoiceSpec,
  InvoiceTable,
  InvoiceTiles,
  toInvoiceQuery,
} from './invoice-table.tsx'

const spec = { ...invoiceSpec, invoice: textField(), group: textField() }

function More({ group, onGroup }: { group: string; onGroup: (group: string) => void }) {
  return (
    <>
      <GroupPick value={group} onValue={onGroup} />
      <SavedViews screen="invoices" />
    </>
  )
}

function Tools() {
  const { partnerId } = useFrame()
  return (
    <div className="row">
      <GoLink to={partnerPlaces.payments(partnerId)}>{t('payments.title')}</GoLink>
      <GoLink to={partnerPlaces.disputes(partnerId)}>{t('disputes.title')}</GoLink>
      <ExportLink kind="invoices" />
    </div>
  )
}

/** The invoices of all tenants, with sums for each currency and their age. */
export function PartnerInvoicesPage() {
  const { partnerId } = useFrame()
  const filters = useFilters(spec)
  const { set } = filters
  const { page: pageNumber, invoice: opened, group } = filters.values
  const query = { ...toInvoiceQuery(filters), ...optional('group', group) }
  const invoices = useRead(
    ['invoices', query],
    (frame, signal) => readBody(frame.client.GET('/partner/billing/invoices', { params: { query }, signal })),
    { keep: true },
  )
  const addressOf = useCallback(
    (invoice: Invoice) => actingPlaces.invoice(partnerId, invoice.tenant_id, invoice.invoice_id),
    [partnerId],
  )
  const onInvoice = useCallback((invoice: string) => set({ invoice, page: pageNumber }), [set, pageNumber])
  return (
    <Page title={t('invoices.title')} lead={t('invoices.lead')} tools={<Tools />}>
      <TileBones query={invoices} count={1} lines={4} />
      {invoices.data && <InvoiceTiles aggregates={invoices.data.aggregates} />}
      <InvoiceFilterBar
        filters={filters}
        query={invoices}
        extra={<More group={group} onGroup={(next) => set({ group: next })} />}
      />
      <Answer query={invoices} lines={12}>
        {(page) => (
          <div className="stack">
            <ScopeNote scope={page.scope} />
            <InvoiceTable
              page={page}
              filters={filters}
              addressOf={addressOf}
              onOpen={onInvoice}
              withTenant
              emptyText={t('invoices.empty', { count: page.scope.tenant_count })}
            />
            <InvoiceDrawer invoiceId={opened} invoices={page.items} onInvoice={onInvoice} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
