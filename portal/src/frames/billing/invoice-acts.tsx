import { Button, Modal, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { InvoiceDetail, LiaisonClient } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note } from '../../parts/page.tsx'
import { decimalsOf, formatMoney } from '../../platform/format.ts'
import { useNow } from '../../platform/clock.ts'
import { showToast } from '../../platform/live.ts'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { minorOf } from './amounts.ts'

const reasons = ['wrong_amount', 'not_delivered', 'duplicate', 'already_paid', 'other'] as const
type Reason = (typeof reasons)[number]

/** What the caller may do about an invoice, by the permissions that hold in its tenant. */
export type InvoiceMay = { dispute: boolean; remind: boolean }

type ActProps = {
  invoice: InvoiceDetail
  /** The client that names the invoice's tenant in every call. */
  client: LiaisonClient
  opened: boolean
  onClose: () => void
}

function namesOf(invoice: InvoiceDetail) {
  return { number: invoice.invoice_number, tenant: invoice.tenant_name }
}

type Wish = { reason: Reason; explanation: string; typed: string }

function useDispute({ invoice, client, onClose }: Omit<ActProps, 'opened'>, wish: Wish) {
  const attempt = useAttemptKey(`${wish.reason} ${wish.explanation} ${wish.typed}`)
  return useWrite(
    (amountMinor: number) =>
      readBody(
        client.POST('/partner/billing/disputes', {
          headers: { 'Idempotency-Key': attempt },
          body: {
            invoice_id: invoice.invoice_id,
            reason: wish.reason,
            explanation: wish.explanation.trim(),
            amount: { amount_minor: amountMinor, currency: invoice.currency },
          },
        }),
      ),
    () => {
      showToast(t('dispute.done', namesOf(invoice)))
      onClose()
    },
  )
}

type WishProps = {
  invoice: InvoiceDetail
  wish: Wish
  onWish: (some: Partial<Wish>) => void
  isWrong: boolean
}

function WishFields({ invoice, wish, onWish, isWrong }: WishProps) {
  const digits = decimalsOf(invoice.currency)
  return (
    <>
      <NativeSelect
        id="reason"
        label={t('dispute.reason')}
        value={wish.reason}
        onChange={(event) =>
          onWish({ reason: reasons.find((name) => name === event.currentTarget.value) ?? 'other' })
        }
      >
        {reasons.map((name) => (
          <option key={name} value={name}>
            {tValue('dispute_reason', name)}
          </option>
        ))}
      </NativeSelect>
      <Textarea
        id="explanation"
        label={t('dispute.explanation')}
        description={t('dispute.explanation_about', { tenant: invoice.tenant_name })}
        rows={3}
        required
        minLength={10}
        maxLength={2000}
        value={wish.explanation}
        onChange={(event) => onWish({ explanation: event.currentTarget.value })}
      />
      <TextInput
        id="amount_minor"
        label={t('dispute.amount', { currency: invoice.currency })}
        description={t('dispute.amount_about', { amount: formatMoney(invoice.balance) })}
        inputMode="decimal"
        required
        value={wish.typed}
        error={isWrong ? t('dispute.amount_wrong', { digits }) : undefined}
        onChange={(event) => onWish({ typed: event.currentTarget.value })}
      />
    </>
  )
}

function DisputeForm(props: Omit<ActProps, 'opened'>) {
  const { invoice, onClose } = props
  const digits = decimalsOf(invoice.currency)
  const [wish, setWish] = useState<Wish>({
    reason: 'wrong_amount',
    explanation: '',
    typed: (invoice.balance.amount_minor / 10 ** digits).toFixed(digits),
  })
  const [isWrong, setWrong] = useState(false)
  const write = useDispute(props, wish)
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        const minor = minorOf(wish.typed, digits)
        setWrong(minor === null)
        if (minor !== null) write.mutate(minor)
      }}
    >
      <WriteProblem error={write.error} />
      <p>{t('dispute.effect', namesOf(invoice))}</p>
      <WishFields
        invoice={invoice}
        wish={wish}
        isWrong={isWrong}
        onWish={(some) => setWish((before) => ({ ...before, ...some }))}
      />
      <Party invoice={invoice} />
      <div className="row ends">
        <Button variant="default" data-autofocus="" onClick={onClose}>
          {t('dispute.keep')}
        </Button>
        <Button type="submit" loading={write.isPending}>
          {t('dispute.send', namesOf(invoice))}
        </Button>
      </div>
    </form>
  )
}

/** Who pays for the act, shown before it is confirmed (9.3). */
function Party({ invoice }: { invoice: InvoiceDetail }) {
  if (invoice.billing_party === null) return null
  return (
    <p className="small muted">
      {t('dispute.pays', { party: t(`party.${invoice.billing_party}`, namesOf(invoice)) })}
    </p>
  )
}

function DisputeDialog({ opened, ...form }: ActProps) {
  return (
    <Modal
      opened={opened}
      onClose={form.onClose}
      title={t('dispute.title', namesOf(form.invoice))}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {opened && <DisputeForm {...form} />}
    </Modal>
  )
}

function RemindDialog({ invoice, client, opened, onClose }: ActProps) {
  const write = useWrite(
    () =>
      readBody(
        client.POST('/partner/billing/invoices/{invoice_id}/remind', {
          params: { path: { invoice_id: invoice.invoice_id } },
        }),
      ),
    () => {
      showToast(t('remind.done', namesOf(invoice)))
      onClose()
    },
  )
  return (
    <Ask
      opened={opened}
      title={t('remind.title', namesOf(invoice))}
      act={t('remind.send', namesOf(invoice))}
      keep={t('remind.keep')}
      isBusy={write.isPending}
      error={write.error}
      onKeep={onClose}
      onAct={() => write.mutate()}
    >
      <p>
        {t('remind.effect', {
          tenant: invoice.tenant_name,
          amount: formatMoney(invoice.balance),
          days: invoice.days_overdue,
        })}
      </p>
      <Party invoice={invoice} />
    </Ask>
  )
}

type Act = 'dispute' | 'remind' | null

/** The ways to do something about an invoice that is open, each named with the tenant it is done in. */
export function InvoiceActs({
  invoice,
  client,
  may,
}: Pick<ActProps, 'invoice' | 'client'> & { may: InvoiceMay }) {
  const [act, setAct] = useState<Act>(null)
  // At most one reminder a day, by the day in UTC; the server says so too.
  const today = useNow(60_000).toISOString().slice(0, 10)
  const close = () => setAct(null)
  if (invoice.is_disputed)
    return (
      <Note tone="attention">
        <p>{t('invoice.disputed')}</p>
      </Note>
    )
  const canDispute = may.dispute && invoice.balance.amount_minor > 0
  const isReminded = invoice.reminders.some(({ sent_at: at }) => at.slice(0, 10) === today)
  const canRemind = may.remind && invoice.days_overdue > 0 && !isReminded
  if (!canDispute && !canRemind) return null
  return (
    <div className="row invoice-acts">
      {canRemind && <Button onClick={() => setAct('remind')}>{t('remind.open')}</Button>}
      {canDispute && (
        <Button variant="default" onClick={() => setAct('dispute')}>
          {t('dispute.open')}
        </Button>
      )}
      <RemindDialog invoice={invoice} client={client} opened={act === 'remind'} onClose={close} />
      <DisputeDialog invoice={invoice} client={client} opened={act === 'dispute'} onClose={close} />
    </div>
  )
}
