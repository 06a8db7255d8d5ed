import { expect, test } from 'vitest'

import { spanOf } from './day-span.ts'

test('a report includes its first and its last day', () => {
  expect(spanOf('2027-03-01', '2027-03-01')).toEqual({
    from: '2027-03-01T00:00:00.000Z',
    to: '2027-03-02T00:00:00.000Z',
  })
})

test.each([
  ['the days stand the wrong way round', '2027-03-02', '2027-03-01'],
  ['it is longer than 366 days', '2026-01-01', '2027-01-02'],
  ['a day is no day', '2027-13-01', '2027-13-02'],
  ['a day is missing', '', '2027-03-01'],
])('no report is asked for when %s', (_, from, to) => {
  expect(spanOf(from, to)).toBeNull()
})

test('366 days are covered', () => {
  expect(spanOf('2026-01-01', '2027-01-01')).not.toBeNull()
})
