import { decodeJwt } from 'jose'
import * as lib from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AskingScene } from '#testing/access-request-acts.ts'
import { BackchannelWorld, ORDERS } from '#testing/backchannel-acts.ts'
import { fetchWith, makeTestCertificate, TlsFront } from '#testing/client-certificates.ts'
import type { TestCertificate } from '#testing/client-certificates.ts'
import { TEST_ISSUER } from '#testing/oauth-client.ts'
import { TEST_ORIGIN } from '#testing/world.ts'
import { readCertificates } from './certificates.ts'

const HEADER = 'Client-Cert'
const [own, stranger] = [makeTestCertificate('one.northwind.example'), makeTestCertificate('evil.example')]
const [certificate] = readCertificates([own.pem]).certificates

let ciba: BackchannelWorld
let front: TlsFront
beforeAll(async () => {
  ciba = await BackchannelWorld.start({
    clientCertificates: { header: HEADER, proxies: ['127.0.0.1'] },
    places: {
      authOrigin: () => TEST_ORIGIN,
      apiResource: () => `${TEST_ORIGIN}/api`,
      mtlsOrigin: () => front.origin,
    },
  })
  const origin = await ciba.world.app.http.listen({ port: 0, host: '127.0.0.1' })
  front = await TlsFront.start(Number(new URL(origin).port), HEADER)
})
afterAll(async () => {
  await front[Symbol.asyncDispose]()
  await ciba[Symbol.asyncDispose]()
})

/** A client library of somebody else, on connections with this certificate. */
function libraryOf({ cast: { app } }: AskingScene, certificate: TestCertificate) {
  return lib.discovery(
    new URL(TEST_ISSUER),
    app.clientId,
    { use_mtls_endpoint_aliases: true },
    lib.PrivateKeyJwt(
      { key: app.key.privateKey, kid: app.key.jwk.kid },
      { [lib.modifyAssertion]: (_header, claims) => void (claims['aud'] = TEST_ISSUER) },
    ),
    {
      algorithm: 'oauth2',
      execute: [lib.allowInsecureRequests],
      [lib.customFetch]: (url, options) =>
        (url.startsWith(front.origin) ? fetchWith(certificate) : app.fetch)(url, options as RequestInit),
    },
  )
}

/** A client whose tokens are bound to its own certificate. */
async function openBound(): Promise<AskingScene> {
  const scene = await ciba.open()
  await ciba.world.seed(`update api_client set token_binding = 'mtls', certificates = $2 where id = $1`, [
    scene.cast.client,
    JSON.stringify([certificate]),
  ])
  return scene
}

async function call(token: string, certificate: TestCertificate) {
  const answer = await fetchWith(certificate)(`${front.origin}${ORDERS}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  return answer.status
}

test('what was approved for a client with a certificate goes to no other connection (A16)', async () => {
  const scene = await openBound()
  const config = await libraryOf(scene, own)
  expect(config.serverMetadata().mtls_endpoint_aliases).toMatchObject({
    backchannel_authentication_endpoint: `${front.origin}/oauth/backchannel`,
  })
  const asked = await lib.initiateBackchannelAuthentication(config, ciba.parameters(scene))
  await ciba.approve(scene)
  const elsewhere = await libraryOf(scene, stranger)
  await expect(lib.pollBackchannelAuthenticationGrant(elsewhere, asked)).rejects.toMatchObject({
    error: 'invalid_request',
    error_description: expect.stringContaining('certificate'),
  })
  await ciba.letPollAgain()
  const again = await ciba.poll(scene, { status: 0, text: '', headers: new Headers(), body: { ...asked } })
  expect(again.body['access_token']).toBeUndefined()
}, 30_000)

test('over its own connection the client gets the token, which opens nothing without the certificate (A16)', async () => {
  const scene = await openBound()
  const config = await libraryOf(scene, own)
  const asked = await lib.initiateBackchannelAuthentication(config, ciba.parameters(scene))
  await ciba.approve(scene)
  const tokens = await lib.pollBackchannelAuthenticationGrant(config, asked)
  expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ 'x5t#S256': certificate?.thumbprint })
  expect(await call(tokens.access_token, own)).toBe(200)
  expect(await call(tokens.access_token, stranger)).toBe(401)
}, 30_000)
