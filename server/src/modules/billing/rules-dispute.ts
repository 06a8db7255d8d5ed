import { writeAmount } from '#platform/words/amount-words.ts'

export const DISPUTE_REASONS = [
  'wrong_amount',
  'not_delivered',
  'duplicate',
  'already_paid',
  'other',
] as const
export type DisputeReason = (typeof DISPUTE_REASONS)[number]

export const DISPUTE_STATUSES = ['open', 'accepted', 'rejected', 'withdrawn'] as const
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number]

/** What ends a dispute: the tenant accepts or rejects it, the partner that raised it withdraws it. */
export type DisputeEnd = Exclude<DisputeStatus, 'open'>

/** What a mail about a dispute says. */
export interface DisputeNews {
  readonly status: DisputeStatus
  readonly number: string
  readonly tenantName: string
  readonly partnerName: string
  readonly personName: string
  readonly amountMinor: number
  readonly currency: string
  /** What is wrong, of an open dispute; the note of the answer, of another. */
  readonly text: string
}

const VERBS: Readonly<Record<DisputeStatus, string>> = {
  open: 'disputes',
  accepted: 'accepted the dispute about',
  rejected: 'rejected the dispute about',
  withdrawn: 'withdrew the dispute about',
}

/** The mail to the other side of a dispute. */
export function writeDisputeNews(news: DisputeNews): { subject: string; text: string } {
  const isTenant = news.status === 'accepted' || news.status === 'rejected'
  const who = isTenant ? news.tenantName : news.partnerName
  const subject = `${who} ${VERBS[news.status]} invoice ${news.number}${isTenant ? '' : ` of ${news.tenantName}`}`
  const lines = [
    `${subject}.`,
    '',
    `Disputed: ${writeAmount({ amount_minor: news.amountMinor, currency: news.currency })}`,
    `By: ${news.personName}`,
    ...(news.text === '' ? [] : ['', news.text]),
    '',
    'Sign in and open Billing, Disputes, to read all of it. No amount has changed.',
  ]
  return { subject, text: lines.join('\n') }
}

/** Why an amount cannot be disputed; null when it can. Only what is owed can be. */
export function faultOfAmount(amountMinor: number, balanceMinor: number): string | null {
  if (balanceMinor <= 0) return 'nothing is owed on this invoice'
  return amountMinor > balanceMinor ? `must be at most what is owed, ${balanceMinor}` : null
}
