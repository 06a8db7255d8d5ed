import { expect, test } from 'vitest'

import { lastPageFor } from './last-page.ts'

test('an answer beyond the end of its list names the last page there is; every other answer is left as it is (U7)', () => {
  const page = (offset: number, total: number, rows = 0) =>
    lastPageFor({ items: Array.from({ length: rows }), limit: 25, offset, total })
  expect([page(25, 25), page(75, 26), page(50, 0)]).toEqual([0, 1, 0])
  expect([page(0, 0), page(25, 26, 1), page(25, 60)]).toEqual([null, null, null])
  expect([lastPageFor(undefined), lastPageFor({ items: [], total: 3 }), lastPageFor('none')]).toEqual([
    null,
    null,
    null,
  ])
})
