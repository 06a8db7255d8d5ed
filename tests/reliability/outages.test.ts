import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startEmbeddedPostgres } from '../../server/src/platform/embedded/index.ts'
import { makeMailHandler } from '../../server/src/platform/mail.ts'
import { TEMPLATE_DATABASE } from '../../server/testing/database.ts'
import { SOON } from '../../server/testing/patience.ts'
import { layPreparedCluster } from '../../server/testing/prepared-cluster.ts'
import { TestWorld } from '../../server/testing/world.ts'
import type { Caller } from '../../server/testing/world.ts'
import { DistantServer, TICKETS } from '../support/distant-server.ts'

/** For a machine that is busy with something else. */
const LONG_MS = 60_000

let world: TestWorld
let server: DistantServer
let caller: Caller

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  server = await DistantServer.start(world.connection)
  const [partner, tenantId, person] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.person(),
  ]
  await world.assign(await world.link(partner, tenantId), await world.partnerMember(partner, person.id))
  caller = { ...(await world.signIn(person.id)), tenantId }
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const BODY = { subject: 'No signal', description: 'Since 08:00.' }

const read = () => server.send(caller, 'GET', `${TICKETS}?limit=1`)
const write = (key = randomUUID()) =>
  server.send(caller, 'POST', TICKETS, { body: BODY, headers: { 'idempotency-key': key } })
const readiness = async () => (await server.send(null, 'GET', '/readyz')).statusCode

/** Twelve requests at once, more than there are connections. */
async function requests(): Promise<{ statuses: number[] }> {
  const answers = await Promise.all(Array.from({ length: 6 }, () => [read(), write()]).flat())
  const refused = answers.filter(({ statusCode }) => statusCode === 503)
  expect(refused.filter(({ headers }) => !/^[1-9]\d*$/.test(String(headers['retry-after'])))).toEqual([])
  return { statuses: [...new Set(answers.map((answer) => answer.statusCode))] }
}

async function expectRecovery(): Promise<void> {
  await vi.waitFor(async () => expect(await readiness()).toBe(200), SOON)
  await vi.waitFor(async () => {
    expect((await read()).statusCode).toBe(200)
    expect((await write()).statusCode).toBe(201)
  }, SOON)
}

beforeEach(async () => {
  server.proxy.set('pass')
  await expectRecovery()
}, LONG_MS)

describe('the database', { timeout: LONG_MS }, () => {
  test('swallows every byte: every request is answered with 503 and Retry-After before its end is known, readiness is false, and the service comes back by itself (R7)', async () => {
    server.proxy.set('black hole')
    expect((await requests()).statuses).toEqual([503])
    expect(await readiness()).toBe(503)
    expect((await server.send(null, 'GET', '/livez')).statusCode).toBe(200)
    expect((await requests()).statuses).toEqual([503])
    expect(server.proxy.injected.swallowed).toBeGreaterThan(4)
    server.proxy.set('pass')
    await expectRecovery()
  })

  test('cuts every connection, or takes none: 503, never 500, and the service comes back (R7)', async () => {
    for (const mode of ['reset', 'down'] as const) {
      server.proxy.set(mode)
      expect((await requests()).statuses).toEqual([503])
      expect(await readiness()).toBe(503)
      server.proxy.set('pass')
      await expectRecovery()
    }
    expect(server.proxy.injected.cut).toBeGreaterThan(4)
  })

  test('is cut off in the middle of requests: each ends with its result or with 503, and a repeat with the same key finds what was done', async () => {
    const keys = Array.from({ length: 12 }, () => randomUUID())
    const before = server.proxy.injected.cut
    const running = Promise.all(keys.map((key) => write(key)))
    await vi.waitFor(async () => {
      const [row] = await world.sql<{ n: number }>(
        `select count(*)::integer as n from pg_stat_activity where datname = current_database() and application_name like 'liaison liaison_%' and state <> 'idle'`,
      )
      expect(row?.n).toBeGreaterThan(0)
    }, SOON)
    server.proxy.set('reset')
    const statuses = (await running).map(({ statusCode }) => statusCode)
    expect(server.proxy.injected.cut).toBeGreaterThan(before)
    expect(statuses.filter((status) => ![201, 503].includes(status))).toEqual([])
    server.proxy.set('pass')
    await expectRecovery()
    const ids = new Set<string>()
    for (const key of keys) {
      await vi.waitFor(async () => {
        const repeated = await write(key)
        expect(repeated.statusCode).toBe(201)
        ids.add(repeated.json().ticket_id)
      }, SOON)
    }
    expect(ids.size).toBe(keys.length)
    const kept = await world.sql('select 1 from idempotency_record where key = any($1)', [keys])
    expect(kept).toHaveLength(keys.length)
  })

  test('answers slowly: requests wait, those past their deadline get 503, and none hangs', async () => {
    server.proxy.set('slow')
    const { statuses } = await requests()
    expect(statuses.filter((status) => ![200, 201, 503].includes(status))).toEqual([])
    expect(server.proxy.injected.delayed).toBeGreaterThan(4)
  })

  test('ends all connections: the process lives, the next requests are served', async () => {
    for (let round = 0; round < 5; round += 1) {
      const running = requests()
      const [{ ended } = { ended: 0 }] = await world.sql<{ ended: number }>(
        `select count(pg_terminate_backend(pid))::integer as ended from pg_stat_activity
         where datname = current_database() and application_name like 'liaison liaison_%'`,
      )
      expect(ended).toBeGreaterThan(0)
      expect((await running).statuses.filter((status) => ![200, 201, 503].includes(status))).toEqual([])
      await expectRecovery()
    }
  })

  test('has no connection left: further requests get 503 after the bounded wait, and are served when one is free', async () => {
    const holders = await Promise.all(
      Array.from({ length: 4 }, () => server.app.engine.database.pool('liaison_delegate').connect()),
    )
    try {
      expect((await requests()).statuses).toEqual([503])
      expect(await readiness()).toBe(200)
    } finally {
      for (const holder of holders) holder.release()
    }
    await expectRecovery()
  })
})

test('a server that is stopped while it finds its way back to the database ends', async () => {
  const stopping = await DistantServer.start(world.connection)
  stopping.proxy.set('reset')
  stopping.proxy.set('late')
  await vi.waitFor(() => expect(stopping.proxy.injected.delayed).toBeGreaterThan(0), SOON)
  const closing = stopping.app.close()
  stopping.proxy.set('pass')
  await closing
  await stopping[Symbol.asyncDispose]()
})

test(
  'PostgreSQL restarts and is killed: 503 with Retry-After meanwhile, readiness is false, and the same process serves again (R7)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liaison-outage-'))
    await layPreparedCluster(folder)
    const postgres = await startEmbeddedPostgres({ dataDir: folder, durability: 'fast' })
    const distant = await DistantServer.start({ ...postgres.connection, database: TEMPLATE_DATABASE })
    const stranger: Caller = { cookie: '__Host-liaison=nobody' }
    const ask = () => distant.send(stranger, 'GET', `${TICKETS}?limit=1`)
    const usual = (await ask()).statusCode
    const postmaster = async () =>
      Number((await readFile(join(folder, 'pg', 'postmaster.pid'), 'utf8')).split('\n', 1)[0])
    try {
      for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
        const pid = await postmaster()
        const outage = vi.waitFor(async () => {
          const answer = await ask()
          expect(answer.statusCode).toBe(503)
          expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
        }, SOON)
        const unready = vi.waitFor(
          async () => expect((await distant.send(null, 'GET', '/readyz')).statusCode).toBe(503),
          SOON,
        )
        process.kill(pid, signal)
        await Promise.all([outage, unready])
        await vi.waitFor(async () => expect(await postmaster()).not.toBe(pid), SOON)
        await vi.waitFor(async () => {
          expect((await ask()).statusCode).toBe(usual)
          expect((await distant.send(null, 'GET', '/readyz')).statusCode).toBe(200)
        }, SOON)
      }
    } finally {
      await distant[Symbol.asyncDispose]()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    }
  },
  LONG_MS,
)

test('a mail server that hangs or hangs up ends the attempt, holds no request up, and the mail goes out when it is back', async () => {
  const sockets = new Set<Socket>()
  let isBack = false
  const received: string[] = []
  const smtp = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    if (!isBack) return
    socket.write('220 mail.example ESMTP\r\n')
    let inData = false
    socket.setEncoding('utf8').on('data', (text: string) => {
      if (inData) {
        received.push(text)
        inData = !text.endsWith('\r\n.\r\n')
        if (!inData) socket.write('250 kept\r\n')
      } else if (text.startsWith('DATA')) {
        inData = true
        socket.write('354 go on\r\n')
      } else socket.write(text.startsWith('EHLO') ? '250 mail.example\r\n' : '250 ok\r\n')
    })
  }).listen(0, '127.0.0.1')
  await once(smtp, 'listening')
  const address = smtp.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const send = makeMailHandler({
    database: world.database,
    smtpUrl: `smtp://127.0.0.1:${port}?greetingTimeout=200&ignoreTLS=true`,
    from: 'liaison@example.test',
  })
  const [id, mail] = [randomUUID(), { to: 'lee@example.test', subject: 'Hello', text: 'It is back.' }]
  await expect(send(mail, id)).rejects.toThrow('Greeting')
  expect(sockets.size).toBe(1)
  expect((await read()).statusCode).toBe(200)
  expect(await world.sql('select sent_at from mail_message where id = $1', [id])).toEqual([{ sent_at: null }])
  isBack = true
  await send(mail, id)
  await send(mail, id)
  expect(received.join('')).toContain('It is back.')
  expect(sockets.size).toBe(2)
  for (const socket of sockets) socket.destroy()
  smtp.close()
})
