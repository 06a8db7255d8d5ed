import { expect, test } from 'vitest'

import {
  formatDate,
  formatInstant,
  formatLeft,
  formatMoney,
  formatMoneyCompact,
  formatPercent,
  formatRelative,
} from './format.ts'

const money = (amount_minor: number, currency = 'EUR') => ({ amount_minor, currency })

test.each([
  [money(134_000), '1,340.00\u00A0EUR'],
  [money(134_000, 'JPY'), '134,000\u00A0JPY'],
  [money(1_234_567, 'KWD'), '1,234.567\u00A0KWD'],
  [money(-5_005, 'USD'), '−50.05\u00A0USD'],
  [money(0), '0.00\u00A0EUR'],
])('an amount %o is written with the decimals of its currency and its code: %s', (amount, text) => {
  expect(formatMoney(amount)).toBe(text)
})

test.each([
  [money(999_999), '9,999.99\u00A0EUR'],
  [money(21_488_312), '214.9\u00A0k\u00A0EUR'],
  [money(-21_488_312), '−214.9\u00A0k\u00A0EUR'],
  [money(480_000_000), '4.8\u00A0M\u00A0EUR'],
  [money(123_456_789_000), '1.2\u00A0bn\u00A0EUR'],
])('a tile shortens %o to %s and keeps the currency', (amount, text) => {
  expect(formatMoneyCompact(amount)).toBe(text)
})

test('a date has a three-letter month from our own table, September included', () => {
  expect(formatDate('2027-09-22')).toBe('22 Sep 2027')
})

test('a date without a time keeps its day in every zone', () => {
  expect([formatDate('2027-01-01'), formatDate('2026-12-31')]).toEqual(['1 Jan 2027', '31 Dec 2026'])
})

test('no date is written as nothing, and text that is no date as itself', () => {
  expect([formatDate(null), formatDate(undefined), formatDate('soon')]).toEqual(['', '', 'soon'])
})

test('an instant on a record is in UTC to the second', () => {
  expect(formatInstant('2026-11-21T14:05:09.500Z')).toBe('21 Nov 2026, 14:05:09 UTC')
})

test('a share has at most two decimals', () => {
  expect([formatPercent(99.954), formatPercent(100)]).toEqual(['99.95\u00A0%', '100\u00A0%'])
})

const now = new Date('2026-11-21T12:00:00Z')

test.each([
  ['2026-11-21T12:00:10Z', 'just now'],
  ['2026-11-21T11:57:00Z', '3 min ago'],
  ['2026-11-21T17:00:00Z', 'in 5 h'],
  // Noon wherever this runs: what lies further back is told by its day there.
  ['2026-11-19T12:00:00', '19 Nov 2026'],
])('%s is told relative to now only within a day: %s', (iso, text) => {
  expect(formatRelative(iso, now)).toBe(text)
})

test.each([
  ['2026-11-21T12:08:00Z', '8 min'],
  ['2026-11-21T17:30:00Z', '5 h'],
  ['2026-11-23T11:00:00Z', '47 h'],
  ['2026-12-03T12:00:00Z', '12 days'],
  ['2026-11-21T11:59:00Z', null],
  [null, null],
])('what is left until %s is %s', (iso, text) => {
  expect(formatLeft(iso, now)).toBe(text)
})
