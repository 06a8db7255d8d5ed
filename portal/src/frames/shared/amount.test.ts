import { expect, test } from 'vitest'

import { readAmount } from './amount.ts'

test('an amount is read in the minor units of its currency, and what is none is refused', () => {
  expect(readAmount('45', 'EUR')).toEqual({ amount_minor: 4500, currency: 'EUR' })
  expect(readAmount(' 45,5 ', 'EUR')).toEqual({ amount_minor: 4550, currency: 'EUR' })
  expect(readAmount('0.07', 'EUR')).toEqual({ amount_minor: 7, currency: 'EUR' })
  expect(readAmount('45', 'JPY')).toEqual({ amount_minor: 45, currency: 'JPY' })
  for (const [text, currency] of [
    ['', 'EUR'],
    ['-1', 'EUR'],
    ['1.234', 'EUR'],
    ['4.5', 'JPY'],
    ['x', 'EUR'],
    ['5', 'EU'],
  ] as const)
    expect(readAmount(text, currency)).toBeNull()
})
