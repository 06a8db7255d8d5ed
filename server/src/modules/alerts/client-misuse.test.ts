import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { makeDelegationRoutes } from '#modules/delegations/index.ts'
import { LOGINS } from '#platform/database.ts'
import { route } from '#platform/route.ts'
import { storedAlerts } from '#testing/alert-scene.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'
import { evaluateAlerts } from './evaluate.ts'
import { alertRoutes } from './index.ts'

const probe = route({
  method: 'GET',
  path: '/api/v1/customers/:customer_ban/orders',
  summary: 'A protected operation',
  input: { params: z.strictObject({ customer_ban: z.string() }) },
  access: { api: 'api.orders.read', account: ({ params }) => params.customer_ban },
  limit: 'list',
  responses: { 200: z.strictObject({ tenant_id: z.string() }) },
  handle: ({ mandate }) => Promise.resolve({ tenant_id: mandate.tenant.id }),
})

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start(() => [probe, ...alertRoutes, ...makeDelegationRoutes()])
})
afterAll(() => oauth[Symbol.asyncDispose]())

const evaluate = () => evaluateAlerts(oauth.world.database, ['access'])

async function call({ app }: OAuthCast, token: string): Promise<unknown> {
  return (await app.call(token, 'GET', '/api/v1/customers/BAN-1001/orders')).body['code']
}

const raised = async ({ partner }: OAuthCast) =>
  (await storedAlerts(oauth.world, { ofPartner: partner })).map(
    ({ type, severity, state }) => `${type} ${severity} ${state}`,
  )

const ofProvider = ({ client }: OAuthCast) =>
  oauth.world.sql(`select severity, title from alert where audience = 'provider' and dedupe_key like $1`, [
    `code_replay:${client}%`,
  ])

test('a code that is presented twice is a critical alert of the partner and of the provider, once (A14, B9)', async () => {
  const [cast, honest] = [await oauth.cast(), await oauth.cast()]
  const { code } = await oauth.authorize(cast)
  await oauth.grant(honest)
  await cast.app.redeem(code)
  await cast.app.redeem(code)
  await evaluate()
  await evaluate()
  expect(await raised(cast)).toEqual(['code_replay critical active'])
  expect(await raised(honest)).toEqual([])
  expect(await ofProvider(cast)).toMatchObject([
    { severity: 'critical', title: expect.stringContaining('presented twice (Northwind)') },
  ])
  const owner = await oauth.world.person('Ana')
  await oauth.world.partnerMember(cast.partner, owner.id, 'PARTNER_OWNER')
  const read = await oauth.world.call(
    await oauth.world.signIn(owner.id),
    'GET',
    '/api/v1/partner/alerts/access',
  )
  expect(read.statusCode, read.body).toBe(200)
  expect(read.body).toContain('presented twice')
  expect(read.body).not.toContain(encodeId('tenant', cast.tenant))
})

/** Changes a delegation as somebody did so long ago. */
async function changeBefore(cast: OAuthCast, ago: string, set: string): Promise<void> {
  const { world } = oauth
  await world.sql('alter table delegation disable trigger set_updated_at')
  await world.seed(
    `update delegation set ${set}, status_changed_at = now() - $2::interval, updated_at = now() - $2::interval, epoch = epoch + 1 where id in (select id from consent where client_id = $1)`,
    [cast.client, ago],
    cast.tenant,
  )
  await world.sql('alter table delegation enable trigger set_updated_at')
}

const REVOKED = `status = 'revoked'`
const NARROWED = `mask = mask & ('0'::bit(256) | set_bit(0::bit(256), (select bit from permission where name = 'api.orders.read'), 1))`

test.each([
  ['a consent that was withdrawn', REVOKED, '20 minutes', 'DELEGATION_REVOKED', true],
  ['a consent that was just withdrawn', REVOKED, '4 minutes', 'DELEGATION_REVOKED', false],
  ['a consent that was narrowed', NARROWED, '20 minutes', 'TOKEN_STALE', true],
  ['a consent that was just narrowed', NARROWED, '4 minutes', 'TOKEN_STALE', false],
])(
  'a client that goes on using %s is told of only after five minutes (A14, B9)',
  async (_name, set, ago, code, told) => {
    const cast = await oauth.cast()
    const { accessToken } = await oauth.grant(cast)
    expect(await call(cast, accessToken)).toBeUndefined()
    await changeBefore(cast, ago, set)
    expect(await call(cast, accessToken)).toBe(code)
    await evaluate()
    expect(await raised(cast)).toEqual(told ? ['stale_access critical active'] : [])
  },
)

test('a client that is let in from a network of which it was never let in within 90 days is told of, once; its first network teaches (B9)', async () => {
  const [cast, other] = [await oauth.cast(), await oauth.cast()]
  const calls = async ({ client, partner }: OAuthCast, ip: string) => {
    await oauth.world.seed(
      `insert into audit_event (plane, action, outcome, actor_type, actor_id, actor_name, partner_id, ip, source) values ('delegation', 'api.orders.read', 'allowed', 'client', $1, 'Fleet', $2, $3, 'api')`,
      [client, partner, ip],
    )
    await evaluate()
  }
  for (const ip of ['192.0.2.10', '192.0.99.1']) await calls(cast, ip)
  expect(await raised(cast)).toEqual([])
  await calls(other, '203.0.113.5')
  expect(await raised(cast)).toEqual([])
  await calls(cast, '203.0.113.5')
  await calls(cast, '203.0.200.5')
  expect(await raised(cast)).toEqual(['new_client_place warning active'])
  expect(await raised(other)).toEqual([])
  const told = await oauth.world.sql(
    `select title, metadata from alert where audience = 'provider' and dedupe_key like $1`,
    [`new_client_place:${cast.client}%`],
  )
  expect(told).toEqual([
    { title: 'Fleet calls from a new network (Northwind)', metadata: { network: '203.0.0.0/16' } },
  ])
})

test('a network that a client left for longer than 90 days is new again (B9)', async () => {
  const cast = await oauth.cast()
  await oauth.world.sql(
    `insert into client_network (client_id, network, first_seen_at, last_seen_at) values
       ($1, '192.0.0.0/16', now() - interval '1 year', now() - interval '2 days'), ($1, '203.0.0.0/16', now() - interval '1 year', now() - interval '91 days')`,
    [cast.client],
  )
  for (const ip of ['192.0.2.10', '203.0.113.5'])
    await oauth.world.seed(
      `insert into audit_event (plane, action, outcome, actor_type, actor_id, partner_id, ip, source) values ('delegation', 'api.orders.read', 'allowed', 'client', $1, $2, $3, 'api')`,
      [cast.client, cast.partner, ip],
    )
  await evaluate()
  await evaluate()
  const networks = await oauth.world.sql(
    'select network from client_network where client_id = $1 order by 1',
    [cast.client],
  )
  expect(networks).toEqual([{ network: '192.0.0.0/16' }, { network: '203.0.0.0/16' }])
  expect(await raised(cast)).toEqual(['new_client_place warning active'])
})

test('a client that rested for longer than 90 days and wakes in another network is told of: its keys may be taken (B9)', async () => {
  const cast = await oauth.cast()
  await oauth.world.sql(
    `insert into client_network (client_id, network, first_seen_at, last_seen_at) values
       ($1, '192.0.0.0/16', now() - interval '1 year', now() - interval '200 days'), ($1, '198.51.0.0/16', now() - interval '1 year', now() - interval '201 days')`,
    [cast.client],
  )
  await evaluate()
  await oauth.world.seed(
    `insert into audit_event (plane, action, outcome, actor_type, actor_id, partner_id, ip, source) values ('delegation', 'api.orders.read', 'allowed', 'client', $1, $2, '203.0.113.5', 'api')`,
    [cast.client, cast.partner],
  )
  await evaluate()
  expect(await raised(cast)).toEqual(['new_client_place warning active'])
  await evaluate()
  const kept = await oauth.world.sql('select network from client_network where client_id = $1', [cast.client])
  expect(kept).toEqual([{ network: '203.0.0.0/16' }])
})

test('no login of the server reads or writes from where clients call: the evaluation alone does (access.md section 4)', async () => {
  for (const login of LOGINS)
    for (const statement of [
      'select network from client_network',
      'delete from client_network',
      `insert into client_network values (gen_random_uuid(), '192.0.0.0/16', now(), now())`,
      'select access.observe_client_networks()',
    ])
      await expect(oauth.world.sqlAs(login, statement), `${login}: ${statement}`).rejects.toThrow(
        'permission denied',
      )
})
