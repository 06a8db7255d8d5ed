import { expect, test } from 'vitest'

import { monthsToPick } from './list-parts.tsx'

test('the month of a program that is ahead of UTC, and a month of long ago that the address names, can be picked (D6)', () => {
  const months = monthsToPick(new Date('2026-11-30T12:00:00Z'), '2024-02')
  expect(months.slice(0, 3)).toEqual(['', '2026-12', '2026-11'])
  expect(months.at(-1)).toBe('2024-02')
  expect(monthsToPick(new Date('2026-11-15T12:00:00Z'), '').slice(0, 2)).toEqual(['', '2026-11'])
})
