import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomText, readAnswer, TEST_RESOURCE } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import { TEST_ORIGIN } from '#testing/world.ts'

const AUTH = 'http://auth.localhost:3000'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start(() => [], {
    places: { authOrigin: () => AUTH, apiResource: () => TEST_RESOURCE },
  })
})
afterAll(() => oauth[Symbol.asyncDispose]())

test('on a host of its own the authorization server answers scripts of the portal, for a client that is tried out, and no other ones', async () => {
  const cast = await oauth.cast()
  const { app, key } = cast
  const send = async (path: string, origin: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    headers.set('origin', origin)
    const answer = await readAnswer(await app.fetch(`${AUTH}${path}`, { ...init, headers }))
    return [answer.status, answer.headers.get('access-control-allow-origin')]
  }
  const ask = { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }
  const push = async (origin: string) => {
    const now = Math.floor(Date.now() / 1000)
    const { clientId } = app
    const claims = { iss: clientId, sub: clientId, aud: `${AUTH}/oauth`, jti: randomText(), exp: now + 60 }
    const assertion = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: key.jwk.kid })
      .sign(key.privateKey)
    const form = await app.parameters({
      client_id: clientId,
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return send('/oauth/par', origin, { method: 'POST', headers, body: form.toString() })
  }
  const metadata = '/.well-known/oauth-authorization-server/oauth'
  expect(await push(TEST_ORIGIN)).toEqual([400, null])
  await oauth.world.seed(`update api_client set environment = 'sandbox' where id = $1`, [cast.client])
  expect(await push(TEST_ORIGIN)).toEqual([201, TEST_ORIGIN])
  expect(await send('/oauth/par', TEST_ORIGIN, ask)).toEqual([204, TEST_ORIGIN])
  expect(await send(metadata, TEST_ORIGIN)).toEqual([200, TEST_ORIGIN])
  for (const origin of ['https://evil.example', 'null']) {
    expect(await push(origin)).toEqual([400, null])
    expect((await send('/oauth/par', origin, ask))[1]).toBeNull()
    expect((await send(metadata, origin))[1]).toBeNull()
  }
})
