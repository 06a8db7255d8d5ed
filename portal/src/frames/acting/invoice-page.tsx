import { readBody } from '@liaison/sdk'
import type { InvoiceDetail } from '@liaison/sdk'

import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime, formatMoney } from '../../platform/format.ts'
import { useActing } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'

function Amounts({ invoice }: { invoice: InvoiceDetail }) {
  return (
    <Panel title={t('invoice.amounts')}>
      <Facts
        facts={[
          fact(t('invoice.subtotal'), <MoneyText money={invoice.subtotal} />),
          fact(t('invoice.tax'), <MoneyText money={invoice.tax} />),
          fact(
            t('invoice.total'),
            <span className="strong">
              <MoneyText money={invoice.total} />
            </span>,
          ),
          fact(t('invoice.paid'), <MoneyText money={invoice.paid_amount} />),
          fact(t('invoice.balance'), <MoneyText money={invoice.balance} late={invoice.days_overdue > 0} />),
        ]}
      />
    </Panel>
  )
}

function Payments({ payments }: { payments: InvoiceDetail['payments'] }) {
  return (
    <Panel title={t('invoice.payments')}>
      {payments === null || payments.length === 0 ? (
        <p className="muted">{t(payments === null ? 'invoice.payments_withheld' : 'invoice.no_payments')}</p>
      ) : (
        <ul className="can">
          {payments.map((payment) => (
            <li key={payment.payment_id} className="row">
              <span className="strong num">{formatMoney(payment.amount)}</span>
              <span className="muted">
                {formatDateTime(payment.received_at)}
                {payment.method !== null && `, ${tValue('payment', payment.method)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** One invoice of this tenant with what was paid on it. */
export function InvoicePage() {
  const { partnerId, tenantId } = useActing()
  const invoiceId = useParam('invoice')
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
          <div className="columns">
            <Panel title={t('invoice.facts')}>
              <Facts
                facts={[
                  fact(t('invoice.status'), <StatusChip family="invoice" value={found.status} />),
                  fact(t('invoice.customer'), found.customer_name),
                  fact(t('invoice.account'), found.billing_account),
                  fact(t('invoice.date'), <DateText iso={found.invoice_date} />),
                  fact(t('invoice.due'), <DateText iso={found.due_date} />),
                  fact(
                    t('invoice.days_overdue'),
                    found.days_overdue > 0 && <span className="late num">{found.days_overdue}</span>,
                  ),
                  fact(t('invoice.paid_on'), found.payment_date && <DateText iso={found.payment_date} />),
                  fact(t('invoice.id'), <IdText id={found.invoice_id} />),
                ]}
              />
            </Panel>
            <div className="stack">
              <Amounts invoice={found} />
              <Payments payments={found.payments} />
            </div>
          </div>
        )}
      </Answer>
    </Page>
  )
}
