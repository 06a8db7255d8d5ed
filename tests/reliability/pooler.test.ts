import { randomUUID } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runBatch } from '../../server/src/platform/wire/batch.ts'
import { openDatabase, refuseUnsafeLogins } from '../../server/src/platform/database.ts'
import type { Database } from '../../server/src/platform/database.ts'
import { testRoleSecret } from '../../server/testing/database.ts'
import { hasPgBouncer, startPgBouncer } from '../../server/testing/pgbouncer.ts'
import type { PgBouncerProcess } from '../../server/testing/pgbouncer.ts'
import { TestWorld } from '../../server/testing/world.ts'
import type { Caller } from '../../server/testing/world.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { ThreeProcesses } from '../support/three-processes.ts'

const TICKETS = '/api/v1/partner/support/tickets'
const START_MS = 240_000
const PATIENCE = { timeout: 30_000, interval: 20 }
/** Far fewer than callers, so that each of them serves many in turn. */
const SESSIONS = 2
const CALLERS = 24

describe.runIf(hasPgBouncer('no pooler stood between the server and PostgreSQL'))('behind PgBouncer', () => {
  let world: TestWorld
  let proxy: TcpProxy
  let pooler: PgBouncerProcess
  const opened: Database[] = []

  beforeAll(async () => {
    world = await TestWorld.start(() => [])
    const { host, port } = world.connection
    proxy = await TcpProxy.start({ path: `${host}/.s.PGSQL.${port}` })
    pooler = await startPgBouncer({ port: proxy.port, world, sessions: SESSIONS })
  }, START_MS)
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()))
    await pooler.end()
    await proxy[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  function open(followsStatements = false): Database {
    const database = openDatabase({
      connection: world.connection,
      roleSecret: testRoleSecret(),
      poolSize: CALLERS,
      acquireTimeoutMs: 30_000,
      pooler: {
        connection: { host: '127.0.0.1', port: pooler.port, database: world.connection.database },
        followsStatements,
      },
    })
    opened.push(database)
    return database
  }

  const CONTEXT = `select set_config('probe.actor', $1, true)`
  const READ = `select nullif(current_setting('probe.actor', true), '') as actor, pg_backend_pid() as session`

  /** Many callers in turn over few sessions, an error in every fifth batch; returns what was wrong and which sessions served. */
  async function storm(database: Database): Promise<{ wrong: unknown[]; sessions: Set<unknown> }> {
    const wrong: unknown[] = []
    const sessions = new Set<unknown>()
    const ask = async (client: PoolClient, index: number) => {
      const isBroken = index % 5 === 1
      const statements = [
        ...(index % 5 === 0 ? [] : [{ text: CONTEXT, values: [`actor ${index}`] }]),
        ...(isBroken ? [{ text: 'select 1 / $1::integer as broken', values: [0] }] : []),
        { text: READ, values: [] },
      ]
      const results = await runBatch(client, statements).catch((error: unknown) => String(error))
      if (typeof results === 'string') {
        if (!isBroken || !results.includes('division by zero')) wrong.push(results)
        return
      }
      const row = results.at(-1)?.rows[0]
      sessions.add(row?.['session'])
      if (row?.['actor'] !== (index % 5 === 0 ? null : `actor ${index}`)) wrong.push([index, row])
    }
    const indexes = Array.from({ length: 2000 }, (_, index) => index).values()
    const lane = async () => {
      const client = await database.pool('liaison_guard').connect()
      for (const index of indexes) await ask(client, index)
      client.release()
    }
    await Promise.all(Array.from({ length: CALLERS }, lane))
    return { wrong, sessions }
  }

  test('a context holds for its batch and for nobody who comes after it on the same session (R1, I2)', async () => {
    const { wrong, sessions } = await storm(open())
    expect(wrong).toEqual([])
    // Else nothing was shared, and nothing shown.
    expect(sessions.size).toBeLessThanOrEqual(SESSIONS)
  })

  test('the sessions are shared: statements under names, which this pooler does not follow, are not found', async () => {
    const { wrong } = await storm(open(true))
    expect(String(wrong)).toMatch(/prepared statement .* (?:does not exist|already exists)/)
  })

  test('every login is bounded there as it is without a pooler, and a server does not start on one that is not (R6)', async () => {
    const database = open()
    await world.sql('alter role liaison_embed reset statement_timeout')
    try {
      await expect(refuseUnsafeLogins(database)).rejects.toThrow('may last for ever')
    } finally {
      await world.sql(`alter role liaison_embed set statement_timeout = '5s'`)
    }
    // A session that is open keeps what it began with.
    await world.sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'liaison_embed'`)
    await vi.waitFor(() => refuseUnsafeLogins(database), PATIENCE)
  })

  describe('three processes', () => {
    let three: ThreeProcesses
    beforeAll(async () => {
      const database = world.connection.database
      three = await ThreeProcesses.start(world, {
        DATABASE_POOLER_URL: `postgresql://127.0.0.1:${pooler.port}/${database}`,
      })
    }, START_MS)
    afterAll(() => three[Symbol.asyncDispose]())

    async function scene(name: string) {
      const [partner, tenant, person] = [
        await world.partner(`Northwind ${name}`),
        await world.tenant(`Acme ${name}`),
        await world.person(),
      ]
      const link = await world.link(partner, tenant)
      await world.assign(link, await world.partnerMember(partner, person.id))
      const caller: Caller = { ...(await world.signIn(person.id)), tenantId: tenant }
      return { partner, tenant, link, caller, name }
    }

    async function admin(): Promise<Caller> {
      const staff = await world.person('Kim')
      await world.platformAdmin(staff.id)
      return world.signIn(staff.id, { factor: 'phishing_resistant' })
    }

    const write = (index: number, caller: Caller, subject: string) =>
      three.call(index, caller, {
        method: 'POST',
        path: TICKETS,
        body: { subject, description: 'Since 08:00.' },
        key: randomUUID(),
      })

    test('partners who read and write at the same moment each find their own tickets and nobody else’s (R1)', async () => {
      const scenes = await Promise.all(['A', 'B', 'C', 'D'].map(scene))
      const written = await Promise.all(
        scenes.flatMap(({ caller, name }) =>
          [0, 1, 2].map((index) => write(index, caller, `Ticket of ${name}`)),
        ),
      )
      expect(written.map(({ status }) => status)).toEqual(written.map(() => 201))
      const read = await Promise.all(
        scenes.flatMap(({ caller, name }) =>
          [0, 1, 2, 0, 1, 2].map(async (index) => ({
            name,
            heard: await three.call(index, caller, { path: TICKETS }),
          })),
        ),
      )
      for (const { name, heard } of read) {
        expect(heard.status, heard.text).toBe(200)
        expect(heard.text.match(/Ticket of \w/g)).toEqual(Array(3).fill(`Ticket of ${name}`))
      }
    })

    test('what was revoked at one process is refused by all three at the next call (R5, I7)', async () => {
      const { caller, link } = await scene('E')
      expect(await three.all(caller, `${TICKETS}?limit=1`)).toEqual([200, 200, 200])
      const revoked = await three.call(0, await admin(), {
        method: 'POST',
        path: `/api/v1/admin/partner-access/links/${encodeId('link', link)}/revoke`,
        body: { reason: 'because of a test' },
      })
      expect(revoked.status, revoked.text).toBe(200)
      expect(await three.all(caller, `${TICKETS}?limit=1`)).toEqual([403, 403, 403])
      expect((await write(1, caller, 'Too late')).status).toBe(403)
    })

    test('what outlasts a transaction goes round the pooler: a change of a feature is heard, and events are sealed (C3, R4)', async () => {
      const { caller, partner } = await scene('F')
      const told = await three.call(0, await admin(), {
        method: 'PUT',
        path: `/api/v1/admin/features/support/partners/${encodeId('partner', partner)}/override`,
        body: { override: 'off', reason: 'because of a test' },
      })
      expect(told.status, told.text).toBe(200)
      await vi.waitUntil(
        async () => (await three.all(caller, `${TICKETS}?limit=1`)).every((status) => status === 403),
        PATIENCE,
      )
      const [event] = await world.sql<{ id: string }>(
        `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.written', 'allowed', 'system', 'job') returning id`,
      )
      await vi.waitFor(
        async () =>
          expect(await world.sql('select 1 from audit_leaf where event_id = $1', [event?.id])).toHaveLength(
            1,
          ),
        PATIENCE,
      )
    })

    test('what a transaction ordered is done once (R7)', async () => {
      await world.sql(
        `insert into outbox (topic, payload) select 'mail', jsonb_build_object('to', 'lee@example.test', 'subject', 'Pooled ' || n, 'text', 'Hello') from generate_series(1, 20) n`,
      )
      const ordered = () => three.mails.filter((subject) => subject.startsWith('Pooled '))
      await vi.waitUntil(() => ordered().length >= 20, PATIENCE)
      await vi.waitFor(async () => {
        const open = `select 1 from mail_message where sent_at is null and subject like 'Pooled %'`
        expect(await world.sql(open)).toEqual([])
      }, PATIENCE)
      expect(ordered()).toHaveLength(20)
    })
  })
})
