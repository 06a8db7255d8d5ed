import { expect, test } from 'vitest'
import { withAdminClient } from '#platform/admin.ts'
import { testConnection } from '#testing/database.ts'
import { copyOut } from './copy.ts'

/** Rows of a kilobyte each: the sixty-fourth fills what a copy hands on at once, and its connection is paused. */
const rowsOf = (count: number) =>
  `copy (select repeat('x', 1023) from generate_series(1, ${count})) to stdout`

test.each([1, 64, 128, 1000])(
  'a copy of %i rows is whole, and its connection serves what is asked next, wherever the last row falls (R10)',
  async (count) => {
    await withAdminClient(testConnection(), async (client) => {
      const chunks: Buffer[] = await copyOut(client, rowsOf(count)).toArray()
      expect(Buffer.concat(chunks).length).toBe(count * 1024)
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    })
  },
)

test('a copy that nobody reads to its end keeps its connection from nothing (R10)', async () => {
  await withAdminClient(testConnection(), async (client) => {
    const output = copyOut(client, rowsOf(10_000))
    for await (const chunk of output) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})
