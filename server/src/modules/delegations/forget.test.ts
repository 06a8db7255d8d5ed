import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { TestWorld } from '#testing/world.ts'
import { forgetExplanations } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

/** A kept decision whose 30 days end so many seconds from now. */
async function seedDecision(seconds: number): Promise<string> {
  const [row] = await world.sql<{ id: string }>(
    `insert into access_explanation (permission, code, decision, ends_at)
     values ('partner.support.tickets.read', 'PERMISSION_DENIED', '{}', statement_timestamp() + make_interval(secs => $1)) returning id`,
    [seconds],
  )
  return row?.id ?? ''
}

const stored = async () =>
  (await world.sql<{ id: string }>('select id from access_explanation')).map(({ id }) => id).toSorted()

test('a kept decision goes when its 30 days are over, and none before, however often it is swept (ASVS 14.2.4)', async () => {
  const [over, stands] = [await seedDecision(-1), await seedDecision(3600)]
  expect(await stored()).toEqual([over, stands].toSorted())
  expect(await forgetExplanations(world.database)).toBe(1)
  expect(await forgetExplanations(world.database)).toBe(0)
  expect(await stored()).toEqual([stands])
})

test('more decisions than one statement takes go in one sweep', async () => {
  await world.sql(
    `insert into access_explanation (permission, code, decision, ends_at)
     select 'partner.support.tickets.read', 'PERMISSION_DENIED', '{}', statement_timestamp() - interval '1 second' from generate_series(1, 5001)`,
  )
  const before = await stored()
  expect(await forgetExplanations(world.database)).toBe(5001)
  expect(await stored()).toHaveLength(before.length - 5001)
})

test('the clock sees and removes only what is over, and no other login removes a kept decision at all', async () => {
  const [over, stands] = [await seedDecision(-1), await seedDecision(3600)]
  const seen = await world.sqlAs('liaison_job', 'select id from access_explanation')
  expect(seen.map((row) => String(row['id']))).toEqual([over])
  await expect(world.sqlAs('liaison_job', 'select decision from access_explanation')).rejects.toThrow(
    'permission denied',
  )
  for (const login of LOGINS.filter((one) => one !== 'liaison_job'))
    await expect(world.sqlAs(login, 'delete from access_explanation'), login).rejects.toThrow(
      'permission denied',
    )
  await world.sqlAs('liaison_job', 'delete from access_explanation')
  expect(await stored()).toContain(stands)
  expect(await stored()).not.toContain(over)
})
