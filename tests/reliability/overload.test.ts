import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { makeIdentityRoutes } from '../../server/src/modules/identity/index.ts'
import { makeSupportRoutes } from '../../server/src/modules/support/index.ts'
import { serveHealth } from '../../server/src/platform/health.ts'
import { countInFlight } from '../../server/src/platform/limits/load-shedding.ts'
import { recordEvent, runStatements } from '../../server/src/platform/mandate.ts'
import { route } from '../../server/src/platform/route.ts'
import { PASSWORD, seedAccount } from '../../server/testing/account-holder.ts'
import { FormBrowser } from '../../server/testing/form-browser.ts'
import { STRANGER } from '../../server/testing/ingest.ts'
import { TestWorld } from '../../server/testing/world.ts'
import type { Caller } from '../../server/testing/world.ts'
import { SecondServer } from '../support/second-server.ts'

const TICKETS = '/api/v1/partner/support/tickets'
const MAX_IN_FLIGHT = 3
/** For a machine that is busy with something else. */
const LONG_MS = 60_000
const PATIENCE = { timeout: 20_000, interval: 10 }

/** What the handler of the probe waits for. */
let gate = Promise.withResolvers<void>()
let entered = 0

const waiting = route({
  method: 'POST',
  path: '/api/v1/probe/waiting',
  summary: 'Work until told to go on',
  input: {},
  access: { permission: 'partner.support.tickets.create', tenant: 'header' },
  limit: 'write',
  responses: { 201: z.strictObject({}) },
  async handle({ mandate }) {
    await runStatements(mandate, [
      {
        text: `insert into ticket (tenant_id, number, subject) values ($1, gen_random_uuid()::text, 'waiting')`,
        values: [mandate.tenant.id],
      },
    ])
    recordEvent(mandate, { action: 'support.tickets.create' })
    entered += 1
    await gate.promise
    return {}
  },
})

/** What was refused before it was routed. */
const refusedEarly: string[] = []

let world: TestWorld
let caller: Caller
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [...makeIdentityRoutes(services), ...makeSupportRoutes(services), waiting],
    {
      maxInFlight: MAX_IN_FLIGHT,
      requestDeadlineMs: 15_000,
      onRefused: ({ method, url }) => refusedEarly.push(`${method} ${url}`),
    },
  )
  serveHealth(world.app.http, {
    database: world.database,
    sealerLag: () => ({ stalledSeconds: 0 }),
    isStopping: () => false,
    hasSchema: () => Promise.resolve(true),
  })
  const [partner, tenantId, person] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.person(),
  ]
  await world.assign(await world.link(partner, tenantId), await world.partnerMember(partner, person.id))
  caller = { ...(await world.signIn(person.id)), tenantId }
})
afterAll(() => world[Symbol.asyncDispose]())

const wait = () => world.call(caller, 'POST', '/api/v1/probe/waiting')
const list = () => world.call(caller, 'GET', `${TICKETS}?limit=1`)

async function countWaiting(): Promise<number> {
  return (await world.sql(`select 1 from ticket where subject = 'waiting'`)).length
}

async function fill(): Promise<ReturnType<typeof wait>[]> {
  gate = Promise.withResolvers()
  const before = entered
  const held = Array.from({ length: MAX_IN_FLIGHT }, wait)
  await vi.waitFor(() => expect(entered).toBe(before + MAX_IN_FLIGHT), PATIENCE)
  return held
}

test(
  'a full process refuses further requests at once with 503 and Retry-After, answers its health, and takes the next when one has ended (R6)',
  async () => {
    const held = await fill()
    const shed = await Promise.all(Array.from({ length: 20 }, list))
    expect(shed.map(({ statusCode, headers }) => [statusCode, headers['retry-after']])).toEqual(
      shed.map(() => [503, '1']),
    )
    expect(new Set(shed.map((answer) => answer.json().code))).toEqual(new Set(['OVERLOADED']))
    expect((await world.call(STRANGER, 'GET', '/livez')).statusCode).toBe(200)
    expect((await world.call(STRANGER, 'GET', '/readyz')).statusCode).toBe(200)
    gate.resolve()
    expect((await Promise.all(held)).map(({ statusCode }) => statusCode)).toEqual(held.map(() => 201))
    expect(countInFlight(world.app.http)).toBe(0)
    expect((await list()).statusCode).toBe(200)
  },
  LONG_MS,
)

test(
  'through a socket the refusal comes before anything else is done, and says what the route would have said (R6)',
  async () => {
    const origin = await world.app.http.listen({ port: 0, host: '127.0.0.1' })
    const headers = {
      'x-request-id': 'overload-test-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    }
    const ask = async (method: string, path: string, body?: string) => {
      const answer = await fetch(`${origin}${path}`, { method, headers, ...(body !== undefined && { body }) })
      const { date: _date, connection: _, 'keep-alive': __, ...told } = Object.fromEntries(answer.headers)
      const text = await answer.text()
      const { timestamp, ...said } = (text === '' ? {} : JSON.parse(text)) as { timestamp?: string }
      return { status: answer.status, told, said, isTimed: timestamp !== undefined }
    }
    const held = await fill()
    const early = await ask('GET', `${TICKETS}?limit=1`)
    const late = await world.call(caller, 'GET', `${TICKETS}?limit=1`, { headers })
    expect(early.status).toBe(503)
    const { timestamp: _timestamp, ...lateSaid } = late.json<Record<string, unknown>>()
    expect(early.said).toEqual(lateSaid)
    const { date: _late, connection: _c, 'keep-alive': _k, ...lateTold } = late.headers
    expect({ ...early.told, 'content-length': '' }).toEqual({ ...lateTold, 'content-length': '' })
    expect(early.isTimed).toBe(true)
    // What comes with the request is not read: a body that is no JSON is refused alike.
    expect((await ask('POST', TICKETS, 'not JSON'.repeat(9000))).said).toEqual(early.said)
    for (const path of ['/livez', '/readyz']) expect((await ask('GET', path)).status).toBe(200)
    gate.resolve()
    await Promise.all(held)
    expect((await ask('GET', `${TICKETS}?limit=1`)).status).toBe(401)
    expect(refusedEarly).toEqual([`GET ${TICKETS}?limit=1`, `POST ${TICKETS}`])
  },
  LONG_MS,
)

test(
  'work past its deadline is answered with 503, leaves nothing behind, and gives its connection and place back (R6)',
  async () => {
    gate = Promise.withResolvers()
    const [server, before, enteredBefore] = [
      await SecondServer.start(world, () => [waiting], { requestDeadlineMs: 700, limitScale: 1000 }),
      await countWaiting(),
      entered,
    ]
    try {
      // More than it has connections, in three rounds: one that did not come back would be missed.
      for (let round = 0; round < 3; round += 1) {
        const answers = await Promise.all(
          Array.from({ length: 6 }, () => server.send(caller, 'POST', '/api/v1/probe/waiting')),
        )
        expect(answers.map(({ statusCode, headers }) => [statusCode, headers['retry-after']])).toEqual(
          answers.map(() => [503, '1']),
        )
      }
      expect(entered).toBeGreaterThan(enteredBefore)
      gate.resolve()
      expect(countInFlight(server.app.http)).toBe(0)
      expect(await countWaiting()).toBe(before)
      await vi.waitFor(async () => {
        const [row] = await world.sql<{ open: number }>(
          `select count(*)::integer as open from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
        )
        expect(row?.open).toBe(0)
      }, PATIENCE)
      await vi.waitFor(
        async () => expect((await server.send(caller, 'POST', '/api/v1/probe/waiting')).statusCode).toBe(201),
        PATIENCE,
      )
    } finally {
      await server[Symbol.asyncDispose]()
    }
  },
  LONG_MS,
)

test(
  'password hashes queue in a bulkhead of their own: a flood of sign-ins is refused beyond it while other work goes on (R6)',
  async () => {
    const flooded = await TestWorld.start(
      (services) => [...makeIdentityRoutes(services), ...makeSupportRoutes(services)],
      { maxInFlight: 1000, passwordHashConcurrency: 1, acquireTimeoutMs: 1000 },
    )
    try {
      const person = await seedAccount(flooded)
      const ask = () => flooded.call(STRANGER, 'GET', `${TICKETS}?limit=1`)
      await vi.waitFor(async () => expect((await ask()).statusCode).toBe(401), PATIENCE)
      // So many that a fast machine, too, is asked for more than it can hash meanwhile.
      const signIns = Array.from({ length: 200 }, (_, index) =>
        new FormBrowser(flooded, `198.51.100.${index + 1}`).post('/signin', {
          email: `nobody.${index}@example.test`,
          password: PASSWORD,
        }),
      )
      let isOver = false
      const finished = Promise.all(signIns).finally(() => (isOver = true))
      const other = await ask()
      expect([other.statusCode, isOver]).toEqual([401, false])
      const answers = await finished
      const refused = answers.filter(({ status }) => status === 503)
      expect(refused.length).toBeGreaterThan(20)
      expect(new Set(refused.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['1']))
      expect(answers.length - refused.length).toBeGreaterThan(0)
      const browser = new FormBrowser(flooded, '203.0.113.9')
      expect((await browser.post('/signin', { email: person.email, password: PASSWORD })).status).toBe(303)
    } finally {
      await flooded[Symbol.asyncDispose]()
    }
  },
  LONG_MS,
)

test('bodies and pages are bounded: more is refused before anything is done', async () => {
  const before = await world.sql('select 1 from ticket')
  const large = { subject: 'x', description: 'x'.repeat(70_000) }
  const body = await world.call(caller, 'POST', TICKETS, { body: large })
  expect([body.statusCode, body.json().code]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
  for (const query of ['limit=101', 'limit=0', 'limit=1e9', 'offset=-1']) {
    const page = await world.call(caller, 'GET', `${TICKETS}?${query}`)
    expect(page.statusCode, query).toBe(422)
  }
  expect(await world.sql('select 1 from ticket')).toHaveLength(before.length)
})
