import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startServerProcess } from '../../chaos/server-process.ts'
import type { ServerProcess } from '../../chaos/server-process.ts'
import { testRoleSecret } from '../../server/testing/database.ts'
import { SOON } from '../../server/testing/patience.ts'
import { TEST_SECRET_KEY, TestWorld } from '../../server/testing/world.ts'
import type { Caller } from '../../server/testing/world.ts'
import { CrashPoint } from '../support/crash-point.ts'
import type { Moment } from '../support/crash-point.ts'
import { databaseUrl } from '../support/three-processes.ts'

const LONG_MS = 120_000

interface Operation {
  readonly name: string
  readonly path: (link: string) => string
  /** Whether it is asked by somebody who acts in the tenant. */
  readonly isInside: boolean
  readonly body: object
  readonly status: number
  /** How often it was done for a tenant. */
  readonly done: string
  readonly action: string
}

const OPERATIONS: readonly Operation[] = [
  {
    name: 'a ticket is opened',
    path: () => '/api/v1/partner/support/tickets',
    isInside: true,
    body: { subject: 'No signal', description: 'Since 08:00.' },
    status: 201,
    done: 'select count(*)::integer as times from ticket where tenant_id = $1',
    action: 'support.tickets.create',
  },
  {
    name: 'a link is suspended',
    path: (link) => `/api/v1/partner/links/${link}/suspend`,
    isInside: false,
    body: { reason: 'Nobody is here this week.' },
    status: 200,
    done: `select count(*)::integer as times from delegation_history where tenant_id = $1 and event = 'suspended'`,
    action: 'links.suspend',
  },
]
const MOMENTS: readonly Moment[] = ['in the middle of it', 'once it has committed']
const CRASHES = OPERATIONS.flatMap((operation) =>
  MOMENTS.map((moment) => ({ name: operation.name, moment, operation })),
)

let world: TestWorld
let folder: string
let standing: ServerProcess
let point: CrashPoint

const environment = (url: string) => ({
  PORT: '0',
  HOST: '127.0.0.1',
  METRICS_PORT: '0',
  OUTBOX_OPEN_TO_ANYBODY: '1',
  DATABASE_URL: url,
  DATABASE_ROLE_SECRET: testRoleSecret(),
  LIAISON_SECRET_KEY: TEST_SECRET_KEY,
  LIAISON_DATA_DIR: folder,
  LOG_LEVEL: 'silent',
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-crash-'))
  world = await TestWorld.start(() => [])
  const { host, port } = world.connection
  point = await CrashPoint.start({ path: join(host, `.s.PGSQL.${port}`) })
  standing = await startServerProcess(environment(databaseUrl(world)))
}, LONG_MS)
afterAll(async () => {
  await standing.stop()
  await point[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** What an owner asks under one key. */
interface Call {
  readonly operation: Operation
  readonly caller: Caller
  readonly link: string
  readonly key: string
  /** The version of the link that was read. */
  readonly etag: string
}

async function send({ url }: ServerProcess, { operation, caller, link, key, etag }: Call) {
  const answer = await fetch(url + operation.path(link), {
    method: 'POST',
    headers: {
      cookie: caller.cookie ?? '',
      'content-type': 'application/json',
      'idempotency-key': key,
      'if-match': etag,
      ...(operation.isInside &&
        caller.tenantId && { 'x-active-tenant-id': encodeId('tenant', caller.tenantId) }),
    },
    body: JSON.stringify(operation.body),
  })
  return { status: answer.status, text: await answer.text() }
}

/** Ends a server at that moment of the call; whoever called never knows what became of it. */
async function crash(call: Call, moment: Moment): Promise<void> {
  const throughPoint = { connection: { ...world.connection, host: '127.0.0.1', port: point.port } }
  const server = await startServerProcess(environment(databaseUrl(throughPoint)))
  try {
    const struck = new Promise<'struck'>((resolve) => {
      point.arm({ word: call.key, moment, strike: () => resolve('struck') })
    })
    // A server that has just started beside others may find no connection in time, and says so: it is asked again.
    const { heard } = await vi.waitFor(async () => {
      const answer = send(server, call).catch(() => 'nothing')
      expect(await Promise.race([struck, answer])).toBe('struck')
      return { heard: answer }
    }, SOON)
    await server.kill()
    expect(await heard).toBe('nothing')
  } finally {
    await server.kill()
  }
}

async function makeCall(operation: Operation): Promise<Call> {
  const [partner, tenantId, owner] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.person(),
  ]
  const linkId = await world.link(partner, tenantId)
  await world.assign(linkId, await world.partnerMember(partner, owner.id, 'PARTNER_OWNER'))
  const caller = { ...(await world.signIn(owner.id)), tenantId }
  const link = encodeId('link', linkId)
  const read = await fetch(`${standing.url}/api/v1/partner/links/${link}`, {
    headers: { cookie: caller.cookie ?? '' },
  })
  return { operation, caller, link, key: `crash-${link}`, etag: read.headers.get('etag') ?? '' }
}

/** How often it was done, and how often the log says so. */
async function counted({ operation, caller }: Call) {
  const events = `select count(*)::integer as times from audit_event where tenant_id = $1 and action = $2 and outcome = 'allowed'`
  const [done] = await world.sql<{ times: number }>(operation.done, [caller.tenantId])
  const [told] = await world.sql<{ times: number }>(events, [caller.tenantId, operation.action])
  return { done: done?.times, told: told?.times }
}

describe.each(CRASHES)('$name and the server dies $moment', { timeout: LONG_MS }, ({ operation, moment }) => {
  test('the same request with its key, at another server, finds it done once and recorded once (R3, R4)', async () => {
    const call = await makeCall(operation)
    await crash(call, moment)
    const before = moment === 'once it has committed' ? 1 : 0
    expect(await counted(call)).toEqual({ done: before, told: before })
    const heard = await vi.waitFor(async () => {
      const answer = await send(standing, call)
      expect(answer.status).toBe(operation.status)
      return answer
    }, SOON)
    expect(await send(standing, call)).toEqual(heard)
    expect(await counted(call)).toEqual({ done: 1, told: 1 })
  })
})
