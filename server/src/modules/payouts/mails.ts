import { toDecimal } from '#platform/money.ts'
import { toMoney } from '#platform/money.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'

interface Paid {
  readonly amount_minor: number
  readonly currency: string
  readonly account_label: string
  readonly partner_name: string
}

interface Mail {
  readonly subject: string
  readonly text: string
}

/** An amount in plain letters, for mails. */
const amountOf = (item: Paid): string =>
  `${toDecimal(toMoney(item.amount_minor, item.currency))} ${item.currency}`

/** What whoever may approve a batch reads when it was submitted; who gets what stays on the page. */
export const waitingMail = (
  batch: {
    readonly number: number
    readonly submitted_by_name: string | null
    readonly total_minor: number
    readonly currency: string
  },
  page: string,
): Mail => ({
  subject: `Payout ${batch.number} waits for a second person`,
  text: `${batch.submitted_by_name ?? 'Somebody'} submitted payout ${batch.number} of ${toDecimal(toMoney(batch.total_minor, batch.currency))} ${batch.currency}. Another admin approves it; nothing is paid before that.\n\nRead who gets what, and decide:\n\n${page}\n\n${PROVIDER_NAME}\n`,
})

/** What whoever runs payouts reads when the finance system did not take a batch. */
export const handOverMail = (batchId: string): Mail => ({
  subject: 'A payout batch did not reach the finance system',
  text: `The finance system did not take a payout batch, and it is not tried again by itself. Nothing of it was recorded as paid.\n\nSee on the page of the batch what was answered, repair it, and send the batch again: each payout keeps its id, so that none is paid twice. Reference ${batchId}.\n\n${PROVIDER_NAME}\n`,
})

/** What owners read when a payout is marked as paid. */
export const paidMail = (item: Paid, reference: string): Mail => ({
  subject: `${item.partner_name} was paid ${amountOf(item)}`,
  text: `We recorded a payout of ${amountOf(item)} to ${item.account_label} as paid. Reference: ${reference}.\n\nYou find the earnings it is made of under Payouts.`,
})

/** What owners read when a payout failed. */
export const failureMail = (item: Paid, reason: string): Mail => ({
  subject: `A payout to ${item.partner_name} failed`,
  text: `A payout of ${amountOf(item)} to ${item.account_label} failed: ${reason}\n\nThe earnings it was made of count again and are in one of the next payouts.`,
})

/** What every owner reads when the account changed, whoever changed it. */
export const accountMail = (change: {
  readonly partnerName: string
  readonly label: string
  readonly by: string
  readonly usableFrom: string
}): Mail => ({
  subject: `The payout account of ${change.partnerName} was changed`,
  text: `${change.by} changed the account that ${change.partnerName} is paid on. It is now ${change.label}.\n\nPayouts wait until ${change.usableFrom}. If this was not agreed, replace the account under Payouts and tell us.`,
})
