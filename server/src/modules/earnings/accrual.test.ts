import { describe, expect, test } from 'vitest'
import type { AgreementTerms } from '#modules/agreements/index.ts'
import type { AccrualFacts, BillingEvent, ReferralFacts } from './accrual-facts.ts'
import { periodKey } from './accrual-facts.ts'
import { makeIdSource } from './ids.ts'
import { accrue } from './rules-accrual.ts'

const PARTNER = 'partner'
const TERMS: AgreementTerms = {
  components: [
    { id: 'share', trigger: 'invoice', model: 'percent', rate_bp: 1000, products: null, max_months: null },
  ],
  hold_days: 30,
  clawback: { flat: 'full_only', window_days: 90 },
  min_payout: {},
  post_termination_months: 0,
  attribution: { model: 'last_touch', window_days: 90 },
}
const share = TERMS.components[0]

interface Told {
  readonly referral?: Partial<ReferralFacts>
  readonly terms?: Partial<AgreementTerms>
  readonly endsAt?: string
  readonly isTerminated?: boolean
  readonly closed?: string
}

function factsOf({ referral = {}, terms = {}, endsAt, isTerminated = false, closed }: Told): AccrualFacts {
  const standing: ReferralFacts = {
    referralId: 'referral',
    partnerId: PARTNER,
    programId: 'program',
    timeZone: 'UTC',
    partnerStatus: 'active',
    partnerStatusAt: new Date('2026-01-01'),
    referredAt: new Date('2026-01-01'),
    blockedFrom: null,
    isOnHold: false,
    lockedByEvent: null,
    firstPaidAt: null,
    paidThrough: null,
    ...referral,
  }
  const agreement = {
    agreementId: 'agreement',
    partnerId: PARTNER,
    isTerminated,
    startsAt: new Date('2026-01-01'),
    endsAt: endsAt === undefined ? null : new Date(endsAt),
    terms: { ...TERMS, ...terms },
  }
  return {
    referrals: new Map([['t1', standing]]),
    agreements: new Map([[PARTNER, [agreement]]]),
    originals: new Map(),
    waiting: new Map(),
    volumes: new Map(),
    closedThrough: new Map(closed === undefined ? [] : [[periodKey(PARTNER, 'USD'), closed]]),
    nextId: makeIdSource(new Date('2026-11-01')),
  }
}

let serial = 0
const pay = (day: string, more: Partial<BillingEvent> = {}): BillingEvent => {
  serial += 1
  return {
    id: `event-${serial}`,
    externalId: `e${serial}`,
    kind: 'invoice_paid',
    tenantId: 't1',
    currency: 'USD',
    netMinor: 10_000,
    lines: [],
    occurredAt: new Date(`${day}T12:00:00Z`),
    refersTo: null,
    ...more,
  }
}
const told = (facts: AccrualFacts, events: readonly BillingEvent[]) => {
  const { earnings, skips } = accrue(facts, events)
  return { amounts: earnings.map((row) => row.amount_minor), reasons: skips.map(({ reason }) => reason) }
}

describe('what an agreement lets earn', () => {
  test('a component on the first payment is earned once, on the earliest of what came together (D6)', () => {
    const terms = {
      components: [
        {
          ...share,
          id: 'first',
          trigger: 'first_invoice' as const,
          model: 'flat' as const,
          amounts: { USD: 700 },
          products: null,
          max_months: null,
        },
      ],
    }
    const [late, early] = [pay('2026-03-01'), pay('2026-02-01')]
    const accrued = accrue(factsOf({ terms }), [late, early])
    expect(accrued.earnings).toMatchObject([{ billing_event_id: early.id, amount_minor: 700 }])
    expect(accrued.locks).toEqual([{ referralId: 'referral', eventId: early.id }])
    expect(accrued.skips).toMatchObject([{ billing_event_id: late.id, reason: 'NOT_FIRST_INVOICE' }])
  })

  test('a fixed amount without one in the currency of the payment is a recorded skip (D6)', () => {
    const terms = {
      components: [
        {
          id: 'fixed',
          trigger: 'invoice' as const,
          model: 'flat' as const,
          amounts: { EUR: 700 },
          products: null,
          max_months: null,
        },
      ],
    }
    expect(told(factsOf({ terms }), [pay('2026-02-01')])).toEqual({
      amounts: [],
      reasons: ['CURRENCY_MISSING'],
    })
  })

  test('months count from the first payment, and the last day is the same day of the month (D6)', () => {
    const terms = { components: TERMS.components.map((component) => ({ ...component, max_months: 2 })) }
    const events = [pay('2026-01-31'), pay('2026-03-30'), pay('2026-03-31')]
    expect(told(factsOf({ terms }), events)).toEqual({ amounts: [1000, 1000], reasons: ['MONTHS_OVER'] })
  })

  test('limits for a tenant and for a month hold across payments, and a row says what was cut (D6)', () => {
    const terms = {
      components: TERMS.components.map((component) => ({
        ...component,
        cap: { per_tenant: { USD: 2500 }, per_month: { USD: 1500 } },
      })),
    }
    const events = [pay('2026-02-01'), pay('2026-02-02'), pay('2026-03-01'), pay('2026-03-02')]
    expect(told(factsOf({ terms }), events).amounts).toEqual([1000, 500, 1000, 0])
  })

  test('only what was paid for the named products earns (D6)', () => {
    const terms = { components: TERMS.components.map((component) => ({ ...component, products: ['fiber'] })) }
    const lines = [
      { product: 'fiber', net_minor: 6000 },
      { product: 'router', net_minor: 4000 },
    ]
    const events = [
      pay('2026-02-01', { lines }),
      pay('2026-02-02', { lines: lines.slice(1), netMinor: 4000 }),
    ]
    expect(told(factsOf({ terms }), events)).toEqual({ amounts: [600], reasons: ['OTHER_PRODUCTS'] })
  })
})

describe('when nothing is earned', () => {
  test.each([
    ['before the referral', { referral: { referredAt: new Date('2026-06-01') } }, 'BEFORE_REFERRAL'],
    ['after a block', { referral: { blockedFrom: new Date('2026-02-01') } }, 'REFERRAL_BLOCKED'],
    ['after the agreement', { endsAt: '2026-03-01', isTerminated: true }, 'NO_AGREEMENT'],
    [
      'after the partner left',
      { referral: { partnerStatus: 'terminated' as const, partnerStatusAt: new Date('2026-03-01') } },
      'PARTNER_TERMINATED',
    ],
  ])('%s (D6)', (_, facts, reason) => {
    expect(told(factsOf(facts), [pay('2026-04-01')])).toEqual({ amounts: [], reasons: [reason] })
  })

  test('what an agreement pays on after its end is earned within those months (D6)', () => {
    const facts = { endsAt: '2026-03-01', isTerminated: true, terms: { post_termination_months: 2 } }
    expect(told(factsOf(facts), [pay('2026-04-30'), pay('2026-05-01')])).toEqual({
      amounts: [1000],
      reasons: ['NO_AGREEMENT'],
    })
  })
})

describe('how a row begins', () => {
  test('held while the partner is suspended or a warning waits, else waiting for its days (D5, D6)', () => {
    const begin = (referral: Partial<ReferralFacts>) =>
      accrue(factsOf({ referral }), [pay('2026-02-01')]).earnings[0]
    expect(begin({})).toMatchObject({ state: 'pending', hold_kind: null, available_on: '2026-03-03' })
    expect(begin({ partnerStatus: 'suspended' })).toMatchObject({
      state: 'held',
      hold_kind: 'partner_suspended',
    })
    expect(begin({ isOnHold: true })).toMatchObject({ state: 'held', hold_kind: 'risk' })
  })

  test('a late event of a closed month counts in the open one, and says where it belongs (D6)', () => {
    const [row] = accrue(factsOf({ closed: '2026-03-01' }), [pay('2026-02-01')]).earnings
    expect(row).toMatchObject({ service_month: '2026-02-01', period_month: '2026-04-01' })
  })
})
