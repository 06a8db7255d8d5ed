import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bandOf, bandEnds, splitAmounts } from './rules-bands.ts'
import { faultOfAmount } from './rules-dispute.ts'
import { minorDigits } from '#platform/money.ts'
import { convertMinor, worthIn } from './rules-fx.ts'
import { writeReminder } from './rules-reminder.ts'
import { addFigures, convertTotals, dsoDays, outstandingOf, overdueOf, totalsOf } from './rules-summary.ts'
import type { BillingFigures } from './rules-summary.ts'

const amount = fc.oneof(
  fc.integer({ min: -100, max: 100 }),
  fc.integer({ min: -1e12, max: 1e12 }),
  fc.integer({ min: 0, max: 50 }).map((power) => 2 ** power),
)

test('every amount is inside the ends of its band, and bands do not overlap (P8)', () => {
  fc.assert(
    fc.property(amount, (value) => {
      const [low, high] = bandEnds(bandOf(value))
      expect(low <= value && value <= high).toBe(true)
      expect(bandOf(low)).toBe(bandOf(high))
      expect(bandOf(high + 1)).toBe(bandOf(value) + 1)
    }),
    { numRuns: 500 },
  )
})

test('a range of amounts as whole bands and its ends holds each of its amounts once and no other (P8)', () => {
  fc.assert(
    fc.property(fc.option(amount), fc.option(amount), amount, (min, max, value) => {
      const { firstBand, lastBand, edges } = splitAmounts(min ?? undefined, max ?? undefined)
      const isInBands =
        firstBand !== null &&
        (firstBand.at === undefined || bandOf(value) >= firstBand.at) &&
        (lastBand?.at === undefined || bandOf(value) <= lastBand.at)
      const times = Number(isInBands) + edges.filter(([low, high]) => low <= value && value <= high).length
      expect(times).toBe(value >= (min ?? -Infinity) && value <= (max ?? Infinity) ? 1 : 0)
    }),
    { numRuns: 1000 },
  )
})

describe('conversion to one currency:', () => {
  test('minor units of both currencies are respected, and halves round away from zero', () => {
    expect(convertMinor(1000, { from: 'EUR', rate: '1.0842', day: '' }, 'USD')).toBe(1084)
    expect(convertMinor(1000, { from: 'EUR', rate: '163.25', day: '' }, 'JPY')).toBe(1633)
    expect(convertMinor(1000, { from: 'JPY', rate: '0.0061', day: '' }, 'EUR')).toBe(610)
    expect(convertMinor(1, { from: 'EUR', rate: '0.5', day: '' }, 'USD')).toBe(1)
    expect(convertMinor(-1, { from: 'EUR', rate: '0.5', day: '' }, 'USD')).toBe(-1)
    expect(convertMinor(1000, { from: 'EUR', rate: '0.33', day: '' }, 'KWD')).toBe(3300)
    expect([minorDigits('EUR'), minorDigits('JPY'), minorDigits('KWD')]).toEqual([2, 0, 3])
  })

  test('a rate of one changes nothing, whatever the amount', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (minor) => {
        expect(convertMinor(minor, { from: 'EUR', rate: '1.000', day: '' }, 'USD')).toBe(minor)
      }),
    )
  })
})

const figuresOf = (currency: string, change: Partial<BillingFigures> = {}): BillingFigures => ({
  currency,
  invoicedMinor: 1000,
  collectedMinor: 100,
  invoiceCount: 2,
  paidInvoiceCount: 1,
  ageMinor: [100, 200, 0, 0, 50],
  ageCount: [1, 1, 0, 0, 1],
  creditMinor: -20,
  oldestDueOn: '2026-01-01',
  disputeCount: 0,
  disputeMinor: 0,
  ...change,
})

describe('totals:', () => {
  test('fault 10: amounts of different currencies are refused to be added', () => {
    expect(() => addFigures(figuresOf('EUR'), figuresOf('USD'))).toThrow('never added')
    expect(
      totalsOf([figuresOf('USD'), figuresOf('EUR'), figuresOf('USD')]).map((one) => [
        one.currency,
        one.invoicedMinor,
      ]),
    ).toEqual([
      ['EUR', 1000],
      ['USD', 2000],
    ])
  })

  test('without a rate for one of the currencies there is no sum, and the currency is named (B6)', () => {
    const rates = new Map([['USD', { from: 'USD', rate: '0.5', day: '2026-01-01' }]])
    const convert = (...currencies: string[]) =>
      convertTotals(
        currencies.map((currency) => figuresOf(currency)),
        rates,
        'EUR',
      )
    expect(convert('CHF', 'EUR', 'USD')).toEqual({ figures: null, missing: ['CHF'] })
    expect(convert('EUR', 'USD').figures).toMatchObject({
      invoicedMinor: 1500,
      ageMinor: [150, 300, 0, 0, 75],
    })
  })

  test('what the summary shows in one currency is what the revenue report shows of the same amounts, to the last minor unit (B6, B8)', () => {
    const minor = fc.integer({ min: 0, max: 1_000_000_000 })
    const rate = fc.integer({ min: 1, max: 5_000_000 }).map((micro) => (micro / 1_000_000).toFixed(6))
    const figures = (currency: string) =>
      fc
        .record({
          invoicedMinor: minor,
          ageMinor: fc.array(minor, { minLength: 5, maxLength: 5 }),
          creditMinor: minor.map((value) => -value),
        })
        .map((change) => figuresOf(currency, change))
    fc.assert(
      fc.property(
        fc.tuple(figures('EUR'), figures('USD'), figures('JPY')),
        fc.tuple(rate, rate),
        fc.boolean(),
        (totals, [usd, jpy], isMissing) => {
          const rates = new Map([['USD', { from: 'USD', rate: usd, day: '2026-01-01' }]])
          if (!isMissing) rates.set('JPY', { from: 'JPY', rate: jpy, day: '2026-01-01' })
          const { figures: shown, missing } = convertTotals(totals, rates, 'EUR')
          const worth = (pick: (one: BillingFigures) => number) =>
            worthIn(
              totals.map((one) => ({ minor: pick(one), currency: one.currency })),
              rates,
              'EUR',
            )
          for (const pick of [outstandingOf, overdueOf, (one: BillingFigures) => one.invoicedMinor])
            expect(shown && pick(shown)).toBe(worth(pick))
          expect(missing).toEqual(isMissing ? ['JPY'] : [])
          expect(shown?.ageMinor.every((amount) => amount >= 0) ?? true).toBe(true)
        },
      ),
    )
  })

  test('days of sales outstanding are outstanding by invoiced times days, and nothing without invoices', () => {
    expect(dsoDays(figuresOf('EUR'), 30)).toBe(9.9)
    expect(dsoDays(figuresOf('EUR', { invoicedMinor: 0 }), 30)).toBeNull()
  })
})

test('no more than what is owed can be disputed', () => {
  expect(faultOfAmount(100, 100)).toBeNull()
  expect(faultOfAmount(101, 100)).toContain('at most')
  expect(faultOfAmount(1, 0)).toContain('nothing is owed')
})

test('a reminder says whose invoice is late, by how much, and who sent it for whom', () => {
  const { subject, text } = writeReminder({
    tenantName: 'Acme Fiber',
    partnerName: 'Northwind MSP',
    number: 'INV-7',
    customerName: 'Mia Wong',
    issuedOn: '2026-01-01',
    dueOn: '2026-01-31',
    daysOverdue: 1,
    balanceMinor: 1_234_567,
    currency: 'EUR',
    replyTo: 'billing@acme.example',
    note: 'Our bank account has changed.',
    recipient: 'customer',
  })
  expect(subject).toBe('Reminder: invoice INV-7 of Acme Fiber')
  for (const part of [
    'Hello Mia Wong',
    '1 day overdue',
    '12,345.67 EUR',
    '2026-01-31',
    'Questions: billing@acme.example',
    'Our bank account has changed.',
    'Sent by Northwind MSP on behalf of Acme Fiber.',
  ])
    expect(text).toContain(part)
})
