import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { makeTestKey, PartnerApp, seedClient, TEST_ISSUER, TEST_RESOURCE } from '#testing/oauth-client.ts'
import { GRANTED_UNTIL, OAuthWorld } from '#testing/oauth-world.ts'
import type { Granted, OAuthCast } from '#testing/oauth-world.ts'

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
  oauth = await OAuthWorld.start(() => [probe])
})
afterAll(() => oauth[Symbol.asyncDispose]())

const call = async (cast: OAuthCast, token: string) => {
  const { status, body } = await cast.app.call(token, 'GET', '/api/v1/customers/BAN-1001/orders')
  return [status, body['code']]
}

const refused = (error: string) => ({ status: 400, body: { error } })

describe('a code', () => {
  test('attack 32: used a second time is refused, and what the first use gave is dead; the delegation stays', async () => {
    const cast = await oauth.cast()
    const { code } = await oauth.authorize(cast)
    const first = await cast.app.redeem(code)
    const token = String(first.body['access_token'])
    expect(await call(cast, token)).toEqual([200, undefined])
    expect(await cast.app.redeem(code)).toMatchObject(refused('invalid_grant'))
    expect(await cast.app.refresh(String(first.body['refresh_token']))).toMatchObject(
      refused('invalid_grant'),
    )
    expect(await call(cast, token)).toEqual([401, 'UNAUTHORIZED'])
    expect((await cast.app.introspect(token)).body).toEqual({ active: false })
    const [row] = await oauth.world.sql(
      'select d.status from delegation d join consent c on c.id = d.id where c.client_id = $1',
      [cast.client],
    )
    expect(row).toEqual({ status: 'active' })
    const alerts = await oauth.events('oauth.grant.replay')
    expect(alerts.filter((event) => event.actor_id === cast.client)).toMatchObject([
      { code: 'REPLAY', readers: [`partner ${cast.partner}`, `tenant ${cast.tenant}`] },
    ])
  })

  test('attack 33: of fifty uses at the same moment exactly one is answered, and nothing that was issued can be used', async () => {
    const cast = await oauth.cast()
    const { code } = await oauth.authorize(cast)
    await cast.app.server()
    const answers = await Promise.all(Array.from({ length: 50 }, () => cast.app.redeem(code)))
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body['error']))).toEqual(
      new Set(['invalid_grant']),
    )
    expect(await call(cast, String(won[0]?.body['access_token']))).toEqual([401, 'UNAUTHORIZED'])
    expect(await cast.app.refresh(String(won[0]?.body['refresh_token']))).toMatchObject(
      refused('invalid_grant'),
    )
    const alerts = await oauth.events('oauth.grant.replay')
    expect(alerts.filter((event) => event.actor_id === cast.client)).toHaveLength(1)
  }, 60_000)

  test('attack 34: of another client is refused, and stays good for its owner', async () => {
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    const { code } = await oauth.authorize(cast)
    expect(await other.app.redeem(code, { verifier: cast.app.verifier })).toMatchObject(
      refused('invalid_grant'),
    )
    expect((await cast.app.redeem(code)).status).toBe(200)
  })

  test('attack 35: with another verifier, address or key, or without a proof, is refused', async () => {
    const cast = await oauth.cast()
    const { code } = await oauth.authorize(cast)
    const wrong = 'w'.repeat(43)
    expect(await cast.app.redeem(code, { verifier: wrong })).toMatchObject(refused('invalid_grant'))
    expect(await cast.app.redeem(code, { redirectUri: 'https://partner.example/other' })).toMatchObject(
      refused('invalid_grant'),
    )
    expect(await cast.app.redeem(code, { withoutProof: true })).toMatchObject(refused('invalid_dpop_proof'))
    cast.app.changeProofKey()
    expect(await cast.app.redeem(code)).toMatchObject(refused('invalid_grant'))
  })

  test('attack 35: without a verifier is refused', async () => {
    const cast = await oauth.cast()
    const { code } = await oauth.authorize(cast)
    const parameters = { code, redirect_uri: 'https://partner.example/cb' }
    expect(await cast.app.token('authorization_code', parameters)).toMatchObject(refused('invalid_grant'))
  })

  test('attack 36: after a minute is refused', async () => {
    const cast = await oauth.cast()
    const { code } = await oauth.authorize(cast)
    await oauth.world.sql(
      `update oauth_artifact set expires_at = expires_at - interval '61 seconds', payload = jsonb_set(payload, '{exp}', to_jsonb((payload ->> 'exp')::integer - 61)) where model = 'AuthorizationCode'`,
    )
    expect(await cast.app.redeem(code)).toMatchObject(refused('invalid_grant'))
  })
})

describe('a refresh', () => {
  test('attack 38: by another client is refused', async () => {
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    const { refreshToken } = await oauth.grant(cast)
    expect(await other.app.refresh(refreshToken)).toMatchObject(refused('invalid_grant'))
  })

  const stops: Record<string, (cast: OAuthCast, granted: Granted) => Promise<unknown>> = {
    'the delegation has run out': ({ tenant }, { consentId }) =>
      oauth.world.seed(
        `update delegation set ends_at = now() - interval '1 second' where id = $1`,
        [consentId],
        tenant,
      ),
    'the delegation is revoked': ({ tenant }, { consentId }) =>
      oauth.world.seed(`update delegation set status = 'revoked' where id = $1`, [consentId], tenant),
    'the delegation is suspended': ({ tenant }, { consentId }) =>
      oauth.world.seed(`update delegation set status = 'suspended' where id = $1`, [consentId], tenant),
    'the tenant is closed': ({ tenant }) =>
      oauth.world.seed(`update tenant set status = 'closed' where id = $1`, [tenant], tenant),
    'the tenant froze every partner': ({ tenant }) =>
      oauth.world.seed(
        `insert into access_freeze (scope, tenant_id, set_by, set_by_name, set_by_side) values ('tenant', $1, uuidv7(), 'A test', 'tenant')`,
        [tenant],
        tenant,
      ),
    'the approver left and nobody confirmed it (attack 40)': (_cast, { consentId }) =>
      Promise.resolve(oauth.desk.left.add(consentId)),
  }
  test.each(Object.keys(stops))('attack 38: is refused when %s, and both sides read it', async (what) => {
    const cast = await oauth.cast()
    const granted = await oauth.grant(cast)
    await stops[what]?.(cast, granted)
    expect(await cast.app.refresh(granted.refreshToken)).toMatchObject(refused('invalid_grant'))
    const told = await oauth.events('oauth.token.refused')
    expect(told.filter((event) => event.actor_id === cast.client)).toMatchObject([
      {
        outcome: 'denied',
        code: 'invalid_grant',
        delegation_id: granted.consentId,
        readers: [`partner ${cast.partner}`, `tenant ${cast.tenant}`],
      },
    ])
  })

  test('attack 38: is refused as an unknown client when the partner is suspended', async () => {
    const cast = await oauth.cast()
    const { refreshToken } = await oauth.grant(cast)
    await oauth.world.seed(`update partner set status = 'suspended' where id = $1`, [cast.partner])
    expect(await cast.app.refresh(refreshToken)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    })
  })

  test('attack 39: gets nothing wider, and gets something narrower when it asks for that', async () => {
    const cast = await oauth.cast()
    const { refreshToken } = await oauth.grant(cast)
    const details = (...entries: object[]) => ({
      authorization_details: JSON.stringify(entries.map((entry) => ({ type: 'partner_access', ...entry }))),
    })
    expect(await cast.app.refresh(refreshToken, { scope: 'orders.read invoices.read' })).toMatchObject(
      refused('invalid_scope'),
    )
    for (const wider of [
      details({ actions: ['order.cancel'] }),
      details({ actions: ['everything'] }),
      details({ customer_ban: 'BAN-9' }),
      details({ customer_id: 'ten_00000000000000000000000000' }),
      details({}, {}),
      { authorization_details: '{' },
      { authorization_details: '[{"type":"root"}]' },
    ])
      expect(await cast.app.refresh(refreshToken, wider)).toMatchObject(
        refused('invalid_authorization_details'),
      )
    expect(await cast.app.refresh(refreshToken, { resource: 'https://other.example' })).toMatchObject(
      refused('invalid_target'),
    )
    const narrower = await cast.app.refresh(refreshToken, {
      scope: 'orders.read',
      ...details({ actions: ['order.read'] }),
    })
    expect(decodeJwt(String(narrower.body['access_token']))).toMatchObject({
      scope: 'orders.read',
      authorization_details: [{ actions: ['order.read'] }],
    })
    const whole = await cast.app.refresh(refreshToken)
    expect(decodeJwt(String(whole.body['access_token']))).toMatchObject({
      scope: 'orders.read orders.write services.read',
    })
  })

  test('attack 39: gives nothing beyond the end and the place that were granted, and ends sooner where that is wanted', async () => {
    const cast = await oauth.cast()
    const { refreshToken } = await oauth.grant(cast)
    const now = Date.now()
    const choose = (detail: object) =>
      cast.app.refresh(refreshToken, {
        authorization_details: JSON.stringify([{ type: 'partner_access', ...detail }]),
      })
    for (const beyond of [
      { locations: ['https://other.example'] },
      { locations: [TEST_RESOURCE, 'https://other.example'] },
      { expires_at: new Date(GRANTED_UNTIL.getTime() + 1).toISOString() },
      { expires_at: new Date(now - 1000).toISOString() },
      { expires_at: 'some day' },
    ])
      expect(await choose(beyond)).toMatchObject(refused('invalid_authorization_details'))
    const granted = { locations: [TEST_RESOURCE], expires_at: GRANTED_UNTIL.toISOString() }
    expect(await choose(granted)).toMatchObject({ body: { authorization_details: [granted] } })
    const sooner = { expires_at: new Date(now + 90_000).toISOString() }
    const { body } = await choose(sooner)
    const { exp = 0, ...claims } = decodeJwt(String(body['access_token']))
    expect(body['authorization_details']).toMatchObject([sooner])
    expect(claims).toMatchObject({ authorization_details: [sooner] })
    expect(exp).toBeLessThanOrEqual(now / 1000 + 90)
  })

  test('attack 41: never gives a token that outlives the delegation', async () => {
    const cast = await oauth.cast()
    const { refreshToken, consentId } = await oauth.grant(cast)
    await oauth.world.seed(
      `update delegation set ends_at = now() + interval '90 seconds' where id = $1`,
      [consentId],
      cast.tenant,
    )
    const answer = await cast.app.refresh(refreshToken)
    const { iat = 0, exp = 0 } = decodeJwt(String(answer.body['access_token']))
    expect(Number(answer.body['expires_in'])).toBeLessThanOrEqual(90)
    expect(exp - iat).toBe(answer.body['expires_in'])
  })

  test('attack 42: can be repeated, one after the other and three at once: nothing rotates', async () => {
    const cast = await oauth.cast()
    const { refreshToken } = await oauth.grant(cast)
    for (let round = 0; round < 2; round += 1) {
      const answer = await cast.app.refresh(refreshToken)
      expect([answer.status, answer.body['refresh_token']]).toEqual([200, refreshToken])
    }
    const answers = await Promise.all([1, 2, 3].map(() => cast.app.refresh(refreshToken)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  test('with another proof key is allowed, binds the token to that key, and is told (FAPI 2.0, RFC 9449 section 5)', async () => {
    const cast = await oauth.cast()
    const { refreshToken, claims } = await oauth.grant(cast)
    cast.app.changeProofKey()
    const answer = await cast.app.refresh(refreshToken)
    expect(decodeJwt(String(answer.body['access_token']))['cnf']).not.toEqual(claims['cnf'])
    expect(await call(cast, String(answer.body['access_token']))).toEqual([200, undefined])
    const told = await oauth.events('oauth.proof_key.change')
    expect(told.filter((event) => event.actor_id === cast.client)).toHaveLength(1)
  })

  test('with another proof key is refused where the client is held to its key, uses nothing up, and is told; the right key goes on (RFC 9449 section 5)', async () => {
    const cast = await oauth.cast()
    const { refreshToken } = await oauth.grant(cast)
    await oauth.world.seed('update api_client set pins_proof_key = true where id = $1', [cast.client])
    const own = await cast.app.proofKey
    cast.app.changeProofKey()
    expect(await cast.app.refresh(refreshToken)).toMatchObject(refused('invalid_dpop_proof'))
    const events = await oauth.events('oauth.token.refused')
    expect(events.filter((event) => event.actor_id === cast.client)).toMatchObject([
      { outcome: 'denied', code: 'invalid_dpop_proof' },
    ])
    cast.app.takeProofKey(own)
    const answer = await cast.app.refresh(refreshToken)
    expect(await call(cast, String(answer.body['access_token']))).toEqual([200, undefined])
  })

  test('after the tenant narrowed the delegation gives what is left, and the older token is stale', async () => {
    const cast = await oauth.cast()
    const { refreshToken, accessToken, consentId } = await oauth.grant(cast)
    await oauth.world.seed(
      `with c as (update consent set actions = array['order.read'] where id = $1) update delegation set epoch = epoch + 1, mask = mask & ('0'::bit(256) | (select bit_or(p.bits) from (select set_bit(0::bit(256), bit, 1) bits from permission where name = 'api.orders.read') p)) where id = $1`,
      [consentId],
      cast.tenant,
    )
    expect(await call(cast, accessToken)).toEqual([401, 'TOKEN_STALE'])
    const answer = await cast.app.refresh(refreshToken)
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({
      scope: 'orders.read',
      authorization_details: [{ actions: ['order.read'] }],
    })
    expect(await call(cast, String(answer.body['access_token']))).toEqual([200, undefined])
  })
})

describe('the token endpoint', () => {
  test.each(['password', 'implicit', 'urn:unknown', 'urn:ietf:params:oauth:grant-type:device_code'])(
    'attack 43: knows no grant %s',
    async (type) => {
      const cast = await oauth.cast()
      const answer = await cast.app.token(type, { username: 'alice', password: 'secret' })
      expect(answer).toMatchObject(refused('unsupported_grant_type'))
    },
  )

  test('attack 43: refuses a grant that is not for this client', async () => {
    const key = await makeTestKey()
    const { tenant } = await oauth.cast()
    const app = new PartnerApp(oauth.world, { id: await seedClient(oauth.world, { tenant }, { key }), key })
    expect(await app.token('refresh_token', { refresh_token: 'x' })).toMatchObject(refused('invalid_request'))
    expect(await app.token('urn:ietf:params:oauth:grant-type:token-exchange', {})).toMatchObject(
      refused('invalid_request'),
    )
  })

  test("attack 44: client credentials never reach another organisation's account, by whatever name", async () => {
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    await oauth.world.seed('update partner set home_tenant_id = $2 where id = $1', [
      cast.partner,
      cast.tenant,
    ])
    await oauth.clients.account(other.tenant, 'BAN-7777')
    const ask = (entry: object) =>
      cast.app.token('client_credentials', {
        authorization_details: JSON.stringify([{ type: 'partner_access', ...entry }]),
      })
    expect(await ask({ customer_ban: 'BAN-7777' })).toMatchObject(refused('invalid_target'))
    expect(await ask({ customer_id: other.customerId, customer_ban: 'BAN-1001' })).toMatchObject(
      refused('invalid_target'),
    )
    expect(
      await cast.app.token('client_credentials', {
        resource: `http://localhost:3000/api/v1/customers/BAN-7777`,
      }),
    ).toMatchObject(refused('invalid_target'))
    const consented = await other.app.token('client_credentials', {})
    expect(consented).toMatchObject(refused('invalid_target'))
  })

  test('attack 45: one way of authentication at a time', async () => {
    const cast = await oauth.cast()
    const response = await cast.app.fetch(`${TEST_ISSUER}/token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from('a:b').toString('base64')}`,
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'x',
        client_assertion: 'a.b.c',
      }).toString(),
    })
    expect(response.status).toBe(400)
  })

  test('every answer of the endpoints is in the form of OAuth and is not to be stored', async () => {
    const cast = await oauth.cast()
    const answer = await cast.app.token('authorization_code', {
      code: 'x',
      redirect_uri: 'https://partner.example/cb',
      code_verifier: 'v'.repeat(43),
    })
    expect(answer).toMatchObject(refused('invalid_grant'))
    expect(Object.keys(answer.body).toSorted()).toEqual(['error', 'error_description'])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })
})
