import { idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { enqueue, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import type { Seeded } from '#testing/drawn-worlds.ts'
import { CHANGES } from '#testing/kept-decisions.ts'
import { SOON } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'

/** How often each handler ran since the last test. */
const runs = new Map<string, number>()

const countTenants = async (mandate: Mandate): Promise<number> => {
  const [result] = await runStatements(mandate, [{ text: 'select id from tenant', values: [] }])
  return result?.rows.length ?? -1
}

const SHAPES: Readonly<Record<string, (mandate: Mandate) => Promise<number>>> = {
  'asks once': countTenants,
  'asks twice at once and takes what comes': async (mandate) => {
    const asked = await Promise.allSettled([countTenants(mandate), countTenants(mandate)])
    return Math.max(...asked.map((one) => (one.status === 'fulfilled' ? one.value : 7)))
  },
  'ignores that its question failed': (mandate) => countTenants(mandate).catch(() => 7),
  'asks nothing': () => Promise.resolve(7),
  'finds nothing and asked nothing': () =>
    Promise.reject(new ProblemError(404, 'NOT_FOUND', 'There is no such thing.')),
  'asks twice, one after the other': async (mandate) => {
    await countTenants(mandate)
    return countTenants(mandate)
  },
  'leaves work behind': async (mandate) => {
    await enqueue(mandate, 'probe', { tenant: 'tenant' in mandate ? mandate.tenant.id : null })
    return 7
  },
  'asks what fails': async (mandate) => {
    await runStatements(mandate, [{ text: 'select 1 / 0', values: [] }])
    return 7
  },
}

const pathOf = (shape: string): `/${string}` => `/api/v1/probe/${shape.replaceAll(' ', '-')}`

const routes = Object.entries(SHAPES).map(([shape, work]) =>
  route({
    method: 'GET',
    path: pathOf(shape),
    summary: 'A read',
    input: {},
    access: { permission: 'partner.support.tickets.read', tenant: 'header' },
    limit: 'detail',
    responses: { 200: z.strictObject({ count: z.int() }) },
    async handle({ mandate }) {
      runs.set(shape, (runs.get(shape) ?? 0) + 1)
      return { count: await work(mandate) }
    },
  }),
)

const clockRoute = route({
  method: 'GET',
  path: '/api/v1/probe/clock',
  summary: 'A read that tells the time',
  input: {},
  access: { permission: 'partner.support.tickets.read', tenant: 'header' },
  limit: 'detail',
  tellsTime: true,
  responses: { 200: z.strictObject({ now: z.string() }) },
  handle: ({ mandate }) => Promise.resolve({ now: mandate.origin.now.toISOString() }),
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [...routes, clockRoute])
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => runs.clear())

async function ask({ caller }: Seeded, shape: string): Promise<[status: number, code: string | undefined]> {
  const response = await world.call(caller, 'GET', pathOf(shape))
  return [response.statusCode, response.json<{ code?: string }>().code]
}

const STATUS: Readonly<Record<string, number>> = {
  'finds nothing and asked nothing': 404,
  'asks what fails': 500,
}
const CUTS = ['the status of the link', 'the end of the session', 'the partner', 'a freeze of the person']

describe('a read whose decision is kept', () => {
  test.each(Object.keys(SHAPES))(
    'and that %s tells nothing of its own once the access is gone (P6)',
    async (shape) => {
      for (const cut of CUTS) {
        const seeded = await seedWorld(world, HEALTHY)
        const warm = STATUS[shape] ?? 200
        for (const _time of [1, 2]) expect((await ask(seeded, shape))[0]).toBe(warm)
        await CHANGES[cut]?.[0](world, seeded)
        const [status, code] = await ask(seeded, shape)
        expect([401, 403], `${cut}: ${status} ${code}`).toContain(status)
        await CHANGES[cut]?.[1](world, seeded)
        expect((await ask(seeded, shape))[0]).toBe(warm)
      }
    },
  )

  test('is worked on once when the decision holds, and never answered from what a lapsed one saw', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    await ask(seeded, 'asks once')
    runs.clear()
    expect((await world.call(seeded.caller, 'GET', pathOf('asks once'))).json()).toEqual({ count: 1 })
    expect(runs.get('asks once')).toBe(1)
    // The note of a change that changes nothing: the decision must be made anew, and comes out the same.
    await world.seed('update partner set name = name || $2 where id = $1', [seeded.partner, '.'])
    const answer = await world.call(seeded.caller, 'GET', pathOf('asks once'))
    expect([answer.statusCode, answer.json()]).toEqual([200, { count: 1 }])
    expect(runs.get('asks once')).toBe(3)
  })

  test('writes one event for what it did, however often it was begun (access.md section 6)', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    for (const _time of [1, 2]) await ask(seeded, 'asks nothing')
    await world.seed('update partner set name = name || $2 where id = $1', [seeded.partner, '.'])
    await ask(seeded, 'asks nothing')
    const [row] = await world.sql<{ told: number }>(
      `select (select count(*) from audit_event where tenant_id = '${seeded.tenant}' and action = 'support.tickets.read')
        + (select coalesce(sum(w.repeats), 0) from audit_read_window w join audit_event e on e.id = w.event_id where e.tenant_id = '${seeded.tenant}') as told`,
    )
    expect(Number(row?.told)).toBe(3)
  })
})

test('work that a read leaves behind is there once for each answer, though nothing is written behind a kept decision (access.md section 6)', async () => {
  const seeded = await seedWorld(world, HEALTHY)
  for (const _time of [1, 2, 3]) expect((await ask(seeded, 'leaves work behind'))[0]).toBe(200)
  const [row] = await world.sql<{ left: number }>(
    `select count(*)::integer as left from outbox where topic = 'probe' and payload ->> 'tenant' = $1`,
    [idFromUuid('tenant', seeded.tenant)],
  )
  expect(row?.left).toBe(3)
})

test('an answer that tells the time as evidence never tells one that lies ahead, however long the first answer took (D4)', async () => {
  const seeded = await seedWorld(world, HEALTHY)
  // The first decision that a database makes is never kept.
  await ask(await seedWorld(world, HEALTHY), 'asks once')
  const read = () => world.call(seeded.caller, 'GET', '/api/v1/probe/clock')
  const pool = world.database.pool('liaison_delegate')
  const held = await Promise.all(Array.from({ length: 8 }, () => pool.connect()))
  const first = read()
  await vi.waitUntil(() => pool.waitingCount > 0, SOON)
  await world.sql('select pg_sleep(0.3)')
  for (const client of held) client.release()
  expect((await first).statusCode).toBe(200)
  const told = (await read()).json<{ now: string }>().now
  const [row] = await world.sql<{ is_past: boolean }>(
    'select $1::timestamptz <= clock_timestamp() as is_past',
    [told],
  )
  expect(row?.is_past).toBe(true)
})

test('a used-up limit is told only to those who still have access, and refusals use up none (access.md section 3)', async () => {
  await using narrow = await TestWorld.start(() => routes, { limitScale: 0.02 })
  const seeded = await seedWorld(narrow, HEALTHY)
  const read = async () => (await narrow.call(seeded.caller, 'GET', pathOf('asks once'))).statusCode
  const readTimes = async (count: number) => {
    const statuses: number[] = []
    while (statuses.length < count) statuses.push(await read())
    return statuses
  }
  const [cut, mend] = CHANGES['the status of the link'] ?? []
  expect(await readTimes(2)).toEqual([200, 200])
  await cut?.(narrow, seeded)
  expect(await readTimes(5)).toEqual([403, 403, 403, 403, 403])
  await mend?.(narrow, seeded)
  expect(await readTimes(3)).toEqual([200, 200, 429])
  await cut?.(narrow, seeded)
  expect(await readTimes(2)).toEqual([403, 403])
})
