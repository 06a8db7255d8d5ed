import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTestKey, TEST_ISSUER } from '../../server/testing/oauth-client.ts'
import type { OAuthCast } from '../../server/testing/oauth-world.ts'
import { people } from '../../server/testing/shop.ts'
import { Market, ORDER, ordersOf } from './support/market.ts'
import type { Consented } from './support/market.ts'

let market: Market
beforeAll(async () => {
  market = await Market.open()
})
afterAll(() => market[Symbol.asyncDispose]())

const PATH = ordersOf('BAN-1001')
const REASON = { reason: 'A key was lost' }

interface Scene {
  readonly cast: OAuthCast
  readonly given: Consented
}

/** What one of the sides does in its own way, and what the next call and the next refresh of the same client are told. */
const CHANGES: readonly (readonly [
  what: string,
  act: (scene: Scene) => Promise<number>,
  call: readonly [status: number, code: string],
  refresh: 'invalid_grant' | 'invalid_client' | null,
])[] = [
  [
    'the customer stops it on the dashboard',
    async ({ cast, given }) => asTenant(cast, `consents/${given.publicId}/revoke`),
    [401, 'DELEGATION_REVOKED'],
    'invalid_grant',
  ],
  [
    'the customer suspends it',
    async ({ cast, given }) => asTenant(cast, `consents/${given.publicId}/suspend`),
    [403, 'DELEGATION_SUSPENDED'],
    'invalid_grant',
  ],
  ['the customer narrows it', narrow, [401, 'TOKEN_STALE'], null],
  [
    'the partner gives it back in the portal',
    async ({ cast, given }) => {
      const owner = await people.partner(market.world, cast.partner)
      const path = `/api/v1/partner/consents/${given.publicId}/end`
      return (await market.world.call(owner, 'POST', path, { body: {} })).statusCode
    },
    [401, 'DELEGATION_REVOKED'],
    'invalid_grant',
  ],
  ['the client gives it back through grant management', giveBack, [401, 'UNAUTHORIZED'], 'invalid_grant'],
  [
    'the client revokes its refresh token',
    async ({ cast, given }) => (await cast.app.revoke(given.refreshToken)).status,
    [401, 'UNAUTHORIZED'],
    'invalid_grant',
  ],
  [
    'the client revokes the access token',
    async ({ cast, given }) => (await cast.app.revoke(given.accessToken)).status,
    [401, 'UNAUTHORIZED'],
    null,
  ],
  [
    'the provider stops the consent',
    async ({ given }) => asProvider(`consents/${given.publicId}/revoke`, REASON),
    [401, 'DELEGATION_REVOKED'],
    'invalid_grant',
  ],
  [
    'the provider suspends the partner',
    async ({ cast }) => asProvider(`partners/${encodeId('partner', cast.partner)}/suspend`, REASON),
    [403, 'PARTNER_INACTIVE'],
    'invalid_client',
  ],
  [
    'the provider freezes the partner',
    async ({ cast }) =>
      asProvider('partner-access/freezes', {
        scope: 'partner',
        id: encodeId('partner', cast.partner),
        ...REASON,
      }),
    [403, 'ACCESS_FROZEN'],
    'invalid_client',
  ],
  [
    'the customer freezes the partner',
    async ({ cast }) =>
      asTenant(cast, 'partner-access/freeze', {
        scope: 'partner',
        partner_id: encodeId('partner', cast.partner),
        ...REASON,
      }),
    [403, 'ACCESS_FROZEN'],
    'invalid_grant',
  ],
  [
    'the provider suspends the client',
    async ({ cast }) => asProvider(`clients/${cast.app.clientId}/suspend`, REASON),
    [403, 'CLIENT_INACTIVE'],
    'invalid_client',
  ],
  [
    'the customer itself is suspended',
    async ({ cast }) => {
      await market.world.seed(
        `update tenant set status = 'suspended' where id = $1`,
        [cast.tenant],
        cast.tenant,
      )
      return 200
    },
    [403, 'TENANT_INACTIVE'],
    'invalid_grant',
  ],
]

async function asTenant(cast: OAuthCast, path: string, body: object = {}): Promise<number> {
  const answer = await market.world.call(market.admin(cast), 'POST', `/api/v1/tenant/${path}`, { body })
  return answer.statusCode
}

async function asProvider(path: string, body: object): Promise<number> {
  return (await market.world.call(market.provider, 'POST', `/api/v1/admin/${path}`, { body })).statusCode
}

async function narrow({ cast, given }: Scene): Promise<number> {
  const path = `/api/v1/tenant/consents/${given.publicId}`
  const read = await market.world.call(market.admin(cast), 'GET', path)
  const answer = await market.world.call(market.admin(cast), 'PATCH', path, {
    body: { actions: ['order.read'] },
    headers: { 'if-match': String(read.headers.etag) },
  })
  return answer.statusCode
}

async function giveBack({ cast, given }: Scene): Promise<number> {
  const answer = await cast.app.token('client_credentials', {
    scope: 'grant_management_revoke',
    resource: `${TEST_ISSUER}/grants`,
  })
  const path = `/oauth/grants/${given.publicId}`
  return (await cast.app.call(String(answer.body['access_token']), 'DELETE', path)).status
}

describe('between two calls of the same token', () => {
  test.each(CHANGES)(
    'attack 72: when %s, the next call is refused, and so is the refresh that depends on it (A9)',
    async (_what, act, [status, code], refresh) => {
      const cast = await market.cast()
      const given = await market.consent(cast)
      const call = () => cast.app.call(given.accessToken, 'POST', PATH, ORDER)
      expect((await call()).status).toBe(201)
      expect([200, 201, 204]).toContain(await act({ cast, given }))
      const before = await market.orders()
      const after = await call()
      expect([after.status, after.body['code']], after.text).toEqual([status, code])
      expect(await market.orders()).toBe(before)
      const renewed = await cast.app.refresh(given.refreshToken)
      expect(renewed.body['error'] ?? null, renewed.text).toBe(refresh)
    },
  )

  test('attack 72: what is narrowed is narrow in the next token, and the old one is of no use', async () => {
    const cast = await market.cast()
    const given = await market.consent(cast)
    await narrow({ cast, given })
    const renewed = await cast.app.refresh(given.refreshToken)
    const token = String(renewed.body['access_token'])
    expect((await cast.app.call(token, 'GET', PATH)).status).toBe(200)
    const spent = await cast.app.call(token, 'POST', PATH, ORDER)
    expect([spent.status, spent.body['code']]).toEqual([403, 'INSUFFICIENT_SCOPE'])
    expect((await cast.app.call(given.accessToken, 'GET', PATH)).status).toBe(401)
  })

  test('attack 72: an account that the customer takes out is closed, and a refresh leads to what is left', async () => {
    const cast = await market.cast({ accounts: 2 })
    const accounts = cast.accounts.map(({ id }) => encodeId('billing_account', id))
    const given = await market.consent(cast, { accounts })
    const path = `/api/v1/tenant/consents/${given.publicId}`
    const read = await market.world.call(market.admin(cast), 'GET', path)
    const narrowed = await market.world.call(market.admin(cast), 'PATCH', path, {
      body: { billing_account_ids: accounts.slice(1) },
      headers: { 'if-match': String(read.headers.etag) },
    })
    expect(narrowed.statusCode, narrowed.body).toBe(200)
    const taken = String(given.claims['customer_ban'])
    const refused = await cast.app.call(given.accessToken, 'GET', ordersOf(taken))
    expect([refused.status, refused.body['code']]).toEqual([401, 'TOKEN_STALE'])
    const again = await cast.app.refresh(given.refreshToken, {
      authorization_details: JSON.stringify([{ type: 'partner_access', customer_ban: taken }]),
    })
    expect([again.status, again.body['error']]).toEqual([400, 'invalid_authorization_details'])
    const renewed = await cast.app.refresh(given.refreshToken)
    const left = await cast.app.call(String(renewed.body['access_token']), 'GET', ordersOf('BAN-1002'))
    expect([taken, left.status]).toEqual(['BAN-1001', 200])
  })

  test('attack 72: a key that was replaced authenticates no more, and the new one does at once (A13)', async () => {
    const cast = await market.cast()
    const given = await market.consent(cast)
    const next = await makeTestKey()
    await market.world.seed('update api_client set jwks = $2 where id = $1', [
      cast.client,
      JSON.stringify({ keys: [next.jwk] }),
    ])
    expect((await cast.app.refresh(given.refreshToken)).body['error']).toBe('invalid_client')
  })

  test('attack 40: once the approver left, and the customer wants it to rest then, no refresh is answered', async () => {
    const cast = await market.cast()
    const given = await market.consent(cast)
    const { world } = market
    await world.seed(
      `update consent set approver_leaves = 'suspend' where id = $1`,
      [given.consentId],
      cast.tenant,
    )
    expect((await cast.app.refresh(given.refreshToken)).status).toBe(200)
    await world.seed(
      `with off as (select set_config('session_replication_role', 'replica', true))
       update tenant_member set status = 'inactive', updated_at = now() from off where tenant_id = $1 and person_id = $2`,
      [cast.tenant, cast.admin.id],
      cast.tenant,
    )
    expect((await cast.app.refresh(given.refreshToken)).body['error']).toBe('invalid_grant')
  })

  test('a stop of one customer leaves the access of another to the same application alone (B5)', async () => {
    const [one, two] = [await market.cast(), await market.cast()]
    const [first, second] = [await market.consent(one), await market.consent(two)]
    await asTenant(one, `consents/${first.publicId}/revoke`)
    expect((await two.app.call(second.accessToken, 'GET', PATH)).status).toBe(200)
  })
})

test('attack 80: whatever refresh is under way while the customer stops it, no token of it opens anything afterwards', async () => {
  const cast = await market.cast()
  const given = await market.consent(cast)
  const refreshes = Array.from({ length: 6 }, () => cast.app.refresh(given.refreshToken))
  const [stopped, ...answers] = await Promise.all([
    asTenant(cast, `consents/${given.publicId}/revoke`),
    ...refreshes,
  ])
  expect(stopped).toBe(200)
  const opened: unknown[] = []
  for (const { status, body } of answers) {
    if (status !== 200) opened.push(body['error'])
    else opened.push((await cast.app.call(String(body['access_token']), 'GET', PATH)).status)
  }
  expect(opened.filter((outcome) => outcome !== 'invalid_grant' && outcome !== 401)).toEqual([])
})
