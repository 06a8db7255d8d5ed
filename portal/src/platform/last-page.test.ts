import { expect, test } from 'vitest'

import { lastPageFrom } from './last-page.ts'

test('an address beyond the end of its list leads to the last page there is, with its filters; every other answer is left as it is (U7)', () => {
  const from = (address: string, [offset, total, rows = 0]: readonly [number, number, number?]) =>
    lastPageFrom(address, { items: Array.from({ length: rows }), limit: 25, offset, total })
  expect(from('/a?state=open&page=3', [75, 26])).toBe('/a?state=open&page=1')
  expect([from('/a?page=1', [25, 25]), from('/a?page=2', [50, 0])]).toEqual(['/a', '/a'])
  expect([from('/a', [0, 0]), from('/a?page=1', [25, 26, 1]), from('/a?page=1', [25, 60])]).toEqual([
    null,
    null,
    null,
  ])
  expect(from('/a?page=1', [50, 3])).toBeNull()
  expect(
    [undefined, { items: [], total: 3 }, 'none'].map((answer) => lastPageFrom('/a?page=1', answer)),
  ).toEqual([null, null, null])
})
