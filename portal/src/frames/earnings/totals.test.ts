import type { EarningTotal } from '@liaison/client'
import { expect, test } from 'vitest'

import { byMonth } from './totals.tsx'

const total = (month: string, minor: number, more: Partial<EarningTotal> = {}): EarningTotal => ({
  month,
  state: 'paid',
  earnings: 1,
  amount: { amount_minor: minor, currency: 'USD' },
  ...more,
})

test('a month in which nothing was earned stands in the chart as 0, also over the turn of a year (D10)', () => {
  const totals = [
    total('2027-02', 300),
    total('2027-02', 25, { state: 'pending' }),
    total('2027-01', 900, { state: 'void' }),
    total('2027-01', 70, { amount: { amount_minor: 70, currency: 'EUR' } }),
    total('2026-11', 100),
  ]
  expect([...byMonth(totals, 'USD')]).toEqual([
    ['2026-11', 100],
    ['2026-12', 0],
    ['2027-01', 0],
    ['2027-02', 325],
  ])
  expect([...byMonth(totals, 'EUR')]).toEqual([['2027-01', 70]])
})
