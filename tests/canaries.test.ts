import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { startServerProcess } from '../chaos/server-process.ts'
import type { Route } from '../server/src/platform/route.ts'
import { testRoleSecret } from '../server/testing/database.ts'
import { SOON } from '../server/testing/patience.ts'
import { findFreePort } from '../server/testing/ports.ts'
import { TEST_ORIGIN, TEST_SECRET_KEY } from '../server/testing/world.ts'
import { attempts, isCampaign, patience, tellFigures } from './support/figures.ts'
import { buildWalkWorld, fillPath, inTurns } from './support/walk.ts'
import { databaseUrl } from './support/three-processes.ts'
import type { WalkWorld } from './support/walk.ts'

const LONG_MS = patience(300_000)
/** A commit looks at one operation in so many, the campaign at all. */
const ONE_IN = isCampaign() ? 1 : 4
const SECRET_FIELD = /password|secret|passphrase|token|recovery|private|assertion|otp/

let walk: WalkWorld
let folder: string
beforeAll(async () => {
  walk = await buildWalkWorld()
  folder = await mkdtemp(join(tmpdir(), 'liaison-canary-'))
}, 60_000)
afterAll(async () => {
  await walk.world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Every canary that was sent, with where it was put. */
const canaries = new Map<string, string>()

function canary(place: string): string {
  const secret = `Cnry${randomBytes(18).toString('base64url')}`
  canaries.set(secret, place)
  return secret
}

/** The fields of an operation's body that hold a secret by their name, each with a canary. */
function secretFields(route: Route): Record<string, string> {
  const { body } = route.input
  if (!body) return {}
  const schema = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' })
  const names = Object.keys(schema.properties ?? {}).filter((name) => SECRET_FIELD.test(name))
  return Object.fromEntries(names.map((name) => [name, canary(`${route.path} ${name}`)]))
}

interface Sent {
  readonly method: Route['method']
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** A request to an operation with a canary in every place where a secret may come along. */
function requestTo(route: Route, how: 'as nobody' | 'as somebody'): Sent {
  const at = `${route.method} ${route.path} ${how}`
  const caller = walk.callers['technician']?.caller
  const isForm = route.answers !== 'json'
  const query = new URLSearchParams({
    access_token: canary(`${at} access_token`),
    token: canary(`${at} token`),
  })
  const fields = {
    ...secretFields(route),
    password: canary(`${at} password`),
    code: canary(`${at} code`),
  }
  return {
    method: route.method,
    path: `${fillPath(route, walk.tenants.linked.ids)}?${query.toString()}`,
    headers: {
      origin: TEST_ORIGIN,
      referer: `https://partner.example/?code=${canary(`${at} referer`)}`,
      ...(how === 'as nobody'
        ? {
            authorization: `Bearer ${canary(`${at} bearer`)}`,
            dpop: canary(`${at} proof`),
            cookie: `__Host-liaison=${canary(`${at} session`)}`,
          }
        : {
            'x-api-key': canary(`${at} key`),
            cookie: caller?.cookie ?? '',
            'x-active-tenant-id': encodeId('tenant', walk.tenants.linked.id),
          }),
      ...(route.method !== 'GET' && {
        'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      }),
    },
    body:
      route.method === 'GET'
        ? undefined
        : isForm
          ? new URLSearchParams(fields).toString()
          : JSON.stringify(fields),
  }
}

async function sendInto({ method, path, headers, body }: Sent): Promise<string> {
  const answer = await walk.world.app.http.inject({
    method,
    url: path,
    headers,
    ...(body !== undefined && { payload: body }),
  })
  return `${JSON.stringify(answer.headers)} ${answer.body}`
}

async function everyRow(): Promise<string[]> {
  const { world } = walk
  const tables = await world.sql<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('public', 'access', 'audit', 'private', 'job') and table_type = 'BASE TABLE'`,
  )
  const rows: string[] = []
  for (const { name } of tables) {
    const found = await world.sql<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`)
    rows.push(...found.map(({ row }) => row))
  }
  return rows
}

const found = (texts: readonly string[]): string[] => {
  const seen = new Set(texts.join('\n').match(/Cnry[\w-]{24}/g))
  return [...canaries].filter(([secret]) => seen.has(secret)).map(([, place]) => place)
}

test(
  'no secret that was sent to any operation is in a row of the database or an answer (R9, I10)',
  async () => {
    const routes = walk.routes.filter((_, index) => index % ONE_IN === 0)
    const answers: string[] = []
    for (let round = 0; round < attempts(1, 1); round += 1) {
      await inTurns(routes, async (route) => {
        for (const how of ['as nobody', 'as somebody'] as const)
          answers.push(await sendInto(requestTo(route, how)))
      })
      expect(found(answers.splice(0))).toEqual([])
    }
    expect(found(await everyRow())).toEqual([])
    expect(canaries.size).toBeGreaterThan(routes.length * 6)
    tellFigures([{ name: 'canary secrets', count: canaries.size }])
  },
  LONG_MS,
)

test(
  'a process that logs everything writes no secret of a request into its log, nor into a row (R9)',
  async () => {
    const logged: string[] = []
    const port = await findFreePort()
    // The clients of the walk have no keys, and a server does not start with such.
    await walk.world.sql(
      'begin; set local session_replication_role = replica; delete from api_client; commit',
    )
    const server = await startServerProcess(
      {
        PORT: String(port),
        HOST: '127.0.0.1',
        METRICS_PORT: '0',
        PUBLIC_ORIGIN: TEST_ORIGIN,
        OUTBOX_OPEN_TO_ANYBODY: '1',
        DATABASE_URL: databaseUrl(walk.world),
        DATABASE_ROLE_SECRET: testRoleSecret(),
        LIAISON_SECRET_KEY: TEST_SECRET_KEY,
        LIAISON_DATA_DIR: folder,
        LOG_LEVEL: 'trace',
      },
      (text) => logged.push(text),
    )
    const before = canaries.size
    try {
      // Some of each kind: beyond its real limits a process refuses before it looks at a request.
      const routes = walk.routes.filter((_, index) => index % 17 === 0)
      for (const route of routes)
        for (const how of ['as nobody', 'as somebody'] as const) {
          const { path, body, ...request } = requestTo(route, how)
          await fetch(`http://127.0.0.1:${port}${path}`, {
            ...request,
            redirect: 'manual',
            ...(body !== undefined && { body }),
          }).then((answer) => answer.text())
        }
      await vi.waitUntil(() => logged.join('').split('answered').length > routes.length, SOON)
    } finally {
      await server.stop()
    }
    expect(found(logged)).toEqual([])
    expect(found(await everyRow())).toEqual([])
    tellFigures([{ name: 'canary secrets', count: canaries.size - before }])
  },
  LONG_MS,
)

test('the look bites: a canary in a text that is kept is found in the rows', async () => {
  const subject = canary('a ticket')
  const caller = walk.callers['technician']?.caller
  await walk.world.call(
    { cookie: caller?.cookie ?? null, tenantId: walk.tenants.linked.id },
    'POST',
    '/api/v1/partner/support/tickets',
    { body: { subject, description: 'x' } },
  )
  expect(found(await everyRow())).toEqual(['a ticket'])
})
