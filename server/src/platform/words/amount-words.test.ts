import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAmount, writeAmount } from './amount-words.ts'
import { LANGUAGES } from './language.ts'

test('an amount is written with the decimals of its currency, as the language writes numbers', () => {
  const money = { amount_minor: 1_234_567, currency: 'EUR' }
  expect(LANGUAGES.map((language) => writeAmount(money, language).replaceAll(/\s/g, ' '))).toEqual(
    LANGUAGES.map(
      (language) => ({ en: '12,345.67 EUR', es: '12.345,67 EUR', fr: '12 345,67 EUR' })[language],
    ),
  )
  expect(writeAmount({ amount_minor: 5, currency: 'EUR' })).toBe('0.05 EUR')
  expect(writeAmount({ amount_minor: -123_456, currency: 'JPY' })).toBe('-123,456 JPY')
  expect(writeAmount({ amount_minor: 1, currency: 'KWD' })).toBe('0.001 KWD')
  expect(writeAmount({ amount_minor: Number.MAX_SAFE_INTEGER, currency: 'USD' })).toBe(
    '90,071,992,547,409.91 USD',
  )
})

test('what was written is read as the same amount, in every language', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 99_999_999_999 }),
      fc.constantFrom('EUR', 'USD', 'JPY', 'KWD'),
      fc.constantFrom(...LANGUAGES),
      (minor, currency, language) => {
        const text = writeAmount({ amount_minor: minor, currency }, language).replace(/\s?[A-Z]{3}$/, '')
        expect(readAmount(text, currency)).toBe(minor)
      },
    ),
  )
})

test.each([
  ['5000', 500_000],
  ['5,000', 500_000],
  ['5.000', 500_000],
  ['5 000,5', 500_050],
  ["1'250'000.05", 125_000_005],
  ['0.500', null],
  ['1,250.000', null],
  ['', null],
  ['five', null],
  ['-5', null],
  ['1,00,000', null],
  ['5.0005', null],
  ['9999999999999999', null],
])('the text %j means %j minor units of EUR', (text, minor) => {
  expect(readAmount(text, 'EUR')).toBe(minor)
})

test.each([
  ['0.500', 500],
  ['5.000', 5000],
  ['5,25', 5250],
  ['1,250.000', 1_250_000],
  ['1.250,5', 1_250_500],
  ['1,250,000', 1_250_000_000],
  ['5.0005', null],
])(
  'the text %j means %j minor units of KWD, whose amounts are written with three decimals',
  (text, minor) => {
    expect(readAmount(text, 'KWD')).toBe(minor)
  },
)
