import { randomUUID } from 'node:crypto'
import {
  ACTION_NAMES,
  encodeId,
  idFromUuid,
  maskOfActions,
  maskOfScopes,
  SCOPE_NAMES,
  toBits,
} from '@liaison/access'
import { createGuard } from '@liaison/guard'
import type { JWTPayload } from 'jose'
import type pg from 'pg'
import { makeTestKey, signProof, signToken, thumbprintOf } from '../guard/testing/issuer.ts'
import type { TestKey } from '../guard/testing/issuer.ts'
import { buildAppWith } from '../server/src/app.ts'
import type { App } from '../server/src/app.ts'
import { gatewayRoutes, mountGateway } from '../server/src/modules/gateway/index.ts'
import { digestCredential, makeCredential } from '../server/src/modules/gateway/credential.ts'
import { openDatabase } from '../server/src/platform/database.ts'
import type { ConnectionSettings } from '../server/src/platform/embedded/index.ts'
import { ROLE_SECRET } from './cluster.ts'
import { withBulkLoading } from './seed.ts'

export const API_ORIGIN = 'https://api.carrier.example'
export const PATH = '/v1/customers/BAN-1/orders'
export const ISSUER = 'http://localhost:3000/oauth'

const IDS = {
  partner: randomUUID(),
  tenant: randomUUID(),
  account: randomUUID(),
  client: randomUUID(),
  consent: randomUUID(),
  gateway: randomUUID(),
  upstream: randomUUID(),
}

async function seed(client: pg.Client, credential: Buffer): Promise<void> {
  const actions = toBits(maskOfActions(ACTION_NAMES))
  await client.query(`insert into partner (id, name, slug, kinds) values ($1, 'Acme', 'acme', '{msp}')`, [
    IDS.partner,
  ])
  await client.query(
    `insert into tenant (id, name, slug, domain) values ($1, 'Globex', 'globex', 'globex.example')`,
    [IDS.tenant],
  )
  await client.query(
    `insert into billing_account (tenant_id, id, ban, name, currency) values ($1, $2, 'BAN-1', 'Main', 'EUR')`,
    [IDS.tenant, IDS.account],
  )
  await client.query(
    `insert into commercial_relationship (kind, tenant_id, account_id, payer_tenant_id, payer_account_id) values ('direct', $1, $2, $1, $2)`,
    [IDS.tenant, IDS.account],
  )
  await client.query(
    `insert into api_client (id, partner_id, name, environment, scopes, mask, jwks, created_by, created_by_name) values ($1, $2, 'Desk', 'live', $3, $4, '{"keys":[]}', $1, 'A benchmark')`,
    [IDS.client, IDS.partner, SCOPE_NAMES, toBits(maskOfScopes(SCOPE_NAMES))],
  )
  await client.query(
    `insert into delegation (id, tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, approved_at, approved_by_name) values ($1, $2, $3, 'consent', 'active', $4, $4, '2026-01-01', '2099-01-01', now(), 'An admin')`,
    [IDS.consent, IDS.tenant, IDS.partner, actions],
  )
  await client.query(
    `insert into consent (id, tenant_id, partner_id, client_id, scopes, actions) values ($1, $2, $3, $4, $5, $6)`,
    [IDS.consent, IDS.tenant, IDS.partner, IDS.client, SCOPE_NAMES, ACTION_NAMES],
  )
  await client.query(
    `insert into delegation_account (delegation_id, tenant_id, partner_id, account_id, position) values ($1, $2, $3, $4, 1)`,
    [IDS.consent, IDS.tenant, IDS.partner, IDS.account],
  )
  await client.query(
    `insert into gateway (id, name, credential_hash, credential_hint) values ($1, 'Edge', $2, '…')`,
    [IDS.gateway, credential],
  )
  await client.query(
    `insert into protected_upstream (id, name, audience, origin) values ($1, 'orders', 'upstream:orders', $2)`,
    [IDS.upstream, API_ORIGIN],
  )
  await client.query(
    `insert into protected_route (upstream_id, method, path_template, permission) values ($1, 'GET', '/v1/customers/{customer_ban}/orders', 'api.orders.read')`,
    [IDS.upstream],
  )
  await client.query(`insert into gateway_upstream (gateway_id, upstream_id) values ($1, $2)`, [
    IDS.gateway,
    IDS.upstream,
  ])
}

function claims(thumbprint: string): JWTPayload {
  const tenant = encodeId('tenant', idFromUuid('tenant', IDS.tenant))
  const client = encodeId('api_client', idFromUuid('api_client', IDS.client))
  const partner = encodeId('partner', idFromUuid('partner', IDS.partner))
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
    customer_ban: 'BAN-1',
    delegation_id: encodeId('consent', idFromUuid('consent', IDS.consent)),
    delegation_ver: 1,
    authorized_by: 'apr_1',
    act: { sub: `client:${client}`, partner_id: partner },
    billing: { party: tenant, ban: 'BAN-1', mode: 'direct' },
    authorization_details: [
      { type: 'partner_access', customer_id: tenant, customer_ban: 'BAN-1', actions: ACTION_NAMES },
    ],
    cnf: { jkt: thumbprint },
  }
}

/** A decision point that listens, a credential for it, and evidence for calls, each with a proof of its own. */
export interface GatewayBench {
  readonly port: number
  readonly credential: string
  readonly issuerKey: TestKey
  readonly token: string
  makeProofs(count: number): Promise<string[]>
  close(): Promise<void>
}

async function listen(app: App): Promise<number> {
  await app.http.listen({ port: 0, host: '127.0.0.1' })
  const address = app.http.server.address()
  if (address === null || typeof address === 'string') throw new Error('The decision point does not listen.')
  return address.port
}

/** Starts a decision point over the server's own code and a seeded database; limits are out of the way. */
export async function openGatewayBench(connection: ConnectionSettings): Promise<GatewayBench> {
  const { text: credential } = makeCredential(Buffer.alloc(32, 9))
  await withBulkLoading(connection, (client) => seed(client, digestCredential(credential)))
  const [issuerKey, clientKey] = await Promise.all([makeTestKey('k1'), makeTestKey('client')])
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: 8 })
  const app = await buildAppWith(
    {
      database,
      secretKey: 'a key of a benchmark that protects nothing',
      publicOrigin: () => 'http://localhost:3000',
      limitScale: 100_000,
    },
    () => gatewayRoutes,
  )
  const { engine, services, http } = app
  const guard = createGuard({ issuer: ISSUER, audience: API_ORIGIN, jwks: { keys: [issuerKey.publicJwk] } })
  mountGateway(http, { engine, services, guard: () => guard })
  const token = await signToken(issuerKey, claims(await thumbprintOf(clientKey)))
  return {
    port: await listen(app),
    credential,
    issuerKey,
    token,
    makeProofs: (count) =>
      Promise.all(
        Array.from({ length: count }, () =>
          signProof(
            clientKey,
            { method: 'GET', url: `${API_ORIGIN}${PATH}`, token },
            { claims: { iat: Math.floor(Date.now() / 1000) } },
          ),
        ),
      ),
    async close() {
      await app.close()
      await database.close()
    },
  }
}
