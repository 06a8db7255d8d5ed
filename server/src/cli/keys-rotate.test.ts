import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeIdentityRoutes } from '#modules/identity/index.ts'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { readConfig } from '#platform/config.ts'
import { openDatabase } from '#platform/database.ts'
import type { Database } from '#platform/database.ts'
import { startKeyRing } from '#platform/credentials/key-ring.ts'
import type { LoadedKeyRing } from '#platform/credentials/key-ring.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { addApp, codeOf, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { OPERATOR } from '#testing/command.ts'
import { TEST_ACQUIRE_TIMEOUT_MS, testRoleSecret } from '#testing/database.ts'
import { attempts, patience, sized, tellFigures } from '#testing/figures.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TEST_ORIGIN, TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { buildAppWith } from '../app.ts'
import type { App } from '../app.ts'
import type { Surroundings } from './command.ts'
import { rotateKeys } from './keys-rotate.ts'

const TICKETS = '/api/v1/partner/support/tickets'
const REFRESH_MS = 100
const OVERLAP_SECONDS = 1
/** How often the data key is rotated under load, and how many sign in meanwhile. */
const ROTATIONS = attempts(2, 20)
const PEOPLE = sized(60, 240)

/** A server process as far as keys are concerned: its own pools, ring and app. */
interface Server {
  readonly app: App
  readonly ring: LoadedKeyRing
  readonly database: Database
}

let world: TestWorld
let servers: Server[]

async function startServer(): Promise<Server> {
  const database = openDatabase({
    connection: world.connection,
    roleSecret: testRoleSecret(),
    poolSize: 8,
    // What is asked here is whether a rotation refuses anybody, not how soon a busy machine does.
    acquireTimeoutMs: TEST_ACQUIRE_TIMEOUT_MS,
  })
  const ring = await startKeyRing({
    database,
    secretKey: TEST_SECRET_KEY,
    refreshMs: REFRESH_MS,
    onError: () => undefined,
  })
  const app = await buildAppWith(
    {
      database,
      secretKey: TEST_SECRET_KEY,
      keyRing: ring,
      publicOrigin: () => TEST_ORIGIN,
      limitScale: 1000,
      passwordHashConcurrency: 4,
    },
    (services) => [...makeIdentityRoutes(services), ...makeSupportRoutes(services)],
  )
  return { app, ring, database }
}

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  servers = [await startServer(), await startServer()]
})
afterAll(async () => {
  for (const { app, ring, database } of servers) {
    ring.stop()
    await app.close()
    await database.close()
  }
  await world[Symbol.asyncDispose]()
})

const surroundings = (): Surroundings => ({
  config: readConfig({}),
  operator: OPERATOR,
  now: () => new Date('2026-11-21T12:00:00Z'),
  out: () => undefined,
  err: () => undefined,
  isTerminal: false,
  open: () =>
    Promise.resolve({
      admin: world.connection,
      roleSecret: testRoleSecret(),
      secretKey: TEST_SECRET_KEY,
      isEmbedded: false,
      ended: new Promise<undefined>(() => undefined),
      stop: () => Promise.resolve(),
    }),
})

let serial = 0
/** The servers in turn, so that each reads what another wrote. */
const nextServer = (): Server => servers[(serial += 1) % servers.length] as Server

async function seedCaller(): Promise<Caller> {
  const [partner, tenantId, person] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.person(),
  ]
  await world.assign(await world.link(partner, tenantId), await world.partnerMember(partner, person.id))
  return { ...(await world.signIn(person.id)), tenantId }
}

const callOn = ({ app }: Server, caller: Caller, method: 'GET' | 'POST', path: string, body?: unknown) =>
  world.call.call({ app }, caller, method, path, { body })

/** Follows a list from page to page, each asked of the next server. */
async function readPages(caller: Caller): Promise<number> {
  let [pages, cursor] = [0, '']
  do {
    const query = `limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`
    const page = await callOn(nextServer(), caller, 'GET', `${TICKETS}?${query}`)
    expect(page.statusCode, page.body).toBe(200)
    cursor = page.json().next_cursor ?? ''
    pages += 1
  } while (cursor)
  return pages
}

/** Signs in with the second factor, the password at one server and the code at another. */
async function signIn({ email, seed }: { email: string; seed: Buffer }): Promise<void> {
  const ip = `198.51.100.${(serial % 250) + 1}`
  const first = new FormBrowser(nextServer() as unknown as TestWorld, ip)
  await first.post('/signin', { email, password: PASSWORD })
  const second = new FormBrowser(nextServer() as unknown as TestWorld, ip)
  second.cookie = first.cookie
  const shown = await second.post('/signin/mfa', { code: codeOf(seed) })
  expect(shown.status, shown.text).toBe(303)
}

async function seedPeople(count: number) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const person = await seedAccount(world)
      return { id: person.id, email: person.email, seed: await addApp(world, person.id) }
    }),
  )
}

const storedKeys = async () =>
  (await world.sql<{ secret: Buffer }>('select secret from totp_factor order by person_id')).map(
    ({ secret }) => makeVault(TEST_SECRET_KEY).keyOf(secret),
  )

test(
  'keys are rotated under load in two processes without one false refusal, and every stored secret ends under the new key (R10)',
  async () => {
    const caller = await seedCaller()
    for (let index = 0; index < 6; index += 1) {
      const body = { subject: `Ticket ${index}`, description: 'x' }
      expect((await callOn(nextServer(), caller, 'POST', TICKETS, body)).statusCode).toBe(201)
    }
    const people = await seedPeople(PEOPLE)
    const total = people.length
    const finished = new AbortController()
    const done = { pages: 0, signIns: 0, seals: 0 }
    const read = async () => {
      while (!finished.signal.aborted) done.pages += await readPages(caller)
    }
    const signInAll = async () => {
      for (let person = people.pop(); person && !finished.signal.aborted; person = people.pop()) {
        await signIn(person)
        done.signIns += 1
      }
    }
    const sealAndOpen = async () => {
      while (!finished.signal.aborted) {
        const [from, to] = [nextServer().app.services.vault, nextServer().app.services.vault]
        expect(to.open(from.seal(Buffer.from('secret'), 'a place'), 'a place').toString()).toBe('secret')
        done.seals += 1
        await nextTurn()
      }
    }
    const load = [read(), read(), signInAll(), signInAll(), sealAndOpen()]
    const rotated: Awaited<ReturnType<typeof rotateKeys>>[] = []
    while (rotated.length < ROTATIONS) rotated.push(await rotateKeys(surroundings(), OVERLAP_SECONDS))
    finished.abort()
    await Promise.all(load)
    expect(done.pages).toBeGreaterThan(20)
    expect(done.signIns).toBeGreaterThan(10)
    expect(done.seals).toBeGreaterThan(50)
    expect(rotated.map(({ number }) => number)).toEqual(rotated.map((_, index) => index + 1))
    expect(rotated[0]?.values_renewed).toBe(total)
    expect(new Set(await storedKeys())).toEqual(new Set([ROTATIONS]))
    for (const { ring } of servers) expect(ring.current()?.number).toBe(ROTATIONS)
    tellFigures([
      { name: 'rotations of the data key', count: ROTATIONS },
      {
        name: 'pages, sign-ins and sealed values over two processes meanwhile',
        count: done.pages + done.signIns + done.seals,
      },
    ])
  },
  patience(60_000),
)

test('a rotation is in the audit log, and a key goes only a day after it was replaced', async () => {
  const actions = await world.sql<{ action: string; actor_name: string }>(
    `select distinct action, actor_name from audit_event where action like 'platform.keys.%' order by 1`,
  )
  expect(actions).toEqual([
    { action: 'platform.keys.publish', actor_name: OPERATOR.name },
    { action: 'platform.keys.renew', actor_name: OPERATOR.name },
  ])
  await world.sql(
    `set session_replication_role = replica; update vault_key set active_from = active_from - interval '25 hours'`,
  )
  expect(await rotateKeys(surroundings(), OVERLAP_SECONDS)).toMatchObject({
    number: ROTATIONS + 1,
    keys_removed: ROTATIONS - 1,
  })
  expect(await world.sql('select number from vault_key order by number')).toEqual([
    { number: ROTATIONS },
    { number: ROTATIONS + 1 },
  ])
})

test('no key is removed while a value that nothing marks as sealed still needs it', async () => {
  const vault = servers[0]?.app.services.vault
  await servers[0]?.ring.refresh()
  const sealed = vault?.seal(Buffer.from('forgotten'), 'planted.value 1')
  await world.sql('create table planted (id integer primary key, value bytea)')
  await world.sql('insert into planted values (1, $1)', [sealed])
  const before = await world.sql('select number from vault_key order by number')
  await world.sql(`update vault_key set active_from = active_from - interval '25 hours'`)
  expect(await rotateKeys(surroundings(), OVERLAP_SECONDS)).toMatchObject({
    keys_removed: 0,
    not_renewed: ['planted.value'],
  })
  expect(await world.sql('select number from vault_key')).toHaveLength(before.length + 1)
  await world.sql('drop table planted')
})

test('a value that was moved to another row stops the rotation instead of being sealed anew', async () => {
  const [one, two] = await seedPeople(2)
  await world.sql(
    `set session_replication_role = replica; update totp_factor set secret = (select secret from totp_factor where person_id = '${one?.id}') where person_id = '${two?.id}'`,
  )
  await expect(rotateKeys(surroundings(), OVERLAP_SECONDS)).rejects.toThrow('authenticate')
})

test('a key that another secret sealed is not taken', async () => {
  const database = openDatabase({ connection: world.connection, roleSecret: testRoleSecret(), poolSize: 1 })
  await expect(
    startKeyRing({ database, secretKey: 'a secret of some other installation', onError: () => undefined }),
  ).rejects.toThrow('authenticate')
  await database.close()
})

test('a new key only opens until its time, a replaced one signs no more, and what it signed is still taken', () => {
  const keys = { 1: Buffer.alloc(32, 1), 2: Buffer.alloc(32, 2) }
  let current: 1 | 2 = 1
  const vault = makeVault('root', {
    current: () => ({ number: current, key: keys[current] }),
    find: (number) => (number === 1 || number === 2 ? { number, key: keys[number] } : undefined),
    accepted: () => ([current, 3 - current] as (1 | 2)[]).map((number) => ({ number, key: keys[number] })),
    isRootRetired: () => false,
  })
  const before = vault.seal(Buffer.from('x'), 'place')
  const signer = vault.signingKeys('cursor')[0]
  current = 2
  expect(vault.keyOf(before)).toBe(1)
  expect(vault.keyOf(vault.seal(Buffer.from('x'), 'place'))).toBe(2)
  expect(vault.open(before, 'place').toString()).toBe('x')
  expect(vault.signingKeys('cursor')[0]).not.toEqual(signer)
  expect(vault.signingKeys('cursor')).toContainEqual(signer)
  expect(() => makeVault('root').open(before, 'place')).toThrow('not there yet')
})
