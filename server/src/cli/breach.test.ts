import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CommandBench } from '#testing/command.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let bench: CommandBench
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  bench = await CommandBench.start(world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

test('one command tells what a partner could reach, tenant by tenant, and nothing of other partners (A13)', async () => {
  const [partner, rival] = [await world.partner('Northwind'), await world.partner('Contoso')]
  const [reached, other] = [await world.tenant('Acme'), await world.tenant('Globex')]
  await world.link(partner, reached, { role: 'msp_support' })
  await world.link(rival, other)
  const line = ['blast-radius', encodeId('partner', partner), '--from', '2020-01-01', '--to', '2020-12-01']
  const before = await bench.run([...line, '--json'])
  expect(before.status, before.err).toBe(0)
  const now = new Date(Date.now() + 60_000).toISOString()
  const since = new Date(Date.now() - 86_400_000).toISOString()
  const ran = await bench.run(['blast-radius', encodeId('partner', partner), '--from', since, '--to', now])
  expect(ran.status, ran.err).toBe(0)
  expect(ran.out).toContain('Acme')
  expect(ran.out).toContain('partner.support.tickets.list')
  expect(ran.out).not.toContain('Globex')
  await expect(bench.run(['blast-radius', 'nobody'])).rejects.toThrow('There is no partner')
})

test('a day is taken as a whole, what could be read in two ways is refused, and that it was asked is an event (A13)', async () => {
  const partner = await world.partner('Northwind')
  const ask = (from: string, to: string) =>
    bench.run(['blast-radius', encodeId('partner', partner), '--from', from, '--to', to, '--json'])
  const days = await ask('2026-11-01', '2026-11-05')
  expect(JSON.parse(days.out)).toMatchObject({
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-11-06T00:00:00.000Z',
  })
  const times = await ask('2026-11-01T10:00+02:00', '2026-11-05T14:30:00Z')
  expect(JSON.parse(times.out)).toMatchObject({
    from: '2026-11-01T08:00:00.000Z',
    to: '2026-11-05T14:30:00.000Z',
  })
  for (const wrong of ['05.11.2026', '11/05/2026', '2026-11-05T14:30', '2026-02-30', '5', 'yesterday'])
    await expect(ask('2025-12-31', wrong), wrong).rejects.toThrow('--to is a day')
  const events = await world.sql(
    `select e.actor_name from audit_event e where e.action = 'platform.partners.blast_radius.read' and e.resource_id = $1`,
    [partner],
  )
  expect(events).toHaveLength(2)
})

test('signing keys that were never made are not rotated, and the command says so', async () => {
  await expect(bench.run(['keys', 'rotate-signing'])).rejects.toThrow('There are no signing keys yet')
})
