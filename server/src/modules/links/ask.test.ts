import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { TestWorld } from '#testing/world.ts'
import { makeAskRoute } from './routes-ask.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [makeAskRoute(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

const PATH = '/api/v1/tenant/who-has-access/ask'

test('a member who was sent a request asks the administrators of the own organisation and nobody else, and is recorded (U1)', async () => {
  const [acme, beta] = [await world.tenant('Acme Fiber'), await world.tenant('Beta Networks')]
  const [dana, gone, marcus, ravi] = [
    await world.person('Dana Kim'),
    await world.person('Former Admin'),
    await world.person('Marcus Hale'),
    await world.person('Ravi Menon'),
  ]
  await world.tenantMember(acme, dana.id)
  await world.tenantMember(acme, gone.id)
  await world.tenantMember(beta, marcus.id)
  await world.tenantMember(acme, ravi.id, 'TENANT_USER')
  await world.seed(`update tenant_member set status = 'inactive' where person_id = $1`, [gone.id], acme)
  const member = await world.signIn(ravi.id, { tenantId: acme })
  const about = 'https://portal.example/links/lnk_1, from Northwind'
  const answer = await world.call(member, 'POST', PATH, { body: { about } })
  expect({ status: answer.statusCode, body: answer.json() }).toEqual({ status: 200, body: { asked: 1 } })
  const mails = await world.sql<{ name: string; subject: string; text: string }>(
    `select p.name, o.payload ->> 'subject' as subject, o.payload ->> 'text' as text
     from outbox o join person p on p.email = o.payload ->> 'to' where o.topic = 'mail' and o.payload ->> 'text' like '%' || $1 || '%'`,
    [about],
  )
  expect(mails).toMatchObject([
    { name: 'Dana Kim', subject: 'Ravi Menon asks you to decide about access to Acme Fiber' },
  ])
  expect(mails[0]?.text).toMatch(/\/org\/ten_[0-9a-z]{26}\/requests/)
  expect(
    await world.sql(`select actor_name, reason from audit_event where action = 'tenant.partner_access.ask'`),
  ).toEqual([{ actor_name: 'Ravi Menon', reason: about }])
  const stranger = await world.signIn(marcus.id, { tenantId: acme })
  expect((await world.call(stranger, 'POST', PATH, { body: { about } })).statusCode).toBe(404)
  for (const text of ['', 'x'.repeat(501)])
    expect((await world.call(member, 'POST', PATH, { body: { about: text } })).statusCode).toBe(422)
})

test('a person asks five times an hour, and leaves the colleagues of the organisation theirs (U1)', async () => {
  await using strict = await TestWorld.start((services) => [makeAskRoute(services)], { limitScale: 1 })
  const acme = await strict.tenant('Acme Fiber')
  const beta = await strict.tenant('Beta Networks')
  const [dana, ravi, mona] = [
    await strict.person('Dana Kim'),
    await strict.person('Ravi Menon'),
    await strict.person('Mona Diaz'),
  ]
  await strict.tenantMember(acme, dana.id)
  await strict.tenantMember(acme, ravi.id, 'TENANT_USER')
  await strict.tenantMember(acme, mona.id, 'TENANT_USER')
  await strict.tenantMember(beta, ravi.id, 'TENANT_USER')
  const asRavi = await strict.signIn(ravi.id, { tenantId: acme })
  const asMona = await strict.signIn(mona.id, { tenantId: acme })
  const ask = (caller: typeof asRavi) => strict.call(caller, 'POST', PATH, { body: { about: 'A link' } })
  for (let time = 1; time <= 5; time += 1) expect((await ask(asRavi)).statusCode).toBe(200)
  const refused = await ask(asRavi)
  expect(refused.statusCode).toBe(429)
  expect(refused.json().code).toBe('RATE_LIMIT_EXCEEDED')
  expect(refused.headers['ratelimit-policy']).toBe('"ask_admins";q=5;w=3600')
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3500)
  expect((await ask(asMona)).statusCode).toBe(200)
  expect((await ask({ ...asRavi, tenantId: beta })).statusCode).toBe(200)
  const mails = await strict.sql(`select id from outbox where topic = 'mail'`)
  expect(mails).toHaveLength(6)
})

test('without being a member at work no login of the database mails the administrators (I2)', async () => {
  for (const login of LOGINS)
    await expect(
      world.sqlAs(login, `select access.ask_tenant_admins('Hello', 'Hello')`),
      login,
    ).rejects.toThrow(/permission denied|only a member asks/)
})
