import type { AgreementTerms } from '#modules/agreements/index.ts'
import type { ClawbackCalc, Earned, Return } from './rules-clawback.ts'
import type { CommissionCalc, EventLine } from './rules-commission.ts'

/** One event of the provider's billing system, as it was kept. */
export interface BillingEvent {
  readonly id: string
  readonly externalId: string
  readonly kind: 'invoice_paid' | 'refund' | 'chargeback' | 'credit_note' | 'void'
  readonly tenantId: string
  readonly currency: string
  readonly netMinor: number
  readonly lines: readonly EventLine[]
  readonly occurredAt: Date
  readonly refersTo: string | null
}

/** Who brought a tenant, and what that means for earning from it now. */
export interface ReferralFacts {
  readonly referralId: string
  readonly partnerId: string
  readonly programId: string
  readonly timeZone: string
  readonly partnerStatus: 'active' | 'suspended' | 'terminated'
  readonly partnerStatusAt: Date
  readonly referredAt: Date
  readonly blockedFrom: Date | null
  readonly isOnHold: boolean
  /** The event of the first payment; set by the accrual when that is among what it looks at. None where that was elsewhere. */
  lockedByEvent: string | null
  firstPaidAt: Date | null
  /** The day through which the program that the referral came from paid what was earned; null for any other. */
  readonly paidThrough: string | null
}

/** An agreement of a partner with the time in which it was in force. */
export interface AgreementFacts {
  readonly agreementId: string
  readonly partnerId: string
  readonly isTerminated: boolean
  readonly startsAt: Date
  readonly endsAt: Date | null
  readonly terms: AgreementTerms
}

export type EarningState = 'pending' | 'approved' | 'held' | 'in_payout' | 'paid' | 'void'

/** A commission on a payment, with what was taken back of it. */
export interface EarnedRow extends Earned {
  readonly earningId: string
  readonly referralId: string
  readonly partnerId: string
  readonly programId: string
  readonly agreementId: string
  readonly component: string
  readonly currency: string
  readonly state: EarningState
  readonly availableOn: string
  alreadyMinor: number
}

/** A payment that something refers to. */
export interface Original {
  readonly event: BillingEvent
  readonly rows: EarnedRow[]
  /** What went back of it so far and counted. */
  readonly returns: Return[]
}

/** The sums of one span, as they stand. */
export interface Volume {
  base: number
  amount: number
}

/** Everything that the accrual of a set of events depends on; it carries the sums on as it goes. */
export interface AccrualFacts {
  /** By tenant. */
  readonly referrals: ReadonlyMap<string, ReferralFacts>
  /** By partner. */
  readonly agreements: ReadonlyMap<string, readonly AgreementFacts[]>
  /** By external id of the payment. */
  readonly originals: Map<string, Original>
  /** Events that came before the payment that they take back, by its external id. */
  readonly waiting: Map<string, BillingEvent[]>
  /** By `volumeKey`. */
  readonly volumes: Map<string, Volume>
  /** The last closed month, by partner and currency. */
  readonly closedThrough: ReadonlyMap<string, string>
  readonly nextId: () => string
}

/** A row that is to be added to the ledger. */
export interface NewEarning {
  readonly id: string
  readonly partner_id: string
  readonly program_id: string
  readonly referral_id: string
  readonly agreement_id: string
  readonly billing_event_id: string
  readonly kind: 'commission' | 'clawback'
  readonly component: string
  readonly reverses_id: string | null
  readonly occurred_at: string
  readonly service_month: string
  readonly period_month: string
  readonly currency: string
  readonly base_minor: number
  readonly amount_minor: number
  readonly calc: CommissionCalc | ClawbackCalc
  readonly state: EarningState
  readonly hold_kind: 'risk' | 'partner_suspended' | null
  readonly hold_reason: string | null
  readonly available_on: string
}

/** Why an event of a referred tenant earned nothing, in one word and for people. */
export const SKIP_REASONS = {
  BEFORE_REFERRAL: 'It happened before the referral.',
  PAID_ELSEWHERE: 'It was paid by the program that the referral came from.',
  REFERRAL_BLOCKED: 'The provider stopped earnings from this referral.',
  NO_AGREEMENT: 'No agreement was in force when it happened.',
  PARTNER_TERMINATED: 'The partnership had ended when it happened.',
  NOT_FIRST_INVOICE: 'It is earned on the first payment alone.',
  MONTHS_OVER: 'The months in which it is earned were over.',
  OTHER_PRODUCTS: 'Nothing that was paid for is a product that it is earned on.',
  NOTHING_PAID: 'Nothing was paid.',
  CURRENCY_MISSING: 'The agreement names no amount in this currency.',
  ORIGINAL_UNKNOWN: 'The payment that it takes back has not been reported.',
  OTHER_CURRENCY: 'The payment that it takes back was in another currency.',
  NOTHING_EARNED: 'Nothing was earned on the payment that it takes back.',
  ORIGINAL_VOID: 'What was earned on the payment is void already.',
  WINDOW_OVER: 'The time in which earnings are taken back was over.',
  NOT_FULL: 'A fixed amount is taken back by a full refund alone.',
  NOTHING_MORE: 'Everything that there was to take back was taken back already.',
} as const

export type SkipReason = keyof typeof SKIP_REASONS

// The keys of a constant are its names.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const SKIP_REASON_NAMES = Object.keys(SKIP_REASONS) as SkipReason[]

/** An event, or a component of it, that earned nothing. */
export interface NewSkip {
  readonly billing_event_id: string
  readonly partner_id: string
  readonly referral_id: string
  /** Empty when the whole event is meant. */
  readonly component: string
  readonly reason: SkipReason
}

/** What a set of events comes to. */
export interface Accrued {
  readonly earnings: NewEarning[]
  readonly skips: NewSkip[]
  /** First payments: they lock their referral. */
  readonly locks: { readonly referralId: string; readonly eventId: string }[]
}

/** One span of a component's sums: everything, one month, or one referral. */
export interface SpanOf {
  readonly partnerId: string
  readonly component: string
  readonly currency: string
  readonly span: 'lifetime' | 'month' | 'referral'
  readonly key: string
}

/** The key of a span's sums. */
export const volumeKey = (of: SpanOf): string =>
  `${of.partnerId} ${of.component} ${of.currency} ${of.span} ${of.key}`

/** The key of a partner's periods in a currency. */
export const periodKey = (partnerId: string, currency: string): string => `${partnerId} ${currency}`
