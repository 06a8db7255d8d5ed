import { afterAll, beforeAll, expect, test } from 'vitest'
import { inContext } from '#testing/account-acts.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

test('the database holds for a write the tenants that a partner has or had a link with, and keeps no other tenant from withdrawing access (raw SQL, R1)', async () => {
  const partner = await world.partner('Northwind')
  const person = await world.person()
  await world.partnerMember(partner, person.id)
  const [linked, ended, strange] = [
    await world.tenant('Linked'),
    await world.tenant('Ended'),
    await world.tenant('Strange'),
  ]
  await world.link(partner, linked)
  const former = await world.link(partner, ended)
  await world.seed(`update delegation set status = 'revoked' where id = $1`, [former], ended)
  await world.link(await world.partner('Contoso'), strange)
  const tenants = [linked, ended, strange]
  const rows = await inContext(
    world,
    {
      login: 'liaison_delegate',
      caller: await world.signIn(person.id),
      permission: 'partner.alerts.acknowledge',
    },
    `with held as materialized (select access.hold_tenants('{${tenants.join()}}'))
     select t.id, (select count(*)::integer from pg_locks l where l.pid = pg_backend_pid() and l.locktype = 'advisory'
         and ((l.classid::bigint << 32) | l.objid::bigint) = access.lock_key('tenant', t.id)) as held
     from held cross join unnest('{${tenants.join()}}'::uuid[]) with ordinality t (id, i) order by i`,
  )
  expect(rows).toEqual([
    { id: linked, held: 1 },
    { id: ended, held: 1 },
    { id: strange, held: 0 },
  ])
})
