import { encodeId } from '@liaison/access'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { randomText, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

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

describe('introspection', () => {
  test('tells the client that holds a token the same claims as the token itself (A3, A4)', async () => {
    const cast = await oauth.cast()
    const { accessToken, claims } = await oauth.grant(cast)
    const { status, body } = await cast.app.introspect(accessToken)
    expect([status, body]).toEqual([200, { active: true, token_type: 'DPoP', ...claims }])
  })

  test('is signed for the client that asks for that, and for nobody else (RFC 9701)', async () => {
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    const { accessToken, refreshToken } = await oauth.grant(cast)
    const told = async ({ app }: OAuthCast, token: string) =>
      decodeJwt((await app.introspect(token, true)).text)
    expect(await told(cast, accessToken)).toMatchObject({
      aud: cast.app.clientId,
      token_introspection: { active: true, sub: cast.customerId },
    })
    expect(await told(cast, refreshToken)).toMatchObject({ token_introspection: { active: true } })
    expect(await told(other, accessToken)).toMatchObject({ token_introspection: { active: false } })
  })

  test('tells of a refresh token the organisation, never the person', async () => {
    const cast = await oauth.cast()
    const { refreshToken } = await oauth.grant(cast)
    const { body, text } = await cast.app.introspect(refreshToken)
    expect(body).toMatchObject({ active: true, sub: cast.customerId, client_id: cast.app.clientId })
    expect(text).not.toContain(cast.admin.id)
  })

  test('attack 78: tells everybody else nothing, and a stranger not even that', async () => {
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    const { accessToken, refreshToken } = await oauth.grant(cast)
    for (const token of [accessToken, refreshToken, 'garbage', randomText(), `${accessToken}x`])
      expect((await other.app.introspect(token)).body).toEqual({ active: false })
    const response = await other.app.fetch(`${TEST_ISSUER}/introspect`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: accessToken, client_id: other.app.clientId }),
    })
    expect(response.status).toBe(401)
  })

  test('says that a token does not count as soon as what it stands on changed', async () => {
    const changes: Record<string, string> = {
      narrowed: `update delegation set epoch = epoch + 1 where id = $1`,
      suspended: `update delegation set status = 'suspended' where id = $1`,
      revoked: `update delegation set status = 'revoked' where id = $1`,
    }
    for (const [what, sql] of Object.entries(changes)) {
      const cast = await oauth.cast()
      const { accessToken, consentId } = await oauth.grant(cast)
      expect((await cast.app.introspect(accessToken)).body['active']).toBe(true)
      await oauth.world.seed(sql, [consentId], cast.tenant)
      expect([what, (await cast.app.introspect(accessToken)).body]).toEqual([what, { active: false }])
    }
  })
})

describe('revocation', () => {
  test('attack 79: of an access token ends it at once, everywhere', async () => {
    const cast = await oauth.cast()
    const { accessToken, refreshToken } = await oauth.grant(cast)
    const answer = await cast.app.revoke(accessToken)
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect(await call(cast, accessToken)).toEqual([401, 'UNAUTHORIZED'])
    expect((await cast.app.introspect(accessToken)).body).toEqual({ active: false })
    expect((await cast.app.refresh(refreshToken)).status).toBe(200)
    const told = await oauth.events('oauth.token.revoke')
    expect(told.filter((event) => event.actor_id === cast.client)).toMatchObject([
      { readers: [`partner ${cast.partner}`, `tenant ${cast.tenant}`] },
    ])
  })

  test('of a refresh token ends the grant with every token issued under it, and leaves the delegation', async () => {
    const cast = await oauth.cast()
    const { accessToken, refreshToken, consentId } = await oauth.grant(cast)
    const further = await cast.app.refresh(refreshToken)
    expect((await cast.app.revoke(refreshToken)).status).toBe(200)
    expect((await cast.app.refresh(refreshToken)).body['error']).toBe('invalid_grant')
    expect(await call(cast, accessToken)).toEqual([401, 'UNAUTHORIZED'])
    expect(await call(cast, String(further.body['access_token']))).toEqual([401, 'UNAUTHORIZED'])
    expect(await oauth.world.sql('select status from delegation where id = $1', [consentId])).toEqual([
      { status: 'active' },
    ])
    const told = await oauth.events('oauth.grant.end')
    expect(told.filter((event) => event.actor_id === cast.client)).toHaveLength(1)
  })

  test("attack 79: of another client's token is answered alike and changes nothing", async () => {
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    const { accessToken, refreshToken } = await oauth.grant(cast)
    for (const token of [accessToken, refreshToken, 'garbage', randomText()]) {
      const answer = await other.app.revoke(token)
      expect([answer.status, answer.text]).toEqual([200, ''])
    }
    expect(await call(cast, accessToken)).toEqual([200, undefined])
    expect((await cast.app.refresh(refreshToken)).status).toBe(200)
  })
})

describe('grant management', () => {
  const scope = 'grant_management_query grant_management_revoke'
  const manage = async (cast: OAuthCast, wanted = scope) => {
    const answer = await cast.app.token('client_credentials', {
      scope: wanted,
      resource: `${TEST_ISSUER}/grants`,
    })
    return String(answer.body['access_token'])
  }
  const path = (id: string) => `/oauth/grants/${id}`

  test('tells a client what it was granted under the id of the delegation (A9)', async () => {
    const cast = await oauth.cast()
    const { claims } = await oauth.grant(cast)
    const answer = await cast.app.call(await manage(cast), 'GET', path(String(claims['delegation_id'])))
    expect([answer.status, answer.body], answer.text).toMatchObject([
      200,
      {
        status: 'active',
        authorization_details: [{ customer_id: cast.customerId, customer_ban: 'BAN-1001' }],
      },
    ])
  })

  test('a client gives a grant back: the consent and its tokens end, and both sides read it (A9)', async () => {
    const cast = await oauth.cast()
    const { claims, accessToken, refreshToken } = await oauth.grant(cast)
    const answer = await cast.app.call(await manage(cast), 'DELETE', path(String(claims['delegation_id'])))
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect((await cast.app.refresh(refreshToken)).body['error']).toBe('invalid_grant')
    expect(await call(cast, accessToken)).toEqual([401, 'UNAUTHORIZED'])
    const rows = await oauth.world.sql<{ status: string; side: string }>(
      'select status, status_changed_by_side as side from delegation where partner_id = $1',
      [cast.partner],
    )
    expect(rows).toEqual([{ status: 'revoked', side: 'partner' }])
    const told = await oauth.events('consents.terminate')
    expect(told.filter((event) => event.actor_id === cast.client)).toMatchObject([
      { readers: [`partner ${cast.partner}`, `tenant ${cast.tenant}`] },
    ])
  })

  test("attack 80: another client's grant and one that never was are answered alike, and nothing changes", async () => {
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    const { claims, refreshToken } = await oauth.grant(cast)
    const token = await manage(other)
    const ids = [
      String(claims['delegation_id']),
      encodeId('consent', '01900000-0000-7000-8000-000000000001' as never),
      'con_x',
      'x',
    ]
    for (const method of ['GET', 'DELETE']) {
      const answers = await Promise.all(ids.map((id) => other.app.call(token, method, path(id))))
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
      expect(answers[0]?.status).toBe(404)
    }
    expect((await cast.app.refresh(refreshToken)).status).toBe(200)
  })

  test('takes a token of its own kind only, with the right scope and a fresh proof', async () => {
    const cast = await oauth.cast()
    const { claims, accessToken } = await oauth.grant(cast)
    const id = path(String(claims['delegation_id']))
    const query = await manage(cast, 'grant_management_query')
    const answers = [
      await cast.app.call(accessToken, 'GET', id),
      await cast.app.call('garbage', 'GET', id),
      await cast.app.call(query, 'DELETE', id),
    ]
    expect(answers.map(({ status, body }) => [status, body['error']])).toEqual([
      [401, 'invalid_token'],
      [401, 'invalid_token'],
      [403, 'insufficient_scope'],
    ])
    cast.app.changeProofKey()
    expect((await cast.app.call(query, 'GET', id)).status).toBe(401)
  })

  test('a token for managing grants opens no data, and one is not had without a scope', async () => {
    const cast = await oauth.cast()
    await oauth.grant(cast)
    const token = await manage(cast)
    expect(decodeJwt(token)).not.toHaveProperty('customer_id')
    expect((await call(cast, token))[0]).toBe(401)
    const blank = await cast.app.token('client_credentials', { resource: `${TEST_ISSUER}/grants` })
    expect([blank.status, blank.body['error']]).toEqual([400, 'invalid_scope'])
    const more = await cast.app.token('client_credentials', {
      scope: 'grant_management_query orders.read',
      resource: `${TEST_ISSUER}/grants`,
    })
    expect([more.status, more.body]).toMatchObject([400, { error: 'invalid_scope', scope: 'orders.read' }])
  })

  test("a grant that is to be changed must be the client's own (A4)", async () => {
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    const { claims } = await oauth.grant(cast)
    const grantId = String(claims['delegation_id'])
    const own = await cast.app.push({ grant_management_action: 'merge', grant_id: grantId })
    expect(own.status, own.text).toBe(201)
    for (const wish of [
      { grant_management_action: 'merge', grant_id: 'con_x' },
      { grant_management_action: 'replace', grant_id: grantId },
    ]) {
      const answer = await other.app.push(wish)
      expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant_id'])
    }
    const odd = await cast.app.push({ grant_management_action: 'destroy' })
    expect([odd.status, odd.body['error']]).toEqual([400, 'invalid_request'])
  })
})

test('attack 82: no token, code, proof, assertion or verifier is in any log line, row or event', async () => {
  const cast = await oauth.cast()
  const secrets: string[] = []
  const { code } = await oauth.authorize(cast)
  const first = await cast.app.redeem(code)
  const [access, refresh] = [String(first.body['access_token']), String(first.body['refresh_token'])]
  secrets.push(code, access, refresh, cast.app.verifier, access.split('.')[2] ?? '')
  await cast.app.refresh(refresh)
  await cast.app.introspect(access)
  await cast.app.revoke(access)
  await call(cast, access)
  await cast.app.redeem(code)
  const rows = await oauth.world.sql<{ table_name: string }>(
    `select table_name from information_schema.tables where table_schema in ('public', 'audit') and table_type = 'BASE TABLE'`,
  )
  const kept = await Promise.all(
    rows.map(({ table_name: name }) =>
      oauth.world.sql<{ row: string }>(
        `select to_jsonb(t)::text as row from ${name === 'due' ? 'audit.due' : `public.${name}`} t`,
      ),
    ),
  )
  const everything = [...oauth.logged, ...kept.flat().map(({ row }) => row)].join('\n')
  expect(everything.length).toBeGreaterThan(1000)
  for (const secret of secrets) expect(everything).not.toContain(secret)
})
