import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TermComponent } from '#modules/agreements/index.ts'
import { calculateClawback } from './rules-clawback.ts'
import type { Earned, Return } from './rules-clawback.ts'
import { calculateCommission } from './rules-commission.ts'
import { divideRounded, graduatedTotal, shareOf, sliceByBracket } from './rules-money.ts'
import type { Bracket } from './rules-money.ts'
import { addDays, addMonths, dayIn, openMonth } from './rules-time.ts'
import { percentOf, tellSteps } from './tell-steps.ts'

const RUNS = { numRuns: 3000 }
const amount = () => fc.integer({ min: 0, max: 50_000_000 })
const rate = () => fc.integer({ min: 0, max: 10_000 })

/** Brackets that rise, the last without end. */
const brackets = () =>
  fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 1, max: 3_000_000 }), { maxLength: 5 }),
      fc.array(rate(), { minLength: 6, maxLength: 6 }),
    )
    .map(([ends, rates]): Bracket[] => {
      const rising = ends.toSorted((left, right) => left - right)
      return [...rising, null].map((end, index) => ({ up_to_minor: end, rate_bp: rates[index] ?? 0 }))
    })

const percent = (rateBp: number): TermComponent => ({
  id: 'share',
  trigger: 'invoice',
  model: 'percent',
  rate_bp: rateBp,
  products: null,
  max_months: null,
})
const graduated = (steps: readonly Bracket[]): TermComponent => ({
  id: 'steps',
  trigger: 'invoice',
  model: 'graduated',
  brackets: [...steps],
  window: 'calendar_month',
  products: null,
  max_months: null,
})
const pay = (net: number) => ({ currency: 'USD', net_minor: net, lines: [] })

describe('brackets of one currency', () => {
  test('earn on payments in it alone, and exactly as brackets without one do (D6)', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), fc.nat({ max: 10_000_000 }), (before, net) => {
        const steps = graduated([
          { up_to_minor: 500_000, rate_bp: 500 },
          { up_to_minor: null, rate_bp: 775 },
        ])
        const inDollars = { ...steps, currency: 'USD' }
        const standing = { volume_before_minor: before, caps: [] }
        expect(calculateCommission(inDollars, pay(net), standing)).toEqual(
          calculateCommission(steps, pay(net), standing),
        )
        expect(calculateCommission(inDollars, { ...pay(net), currency: 'JPY' }, standing)).toBeNull()
      }),
    )
  })
})

describe('rounding', () => {
  test.each([
    [5n, 10n, 1n],
    [-5n, 10n, -1n],
    [4n, 10n, 0n],
    [15n, 10n, 2n],
    [-15n, 10n, -2n],
    [25n, 10n, 3n],
  ])('%s / %s is %s: halves go away from zero (D6)', (numerator, denominator, expected) => {
    expect(divideRounded(numerator, denominator)).toBe(expected)
  })

  test('is exact to half a unit for numbers of any size, and the same on both sides of zero (D6)', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        (numerator, denominator) => {
          const rounded = divideRounded(numerator, denominator)
          const off = 2n * (rounded * denominator - numerator)
          expect(off <= denominator && off >= -denominator).toBe(true)
          expect(divideRounded(-numerator, denominator)).toBe(-rounded)
        },
      ),
      RUNS,
    )
  })
})

describe('a share that grows with the total', () => {
  test('telescopes: however a total comes about, its parts earn exactly what the total earns (D6)', () => {
    fc.assert(
      fc.property(brackets(), fc.array(amount(), { maxLength: 60 }), (steps, payments) => {
        let before = 0
        let earned = 0
        for (const net of payments) {
          const calc = calculateCommission(graduated(steps), pay(net), {
            volume_before_minor: before,
            caps: [],
          })
          earned += calc?.amount_minor ?? 0
          before += net
        }
        expect(BigInt(earned)).toBe(graduatedTotal(BigInt(before), steps))
      }),
      RUNS,
    )
  })

  test('never falls, and every part of a total lies in one bracket (D6)', () => {
    fc.assert(
      fc.property(brackets(), amount(), amount(), (steps, total, more) => {
        const slices = sliceByBracket(BigInt(total), steps)
        expect(slices.reduce((sum, slice) => sum + slice, 0n)).toBe(BigInt(total))
        expect(graduatedTotal(BigInt(total + more), steps) >= graduatedTotal(BigInt(total), steps)).toBe(true)
      }),
      RUNS,
    )
  })

  test('with one bracket is the plain share (D6)', () => {
    fc.assert(
      fc.property(amount(), rate(), (net, rateBp) => {
        const one = [{ up_to_minor: null, rate_bp: rateBp }]
        expect(graduatedTotal(BigInt(net), one)).toBe(shareOf(BigInt(net), rateBp))
      }),
      RUNS,
    )
  })
})

const earnedBy = (net: number, rateBp: number): Earned => ({
  model: 'percent',
  amount_minor:
    calculateCommission(percent(rateBp), pay(net), { volume_before_minor: 0, caps: [] })?.amount_minor ?? 0,
  base_minor: net,
  net_minor: net,
  products: null,
})

function takeAll(earned: Earned, returns: readonly Return[], flat: 'full_only' | 'proportional'): number[] {
  let already = 0
  return returns.map((_, index) => {
    const calc = calculateClawback(earned, returns.slice(0, index + 1), { flat, already_minor: already })
    already -= calc.amount_minor
    return calc.amount_minor
  })
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const refund = (net: number): Return => ({ kind: 'refund', net_minor: net, lines: [] })

describe('taking back', () => {
  test('no split of refunds takes back more than was earned, and a full one takes back exactly it (D6)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        rate(),
        fc.array(fc.integer({ min: 0, max: 4_000_000 }), { maxLength: 30 }),
        (net, rateBp, parts) => {
          const earned = earnedBy(net, rateBp)
          const taken = takeAll(earned, parts.map(refund), 'proportional')
          expect(taken.every((part) => part <= 0)).toBe(true)
          expect(0 - sum(taken)).toBeLessThanOrEqual(earned.amount_minor)
          const whole = takeAll(earned, [...parts.map(refund), refund(net)], 'proportional')
          expect(0 - sum(whole)).toBe(earned.amount_minor)
        },
      ),
      RUNS,
    )
  })

  test('the split does not matter: the same sum of refunds takes back the same (D6)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        rate(),
        fc.array(fc.integer({ min: 0, max: 500_000 }), { minLength: 1, maxLength: 20 }),
        (net, rateBp, parts) => {
          const earned = earnedBy(net, rateBp)
          const split = sum(takeAll(earned, parts.map(refund), 'proportional'))
          const once = sum(takeAll(earned, [refund(sum(parts))], 'proportional'))
          expect(split).toBe(once)
        },
      ),
      RUNS,
    )
  })

  test('a fixed amount goes back with a full refund alone, unless the agreement says otherwise (D6)', () => {
    const earned: Earned = { ...earnedBy(1000, 0), model: 'flat', amount_minor: 500 }
    expect(takeAll(earned, [refund(999), refund(1)], 'full_only')).toEqual([0, -500])
    expect(takeAll(earned, [refund(250), refund(750)], 'proportional')).toEqual([-125, -375])
    expect(takeAll(earned, [{ kind: 'void', net_minor: 0, lines: [] }], 'full_only')).toEqual([-500])
  })

  test('only lines of the products that it was earned on count against it (D6)', () => {
    const earned: Earned = { ...earnedBy(600, 1000), products: ['fiber'], net_minor: 1000 }
    const lines = [
      { product: 'fiber', net_minor: 300 },
      { product: 'router', net_minor: 400 },
    ]
    expect(takeAll(earned, [{ kind: 'refund', net_minor: 700, lines }], 'proportional')).toEqual([-30])
    expect(takeAll(earned, [refund(500)], 'proportional')).toEqual([-30])
  })
})

describe('limits', () => {
  test('what is earned under a limit never passes it, and is never below zero (D6)', () => {
    fc.assert(
      fc.property(fc.array(amount(), { maxLength: 40 }), rate(), amount(), (payments, rateBp, limit) => {
        let used = 0
        for (const net of payments) {
          const calc = calculateCommission(percent(rateBp), pay(net), {
            volume_before_minor: 0,
            caps: [{ kind: 'per_tenant', limit_minor: limit, used_minor: used }],
          })
          expect(calc?.amount_minor).toBeGreaterThanOrEqual(0)
          used += calc?.amount_minor ?? 0
        }
        const uncapped = payments.reduce((total, net) => total + Number(shareOf(BigInt(net), rateBp)), 0)
        expect(used).toBe(Math.min(limit, uncapped))
      }),
      RUNS,
    )
  })
})

describe('the calendar', () => {
  test.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2026-11-30', 3, '2027-02-28'],
    ['2026-12-15', 12, '2027-12-15'],
  ])('%s and %i months is %s (D6)', (day, months, expected) => {
    expect(addMonths(day, months)).toBe(expected)
  })

  test('a day is that of the program, not that of the server (D6)', () => {
    const instant = new Date('2026-10-31T23:30:00Z')
    expect([dayIn(instant, 'UTC'), dayIn(instant, 'Europe/Berlin')]).toEqual(['2026-10-31', '2026-11-01'])
    expect(addDays('2026-02-27', 2)).toBe('2026-03-01')
  })

  test('a row of a closed month counts in the first open one (D6)', () => {
    expect(openMonth('2026-08-01', null)).toBe('2026-08-01')
    expect(openMonth('2026-08-01', '2026-10-01')).toBe('2026-11-01')
    expect(openMonth('2026-11-01', '2026-10-01')).toBe('2026-11-01')
  })
})

describe('the steps of a calculation', () => {
  test('end with the amount of the row and tell rates as people read them (D6)', () => {
    expect([percentOf(1000), percentOf(1250), percentOf(5), percentOf(0)]).toEqual([
      '10 %',
      '12.5 %',
      '0.05 %',
      '0 %',
    ])
    fc.assert(
      fc.property(brackets(), amount(), amount(), (steps, before, net) => {
        const calc = calculateCommission(graduated(steps), pay(net), {
          volume_before_minor: before,
          caps: [],
        })
        if (!calc) throw new Error('Nothing was calculated.')
        const told = tellSteps(calc)
        expect(told.at(-1)?.amount_minor).toBe(calc.amount_minor)
        const inBrackets = told.filter(({ name }) => name === 'bracket').map((step) => step.amount_minor ?? 0)
        expect(sum(inBrackets)).toBe(net)
      }),
      { numRuns: 500 },
    )
  })
})
