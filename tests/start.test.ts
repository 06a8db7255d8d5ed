import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testRoleSecret } from '../server/testing/database.ts'
import { TEST_ORIGIN, TEST_SECRET_KEY, TestWorld } from '../server/testing/world.ts'
import { startServerProcess } from '../chaos/server-process.ts'
import { findFreePort } from '../server/testing/ports.ts'
import { databaseUrl } from './support/three-processes.ts'

const MAILS = { SMTP_URL: 'smtp://127.0.0.1:9?ignoreTLS=true' }
const LONG_MS = 240_000

let world: TestWorld
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-start-'))
  world = await TestWorld.start(() => [])
}, LONG_MS)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** What a server on the database of the world is told, with these variables besides. */
const environmentOf = (variables: Readonly<Record<string, string>>) => ({
  PORT: '0',
  HOST: '127.0.0.1',
  METRICS_PORT: '0',
  DATABASE_URL: databaseUrl(world),
  DATABASE_ROLE_SECRET: testRoleSecret(),
  LIAISON_SECRET_KEY: TEST_SECRET_KEY,
  LIAISON_DATA_DIR: folder,
  LOG_LEVEL: 'silent',
  ...variables,
})

const start = (variables: Readonly<Record<string, string>>) => startServerProcess(environmentOf(variables))

test(
  'a server on a database of the operator does not start without a mail server, and says which name was mistyped',
  async () => {
    const started = start({ PUBLIC_ORIGIN: TEST_ORIGIN, SMPT_URL: MAILS.SMTP_URL })
    await expect(started).rejects.toThrow(
      /SMPT_URL is no variable of this program; SMTP_URL is[^]*SMTP_URL: req/,
    )
  },
  LONG_MS,
)

test(
  'a port that another program has is told in one sentence, before anything is begun that would fail with it',
  async () => {
    const other = createServer().listen({ port: 0, host: '127.0.0.1' })
    await once(other, 'listening')
    const address = other.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const place = { PORT: String(port), HOST: '127.0.0.1', PUBLIC_ORIGIN: TEST_ORIGIN, LOG_LEVEL: 'info' }
    let said = ''
    const started = startServerProcess(environmentOf({ ...MAILS, ...place }), (text) => (said += text))
    await expect(started).rejects.toThrow('is taken by another program')
    expect(said).toMatch(/^Port \d+ is taken by another program\.[^\n]*\n$/)
    other.close()
  },
  LONG_MS,
)

test.each([
  ['which sends mails shows none to strangers', MAILS, 404],
  ['whose operator says that anybody reads mails shows them', { OUTBOX_OPEN_TO_ANYBODY: '1' }, 200],
])(
  'a server on a database of the operator %s',
  async (_how, variables, status) => {
    const port = await findFreePort()
    const origin = `http://localhost:${port}`
    await using ends = new AsyncDisposableStack()
    const server = await start({ PORT: String(port), PUBLIC_ORIGIN: origin, ...variables })
    ends.defer(() => server.stop())
    expect((await fetch(`http://127.0.0.1:${port}/dev/outbox`)).status).toBe(status)
  },
  LONG_MS,
)

test(
  'a server with another root key, or another name of the audit log, than those of its database does not start and publishes nothing',
  async () => {
    const working = { PUBLIC_ORIGIN: TEST_ORIGIN, ...MAILS }
    const port = await findFreePort()
    const server = await start({ PORT: String(port), ...working })
    await server.stop()
    const published = () => world.sql('select size, place from audit_publication order by 1, 2')
    const before = await published()
    await expect(
      start({ ...working, LIAISON_SECRET_KEY: 'the root key of some other installation' }),
    ).rejects.toThrow('LIAISON_SECRET_KEY is not the one this database was set up with.')
    await expect(start({ ...working, AUDIT_LOG_ORIGIN: 'partners.example/audit' })).rejects.toThrow(
      /AUDIT_LOG_ORIGIN: [^\n]+Set AUDIT_LOG_ORIGIN=liaison\.localhost\/audit/,
    )
    expect(await published()).toEqual(before)
  },
  LONG_MS,
)
