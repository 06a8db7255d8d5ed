import type { PoolClient } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runBatch } from '#platform/wire/batch.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const CONTEXT = `select set_config('probe.actor', $1, true)`
const READ = `select nullif(current_setting('probe.actor', true), '') as actor`

async function withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await world.database.pool('liaison_guard').connect()
  try {
    return await work(client)
  } finally {
    client.release()
  }
}

test('a context that a batch sets holds for the batch and for nothing after it, errors and ordinary queries between included', async () => {
  const wrong: unknown[] = []
  const work = async (index: number) =>
    withClient(async (client) => {
      const actor = `actor ${index}`
      const kind = index % 5
      if (kind === 0) {
        const { rows } = await client.query<{ actor: string | null }>(READ)
        if (rows[0]?.actor !== null) wrong.push(rows)
        return
      }
      const statements = [
        { text: CONTEXT, values: [actor] },
        ...(kind === 1 ? [{ text: 'select 1 / $1::integer as broken', values: [0] }] : []),
        ...(kind === 2 ? [{ text: 'select no_such_column', values: [] }] : []),
        { text: READ, values: [] },
      ]
      const results = await runBatch(client, statements).catch(() => null)
      if (results === null ? kind > 2 : results.at(-1)?.rows[0]?.['actor'] !== actor)
        wrong.push([index, results])
    })
  // Far more actors than connections, so that every connection serves many of them in turn; a lane begins its next actor
  // when the last is done, so that none waits for a connection longer than the pool allows on a loaded machine.
  const actors = Array.from({ length: 2000 }, (_, index) => index).values()
  const lane = async () => {
    for (const index of actors) await work(index).catch((error: unknown) => wrong.push(String(error)))
  }
  await Promise.all(Array.from({ length: 40 }, lane))
  expect(wrong).toEqual([])
})

test('values come back as what they are', async () => {
  const [result] = await withClient((client) =>
    runBatch(client, [
      {
        text: `select $1::bigint as amount, $2::text[] as list, $3::jsonb as document, $4::timestamptz as at, date '2026-11-21' as day, null::text as nothing`,
        values: [
          9_007_199_254_740_991,
          ['a', 'b "c" \\'],
          { deep: [1, null] },
          new Date('2026-11-21T10:00:00Z'),
        ],
      },
    ]),
  )
  expect(result?.rows[0]).toEqual({
    amount: 9_007_199_254_740_991,
    list: ['a', 'b "c" \\'],
    document: { deep: [1, null] },
    at: new Date('2026-11-21T10:00:00Z'),
    day: '2026-11-21',
    nothing: null,
  })
})

test('long values, bytes and characters of every length arrive whole, together and in later batches', async () => {
  const text = 'aé漢😀"\\'.repeat(5000)
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256))
  const statement = {
    text: 'select $1::text as text, $2::bytea as bytes, $3::text as empty',
    values: [text, bytes, ''],
  }
  const results = await withClient(async (client) => [
    ...(await runBatch(client, [statement, { text: 'select 1 as one', values: [] }, statement])),
    ...(await runBatch(client, [statement])),
  ])
  const whole = { text, bytes, empty: '' }
  expect(results.map(({ rows }) => rows[0])).toEqual([whole, { one: 1 }, whole, whole])
})

test('rows, no rows and statements without columns keep their places when they are sent again', async () => {
  const statements = [
    { text: 'begin', values: [] },
    { text: 'select n as number from generate_series(1, $1::integer) n', values: [2] },
    { text: 'select n as other from generate_series(1, $1::integer) n', values: [0] },
    { text: 'commit', values: [] },
  ]
  await withClient(async (client) => {
    for (let round = 0; round < 3; round += 1) {
      const results = await runBatch(client, statements)
      expect(results.map(({ rows }) => rows)).toEqual([[], [{ number: 1 }, { number: 2 }], [], []])
    }
  })
})

test('a statement whose columns have changed under it fails once and is then read as it is now', async () => {
  await world.sql('create table changing (id integer); grant select on changing to liaison_guard')
  await world.sql('insert into changing values (1)')
  const look = { text: 'select * from changing', values: [] }
  await withClient(async (client) => {
    expect((await runBatch(client, [look]))[0]?.rows).toEqual([{ id: 1 }])
    await world.sql(`alter table changing add column name text default 'new'`)
    await expect(runBatch(client, [look])).rejects.toThrow('cached plan')
    expect((await runBatch(client, [look]))[0]?.rows).toEqual([{ id: 1, name: 'new' }])
  })
  await world.sql('drop table changing')
})
