import { expect, test } from 'vitest'

import { toInstant } from './moment.ts'

test('a date and time of the field is read as UTC, whatever the zone of the reader', () => {
  expect(toInstant('2026-11-20T06:00')).toBe('2026-11-20T06:00:00.000Z')
  expect(toInstant('2026-11-20T06:00:30')).toBe('2026-11-20T06:00:30.000Z')
})

test.each(['', 'yesterday', '2026-11-20', '2026-13-40T06:00', '2026-11-20T06:00Z', '2026-11-20 06:00'])(
  'what is no date with a time is no moment: %s',
  (written) => {
    expect(toInstant(written)).toBeNull()
  },
)
