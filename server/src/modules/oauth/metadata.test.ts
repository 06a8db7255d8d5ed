import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readAnswer, TEST_ISSUER, TEST_RESOURCE } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import { SCHEMA_NAMES } from './metadata.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start()
})
afterAll(() => oauth[Symbol.asyncDispose]())

async function read(path: string) {
  const { app } = await oauth.cast()
  return readAnswer(await app.fetch(`http://localhost:3000${path}`))
}

test('the authorization server says of itself what the profile is, and nothing weaker (RFC 8414)', async () => {
  const answer = await read('/.well-known/oauth-authorization-server/oauth')
  expect(answer.body).toMatchObject({
    issuer: TEST_ISSUER,
    authorization_endpoint: `${TEST_ISSUER}/authorize`,
    token_endpoint: `${TEST_ISSUER}/token`,
    pushed_authorization_request_endpoint: `${TEST_ISSUER}/par`,
    introspection_endpoint: `${TEST_ISSUER}/introspect`,
    introspection_signing_alg_values_supported: ['ES256'],
    revocation_endpoint: `${TEST_ISSUER}/revoke`,
    jwks_uri: `${TEST_ISSUER}/jwks`,
    require_pushed_authorization_requests: true,
    authorization_response_iss_parameter_supported: true,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
    dpop_signing_alg_values_supported: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
    authorization_details_types_supported: ['partner_access'],
    grant_management_endpoint: `${TEST_ISSUER}/grants`,
  })
  expect(z.array(z.string()).parse(answer.body['grant_types_supported']).toSorted()).toEqual([
    'authorization_code',
    'client_credentials',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ])
  expect(answer.body).not.toHaveProperty('id_token_signing_alg_values_supported')
  expect(answer.body).not.toHaveProperty('registration_endpoint')
  expect(answer.text).not.toContain('RS256')
  const same = await read('/oauth/.well-known/oauth-authorization-server')
  expect(same.body).toEqual(answer.body)
})

test('it is no OpenID provider, and has no endpoint that nobody asked for', async () => {
  for (const path of [
    '/.well-known/openid-configuration',
    '/reg',
    '/register',
    '/userinfo',
    '/device',
    '/session/end',
    '/interaction',
    '/nowhere',
  ])
    expect([path, (await read(`/oauth${path}`)).status]).toEqual([path, 404])
})

test('the API says which authorization server and which tokens it takes (RFC 9728)', async () => {
  for (const path of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/api']) {
    const { body } = await read(path)
    expect(body).toMatchObject({
      resource: TEST_RESOURCE,
      authorization_servers: [TEST_ISSUER],
      dpop_bound_access_tokens_required: true,
    })
  }
})

test('the JSON Schemas of claims and details are published, and a token that was issued keeps to its own (A3, A4)', async () => {
  for (const name of SCHEMA_NAMES) {
    const answer = await read(`/oauth/schemas/${name}.json`)
    expect(answer.headers.get('content-type')).toContain('application/schema+json')
    expect(answer.body).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `${TEST_ISSUER}/schemas/${name}.json`,
    })
  }
  expect((await read('/oauth/schemas/other.json')).status).toBe(404)
  const schema = await read('/oauth/schemas/access-token-claims.json')
  const { claims } = await oauth.grant(await oauth.cast())
  const published = z.fromJSONSchema(schema.body)
  expect(published.safeParse(claims).success).toBe(true)
  for (const name of ['customer_id', 'partner_id', 'delegation_id', 'act', 'billing', 'cnf']) {
    const { [name]: _left, ...without } = claims
    expect([name, published.safeParse(without).success]).toEqual([name, false])
  }
  expect(published.safeParse({ ...claims, anything: true }).success).toBe(false)
})
