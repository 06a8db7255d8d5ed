import { expect, test } from 'vitest'

import { readFilters } from '../platform/filters.ts'
import { activitySpec } from './activity-fields.tsx'
import { toFilter } from './activity-page.tsx'

test('the days of the feed are whole ones, from their first to their last instant in UTC (X4)', () => {
  const filterOf = (search: Record<string, string>) => toFilter(readFilters(activitySpec, search), 'any')
  expect(filterOf({ from: '2026-12-31', to: '2026-12-31' })).toEqual({
    from: '2026-12-31T00:00:00Z',
    // The server leaves out what happens at this instant itself.
    to: '2027-01-01T00:00:00.000Z',
  })
  expect(filterOf({ from: '2026-12-31T10:00:00Z', to: '2026-12-31T10:00:01.5Z' })).toEqual({
    from: '2026-12-31T10:00:00Z',
    to: '2026-12-31T10:00:01.5Z',
  })
  expect(filterOf({ from: 'yesterday', to: '2026-12-31T' })).toEqual({})
})
