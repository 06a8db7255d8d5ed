import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { demoCode, loadDemoIfEmpty, readDemoSignIns } from '../../server/src/modules/demo/index.ts'
import { buildApp } from '../../server/src/app.ts'
import type { App } from '../../server/src/app.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import { startEmbeddedPostgres } from '../../server/src/platform/embedded/index.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { prepareDatabase } from '../../server/src/prepare-database.ts'

const SECRET_KEY = 'a key of a product that is thrown away after the scan'
const ROLE_SECRET = 'a role secret of a product that is thrown away'
/** Limits stay on, but so wide that no fault hides behind a 429. */
const LIMIT_SCALE = 1_000_000
const MAX_IN_FLIGHT = 1000
const DEADLINE_MS = 60_000

/** The parts of the product, by who is signed in to look at them. */
const LOOKERS = {
  provider: 'priya@provider.example',
  partner: 'ana@northwind.example',
  tenant: 'dana@acmefiber.example',
} as const
export type Looker = keyof typeof LOOKERS

/** One answer of the product. */
export interface Answered {
  readonly status: number
  readonly method: string
  readonly path: string
}

/** The whole product with the demo world, on a port of this machine, and somebody signed in to each of its parts. */
export interface LiveProduct extends AsyncDisposable {
  readonly url: string
  readonly app: App
  readonly connection: ConnectionSettings
  /** The field `Cookie` of each. */
  readonly cookies: Readonly<Record<Looker, string>>
  /** A tenant that the partner may work in, as `X-Active-Tenant-Id` names it. */
  readonly tenantId: string
  /** Every answer so far, in their order. */
  readonly answered: readonly Answered[]
}

const cookieOf = (response: Response): string =>
  /^[^;]+/.exec(response.headers.getSetCookie()[0] ?? '')?.[0] ?? ''

/** Sends one form of the sign-in as a browser does; the answer's cookie is the session. */
function sendForm(url: string, fields: Readonly<Record<string, string>>, cookie = ''): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...(cookie !== '' && { cookie }) },
    body: new URLSearchParams(fields).toString(),
  })
}

/** Signs in with password and one-time code. Throws when the product does not let the person in. */
async function signIn(url: string, dataDir: string, email: string): Promise<string> {
  const account = readDemoSignIns(dataDir).find((one) => one.email === email)
  if (!account) throw new Error(`Nobody in the demo world is ${email}.`)
  const half = await sendForm(`${url}/signin`, { email, password: account.password })
  const whole = await sendForm(`${url}/signin/mfa`, { code: demoCode(account, new Date()) }, cookieOf(half))
  const cookie = cookieOf(whole)
  if (whole.status !== 303 || cookie === '') throw new Error(`${email} was not signed in: ${whole.status}`)
  return cookie
}

const Customers = z.object({ items: z.array(z.object({ tenant_id: z.string() })) })

async function findTenant(url: string, cookie: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/partner/customers`, { headers: { cookie } })
  const [first] = Customers.parse(await response.json()).items
  if (!first) throw new Error('The partner of the demo world has no customer.')
  return first.tenant_id
}

async function listen(connection: ConnectionSettings, dataDir: string) {
  const database = openDatabase({
    connection,
    roleSecret: ROLE_SECRET,
    poolSize: 8,
    acquireTimeoutMs: DEADLINE_MS,
  })
  let origin = ''
  const app = await buildApp(
    {
      database,
      secretKey: SECRET_KEY,
      publicOrigin: () => origin,
      limitScale: LIMIT_SCALE,
      maxInFlight: MAX_IN_FLIGHT,
      requestDeadlineMs: DEADLINE_MS,
    },
    { demoSignIns: () => readDemoSignIns(dataDir) },
  )
  const answered: Answered[] = []
  app.http.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const [path = ''] = (request.url ?? '').split('?')
    response.once('finish', () =>
      answered.push({ status: response.statusCode, method: request.method ?? '', path }),
    )
  })
  origin = await app.http.listen({ host: '127.0.0.1', port: 0 })
  return { app, database, url: origin, answered }
}

/** Starts it in a temporary folder, which is removed with it. */
export async function startLiveProduct(): Promise<LiveProduct> {
  const dataDir = await mkdtemp(join(tmpdir(), 'liaison-scanned-'))
  const postgres = await startEmbeddedPostgres({ dataDir, durability: 'fast' })
  const { connection } = postgres
  await prepareDatabase(connection, { roleSecret: ROLE_SECRET })
  await loadDemoIfEmpty({ admin: connection, secretKey: SECRET_KEY, dataDir, now: new Date() })
  const { app, database, url, answered } = await listen(connection, dataDir)
  const cookies = {
    provider: await signIn(url, dataDir, LOOKERS.provider),
    partner: await signIn(url, dataDir, LOOKERS.partner),
    tenant: await signIn(url, dataDir, LOOKERS.tenant),
  }
  return {
    url,
    app,
    connection,
    cookies,
    answered,
    tenantId: await findTenant(url, cookies.partner),
    async [Symbol.asyncDispose]() {
      await app.close()
      await database.close()
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
