import './one-invoice-words.ts'
import type { InvoiceDetail } from '@liaison/client'

import { fact, Facts, Panel } from '../../parts/page.tsx'
import { DateText, IdText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime, formatMoney } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'

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

function Reminders({ reminders }: { reminders: InvoiceDetail['reminders'] }) {
  if (reminders.length === 0) return null
  return (
    <Panel title={t('invoice.reminders')}>
      <ul className="can">
        {reminders.map((reminder) => (
          <li key={reminder.sent_at} className="row">
            <span>{formatDateTime(reminder.sent_at)}</span>
            <span className="muted">
              {t('invoice.reminded', { person: reminder.sent_by_name, partner: reminder.partner_name })}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** One invoice with what was paid on it, side by side or, beside a list, one under the other. */
export function InvoiceView({ invoice, isNarrow = false }: { invoice: InvoiceDetail; isNarrow?: boolean }) {
  return (
    <div className={isNarrow ? 'stack' : 'columns'}>
      <Panel title={t('invoice.facts')}>
        <Facts
          facts={[
            fact(t('invoice.status'), <StatusChip family="invoice" value={invoice.status} />),
            fact(t('invoice.customer'), invoice.customer_name),
            fact(t('invoice.account'), invoice.billing_account),
            fact(t('invoice.date'), <DateText iso={invoice.invoice_date} />),
            fact(t('invoice.due'), <DateText iso={invoice.due_date} />),
            fact(
              t('invoice.days_overdue'),
              invoice.days_overdue > 0 && <span className="late num">{invoice.days_overdue}</span>,
            ),
            fact(t('invoice.paid_on'), invoice.payment_date && <DateText iso={invoice.payment_date} />),
            fact(t('invoice.source'), invoice.source_system),
            fact(
              t('invoice.party'),
              invoice.billing_party !== null &&
                t(`party.${invoice.billing_party}`, { tenant: invoice.tenant_name }),
            ),
            fact(t('invoice.id'), <IdText id={invoice.invoice_id} />),
          ]}
        />
      </Panel>
      <div className="stack">
        <Amounts invoice={invoice} />
        <Payments payments={invoice.payments} />
        <Reminders reminders={invoice.reminders} />
      </div>
    </div>
  )
}
