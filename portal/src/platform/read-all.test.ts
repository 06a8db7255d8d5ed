import { expect, test } from 'vitest'

import { readUpToByCursor, readUpToByOffset } from './read-all.ts'

const all = Array.from({ length: 7 }, (_, index) => index)

test('a list that is read up to a number says whether there is more, and asks for nothing beyond it', async () => {
  let calls = 0
  const byOffset = ({ offset }: { offset: number }) => {
    calls += 1
    return Promise.resolve({ items: all.slice(offset, offset + 2), has_more: offset + 2 < all.length })
  }
  expect(await readUpToByOffset(4, byOffset)).toEqual({ rows: all.slice(0, 4), isCut: true })
  expect(calls).toBe(2)
  expect(await readUpToByOffset(8, byOffset)).toEqual({ rows: all, isCut: false })
  const byCursor = ({ cursor = '0' }: { cursor?: string }) => {
    const next = Number(cursor) + 2
    return Promise.resolve({
      items: all.slice(Number(cursor), next),
      next_cursor: next < all.length ? String(next) : null,
    })
  }
  expect(await readUpToByCursor(4, byCursor)).toEqual({ rows: all.slice(0, 4), isCut: true })
  expect(await readUpToByCursor(8, byCursor)).toEqual({ rows: all, isCut: false })
})
