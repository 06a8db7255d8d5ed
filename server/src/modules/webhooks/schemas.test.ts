import { expect, test } from 'vitest'
import { makeBodies, ReplayBody } from './schemas.ts'

test.each([
  ['x', ''],
  ['2026-01-01T00:00:00Z', '9'],
  ['0583-09-02T06:01:54Z', ''],
  ['', '2026-01-01T00:00:00Z'],
])('a range from "%s" until "%s" is refused, and is not compared (R8)', (since, until) => {
  expect(ReplayBody.safeParse({ since, until }).success).toBe(false)
})

const { create } = makeBodies(() => ({ allowsLoopback: false, ownHosts: [] }))
const HOST = 'https://receiver.example/'
const taken = (url: string) =>
  create.safeParse({ url, event_types: ['consent.granted'], description: null }).success

test('an address that is called has at most 2,000 characters, also when its escapes are counted (ASVS 4.2.5)', () => {
  const room = 2000 - HOST.length
  expect(taken(HOST + 'x'.repeat(room))).toBe(true)
  expect(taken(HOST + 'x'.repeat(room + 1))).toBe(false)
  expect(taken(HOST + 'é'.repeat(room / 2))).toBe(false)
})
