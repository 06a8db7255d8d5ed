import { expect, test } from 'vitest'
import { judgeFaults } from './judgement.ts'

const sound = { name: 'kill', strikes: 5, hits: 5, recoveryMs: [1, 2, 3, 4, 5] }

test('faults that met requests and were recovered from are sound', () => {
  expect(judgeFaults([sound])).toEqual([])
})

test('a kill loop in which nothing was killed, nothing was in flight, or nothing came back is a failure', () => {
  expect(judgeFaults([])).toHaveLength(1)
  expect(judgeFaults([{ ...sound, strikes: 0, hits: 0, recoveryMs: [] }])).toHaveLength(1)
  expect(judgeFaults([{ ...sound, hits: 3 }])).toEqual(['kill hit requests only 3 of 5 times'])
  expect(judgeFaults([{ ...sound, recoveryMs: [1, 2, 3, 4, Infinity] }])).toEqual([
    'kill: the service did not come back',
  ])
  expect(judgeFaults([{ ...sound, recoveryMs: [] }])).toHaveLength(1)
})
