import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { maskOfScopes, toBits } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '#platform/config.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { sealAll } from '#testing/sealing.ts'
import { openDirect, people } from '#testing/shop.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import { makeAuditKey, makeAuditRoutes, startSealer } from './index.ts'
import type { Sealer } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let folder: string
let sealer: Sealer

beforeAll(async () => {
  world = await TestWorld.start((services) => makeAuditRoutes(services), { tokens })
  clients = new ApiClients(world, tokens)
  folder = await mkdtemp(join(tmpdir(), 'liaison-feed-client-'))
  sealer = await startSealer({
    database: world.database,
    key: makeAuditKey(makeVault(TEST_SECRET_KEY), readConfig({}).auditOrigin),
    checkpointFile: join(folder, 'checkpoints.txt'),
    intervalMs: 3_600_000,
  })
})
afterAll(async () => {
  await sealer.stop()
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const FEED = (ban: string) => `/api/v1/customers/${ban}/audit/feed`

interface Item {
  readonly action: string
  readonly person_name: string | null
  readonly leaf_index: number
}

async function tell(tenant: string, name: string) {
  await world.sql(
    `with told as (
       insert into audit_event (plane, action, outcome, actor_type, actor_name, tenant_id, ip, source)
       values ('tenant', 'tenant.profile.update', 'allowed', 'person', $2, $1, '192.0.2.7', 'portal') returning id, occurred_at)
     insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $1, occurred_at, id from told`,
    [tenant, name],
  )
}

test("an organisation's own client with the scope follows its log as its administrator does, and nothing of others (R4)", async () => {
  const [tenant, other] = [await world.tenant('Acme'), await world.tenant('Globex')]
  const [account, foreign] = [await clients.account(tenant, 'BAN-1'), await clients.account(other, 'BAN-9')]
  const client = await clients.client({ tenant }, { name: 'Collector', scopes: ['audit.read'] })
  await tell(tenant, 'Ana')
  await tell(other, 'Victor')
  await tell(tenant, 'Bert')
  await sealAll(sealer)
  const token = await clients.token({ client, account, scopes: ['audit.read'] })
  const answer = await clients.call(token, 'GET', FEED('BAN-1'))
  expect({ status: answer.statusCode, body: answer.body }).toMatchObject({ status: 200 })
  const { items } = answer.json<{ items: Item[] }>()
  expect(items.flatMap(({ person_name: name }) => name ?? [])).toEqual(['Ana', 'Bert'])
  const admin = await people.tenant(world, tenant)
  const shown = await world.call(admin, 'GET', '/api/v1/tenant/partner-access/activity/feed?limit=3')
  expect(shown.json<{ items: Item[] }>().items).toEqual(items)
  const lines = await clients.call(token, 'GET', `${FEED('BAN-1')}?format=syslog`)
  expect(lines.body.split('\n')).toHaveLength(4)

  expect((await clients.call(token, 'GET', FEED(foreign.ban))).statusCode).toBe(403)
  const [read] = await world.sql<{ n: number; by: string }>(
    `select count(*)::integer as n, min(actor_name) as by from audit_event where action = 'api.audit.read' and outcome = 'allowed' and tenant_id = $1`,
    [tenant],
  )
  expect(read).toEqual({ n: 1, by: 'Collector' })
})

test('without the scope in the registration and in the token, and once it is taken away, nothing is read (R4, A4)', async () => {
  const tenant = await world.tenant('Initech')
  const account = await clients.account(tenant, 'BAN-1')
  const status = async (token: string) => (await clients.call(token, 'GET', FEED('BAN-1'))).statusCode
  const unregistered = await clients.client({ tenant })
  expect(await status(await clients.token({ client: unregistered, account, scopes: ['audit.read'] }))).toBe(
    403,
  )
  const client = await clients.client({ tenant }, { scopes: ['audit.read', 'orders.read'] })
  expect(await status(await clients.token({ client, account, scopes: ['orders.read'] }))).toBe(403)
  const token = await clients.token({ client, account, scopes: ['audit.read'] })
  expect(await status(token)).toBe(200)
  await world.seed(`update api_client set scopes = '{orders.read}', mask = $2 where id = $1`, [
    client,
    toBits(maskOfScopes(['orders.read'])),
  ])
  expect(await status(token)).toBe(403)
})

test("no access of a partner's client opens a customer's log, whatever its registration, its token and its consent say (I1)", async () => {
  const scene = await openDirect(world, clients)
  const every = toBits(maskOfScopes(['audit.read', 'orders.read']))
  await world.seed(
    `update api_client set scopes = scopes || 'audit.read'::text, mask = mask | $2 where id = $1`,
    [scene.client, every],
  )
  const wish = { client: scene.client, account: scene.account, delegation: scene.consent }
  const all = maskOfScopes(['audit.read', 'orders.read'])
  const token = await clients.token({ ...wish, scopes: ['audit.read'], claims: { actions: all } })
  const answer = await clients.call(token, 'GET', FEED('BAN-1'))
  expect(answer.statusCode, answer.body).toBe(403)
  // Nor does what no consent can say open the database.
  await expect(world.sqlAs('liaison_delegate', 'select * from audit.feed(-1, 10)')).rejects.toThrow(
    /permission denied/,
  )
})
