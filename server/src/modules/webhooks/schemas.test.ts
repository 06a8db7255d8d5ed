import { expect, test } from 'vitest'
import { ReplayBody } from './schemas.ts'

test.each([
  ['x', ''],
  ['2026-01-01T00:00:00Z', '9'],
  ['0583-09-02T06:01:54Z', ''],
  ['', '2026-01-01T00:00:00Z'],
])('a range from "%s" until "%s" is refused, and is not compared (R8)', (since, until) => {
  expect(ReplayBody.safeParse({ since, until }).success).toBe(false)
})
