import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientIdOf, digestOf, image, makeLogoActs, startLogoWorld } from '#testing/logo-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import type { Caller, TestWorld } from '#testing/world.ts'

let world: TestWorld
let admin: Caller

beforeAll(async () => {
  world = await startLogoWorld()
  admin = await logos.admin()
})
afterAll(() => world[Symbol.asyncDispose]())

const logos = makeLogoActs(() => world)
const { acts, approved, decide, events, handIn, logosOf, own, shownTo } = logos

async function tryName(people: ConsentCast, name: string) {
  const at = own(people, '').slice(0, -1)
  const { headers } = await world.call(people.owner, 'GET', at)
  return world.call(people.owner, 'PATCH', at, {
    body: { name },
    headers: { 'if-match': String(headers['etag']) },
  })
}

async function rename(people: ConsentCast, name: string) {
  const answer = await tryName(people, name)
  expect(answer.statusCode, answer.body).toBe(200)
}

/** Clients that can be changed: the others have no keys. */
async function castWithKeys() {
  const people = await acts.cast()
  await world.seed(`update api_client set jwks = $2 where id = $1`, [
    people.clientId,
    JSON.stringify({ keys: [KEY] }),
  ])
  return people
}

/** A public key of the curve P-256 (RFC 7515, appendix A.3). */
const KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  kid: 'one',
  use: 'sig',
  alg: 'ES256',
}

test('a logo is approved beside a name: under another one it waits until the provider looked again (S15)', async () => {
  const people = await castWithKeys()
  const bytes = await approved(people)
  await rename(people, 'Acme Bank')
  expect(await logosOf(people)).toMatchObject({ in_use: null, waiting: { sha256: digestOf(bytes) } })
  expect((await shownTo(people.admin, digestOf(bytes))).statusCode).toBe(404)
  expect((await acts.look(people, await acts.ask(people))).body).not.toContain('/client-logos/')
  expect((await events(people)).at(-1)).toMatchObject({ action: 'clients.logo.look_again', by: 'Ana Ruiz' })
  await decide(people, bytes, 'approve')
  expect((await shownTo(people.admin, digestOf(bytes))).statusCode).toBe(200)
  const next = image()
  await handIn(people, next)
  await rename(people, 'Acme Trust')
  expect(await logosOf(people)).toMatchObject({ in_use: null, waiting: { sha256: digestOf(next) } })
  expect((await shownTo(people.admin, digestOf(bytes))).statusCode).toBe(404)
})

test('of what was never approved nothing is kept once it is refused or withdrawn, and of what customers saw everything (A13)', async () => {
  const people = await castWithKeys()
  const [shown, again] = [await approved(people), await approved(people)]
  await rename(people, 'Acme Bank')
  for (const act of ['refuse', 'withdraw'] as const) {
    const bytes = image()
    await handIn(people, bytes)
    await (act === 'refuse' ? decide(people, bytes, act) : world.call(people.owner, 'DELETE', own(people)))
  }
  const rows = await world.sql<{ sha256: string; status: string; is_kept: boolean }>(
    `select sha256, status, bytes is not null as is_kept from api_client_logo where client_id = $1 order by id`,
    [people.clientId],
  )
  expect(rows.map(({ sha256, status, is_kept: isKept }) => [sha256, status, isKept])).toEqual([
    [digestOf(shown), 'replaced', true],
    [digestOf(again), 'withdrawn', true],
    [expect.any(String), 'refused', false],
    [expect.any(String), 'withdrawn', false],
  ])
})

test('a partner hands in twenty images an hour and no more (R5)', async () => {
  await using narrow = await startLogoWorld({ limitScale: 1 })
  const { acts: others, handIn: give } = makeLogoActs(() => narrow)
  const people = await others.cast()
  for (let count = 0; count < 20; count += 1) expect((await give(people, image())).statusCode).toBe(200)
  const refused = await give(people, image())
  expect([refused.statusCode, refused.headers['ratelimit-policy']]).toEqual([429, '"logo";q=20;w=3600'])
})

test('whoever waits longest for the provider comes first, for live use or for a logo (S15)', async () => {
  const first = await acts.cast({ environment: 'sandbox' })
  const [second, third] = [await castWithKeys(), await acts.cast()]
  const made = [first, second, third]
  await approved(second)
  await handIn(third, image())
  // It asked for live use before all of them, and handed in its logo after.
  await world.seed(`update api_client set live_requested_at = now() - interval '2 days' where id = $1`, [
    first.clientId,
  ])
  await handIn(first, image())
  // Its logo is old, and waits only since now.
  await rename(second, 'Acme Bank')
  const list = await world.call(admin, 'GET', '/api/v1/admin/clients?waiting_for=provider&limit=100')
  const order = list
    .json<{ items: { client_id: string }[] }>()
    .items.map(({ client_id: id }) => made.findIndex((people) => clientIdOf(people) === id))
  expect(order.filter((index) => index >= 0)).toEqual([0, 2, 1])
})

test('attack 30: a client that is live, or asks to be, takes no name that passes for the provider’s and that nobody looked at', async () => {
  const people = await castWithKeys()
  const refused = async (name: string) => (await tryName(people, name)).json()
  for (const name of ['Liaison Support', 'L1aison desk', 'Lіaison'])
    expect(await refused(name)).toMatchObject({
      code: 'VALIDATION_ERROR',
      errors: [{ pointer: '/body/name', code: 'LOOK_ALIKE' }],
    })
  await rename(people, 'Order desk two')
  const set = (sql: string) => world.seed(`update api_client set ${sql} where id = $1`, [people.clientId])
  await set(`environment = 'sandbox', live_requested_at = now(), live_approved_at = null`)
  expect(await refused('Liaison Support')).toMatchObject({ errors: [{ code: 'LOOK_ALIKE' }] })
  // Nobody meets it yet, and the provider looks at the name with which it asks.
  await set(`live_requested_at = null`)
  await rename(people, 'Liaison Support')
  // A name that the provider let live stays.
  await set(`environment = 'live', live_approved_at = now()`)
  await rename(people, 'Liaison Support')
})
