import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAuditKey, startSealer } from '../../server/src/modules/audit/index.ts'
import { makeIdentityRoutes } from '../../server/src/modules/identity/index.ts'
import { makeSupportRoutes } from '../../server/src/modules/support/index.ts'
import type { Services } from '../../server/src/platform/services.ts'
import { addApp, codeOf, PASSWORD, seedAccount } from '../../server/testing/account-holder.ts'
import { FormBrowser } from '../../server/testing/form-browser.ts'
import { sealAll } from '../../server/testing/sealing.ts'
import { TestWorld } from '../../server/testing/world.ts'
import type { Caller } from '../../server/testing/world.ts'
import { SecondServer } from '../support/second-server.ts'

const TICKETS = '/api/v1/partner/support/tickets'
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const BODY = { subject: 'No signal', description: 'Since 08:00.' }

const routes = (services: Services) => [...makeIdentityRoutes(services), ...makeSupportRoutes(services)]
const clockAt = (skewMs: number) => () => new Date(Date.now() + skewMs)

let world: TestWorld
/** Servers whose machines disagree about the hour; the database is right. */
let servers: readonly SecondServer[]

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  servers = await Promise.all(
    [-DAY_MS, -90_000, 0, 90_000, DAY_MS].map((skewMs) =>
      SecondServer.start(world, routes, { clock: clockAt(skewMs), limitScale: 1 }),
    ),
  )
})
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

/** Somebody who may open tickets, under a link with these terms. */
async function seedCaller(terms: Parameters<TestWorld['link']>[2] = {}): Promise<Caller> {
  const [partner, tenantId, person] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.person(),
  ]
  await world.assign(
    await world.link(partner, tenantId, terms),
    await world.partnerMember(partner, person.id),
  )
  return { ...(await world.signIn(person.id)), tenantId }
}

const askAll = (caller: Caller) =>
  Promise.all(
    servers.map(async (server) => (await server.send(caller, 'GET', `${TICKETS}?limit=1`)).statusCode),
  )

const all = (status: number) => servers.map(() => status)
const fromNow = (milliseconds: number) => new Date(Date.now() + milliseconds)

test('a link begins and ends by the clock of the database, whatever the machine of the server says', async () => {
  expect(await askAll(await seedCaller({ endsAt: fromNow(HOUR_MS) }))).toEqual(all(200))
  expect(await askAll(await seedCaller({ endsAt: fromNow(-1000) }))).toEqual(all(403))
  expect(await askAll(await seedCaller({ startsAt: fromNow(HOUR_MS) }))).toEqual(all(403))
})

test('a session ends, and grows idle, by the clock of the database', async () => {
  const caller = await seedCaller()
  expect(await askAll(caller)).toEqual(all(200))
  const newest = '(select id from session order by id desc limit 1)'
  const idle = await seedCaller()
  await world.sql(`update session set seen_at = now() - interval '31 minutes' where id = ${newest}`)
  const ended = await seedCaller()
  await world.sql(`update session set ends_at = now() - interval '1 second' where id = ${newest}`)
  expect(await askAll(ended)).toEqual(all(401))
  expect(await askAll(idle)).toEqual(all(401))
  expect(await askAll(caller)).toEqual(all(200))
})

test('a limit counts the calls to all servers in the minute of the database, exactly', async () => {
  const caller = await seedCaller()
  const statuses: number[] = []
  for (let round = 0; round < 13; round += 1) {
    const answers = await Promise.all(
      servers.map((server) => server.send(caller, 'POST', TICKETS, { body: BODY })),
    )
    statuses.push(...answers.map(({ statusCode }) => statusCode))
  }
  const count = (wanted: number) => statuses.filter((status) => status === wanted).length
  expect([count(201), count(429)]).toEqual([50, 15])
})

test('a code of the authenticator app is right at every server, and works once among all', async () => {
  for (const server of servers) {
    const person = await seedAccount(world)
    const seed = await addApp(world, person.id)
    const browser = new FormBrowser(server as unknown as TestWorld, '198.51.100.7')
    await browser.post('/signin', { email: person.email, password: PASSWORD })
    expect((await browser.post('/signin/mfa', { code: codeOf(seed) })).status).toBe(303)
  }
})

test('a repeat is found by its key at a server with another clock', async () => {
  const caller = await seedCaller()
  const headers = { 'idempotency-key': randomUUID() }
  const answers = await Promise.all(
    servers.map((server) => server.send(caller, 'POST', TICKETS, { body: BODY, headers })),
  )
  const again: typeof answers = []
  for (const server of servers)
    again.push(await server.send(caller, 'POST', TICKETS, { body: BODY, headers }))
  const ids = [...answers, ...again]
    .filter(({ statusCode }) => statusCode === 201)
    .map((answer) => answer.json().ticket_id as string)
  expect(again.map(({ statusCode }) => statusCode)).toEqual(all(201))
  expect(new Set(ids).size).toBe(1)
})

test('events bear the time of the database in the order of their writing, and are sealed without a gap', async () => {
  const caller = await seedCaller()
  const before = await world.sql<{ now: Date }>('select clock_timestamp() as now')
  for (const server of servers)
    expect((await server.send(caller, 'POST', TICKETS, { body: BODY })).statusCode).toBe(201)
  const outside = await world.sql(
    `select 1 from (select occurred_at, lag(occurred_at) over (order by xid, id) as previous from audit_event
       where tenant_id = $1 and permission = 'partner.support.tickets.create') e
     where occurred_at < $2 or occurred_at > clock_timestamp() or occurred_at < previous`,
    [caller.tenantId, before[0]?.now],
  )
  expect(outside).toEqual([])
  const folder = await mkdtemp(join(tmpdir(), 'liaison-skew-'))
  const failures: Error[] = []
  for (const { app, database } of servers) {
    const sealer = await startSealer({
      database,
      key: makeAuditKey(app.services.vault, 'log.example/audit'),
      checkpointFile: join(folder, 'checkpoints.txt'),
      intervalMs: HOUR_MS,
      onError: (error) => failures.push(error),
    })
    await sealAll(sealer)
    expect(sealer.lag().seconds).toBeLessThan(60)
    await sealer.stop()
  }
  expect(failures).toEqual([])
  const unsealed = await world.sql(
    `select 1 from audit_event e where not exists (select from audit_leaf l where l.event_id = e.id)`,
  )
  expect(unsealed).toEqual([])
  await rm(folder, { recursive: true, force: true })
})
