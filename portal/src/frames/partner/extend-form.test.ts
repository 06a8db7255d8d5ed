import { expect, test } from 'vitest'

import { extendedEnd } from './extend-form.tsx'

const now = new Date('2026-11-21T00:00:00Z')

test('an extension counts from the present end, or from now when that has passed', () => {
  expect([
    extendedEnd('2026-12-01T00:00:00Z', 90, now),
    extendedEnd('2026-11-01T00:00:00Z', 90, now),
    extendedEnd(null, 90, now),
  ]).toEqual(['2027-03-01T00:00:00.000Z', '2027-02-19T00:00:00.000Z', '2027-02-19T00:00:00.000Z'])
})
