import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BATCH_LINES, chooseLines, fillBatch } from './rules.ts'

const waiting = fc.array(fc.record({ rowCount: fc.integer({ min: 1, max: 2 * BATCH_LINES }) }), {
  maxLength: 20,
})

test('a batch takes whole partners while they fit, one that alone is too large by itself, and loses nobody (D7)', () => {
  fc.assert(
    fc.property(waiting, (ready) => {
      const { taken, later } = fillBatch(ready)
      const rows = taken.reduce((sum, { rowCount }) => sum + rowCount, 0)
      expect(new Set([...taken, ...later])).toEqual(new Set(ready))
      expect(taken.length + later.length).toBe(ready.length)
      expect(taken.length > 0).toBe(ready.length > 0)
      expect(taken.length <= 1 || rows <= BATCH_LINES).toBe(true)
      for (const { rowCount } of later) expect(rows + rowCount).toBeGreaterThan(BATCH_LINES)
    }),
  )
})

test('batch after batch pays everybody who is ready (D7)', () => {
  fc.assert(
    fc.property(waiting, (ready) => {
      let rest = [...ready]
      let rounds = 0
      for (; rest.length > 0; rounds += 1) {
        const { taken, later } = fillBatch(rest)
        const [only] = taken
        const left = only && taken.length === 1 && only.rowCount > BATCH_LINES
        rest = left ? [{ rowCount: only.rowCount - BATCH_LINES }, ...later] : later
      }
      const rows = ready.reduce((sum, { rowCount }) => sum + rowCount, 0)
      expect(rounds).toBeLessThanOrEqual(ready.length + Math.ceil(rows / BATCH_LINES))
    }),
  )
})

const sumOf = (lines: readonly { readonly amountMinor: number }[]): number =>
  lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0)

test('of more earnings than a batch holds a payout is chosen that is never below the least amount nor above the balance (D7, F10)', () => {
  const ledger = fc.array(fc.integer({ min: -50, max: 60 }), { minLength: 6, maxLength: 30 })
  fc.assert(
    fc.property(ledger, fc.integer({ min: 1, max: 80 }), (amounts, least) => {
      const lines = amounts.map((amountMinor, index) => ({ id: String(index), amountMinor }))
      const balance = sumOf(lines)
      fc.pre(balance >= least)
      const chosen = chooseLines(lines, { least, balance }, 5)
      if (chosen === null) return
      expect(chosen.length).toBeLessThanOrEqual(5)
      expect(new Set(chosen).size).toBe(chosen.length)
      expect(sumOf(chosen)).toBeGreaterThanOrEqual(least)
      expect(sumOf(chosen)).toBeLessThanOrEqual(balance)
    }),
  )
})

test('a choice is found however many debits there are, unless one credit is needed against all of them (D7, F10)', () => {
  const many = (count: number, amountMinor: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `${amountMinor} ${index}`, amountMinor }))
  const even = [...many(9, -10), ...many(12, 10)]
  const chosen = chooseLines(even, { least: 10, balance: 30 }, 5)
  expect(chosen && sumOf(chosen)).toBe(10)
  expect(chosen?.filter(({ amountMinor }) => amountMinor < 0)).toHaveLength(2)
  expect(chooseLines([...many(9, -10), ...many(1, 120)], { least: 10, balance: 30 }, 5)).toBeNull()
  expect(chooseLines([...many(9, -10), ...many(1, 120)], { least: 10, balance: 30 }, 10)).toHaveLength(10)
  // Two adjustments that cancel each other out stand for the six debits that do not fit, and are left against them.
  const helped = [...many(9, -10), ...many(1, 120), ...many(1, 60), ...many(1, -60)]
  const paid = chooseLines(helped, { least: 10, balance: 30 }, 5)
  expect(paid?.map(({ amountMinor }) => amountMinor)).toEqual([-60, -10, -10, -10, 120])
  expect(sumOf(helped.filter((line) => paid?.includes(line) === false))).toBe(0)
})
