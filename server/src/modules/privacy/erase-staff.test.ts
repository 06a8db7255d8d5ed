import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeIdentityRoutes } from '#modules/identity/index.ts'
import { riskRoutes } from '#modules/risk/index.ts'
import { CommandBench } from '#testing/command.ts'
import { tablesWith } from '#testing/tables-with.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let bench: CommandBench
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeIdentityRoutes(services), ...riskRoutes])
  bench = await CommandBench.start(world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

async function administrator(name: string) {
  const person = await world.person(name)
  await world.platformAdmin(person.id)
  return { ...person, name, caller: await world.signIn(person.id) }
}

type Administrator = Awaited<ReturnType<typeof administrator>>

async function setRule({ caller }: Administrator): Promise<void> {
  const path = '/api/v1/admin/risk-rules/disposable_address'
  const read = await world.call(caller, 'GET', path)
  const answer = await world.call(caller, 'PUT', path, {
    body: { effect: 'hold', reason: 'Too many of them.' },
    headers: { 'if-match': String(read.headers['etag']) },
  })
  expect(answer.statusCode, answer.body).toBe(200)
}

/** Takes an administrator out, by another one, and erases the person then. */
async function removeAndErase({ id }: Administrator, by: Administrator): Promise<readonly string[]> {
  const path = `/api/v1/admin/staff/${encodeId('person', id)}/remove`
  const removed = await world.call(by.caller, 'POST', path, { body: { reason: 'Left the provider.' } })
  expect(removed.statusCode, removed.body).toBe(204)
  const done = await bench.run(['person', 'erase', id, '--reason', 'Asked for.', '--json'])
  return JSON.parse(done.out).kept
}

test('erasing a former administrator takes the name out of what they set for all and of what colleagues wrote, or says where it stays (GDPR Art. 17)', async () => {
  const [pat, kim] = [await administrator('Patience Oduya'), await administrator('Kimberly Brandt')]
  await setRule(kim)
  await world.sql(
    `insert into audit_event (plane, action, outcome, actor_type, actor_id, actor_name, changes, source)
     values ('platform', 'test.seeded', 'allowed', 'person', $1, $2, jsonb_build_object('proposed_by', $3::text), 'api')`,
    [pat.id, pat.name, kim.name],
  )
  expect(await tablesWith(world, kim.name)).toContain('risk_rule')
  expect(await removeAndErase(kim, pat)).toEqual([])
  expect(await tablesWith(world, kim.name)).toEqual([])
  // Of two of one name it cannot be told whose it is.
  const [one, other] = [await administrator('Jo Marsh'), await administrator('Jo Marsh')]
  await setRule(one)
  await setRule(other)
  expect(await removeAndErase(other, pat)).toEqual(['risk_rule'])
})
