import { expect, test } from 'vitest'

import { checkSteps } from './ramp.tsx'

test('a step of a plan without its time or its share is said, at its field (C3)', () => {
  const [start, percent] = ['2027-01-02T09:00', '10']
  expect(checkSteps([{ startsAt: start, percent }])).toEqual([])
  expect(
    checkSteps([
      { startsAt: start, percent: '' },
      { startsAt: '', percent },
    ]),
  ).toEqual([
    { field: 'ramp_share_0', text: 'Give step 1 a time and a share, or take it out.' },
    { field: 'ramp_start_1', text: 'Give step 2 a time and a share, or take it out.' },
  ])
})
