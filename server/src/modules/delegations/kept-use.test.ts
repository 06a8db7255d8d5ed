import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import type { Seeded } from '#testing/drawn-worlds.ts'
import { READ, servedCode } from '#testing/kept-decisions.ts'
import { SOON } from '#testing/patience.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => permissionProbes)
  // The first decision that a database makes is never kept.
  await servedCode(world, await seedWorld(world, HEALTHY), READ)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const read = (seeded: Seeded) => servedCode(world, seeded, READ)

/** Puts the last use of a session back without a note of it, as the passing of time does. */
const age = ({ person }: Seeded, seconds: number) =>
  world.sql(
    `begin; set local session_replication_role = replica;
     update session set seen_at = clock_timestamp() - interval '${seconds} seconds' where person_id = '${person}'; commit`,
  )

async function isSeenLately({ person }: Seeded): Promise<boolean> {
  const [row] = await world.sql<{ is_lately: boolean }>(
    `select seen_at > clock_timestamp() - interval '20 seconds' as is_lately from session where person_id = $1`,
    [person],
  )
  return row?.is_lately === true
}

/** Does something while nobody can be decided about the long way. */
async function withoutLongWay(work: () => Promise<void>): Promise<void> {
  await world.sql('alter function access.enter_person(jsonb) rename to enter_person_of_old')
  try {
    await work()
  } finally {
    await world.sql('alter function access.enter_person_of_old(jsonb) rename to enter_person')
  }
}

test('a decision stands for minutes while its session is in use, which is noted once a minute with its reads', async () => {
  const seeded = await seedWorld(world, HEALTHY)
  expect(await read(seeded)).toBe('ALLOWED')
  await withoutLongWay(async () => {
    await age(seeded, 90)
    vi.advanceTimersByTime(40_000)
    expect([await read(seeded), await isSeenLately(seeded)]).toEqual(['ALLOWED', false])
    vi.advanceTimersByTime(20_000)
    expect([await read(seeded), await isSeenLately(seeded)]).toEqual(['ALLOWED', true])
    await age(seeded, 90)
    expect([await read(seeded), await isSeenLately(seeded)]).toEqual(['ALLOWED', false])
    for (const _step of [1, 2, 3, 4, 5]) {
      vi.advanceTimersByTime(45_000)
      expect(await read(seeded)).toBe('ALLOWED')
    }
    expect(await isSeenLately(seeded)).toBe(true)
    vi.advanceTimersByTime(45_000)
    expect(await read(seeded)).not.toBe('ALLOWED')
  })
  expect(await read(seeded)).toBe('ALLOWED')
})

test('a read after a pause is served by the same decision, asked first, and notes the use', async () => {
  const seeded = await seedWorld(world, HEALTHY)
  expect(await read(seeded)).toBe('ALLOWED')
  await withoutLongWay(async () => {
    await age(seeded, 90)
    vi.advanceTimersByTime(120_000)
    expect(await read(seeded)).toBe('ALLOWED')
    await vi.waitUntil(() => isSeenLately(seeded), SOON)
  })
})

test('a read that is refused notes no use', async () => {
  const seeded = await seedWorld(world, HEALTHY)
  expect(await read(seeded)).toBe('ALLOWED')
  await world.seed(`update delegation set status = 'suspended' where id = $1`, [seeded.link], seeded.tenant)
  await age(seeded, 90)
  vi.advanceTimersByTime(61_000)
  expect(await read(seeded)).not.toBe('ALLOWED')
  expect(await isSeenLately(seeded)).toBe(false)
})
