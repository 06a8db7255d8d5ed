import { createHash, randomUUID } from 'node:crypto'
import { ACTION_NAMES, maskOfActions, maskOfScopes, SCOPE_NAMES, toBits } from '@liaison/access'
import { createGuard } from '@liaison/guard'
import type { JWTPayload } from 'jose'
import type pg from 'pg'
import { publicIdOf } from '../server/src/platform/public-id.ts'
import { makeTestKey, signProof, signToken, thumbprintOf } from '../guard/testing/issuer.ts'
import type { TestKey } from '../guard/testing/issuer.ts'
import { buildAppWith } from '../server/src/app.ts'
import type { App } from '../server/src/app.ts'
import { gatewayRoutes, mountGateway } from '../server/src/modules/gateway/index.ts'
import { digestCredential, makeCredential } from '../server/src/modules/gateway/credential.ts'
import { openDatabase } from '../server/src/platform/database.ts'
import type { ConnectionSettings } from '../server/src/platform/embedded/index.ts'
import { noteToken } from '../server/testing/issued-token.ts'
import { ROLE_SECRET } from './cluster.ts'
import { settleTables, withBulkLoading } from './seed.ts'

export const API_ORIGIN = 'https://api.carrier.example'
/** The limits stay on and are paid for; they are widened a little, because a fast machine calls faster than a partner. */
const LIMIT_SCALE = 5

/** The place on the way to the API where the calls of a client go. */
const pathOf = (number: number): string => `/v1/customers/BAN-${number}/orders`
export const ISSUER = 'http://localhost:3000/oauth'

/**
 * Partners with a client, each let in to one tenant by a consent. So many that no log of admissions grows longer than the
 * limits of a partner would ever let it: what an admission costs depends on that.
 */
const PARTIES = 200

type Part = 'partner' | 'tenant' | 'account' | 'client' | 'consent'

/** The id of the nth of its kind, as the database makes it. */
function idOf(part: Part, number: number): string {
  const hex = createHash('md5').update(`${part} ${number}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

const ID = (part: Part) => `md5('${part} ' || n)::uuid`
const EACH = `from generate_series(0, ${PARTIES} - 1) n`
const [GATEWAY, UPSTREAM] = [randomUUID(), randomUUID()]

async function seedParties(client: pg.Client): Promise<void> {
  const actions = toBits(maskOfActions(ACTION_NAMES))
  await client.query(
    `insert into partner (id, name, slug, kinds) select ${ID('partner')}, 'Partner ' || n, 'partner-' || n, '{msp}' ${EACH}`,
  )
  await client.query(
    `insert into tenant (id, name, slug, domain) select ${ID('tenant')}, 'Tenant ' || n, 'tenant-' || n, 'tenant-' || n || '.example' ${EACH}`,
  )
  await client.query(
    `insert into billing_account (tenant_id, id, ban, name, currency) select ${ID('tenant')}, ${ID('account')}, 'BAN-' || n, 'Main', 'EUR' ${EACH}`,
  )
  await client.query(
    `insert into commercial_relationship (kind, tenant_id, account_id, payer_tenant_id, payer_account_id)
     select 'direct', ${ID('tenant')}, ${ID('account')}, ${ID('tenant')}, ${ID('account')} ${EACH}`,
  )
  await client.query(
    `insert into api_client (id, partner_id, name, environment, scopes, mask, jwks, created_by, created_by_name)
     select ${ID('client')}, ${ID('partner')}, 'Desk', 'live', $1, $2, '{"keys":[]}', ${ID('client')}, 'A benchmark' ${EACH}`,
    [SCOPE_NAMES, toBits(maskOfScopes(SCOPE_NAMES))],
  )
  await client.query(
    `insert into delegation (id, tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, approved_at, approved_by_name)
     select ${ID('consent')}, ${ID('tenant')}, ${ID('partner')}, 'consent', 'active', '${actions}', '${actions}', '2026-01-01', '2099-01-01', now(), 'An admin' ${EACH}`,
  )
  await client.query(
    `insert into consent (id, tenant_id, partner_id, client_id, scopes, actions)
     select ${ID('consent')}, ${ID('tenant')}, ${ID('partner')}, ${ID('client')}, $1, $2 ${EACH}`,
    [SCOPE_NAMES, ACTION_NAMES],
  )
  await client.query(
    `insert into delegation_account (delegation_id, tenant_id, partner_id, account_id, position)
     select ${ID('consent')}, ${ID('tenant')}, ${ID('partner')}, ${ID('account')}, 1 ${EACH}`,
  )
}

interface Seeded {
  readonly credential: Buffer
  /** The claims of the tokens that the clients call with, by their numbers. */
  readonly issued: readonly JWTPayload[]
}

async function seed(client: pg.Client, { credential, issued }: Seeded): Promise<void> {
  await seedParties(client)
  for (const [number, { jti = '', exp = 0 }] of issued.entries()) {
    const token = { tokenId: jti, clientId: idOf('client', number), endsAt: new Date(exp * 1000) }
    await noteToken({ sql: (text, values) => client.query(text, values) }, token)
  }
  await client.query(
    `insert into gateway (id, name, credential_hash, credential_hint) values ($1, 'Edge', $2, '…')`,
    [GATEWAY, credential],
  )
  await client.query(
    `insert into protected_upstream (id, name, audience, origin) values ($1, 'orders', 'upstream:orders', $2)`,
    [UPSTREAM, API_ORIGIN],
  )
  await client.query(
    `insert into protected_route (upstream_id, method, path_template, permission) values ($1, 'GET', '/v1/customers/{customer_ban}/orders', 'api.orders.read')`,
    [UPSTREAM],
  )
  await client.query(`insert into gateway_upstream (gateway_id, upstream_id) values ($1, $2)`, [
    GATEWAY,
    UPSTREAM,
  ])
  await settleTables(client)
}

function claims(number: number, thumbprint: string): JWTPayload {
  const tenant = publicIdOf('tenant', idOf('tenant', number))
  const client = publicIdOf('api_client', idOf('client', number))
  const partner = publicIdOf('partner', idOf('partner', number))
  const ban = `BAN-${number}`
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: ISSUER,
    aud: API_ORIGIN,
    sub: tenant,
    client_id: client,
    jti: randomUUID(),
    iat: now,
    exp: now + 3600,
    scope: SCOPE_NAMES.join(' '),
    access: 'delegated',
    partner_id: partner,
    partner_kind: 'partner',
    customer_id: tenant,
    customer_ban: ban,
    delegation_id: publicIdOf('consent', idOf('consent', number)),
    delegation_ver: 1,
    authorized_by: 'apr_1',
    act: { sub: `client:${client}`, partner_id: partner },
    billing: { party: tenant, ban, mode: 'direct' },
    authorization_details: [
      { type: 'partner_access', customer_id: tenant, customer_ban: ban, actions: ACTION_NAMES },
    ],
    cnf: { jkt: thumbprint },
  }
}

/** A call that nobody made before: where to, and the evidence for it. */
export interface BenchCall {
  readonly path: string
  readonly token: string
  readonly proof: string
}

/** A decision point that listens, a credential for it, and evidence for calls, each with a proof of its own. */
export interface GatewayBench {
  readonly port: number
  readonly credential: string
  readonly issuerKey: TestKey
  /** Calls of all clients in turn. */
  makeCalls(count: number): Promise<BenchCall[]>
  close(): Promise<void>
}

async function listen(app: App): Promise<number> {
  await app.http.listen({ port: 0, host: '127.0.0.1' })
  const address = app.http.server.address()
  if (address === null || typeof address === 'string') throw new Error('The decision point does not listen.')
  return address.port
}

/** Starts a decision point over the server's own code and a seeded database. */
export async function openGatewayBench(connection: ConnectionSettings): Promise<GatewayBench> {
  const { text: credential } = makeCredential(Buffer.alloc(32, 9))
  const [issuerKey, clientKey] = await Promise.all([makeTestKey('k1'), makeTestKey('client')])
  const thumbprint = await thumbprintOf(clientKey)
  const issued = Array.from({ length: PARTIES }, (_, number) => claims(number, thumbprint))
  await withBulkLoading(connection, (client) =>
    seed(client, { credential: digestCredential(credential), issued }),
  )
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: 8 })
  const app = await buildAppWith(
    {
      database,
      secretKey: 'a key of a benchmark that protects nothing',
      publicOrigin: () => 'http://localhost:3000',
      limitScale: LIMIT_SCALE,
    },
    () => gatewayRoutes,
  )
  const { engine, services, http } = app
  const guard = createGuard({ issuer: ISSUER, audience: API_ORIGIN, jwks: { keys: [issuerKey.publicJwk] } })
  mountGateway(http, { engine, services, guard: () => guard })
  const tokens = await Promise.all(issued.map((said) => signToken(issuerKey, said)))
  let made = 0
  const makeCall = async (): Promise<BenchCall> => {
    const number = made % PARTIES
    made += 1
    const [path, token = ''] = [pathOf(number), tokens[number]]
    const iat = Math.floor(Date.now() / 1000)
    const subject = { method: 'GET', url: `${API_ORIGIN}${path}`, token }
    return { path, token, proof: await signProof(clientKey, subject, { claims: { iat } }) }
  }
  return {
    port: await listen(app),
    credential,
    issuerKey,
    makeCalls: (count) => Promise.all(Array.from({ length: count }, makeCall)),
    async close() {
      await app.close()
      await database.close()
    },
  }
}
