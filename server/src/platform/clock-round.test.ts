import { expect, test } from 'vitest'
import { ClockRound } from './clock-round.ts'
import { ProblemError } from './problem.ts'

const rowsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `row-${index}` }))

test('more rows than a batch holds that cannot be worked on keep none of the others from theirs, and are told at the end (R7)', async () => {
  const due = new Map(rowsOf(350).map((row) => [row.id, row]))
  const isStuck = (id: string) => Number(id.slice(4)) < 150
  const tries = new Map<string, number>()
  const round = new ClockRound()
  const done = await round.workThrough({
    find: (limit) => Promise.resolve([...due.values()].slice(0, limit)),
    each: ({ id }) => {
      tries.set(id, (tries.get(id) ?? 0) + 1)
      if (isStuck(id)) return Promise.reject(new Error(`${id} is stuck`))
      due.delete(id)
      return Promise.resolve(true)
    },
  })
  expect(done).toBe(200)
  expect([...new Set(tries.values())]).toEqual([1])
  expect([...due.keys()].every(isStuck)).toBe(true)
  expect(() => round.end('rows')).toThrow('150 rows, the first because: Error: row-0 is stuck')
})

test('what somebody changed in between, and what had nothing to do, is no failure and is not tried again (R7)', async () => {
  const round = new ClockRound()
  let tries = 0
  const done = await round.workThrough({
    find: () => Promise.resolve(rowsOf(2)),
    each: ({ id }) => {
      tries += 1
      if (id === 'row-0') return Promise.resolve(false)
      return Promise.reject(new ProblemError(412, 'PRECONDITION_FAILED', 'It changed.'))
    },
  })
  expect([done, tries]).toEqual([0, 2])
  round.end('rows')
})
