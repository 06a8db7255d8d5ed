import { Button, NativeSelect, TextInput } from '@mantine/core'
import type { Money, OrderDetail, OrderingAccount } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { fact, Facts, Note, Panel } from '../../parts/page.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { formatMoney } from '../../platform/format.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { amountOf, Payer } from '../shared/order-words.tsx'
import { blankOrder, checkOrder, itemsOf, totalsOf } from './order-draft.ts'
import type { OrderDraft } from './order-draft.ts'
import { ProductTable } from './product-table.tsx'

export type OrderBody = {
  billing_account_id: string
  relationship_id: string
  items: { product_code: string; quantity: number }[]
  expected_total: { once: Money; monthly: Money }
  reference?: string
  requested_date?: string
}

type OrderFormProps = {
  /** Whose accounts these are. */
  name: string
  ownTenantId: string | null
  accounts: readonly OrderingAccount[]
  /** Places the order; the key makes a repeated attempt order nothing twice. */
  place: (body: OrderBody, key: string) => Promise<OrderDetail>
  onPlaced: (order: OrderDetail) => void
}

/** What was read goes along, so that nothing is ordered at a price that was not shown. */
function toBody(draft: OrderDraft, account: OrderingAccount): OrderBody {
  const { currency } = account
  const { once, monthly } = totalsOf(draft, account)
  return {
    billing_account_id: account.billing_account_id,
    relationship_id: account.relationship_id ?? '',
    items: itemsOf(draft),
    expected_total: {
      once: { amount_minor: once, currency },
      monthly: { amount_minor: monthly, currency },
    },
    ...(draft.reference.trim() === '' ? {} : { reference: draft.reference.trim() }),
    ...(draft.day === '' ? {} : { requested_date: draft.day }),
  }
}

function payerOf({ billing }: OrderingAccount, ownTenantId: string | null): string {
  if (billing === null) return ''
  return billing.party === ownTenantId ? t('orders.you', { name: billing.party_name }) : billing.party_name
}

type PartProps = {
  draft: OrderDraft
  errors: readonly FormError[]
  onDraft: (draft: OrderDraft) => void
}

function AccountPick({
  accounts,
  draft,
  errors,
  onDraft,
  ownTenantId,
}: PartProps & Pick<OrderFormProps, 'accounts' | 'ownTenantId'>) {
  return (
    <NativeSelect
      id="account"
      label={t('ordering.account')}
      value={draft.accountId}
      error={errorOf(errors, 'account')}
      onChange={(event) => onDraft({ ...draft, accountId: event.currentTarget.value, quantities: {} })}
    >
      <option value="">{t('ordering.account_choose')}</option>
      {accounts.map((account) => (
        <option key={account.billing_account_id} value={account.billing_account_id}>
          {`${account.customer_ban}, ${payerOf(account, ownTenantId)}`}
        </option>
      ))}
    </NativeSelect>
  )
}

function Wishes({ draft, onDraft }: Omit<PartProps, 'errors'>) {
  return (
    <div className="halves">
      <TextInput
        id="reference"
        label={t('ordering.reference')}
        description={t('ordering.reference_about')}
        maxLength={100}
        value={draft.reference}
        onChange={(event) => onDraft({ ...draft, reference: event.currentTarget.value })}
      />
      <TextInput
        id="requested_date"
        type="date"
        label={t('ordering.wanted')}
        description={t('ordering.wanted_about')}
        value={draft.day}
        onChange={(event) => onDraft({ ...draft, day: event.currentTarget.value })}
      />
    </div>
  )
}

type CheckProps = { draft: OrderDraft; account: OrderingAccount; name: string; ownTenantId: string | null }

/** Who is billed and what it costs, before it is sent. */
function Check({ draft, account, name, ownTenantId }: CheckProps) {
  const { billing, currency, customer_ban: ban } = account
  const { once, monthly } = totalsOf(draft, account)
  if (billing === null) return <Note tone="attention">{t('ordering.nobody')}</Note>
  return (
    <Panel title={t('ordering.check')}>
      <Facts
        facts={[
          fact(t('orders.bill_to'), <Payer name={payerOf(account, ownTenantId)} ban={billing.ban} />),
          fact(t('ordering.account'), `${name}, ${ban}`),
          fact(t('ordering.once_total'), amountOf({ amount_minor: once, currency })),
          fact(t('ordering.monthly_total'), amountOf({ amount_minor: monthly, currency })),
        ]}
      />
      <p className="small muted">{t('ordering.seen', { name })}</p>
    </Panel>
  )
}

/** The button says again what it costs and who is billed. */
function actOf(draft: OrderDraft, account: OrderingAccount): string {
  const { currency, billing } = account
  const payer = billing?.party_name ?? ''
  const { once, monthly } = totalsOf(draft, account)
  if (monthly > 0)
    return t('ordering.act_monthly', { amount: formatMoney({ amount_minor: monthly, currency }), payer })
  if (once > 0)
    return t('ordering.act_once', { amount: formatMoney({ amount_minor: once, currency }), payer })
  return t('ordering.act', { payer })
}

function useOrderForm({ accounts, place, onPlaced }: OrderFormProps) {
  const [only, second] = accounts
  const known = second === undefined ? (only?.billing_account_id ?? '') : ''
  const [draft, setDraft] = useState<OrderDraft>({ ...blankOrder, accountId: known })
  const [errors, setErrors] = useState<FormError[]>([])
  const key = useAttemptKey(draft)
  const account = accounts.find(({ billing_account_id: id }) => id === draft.accountId)
  const write = useWrite((body: OrderBody) => place(body, key), onPlaced)
  const send = () => {
    const found = checkOrder(draft, account)
    setErrors(found)
    if (found.length === 0 && account) write.mutate(toBody(draft, account))
  }
  const change = (next: OrderDraft) => {
    setErrors([])
    setDraft(next)
  }
  return { draft, setDraft: change, errors, account, write, send }
}

/** The form of a new order: for which account, what, and who is billed for it. */
export function OrderForm(props: OrderFormProps) {
  const { name, ownTenantId, accounts } = props
  const { draft, setDraft, errors, account, write, send } = useOrderForm(props)
  return (
    <form
      className="stack form wide-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <ErrorSummary errors={errors} />
      <WriteProblem error={write.error} />
      {accounts.length > 1 && (
        <AccountPick {...{ accounts, draft, errors, ownTenantId }} onDraft={setDraft} />
      )}
      {account && (
        <ProductTable
          account={account}
          quantities={draft.quantities}
          errors={errors}
          onQuantities={(quantities) => setDraft({ ...draft, quantities })}
        />
      )}
      <Wishes draft={draft} onDraft={setDraft} />
      {account && <Check {...{ draft, account, name, ownTenantId }} />}
      {account?.billing !== null && (
        <div>
          <Button type="submit" loading={write.isPending} className="long-act">
            {account ? actOf(draft, account) : t('ordering.act_plain', { name })}
          </Button>
        </div>
      )}
    </form>
  )
}
