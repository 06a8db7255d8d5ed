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

test('signing keys that were never made are not rotated, and the command says so', async () => {
  await expect(bench.run(['keys', 'rotate-signing'])).rejects.toThrow('There are no signing keys yet')
})
