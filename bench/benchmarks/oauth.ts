import { createHash, randomBytes } from 'node:crypto'
import { ACTION_NAMES, maskOfScopes, SCOPE_NAMES, toBits } from '@liaison/access'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { publicIdOf } from '../../server/src/platform/public-id.ts'
import { makeOAuth } from '../../server/src/modules/oauth/index.ts'
import type { ConsentDesk, OAuthContext } from '../../server/src/modules/oauth/index.ts'
import { buildAppWith } from '../../server/src/app.ts'
import type { App } from '../../server/src/app.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import type { Benchmark, BenchmarkContext } from '../benchmark.ts'
import { ROLE_SECRET } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { withBulkLoading } from '../seed.ts'
import { median, percentile, spread } from '../statistics.ts'
import { milliseconds } from '../words.ts'

const ORIGIN = 'http://localhost:3000'
const ISSUER = `${ORIGIN}/oauth`
const CALLBACK = 'https://partner.example/cb'
const SECRET_KEY = 'a key of a database that is thrown away afterwards'
const CONCURRENCY = 8
const IDS = {
  partner: '01900000-0000-7000-8000-000000000001',
  tenant: '01900000-0000-7000-8000-000000000002',
  account: '01900000-0000-7000-8000-000000000003',
  client: '01900000-0000-7000-8000-000000000004',
  person: '01900000-0000-7000-8000-000000000005',
  consent: '01900000-0000-7000-8000-000000000006',
} as const
const CLIENT_ID = publicIdOf('api_client', IDS.client)
const ENDS_AT = new Date('2090-01-01')

type Key = Awaited<ReturnType<typeof makeKey>>

async function makeKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  return { privateKey, jwk, kid: await calculateJwkThumbprint(jwk) }
}

async function seedWorld(connection: ConnectionSettings, key: Key, session: string): Promise<void> {
  const jwks = JSON.stringify({ keys: [{ ...key.jwk, kid: key.kid, alg: 'ES256', use: 'sig' }] })
  const mask = toBits(maskOfScopes(SCOPE_NAMES))
  await withBulkLoading(connection, async (client) => {
    const run = (text: string, values: readonly unknown[]) => client.query(text, [...values])
    await run(
      `insert into tenant (id, name, slug, domain) values ($1, 'Globex', 'globex', 'globex.example')`,
      [IDS.tenant],
    )
    await run(
      `insert into partner (id, name, slug, kinds, home_tenant_id) values ($1, 'Northwind', 'northwind', array['msp'], $2)`,
      [IDS.partner, IDS.tenant],
    )
    await run(
      `insert into billing_account (tenant_id, id, ban, name, currency) values ($1, $2, 'BAN-1', 'Main', 'EUR')`,
      [IDS.tenant, IDS.account],
    )
    await run(
      `insert into commercial_relationship (kind, tenant_id, account_id, payer_tenant_id, payer_account_id, starts_at) values ('direct', $1, $2, $1, $2, '2020-01-01')`,
      [IDS.tenant, IDS.account],
    )
    await run(
      `insert into api_client (id, partner_id, name, environment, redirect_uris, scopes, mask, jwks, created_by, created_by_name) values ($1, $2, 'Desk', 'live', $3, $4, $5, $6, $1, 'A benchmark')`,
      [IDS.client, IDS.partner, [CALLBACK], SCOPE_NAMES, mask, jwks],
    )
    await run(`insert into person (id, email, name) values ($1, 'alice@globex.example', 'Alice')`, [
      IDS.person,
    ])
    await run(
      `insert into session (token_hash, person_id, factor, factor_at, password_at, ends_at) values ($1, $2, 'otp', now(), now(), now() + interval '12 hours')`,
      [createHash('sha256').update(session).digest(), IDS.person],
    )
    await run(
      `insert into delegation (id, tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, approved_at, approved_by, approved_by_name) values ($1, $2, $3, 'consent', 'active', $4, $4, '2020-01-01', $5, now(), $6, 'Alice')`,
      [IDS.consent, IDS.tenant, IDS.partner, mask, ENDS_AT, IDS.person],
    )
    await run(
      `insert into consent (id, tenant_id, partner_id, client_id, scopes, actions) values ($1, $2, $3, $4, $5, $6)`,
      [IDS.consent, IDS.tenant, IDS.partner, IDS.client, SCOPE_NAMES, ACTION_NAMES],
    )
    await run(
      `insert into delegation_account (delegation_id, tenant_id, partner_id, account_id, position) values ($1, $2, $3, $4, 1)`,
      [IDS.consent, IDS.tenant, IDS.partner, IDS.account],
    )
  })
}

/** Decides at once, since people are not what is measured. */
const desk: ConsentDesk = {
  open: (_mandate, { uid }) => Promise.resolve({ path: `/consent/${uid}` }),
  read: () =>
    Promise.resolve({
      state: 'approved',
      delegation: {
        id: IDS.consent,
        tenantId: IDS.tenant,
        bans: ['BAN-1'],
        scopes: SCOPE_NAMES,
        actions: ACTION_NAMES,
        endsAt: ENDS_AT,
      },
    }),
  isStillBacked: () => Promise.resolve(true),
}

type Form = Readonly<Record<string, string>>

/** An application whose assertions and proofs are made in advance, so that its work is not measured. */
class Caller {
  readonly #app: App
  readonly #key: Key
  readonly #proofKey: Key

  constructor(app: App, key: Key, proofKey: Key) {
    this.#app = app
    this.#key = key
    this.#proofKey = proofKey
  }

  async prepare(path: string, fields: Form) {
    const now = Math.floor(Date.now() / 1000)
    const id = () => randomBytes(16).toString('base64url')
    const assertion = await new SignJWT({
      iss: CLIENT_ID,
      sub: CLIENT_ID,
      aud: ISSUER,
      jti: id(),
      iat: now,
      exp: now + 300,
    })
      .setProtectedHeader({ alg: 'ES256', kid: this.#key.kid })
      .sign(this.#key.privateKey)
    const dpop = await new SignJWT({ jti: id(), htm: 'POST', htu: `${ISSUER}${path}`, iat: now })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: this.#proofKey.jwk })
      .sign(this.#proofKey.privateKey)
    const authenticated = {
      ...fields,
      client_id: CLIENT_ID,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }
    return {
      method: 'POST' as const,
      url: `/oauth${path}`,
      headers: { host: 'localhost:3000', 'content-type': 'application/x-www-form-urlencoded', dpop },
      payload: new URLSearchParams(authenticated).toString(),
    }
  }

  async post(path: string, fields: Form): Promise<Record<string, unknown>> {
    const response = await this.#app.http.inject(await this.prepare(path, fields))
    if (response.statusCode >= 300)
      throw new Error(`${path} was answered with ${response.statusCode}: ${response.body}`)
    return response.json()
  }

  /** The tokens of one authorization, through the whole flow. */
  async authorize(session: string): Promise<{ refreshToken: string; accessToken: string }> {
    const verifier = randomBytes(32).toString('base64url')
    const { request_uri: requestUri } = await this.post('/par', {
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: SCOPE_NAMES.join(' '),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      authorization_details: JSON.stringify([{ type: 'partner_access', actions: ['order.read'] }]),
    })
    const cookies = [`__Host-liaison=${session}`]
    const query = new URLSearchParams({ client_id: CLIENT_ID, request_uri: String(requestUri) })
    let url = `/oauth/authorize?${query.toString()}`
    for (let hop = 0; hop < 4 && url.startsWith('/'); hop += 1) {
      const headers = { host: 'localhost:3000', accept: 'text/html', cookie: cookies.join('; ') }
      const page = await this.#app.http.inject({ method: 'GET', url, headers })
      for (const field of [page.headers['set-cookie'] ?? []].flat())
        cookies.push(field.split(';', 1)[0] ?? '')
      const next = page.headers.location ?? /url=(\S+)/.exec(String(page.headers['refresh']))?.[1] ?? ''
      url = next.startsWith(ORIGIN) ? next.slice(ORIGIN.length) : next
    }
    const code = new URL(url).searchParams.get('code') ?? ''
    const tokens = await this.post('/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    })
    return { refreshToken: String(tokens['refresh_token']), accessToken: String(tokens['access_token']) }
  }
}

interface Measured {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly serverMicroseconds: number
  readonly databaseMicroseconds: number
}

async function measure(
  cluster: Cluster,
  app: App,
  requests: readonly Awaited<ReturnType<Caller['prepare']>>[],
): Promise<Measured> {
  const times: number[] = []
  const waiting = [...requests]
  const work = async () => {
    for (let request = waiting.pop(); request; request = waiting.pop()) {
      const begun = performance.now()
      const response = await app.http.inject(request)
      times.push(performance.now() - begun)
      if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${response.body}`)
    }
  }
  const [cpuBefore, databaseBefore, begun] = [
    process.cpuUsage(),
    await cluster.cpuMicroseconds(),
    performance.now(),
  ]
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const database = (await cluster.cpuMicroseconds()) ?? Number.NaN
  return {
    perSecond: requests.length / seconds,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    serverMicroseconds: (user + system) / requests.length,
    databaseMicroseconds: (database - (databaseBefore ?? Number.NaN)) / requests.length,
  }
}

async function measureAll(context: BenchmarkContext): Promise<Map<string, Measured[]>> {
  const cluster = await context.cluster()
  const connection = await cluster.createDatabase('bench_oauth')
  const [key, proofKey, session] = [await makeKey(), await makeKey(), randomBytes(32).toString('base64url')]
  await seedWorld(connection, key, session)
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: CONCURRENCY })
  const oauth = (parts: OAuthContext) => makeOAuth(parts, { consents: desk })
  const app = await buildAppWith(
    { database, secretKey: SECRET_KEY, publicOrigin: () => ORIGIN, limitScale: 1000, oauth },
    () => [],
  )
  try {
    const caller = new Caller(app, key, proofKey)
    const { refreshToken, accessToken } = await caller.authorize(session)
    const kinds: Readonly<Record<string, readonly [path: string, fields: Form]>> = {
      'Token by client credentials': ['/token', { grant_type: 'client_credentials' }],
      'Token by refresh, under a consent': [
        '/token',
        { grant_type: 'refresh_token', refresh_token: refreshToken },
      ],
      'Introspection of an access token': ['/introspect', { token: accessToken }],
    }
    const results = new Map<string, Measured[]>()
    const [count, rounds] = context.isQuick ? [40, 2] : [400, 5]
    for (let round = 0; round <= rounds; round += 1)
      for (const [name, [path, fields]] of Object.entries(kinds)) {
        const requests = await Promise.all(Array.from({ length: count }, () => caller.prepare(path, fields)))
        const measured = await measure(cluster, app, requests)
        // The first round warms everything up.
        if (round > 0) results.set(name, [...(results.get(name) ?? []), measured])
      }
    return results
  } finally {
    await app.close()
    await database.close()
  }
}

/** What the authorization server does in a second, and what one call of it costs. */
export const benchmark: Benchmark = {
  name: 'oauth',
  title: 'Token issue, refresh and introspection',
  async run(context) {
    const results = await measureAll(context)
    const middle = (rounds: readonly Measured[], pick: (round: Measured) => number) =>
      median(rounds.map(pick))
    return {
      method: `Requests with a client assertion and a proof of possession each, made in advance, handed to the server in its own process without a network, ${CONCURRENCY} at a time; every token is counted as issued and recorded for both sides in a durable transaction before it leaves.`,
      table: {
        columns: ['Operation', 'Per second', 'p50 / p99 ms', 'CPU µs per call: server + PostgreSQL'],
        rows: [...results].map(([name, rounds]) => [
          name,
          Math.round(middle(rounds, ({ perSecond }) => perSecond)).toString(),
          `${milliseconds(middle(rounds, ({ p50 }) => p50))} / ${milliseconds(middle(rounds, ({ p99 }) => p99))}`,
          `${Math.round(middle(rounds, ({ serverMicroseconds }) => serverMicroseconds))} + ${Math.round(middle(rounds, ({ databaseMicroseconds }) => databaseMicroseconds))}`,
        ]),
      },
      claims: [],
      baselineSpread: spread([...(results.values().next().value ?? [])].map(({ perSecond }) => perSecond)),
    }
  },
}
