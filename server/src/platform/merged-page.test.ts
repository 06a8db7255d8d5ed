import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMerged, skipMerged } from './merged-page.ts'

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

/** Lists so long that most pages of them are far. */
const lists = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5000 }), { maxLength: 400, size: 'max' }), {
  maxLength: 6,
  size: 'max',
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

test('what is passed over before a far page is what comes before it, and never more (B5)', async () => {
  let steps = 0
  await fc.assert(
    fc.asyncProperty(lists, fc.nat(2500), fc.integer({ min: 1, max: 101 }), async (unsorted, far, limit) => {
      const sorted = unsorted.map((list) => list.toSorted((left, right) => left - right))
      const whole = sorted.flat().toSorted((left, right) => left - right)
      const offset = far % (whole.length + 1)
      const upTo = (list: readonly number[], after: number | null) =>
        list.filter((row) => after === null || row > after)
      const window: { offset: number; limit: number; after: number | null } = { offset, limit, after: null }
      const reached = await skipMerged(window, sorted.length, (depth, { after }) => {
        const place = Math.min(...sorted.map((list) => upTo(list, after)[depth - 1] ?? Infinity))
        const rows = upTo(whole, after).filter((row) => row <= place).length
        if (place === Infinity) return Promise.resolve(undefined)
        steps += 1
        return Promise.resolve({ place, rows })
      })
      const rest = upTo(whole, reached.after)
      expect(reached.offset).toBeGreaterThanOrEqual(0)
      // Rows that are alike in two lists stand beside each other and are passed over together.
      expect(rest.slice(reached.offset, reached.offset + limit)).toEqual(whole.slice(offset, offset + limit))
    }),
    { numRuns: 300 },
  )
  expect(steps).toBeGreaterThan(100)
})

test('a far page of even lists is reached in few steps, one of a single long list in one', async () => {
  const depths: number[] = []
  const window: { offset: number; limit: number; after: number | null } = {
    offset: 10_000,
    limit: 50,
    after: null,
  }
  const reach = (sources: number, share: number) =>
    skipMerged(window, sources, (depth) => {
      depths.push(depth)
      return Promise.resolve({ place: depth, rows: Math.round(depth * sources * share) })
    })
  expect((await reach(50, 0.85)).offset).toBe(225)
  expect((await reach(1, 1)).offset).toBe(0)
  // One list holds nearly everything: the step passed over little, and none follows.
  expect((await reach(50, 0.03)).offset).toBe(9700)
  expect(depths).toEqual([200, 30, 10_000, 200])
})

test('a far page of even lists reads little more of each than its share', async () => {
  const depths: number[] = []
  await readMerged({ offset: 10_000, limit: 50 }, 50, (depth) => {
    depths.push(depth)
    return Promise.resolve({ rows: Array.from({ length: 50 }, () => 0), isSure: true })
  })
  expect(depths).toEqual([270])
})
