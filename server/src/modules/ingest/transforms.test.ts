import { describe, expect, test } from 'vitest'
import { applyTransforms, parseMoment, toMinorUnits, Transform, TransformError } from './transforms.ts'

describe('amounts', () => {
  test.each([
    ['29.85', 'USD', 2985],
    ['-0.1', 'EUR', -10],
    ['1889.50', 'USD', 188_950],
    ['980', 'JPY', 980],
    ['1.234', 'KWD', 1234],
    ['1.200', 'USD', 120],
    ['-0', 'USD', 0],
    ['90071992547409.91', 'USD', 9_007_199_254_740_991],
  ])('%s %s is %i minor units exactly', (text, currency, minor) => {
    expect(toMinorUnits(text, currency)).toBe(minor)
  })

  test.each([
    ['1.999', 'USD'],
    ['1.5', 'JPY'],
    ['1,50', 'EUR'],
    ['abc', 'USD'],
    ['', 'USD'],
    ['1e3', 'USD'],
    ['90071992547409.92', 'USD'],
  ])('%s %s is no amount', (text, currency) => {
    expect(() => toMinorUnits(text, currency)).toThrow(text)
  })

  const german = { currency: 'EUR', decimal: ',', group: '.' } as const
  test.each([
    ['29,85', german, 2985],
    ['1.234,56', german, 123_456],
    ['-1.234.567,8', german, -123_456_780],
    ['1234,5', german, 123_450],
    ['1.234', german, 123_400],
    ['980', german, 98_000],
    ['1 234,56', { currency: 'EUR', decimal: ',', group: ' ' } as const, 123_456],
    ["1'234.50", { currency: 'CHF', decimal: '.', group: "'" } as const, 123_450],
    ['1,234.50', { currency: 'USD', decimal: '.', group: ',' } as const, 123_450],
    ['29,85', { currency: 'EUR', decimal: ',' } as const, 2985],
  ])('%s in the form %o is %i minor units', (text, form, minor) => {
    expect(applyTransforms(text, [{ decimal_to_minor: form }])).toEqual({
      amount_minor: minor,
      currency: form.currency,
    })
  })

  test.each([
    '29.85',
    '1.23,45',
    '12.34',
    '1234.567,00',
    '.123,00',
    '1.234.,00',
    '29,',
    ',85',
    '1,2,3',
    '29,855',
    '1 234,56',
    '',
  ])('%s is no amount of a country that writes 1.234,56', (text) => {
    expect(() => applyTransforms(`${text} `, [{ decimal_to_minor: german }])).toThrow(TransformError)
  })

  test('are not written with one mark for both', () => {
    const same = { decimal_to_minor: { currency: 'EUR', decimal: ',', group: ',' } }
    expect(Transform.safeParse(same).success).toBe(false)
    expect(Transform.safeParse({ decimal_to_minor: german }).success).toBe(true)
    expect(Transform.safeParse({ decimal_to_minor: 'EUR' }).success).toBe(true)
  })
})

describe('dates', () => {
  test.each([
    ['22-04-2015', 'DD-MM-YYYY', '2015-04-22T00:00:00.000Z'],
    ['22-Apr-15', 'DD-MMM-YY', '2015-04-22T00:00:00.000Z'],
    ['3.53.50 PM', 'hh.mm.ss A', '1999-12-01T15:53:50.000Z'],
    ['12.00.00 AM 01-01-2024', 'hh.mm.ss A DD-MM-YYYY', '2024-01-01T00:00:00.000Z'],
    ['12.30.00 PM 01-01-2024', 'hh.mm.ss A DD-MM-YYYY', '2024-01-01T12:30:00.000Z'],
    ['29/02/2024 23:59', 'DD/MM/YYYY HH:mm', '2024-02-29T23:59:00.000Z'],
    ['01-Jan-70', 'DD-MMM-YY', '1970-01-01T00:00:00.000Z'],
    ['22-04-0015', 'DD-MM-YYYY', '0015-04-22T00:00:00.000Z'],
  ])('%s as %s is %s', (text, format, instant) => {
    // A format without a year leaves only the time of day to compare.
    const moment = parseMoment(text, format)
    expect(format.includes('Y') ? moment.toISOString() : moment.toISOString().slice(11)).toBe(
      format.includes('Y') ? instant : instant.slice(11),
    )
  })

  test.each([
    ['31-04-2015', 'DD-MM-YYYY'],
    ['29-02-2023', 'DD-MM-YYYY'],
    ['22-Abc-15', 'DD-MMM-YY'],
    ['13.00.00 PM 01-01-2024', 'hh.mm.ss A DD-MM-YYYY'],
    ['2015-04-22', 'DD-MM-YYYY'],
    ['22-04-2015x', 'DD-MM-YYYY'],
    ['24:00 01-01-2024', 'HH:mm DD-MM-YYYY'],
    ['01-01-0000', 'DD-MM-YYYY'],
  ])('%s is no moment of the form %s', (text, format) => {
    expect(() => parseMoment(text, format)).toThrow(text.slice(0, 4))
  })
})

test('transforms run in order, and an empty field stays empty', () => {
  expect(applyTransforms(' Yes ', ['trim', { lookup: { Yes: 'active' } }])).toBe('active')
  expect(applyTransforms('a; b;', [{ split: ';' }])).toEqual(['a', 'b'])
  expect(applyTransforms('4.20', [{ decimal_to_minor: 'EUR' }])).toEqual({
    amount_minor: 420,
    currency: 'EUR',
  })
  expect(applyTransforms('  ', ['trim', 'integer'])).toBeUndefined()
  expect(applyTransforms('yes', ['boolean'])).toBe(true)
  expect(() => applyTransforms('constructor', [{ lookup: { Yes: 'active' } }])).toThrow('not in the lookup')
})
