import { Drawer } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Invoice } from '@liaison/client'

import { Answer } from '../../parts/states.tsx'
import { useBesideKeys } from '../../platform/beside-keys.ts'
import { clientFor, useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { InvoiceActs } from './invoice-acts.tsx'
import { InvoiceView } from './invoice-view.tsx'

function useInvoice(invoiceId: string) {
  return useRead(['invoice', invoiceId], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/billing/invoices/{invoice_id}', {
        params: { path: { invoice_id: invoiceId } },
        signal,
      }),
    ),
  )
}

/** What the person may do in one tenant; nothing while that is not known. */
function useMayIn(tenantId: string) {
  const { data } = useRead(
    ['tenant-permissions', tenantId],
    (_frame, signal) =>
      readBody(
        clientFor(tenantId).GET('/partner/customers/{tenant_id}', {
          params: { path: { tenant_id: tenantId }, query: { include: 'permissions' } },
          signal,
        }),
      ),
    { enabled: tenantId !== '' },
  )
  const names: readonly string[] = data?.effective_permissions ?? []
  return {
    dispute: names.includes('partner.billing.disputes.create'),
    remind: names.includes('partner.billing.reminders.send'),
  }
}

function Detail({ invoiceId }: { invoiceId: string }) {
  const { partnerId } = useFrame()
  const invoice = useInvoice(invoiceId)
  const may = useMayIn(invoice.data?.tenant_id ?? '')
  return (
    <Answer query={invoice} lines={9}>
      {(found) => (
        <div className="stack">
          <InvoiceActs invoice={found} client={clientFor(found.tenant_id)} may={may} />
          <InvoiceView invoice={found} isNarrow />
          <GoLink to={actingPlaces.invoice(partnerId, found.tenant_id, found.invoice_id)}>
            {t('drawer.open', { tenant: found.tenant_name })}
          </GoLink>
        </div>
      )}
    </Answer>
  )
}

type InvoiceDrawerProps = {
  invoiceId: string
  /** The rows of the list, in their order. */
  invoices: readonly Invoice[]
  onInvoice: (invoiceId: string) => void
}

function titleOf(invoice: Invoice | undefined): string {
  if (invoice === undefined) return t('invoice.title_plain')
  return `${t('invoice.title', { number: invoice.invoice_number })} · ${invoice.tenant_name}`
}

/** One invoice beside the list. The keys [ and ] go to the one before and after. */
export function InvoiceDrawer({ invoiceId, invoices, onInvoice }: InvoiceDrawerProps) {
  const isOpen = invoiceId !== ''
  useBesideKeys(
    invoiceId,
    invoices.map((row) => row.invoice_id),
    onInvoice,
  )
  return (
    <Drawer
      opened={isOpen}
      onClose={() => onInvoice('')}
      position="right"
      size="md"
      title={titleOf(invoices.find((row) => row.invoice_id === invoiceId))}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div tabIndex={-1} data-autofocus="">
        {isOpen && <Detail key={invoiceId} invoiceId={invoiceId} />}
      </div>
    </Drawer>
  )
}
