import { randomBytes } from 'node:crypto'
import { TOTP, Secret } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import type { SeededPerson } from '#testing/world.ts'
import { hashPassword, makeIdentityRoutes, sealTotpSecret } from './index.ts'

const PASSWORD = 'violet anchors drift home'
const NEVER = 'nobody has this one at all'

let world: TestWorld
let hash: string
beforeAll(async () => {
  hash = await hashPassword(PASSWORD)
  world = await TestWorld.start((services) => makeIdentityRoutes(services))
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPerson(): Promise<SeededPerson> {
  const person = await world.person()
  await world.seed('insert into password_credential (person_id, hash) values ($1, $2)', [person.id, hash])
  return person
}

test('a tenant member signs in with a password and lands in the own organisation', async () => {
  const person = await seedPerson()
  const tenant = await world.tenant('Acme')
  await world.tenantMember(tenant, person.id)
  const browser = new FormBrowser(world)
  const shown = await browser.post('/signin', { email: person.email, password: PASSWORD })
  expect([shown.status, shown.location]).toEqual([303, '/choose'])
  expect((await browser.get('/choose')).location).toMatch(/^\/org\/ten_[0-9a-z]{26}\/home$/)
})

test('a partner member shows the second factor after the password', async () => {
  const person = await seedPerson()
  await world.partnerMember(await world.partner('Northwind'), person.id)
  const secret = randomBytes(20)
  await world.seed('insert into totp_factor (person_id, secret, confirmed_at) values ($1, $2, now())', [person.id, sealTotpSecret(world.app.services.vault, person.id, secret)])
  const browser = new FormBrowser(world)
  const first = await browser.post('/signin', { email: person.email, password: PASSWORD })
  expect(first.location).toBe('/signin/mfa')
  expect((await browser.get('/choose')).location).toBe('/signin')
  const code = new TOTP({ secret: new Secret({ buffer: new Uint8Array(secret).buffer }) }).generate()
  const second = await browser.post('/signin/mfa', { code })
  expect(second.status).toBe(303)
  expect((await browser.get('/choose')).location).toMatch(/^\/partner\/par_/)
})

test('a wrong password and an unknown address answer the same', async () => {
  const person = await seedPerson()
  const known = await new FormBrowser(world).post('/signin', { email: person.email, password: NEVER })
  const unknown = await new FormBrowser(world).post('/signin', { email: 'nobody@example.test', password: NEVER })
  expect(known.status).toBe(unknown.status)
  expect(known.text).toBe(unknown.text.replaceAll('nobody@example.test', person.email))
})
