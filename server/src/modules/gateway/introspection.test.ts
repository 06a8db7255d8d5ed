import { createIntrospection } from '@liaison/guard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayRoutes } from './index.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import { people } from '#testing/shop.ts'
import type { Caller } from '#testing/world.ts'

let oauth: OAuthWorld
let admin: Caller
beforeAll(async () => {
  oauth = await OAuthWorld.start(() => gatewayRoutes)
  admin = await people.provider(oauth.world)
  await upstream('orders', 'api.orders.read')
  await upstream('invoices', 'api.invoices.read')
})
afterAll(() => oauth[Symbol.asyncDispose]())

async function upstream(name: string, permission: string): Promise<void> {
  const answer = await oauth.world.call(admin, 'PUT', `/api/v1/admin/upstreams/${name}`, {
    body: {
      audience: `upstream:${name}`,
      origin: `https://${name}.carrier.example`,
      routes: [{ method: 'GET', path_template: `/v1/{customer_ban}/${name}`, permission }],
    },
  })
  expect(answer.statusCode, answer.body).toBe(200)
}

let gateways = 0
async function gateway(upstreams: readonly string[], more: object = {}) {
  gateways += 1
  const answer = await oauth.world.call(admin, 'POST', '/api/v1/admin/gateways', {
    body: { name: `Gateway ${gateways}`, upstreams, ...more },
  })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json<{ credential: string; gateway_id: string }>()
}

const FORM = 'application/x-www-form-urlencoded'

async function ask(credential: string, body: string, type = FORM) {
  const response = await oauth.world.app.http.inject({
    method: 'POST',
    url: '/oauth/introspect',
    headers: { authorization: `Bearer ${credential}`, 'content-type': type, host: 'localhost:3000' },
    payload: body,
  })
  return {
    status: response.statusCode,
    headers: response.headers,
    body: response.json<Record<string, unknown>>(),
  }
}

const about = (token: string) => new URLSearchParams({ token }).toString()

describe('introspection by registered APIs (A9, attack 78)', () => {
  test('an API learns of a token what the token says, and that it no longer counts at the next question after it was stopped', async () => {
    const { credential } = await gateway(['orders'])
    const cast = await oauth.cast()
    const { accessToken, consentId, claims } = await oauth.grant(cast)
    const told = await ask(credential, about(accessToken))
    expect([told.status, told.headers['cache-control']]).toEqual([200, 'no-store'])
    expect(told.body).toEqual({ active: true, token_type: 'DPoP', ...claims })
    await oauth.world.seed(`update delegation set status = 'revoked' where id = $1`, [consentId], cast.tenant)
    expect((await ask(credential, about(accessToken))).body).toEqual({ active: false })
  })

  test('the guard in an API asks about each token and believes a clear yes only', async () => {
    const { credential } = await gateway(['orders'])
    const cast = await oauth.cast()
    const { accessToken } = await oauth.grant(cast)
    const endpoint = new URL('http://localhost:3000/oauth/introspect')
    const { fetch } = cast.app
    const ask = createIntrospection({ endpoint, credential, fetch })
    expect([await ask(accessToken), await ask('garbage')]).toEqual([true, false])
    const stranger = createIntrospection({ endpoint, credential: `lsn_gtw_${'A'.repeat(43)}`, fetch })
    await expect(stranger(accessToken)).rejects.toThrow('401')
  })

  test('a token that could open nothing of the API is to it as one that never was', async () => {
    const { credential } = await gateway(['invoices'])
    const { credential: none } = await gateway([])
    const { accessToken, refreshToken } = await oauth.grant(await oauth.cast())
    for (const asking of [credential, none])
      for (const token of [accessToken, refreshToken, 'garbage'])
        expect((await ask(asking, about(token))).body).toEqual({ active: false })
  })

  test('an unknown, replaced or disabled credential, and one from elsewhere, is told nothing', async () => {
    const { accessToken } = await oauth.grant(await oauth.cast())
    const disabled = await gateway(['orders'])
    await oauth.world.call(admin, 'POST', `/api/v1/admin/gateways/${disabled.gateway_id}/disable`, {
      body: {},
    })
    const elsewhere = await gateway(['orders'], { ip_allow: ['203.0.113.0/24'] })
    for (const credential of [
      `lsn_gtw_${'A'.repeat(43)}`,
      'anything',
      disabled.credential,
      elsewhere.credential,
      accessToken,
    ]) {
      const { status, headers, body } = await ask(credential, about(accessToken))
      expect([status, body['error'], headers['www-authenticate']]).toEqual([
        401,
        'invalid_client',
        'Bearer realm="introspection"',
      ])
    }
  })

  test('a question that names no token, two, or comes in another form is refused', async () => {
    const { credential } = await gateway(['orders'])
    for (const [body, type] of [
      ['', FORM],
      ['token=', FORM],
      ['token=a&token=b', FORM],
      ['{"token":"a"}', 'application/json'],
      [`token=${'a'.repeat(70_000)}`, FORM],
    ] as const) {
      const { status, body: told } = await ask(credential, body, type)
      expect([status, told['error']], body.slice(0, 20)).toEqual([400, 'invalid_request'])
    }
  })
})
