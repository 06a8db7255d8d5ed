import { afterAll, beforeAll, expect, test } from 'vitest'
import { FormBrowser } from '#testing/form-browser.ts'
import { quickHash } from '#testing/quick-hash.ts'
import { TestWorld } from '#testing/world.ts'
import type { SeededPerson } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

const PASSWORD = 'violet anchors drift home'
const SAFARI = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

async function personWithPassword(): Promise<SeededPerson> {
  const person = await world.person()
  await world.seed('insert into password_credential (person_id, hash) values ($1, $2)', [
    person.id,
    quickHash(PASSWORD),
  ])
  return person
}

/** Signs in from an address; answers the mails that the person has got about new places by then. */
async function signIn({ email }: SeededPerson, ip: string, userAgent?: string): Promise<string[]> {
  const shown = await new FormBrowser(world, ip).post(
    '/signin',
    { email, password: PASSWORD },
    userAgent === undefined ? {} : { 'user-agent': userAgent },
  )
  expect(shown.status).toBe(303)
  const rows = await world.sql<{ text: string }>(
    `select payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'to' = $1 and payload ->> 'subject' like 'New sign-in to %' order by id`,
    [email],
  )
  return rows.map(({ text }) => text)
}

test('a sign-in from a network or with a browser that was not seen before is told by mail, once; the first of all and those in the same network are not (ASVS 6.3.5)', async () => {
  const person = await personWithPassword()
  expect(await signIn(person, '198.51.100.7')).toEqual([])
  expect(await signIn(person, '198.51.240.9')).toEqual([])
  const [told = '', ...more] = await signIn(person, '203.0.113.5')
  expect(more).toEqual([])
  expect(told).toContain('Firefox on Linux')
  expect(told).toContain('203.0.113.5')
  expect(told).toContain('set a new password at once')
  expect(await signIn(person, '203.0.113.77')).toHaveLength(1)
  expect(await signIn(person, '203.0.113.5', SAFARI)).toHaveLength(2)
  expect(await signIn(person, '198.51.100.7', SAFARI)).toHaveLength(2)
  expect(await signIn(person, '2001:db8::1', SAFARI)).toHaveLength(3)
  expect(await signIn(person, '2001:db8:ffff::9', SAFARI)).toHaveLength(3)
})

test('sessions of others make no place known, and ended ones do (ASVS 6.3.5)', async () => {
  const [person, other] = [await personWithPassword(), await personWithPassword()]
  await signIn(other, '203.0.113.5')
  await signIn(person, '198.51.100.7')
  await world.seed(`update session set ended_at = now(), end_reason = 'signed out' where person_id = $1`, [
    person.id,
  ])
  expect(await signIn(person, '198.51.100.7')).toEqual([])
  expect(await signIn(person, '203.0.113.5')).toHaveLength(1)
})

test('guesses that strangers make from elsewhere, however long they go on, keep nobody waiting where they have signed in before (access.md section 5)', async () => {
  const [person, other] = [await personWithPassword(), await personWithPassword()]
  await signIn(person, '198.51.100.7')
  await signIn(other, '203.0.113.5')
  const tryFrom = async (ip: string, password: string) =>
    (await new FormBrowser(world, ip).post('/signin', { email: person.email, password })).status
  expect(await tryFrom('192.0.2.66', 'not the right one at all')).toBe(422)
  await world.sql(
    `update sign_in_throttle set failures = 5000, last_failure_at = now() where key like 'account:%'`,
  )
  expect(await tryFrom('203.0.113.5', PASSWORD)).toBe(429)
  expect(await tryFrom('198.51.100.7', 'not the right one either')).toBe(422)
  expect(await tryFrom('198.51.100.7', PASSWORD)).toBe(303)
})
