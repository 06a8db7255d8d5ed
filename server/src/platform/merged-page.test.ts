import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMerged } from './merged-page.ts'

/** A merge of ordered lists, read to a depth, as the database does it. */
function mergeTo(
  lists: readonly (readonly number[])[],
  depth: number,
  window: { offset: number; limit: number },
) {
  const taken = lists.flatMap((list) => list.slice(0, depth)).toSorted((left, right) => left - right)
  const firstUnread = Math.min(...lists.map((list) => list[depth - 1] ?? Infinity))
  const rows = taken.slice(window.offset, window.offset + window.limit)
  return { rows, isSure: rows.every((row) => row <= firstUnread) }
}

const lists = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5000 }), { maxLength: 400 }), {
  maxLength: 6,
})

test('a page of merged lists is the page of the whole, however uneven the lists are (B5)', async () => {
  await fc.assert(
    fc.asyncProperty(
      lists,
      fc.nat(2500),
      fc.integer({ min: 1, max: 101 }),
      async (unsorted, offset, limit) => {
        const sorted = unsorted.map((list) => list.toSorted((left, right) => left - right))
        const whole = sorted.flat().toSorted((left, right) => left - right)
        const page = await readMerged({ offset, limit }, sorted.length, (depth) =>
          Promise.resolve(mergeTo(sorted, depth, { offset, limit })),
        )
        expect(page).toEqual(whole.slice(offset, offset + limit))
      },
    ),
    { numRuns: 300 },
  )
})

test('a far page of even lists reads little more of each than its share', async () => {
  const depths: number[] = []
  await readMerged({ offset: 10_000, limit: 50 }, 50, (depth) => {
    depths.push(depth)
    return Promise.resolve({ rows: Array.from({ length: 50 }, () => 0), isSure: true })
  })
  expect(depths).toEqual([352])
})
