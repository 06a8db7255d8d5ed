import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AgreementTerms } from '#modules/agreements/index.ts'
import type { AccrualFacts, Accrued, BillingEvent } from './accrual-facts.ts'
import { makeIdSource } from './ids.ts'
import { accrue } from './rules-accrual.ts'

const PARTNER = 'partner'
const EVERY = { trigger: 'invoice', products: null, max_months: null } as const
const SHARE = { ...EVERY, id: 'share', model: 'percent', rate_bp: 1275 } as const
const STEPS: AgreementTerms['components'][number] = {
  ...EVERY,
  id: 'steps',
  model: 'graduated',
  window: 'calendar_month',
  brackets: [
    { up_to_minor: 50_000, rate_bp: 500 },
    { up_to_minor: null, rate_bp: 1050 },
  ],
}
const FIRST = {
  ...EVERY,
  id: 'first',
  trigger: 'first_invoice',
  model: 'flat',
  amounts: { USD: 700, EUR: 700 },
} as const

function factsOf(components: AgreementTerms['components']): AccrualFacts {
  const terms: AgreementTerms = {
    components,
    hold_days: 30,
    clawback: { flat: 'full_only', window_days: 90 },
    min_payout: {},
    post_termination_months: 0,
    attribution: { model: 'last_touch', window_days: 90 },
  }
  const startsAt = new Date('2026-01-01')
  const standing = {
    referralId: 'referral',
    partnerId: PARTNER,
    programId: 'program',
    timeZone: 'UTC',
    partnerStatus: 'active' as const,
    partnerStatusAt: startsAt,
    referredAt: startsAt,
    blockedFrom: null,
    isOnHold: false,
    lockedByEvent: null,
    firstPaidAt: null,
    paidThrough: null,
  }
  const agreement = {
    agreementId: 'agreement',
    partnerId: PARTNER,
    isTerminated: false,
    startsAt,
    endsAt: null,
    terms,
  }
  return {
    referrals: new Map([['t1', standing]]),
    agreements: new Map([[PARTNER, [agreement]]]),
    originals: new Map(),
    waiting: new Map(),
    volumes: new Map(),
    closedThrough: new Map(),
    nextId: makeIdSource(new Date('2026-11-01')),
  }
}

const payments = fc
  .array(
    fc.record({
      day: fc.integer({ min: 1, max: 120 }),
      net: fc.integer({ min: 1, max: 90_000 }),
      currency: fc.constantFrom('USD', 'EUR'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((drawn) =>
    drawn.map(({ day, net, currency }, index): BillingEvent => ({
      id: `event-${index}`,
      externalId: `e${index}`,
      kind: 'invoice_paid',
      tenantId: 't1',
      currency,
      netMinor: net,
      lines: [],
      occurredAt: new Date(Date.UTC(2026, 0, 1 + day, 12)),
      refersTo: null,
    })),
  )

/** The same payments in another order, each with the call in which it is reported. */
const arrivals = payments.chain((events) =>
  fc.record({
    events: fc.constant(events),
    order: fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
    size: fc.integer({ min: 1, max: events.length }),
  }),
)

/** What payments earn that are reported in calls of so many. */
function report(
  components: AgreementTerms['components'],
  { order, size }: { readonly order: readonly BillingEvent[]; readonly size: number },
): Accrued {
  const facts = factsOf(components)
  const all: Accrued = { earnings: [], skips: [], locks: [] }
  for (let from = 0; from < order.length; from += size) {
    const one = accrue(facts, order.slice(from, from + size))
    all.earnings.push(...one.earnings)
    all.skips.push(...one.skips)
    all.locks.push(...one.locks)
  }
  return all
}

function sumsOf({ earnings }: Accrued): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { component, currency, amount_minor: amount } of earnings) {
    const key = `${component} ${currency}`
    sums[key] = (sums[key] ?? 0) + amount
  }
  return sums
}

describe('in whatever order, and in however many calls, the same payments are reported,', () => {
  test('a share and a commission that grows come to the same sums in each currency (D6)', () => {
    fc.assert(
      fc.property(arrivals, ({ events, order, size }) => {
        const asTheyHappened = report([SHARE, STEPS], { order: events, size: events.length })
        expect(sumsOf(report([SHARE, STEPS], { order, size }))).toEqual(sumsOf(asTheyHappened))
      }),
    )
  })

  test('the first payment is one for good: the earliest of the first call that brings any, and earned on once (D5, D6)', () => {
    fc.assert(
      fc.property(arrivals, ({ order, size }) => {
        const accrued = report([FIRST], { order, size })
        const firstCall = order.slice(0, size).map(({ occurredAt }) => occurredAt.getTime())
        const [lock] = accrued.locks
        const locked = order.find(({ id }) => id === lock?.eventId)
        expect(accrued.locks).toHaveLength(1)
        expect(locked?.occurredAt.getTime()).toBe(Math.min(...firstCall))
        expect(accrued.earnings).toMatchObject([{ billing_event_id: locked?.id, amount_minor: 700 }])
        expect(accrued.skips).toHaveLength(order.length - 1)
        for (const { reason } of accrued.skips) expect(reason).toBe('NOT_FIRST_INVOICE')
      }),
    )
  })
})
