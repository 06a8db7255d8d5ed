import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAlertScene, seedSignal, seedTimedTicket } from '#testing/alert-scene.ts'
import { TestWorld } from '#testing/world.ts'
import { evaluateAlerts } from './evaluate.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

type Scene = Awaited<ReturnType<typeof openAlertScene>>

/** Alerts of a month that is over: whoever looks next clears them all. */
const seedOver = ({ partner, tenant, link }: Scene, name: string, count: number) =>
  world.seed(
    `insert into alert (audience, partner_id, tenant_id, delegation_id, type, area, severity, title, message, dedupe_key, level)
     select 'partner', $1, $2, $3, 'uptime', 'sla', 'warning', 'Of last month', 'Used.', $4 || ' ' || n, 1 from generate_series(1, $5::integer) n`,
    [partner, tenant, link, name, count],
    tenant,
  )

test('what thousands of alerts come to at once is settled in parts, what got worse first (B9)', async () => {
  const scene = await openAlertScene(world)
  const ticket = await seedTimedTicket(world, scene.tenant, [75])
  await evaluateAlerts(world.database, ['sla'])
  await seedOver(scene, 'a month that is over', 5020)
  await seedSignal(world, scene.tenant, { ticket, level: 100 })
  const client = await world.database.pool('liaison_job').connect()
  try {
    await client.query('begin')
    await client.query(`select access.enter_system('{"actor_name": "test", "request_id": "req"}')`)
    const settle = async () =>
      (await client.query<{ change: string }>(`select change from access.evaluate_alerts('sla')`)).rows
    const rounds = [await settle()]
    while ((rounds.at(-1)?.length ?? 0) > 0) rounds.push(await settle())
    expect(rounds[0]?.slice(0, 3).map(({ change }) => change)).toEqual([
      'alerts.escalate',
      'alerts.escalate',
      'alerts.clear',
    ])
    expect(rounds[0]?.length).toBeLessThanOrEqual(5000)
    expect(rounds.flat()).toHaveLength(2 + 5020)
  } finally {
    await client.query('rollback')
    client.release()
  }
  await world.seed(`update alert set level = 0 where level > 0`, [], scene.tenant)
})

test('a database that is slow settles what it comes to in time, a part in each round, until nothing is left (B9)', async () => {
  await seedOver(await openAlertScene(world), 'a slow month', 120)
  const client = new pg.Client(world.connection)
  await client.connect()
  try {
    await client.query('begin')
    await client.query(`create function pg_temp.be_slow() returns trigger language plpgsql as $$
      begin perform pg_sleep(0.03); return new; end $$`)
    await client.query(`create trigger slow before update on alert for each row
      when (old.dedupe_key like 'a slow month %') execute function pg_temp.be_slow()`)
    const settle = async () =>
      (await client.query(`select from access.settle_alerts('{uptime}', '{}')`)).rowCount ?? 0
    const rounds = [await settle()]
    while (rounds.at(-1) !== 0) rounds.push(await settle())
    expect(rounds[0]).toBeGreaterThanOrEqual(50)
    expect(rounds[0]).toBeLessThan(120)
    expect(rounds.reduce((sum, settled) => sum + settled)).toBe(120)
  } finally {
    await client.query('rollback')
    await client.end()
  }
})
