import fc from 'fast-check'
import { expect, test } from 'vitest'

import { readAmount, readLimits, writeAmount } from './amounts.ts'

test.each([
  ['500', 'USD', 50_000],
  ['500.5', 'EUR', 50_050],
  ['0,05', 'EUR', 5],
  ['1200', 'JPY', 1200],
  ['1.234', 'KWD', 1234],
])('%s %s is read exactly (D6)', (typed, currency, minor) => {
  expect(readAmount(typed, currency)).toBe(minor)
})

test.each([
  ['12.345', 'USD'],
  ['1.5', 'JPY'],
  ['-3', 'USD'],
  ['1e3', 'USD'],
  ['', 'USD'],
  ['3', 'usd'],
  ['3', ''],
])('%j %j is no amount', (typed, currency) => {
  expect(readAmount(typed, currency)).toBeNull()
})

test('what is written is read back as it was, in every currency (D6)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000_000 }),
      fc.constantFrom('USD', 'EUR', 'JPY', 'KWD'),
      (minor, currency) => {
        expect(readAmount(writeAmount(minor, currency), currency)).toBe(minor)
      },
    ),
  )
})

test('limits name each currency once', () => {
  expect(
    readLimits([
      { currency: 'USD', amount: '500' },
      { currency: 'EUR', amount: '450.00' },
    ]),
  ).toEqual({ USD: 50_000, EUR: 45_000 })
  expect(
    readLimits([
      { currency: 'USD', amount: '500' },
      { currency: 'USD', amount: '1' },
    ]),
  ).toBeNull()
  expect(readLimits([{ currency: 'USD', amount: 'much' }])).toBeNull()
  expect(readLimits([])).toEqual({})
})
