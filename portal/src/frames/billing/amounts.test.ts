import { expect, test } from 'vitest'

import { minorOf } from './amounts.ts'

test('an amount is taken as it is written, with thousands and decimals, and nothing else is', () => {
  expect(['12', '12.5', '12.50', '1,234.56', '1 234.56', '0.01'].map((text) => minorOf(text, 2))).toEqual([
    1200, 1250, 1250, 123_456, 123_456, 1,
  ])
  expect(minorOf('1500', 0)).toBe(1500)
  expect(minorOf('1.234', 3)).toBe(1234)
  expect(['', '0', '-1', '1.234', '1,5', 'ten', '1e3', '12.5.0'].map((text) => minorOf(text, 2))).toEqual(
    Array.from({ length: 8 }, () => null),
  )
})
