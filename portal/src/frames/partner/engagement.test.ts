import { expect, test } from 'vitest'

import { engagementOf } from './engagement.ts'

const one = (starts_at: string | null, ends_at: string | null) =>
  ({ access_role: 'auditor', link_status: 'active', starts_at, ends_at }) as const

test('an auditor begins with the days of the engagements: from the first day of the earliest to the last of the latest (U1)', () => {
  expect(
    engagementOf([
      one('2026-09-22T08:00:00.000Z', '2026-12-22T00:00:00.000Z'),
      one('2026-08-01T00:00:00.000Z', '2026-10-01T00:00:00.000Z'),
    ]),
  ).toEqual({ from: '2026-08-01', to: '2026-12-21' })
  expect(engagementOf([one('2026-09-22T08:00:00.000Z', '2026-12-22T10:30:00.000Z')])).toEqual({
    from: '2026-09-22',
    to: '2026-12-22',
  })
  expect(engagementOf([])).toBeNull()
  expect(engagementOf([one('2026-09-22T08:00:00.000Z', null)])).toBeNull()
})
