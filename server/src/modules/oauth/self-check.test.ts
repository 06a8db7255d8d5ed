import type { Configuration } from 'oidc-provider'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeVault } from '#platform/credentials/vault.ts'
import { TestDesk } from '#testing/oauth-world.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import { makeKeyReader } from './keys.ts'
import { makeConfiguration } from './profile.ts'
import { findWeakSettings, requireProfile } from './self-check.ts'

let world: TestWorld
let settings: Configuration
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  const vault = makeVault(TEST_SECRET_KEY)
  const keys = makeKeyReader(world.database, vault)
  const desk = new TestDesk(() => {
    throw new Error('Nobody decides here.')
  })
  const places = { authOrigin: () => 'http://localhost:3000', apiResource: () => 'http://localhost:3000/api' }
  const { limiter, clock } = world.app.engine
  const parts = {
    database: world.database,
    vault,
    keys,
    consents: desk,
    places,
    portalOrigin: () => 'http://localhost:3000',
    strangers: { record: () => Promise.resolve() },
    limiter,
    clock,
    apis: () => Promise.resolve(null),
    certificates: () => null,
    accessRequests: { ask: () => Promise.resolve(null), read: () => Promise.resolve(null) },
    backchannel: { ask: () => Promise.resolve(null), read: () => Promise.resolve(null) },
    asksWithoutBrowser: true,
    onError: () => undefined,
  }
  settings = makeConfiguration(parts, await keys.read())
})
afterAll(() => world[Symbol.asyncDispose]())

const weakened = (change: (copy: Configuration) => Configuration): string[] =>
  findWeakSettings(change({ ...settings, features: { ...settings.features } }))

test('our own settings keep to the profile', () => {
  expect(findWeakSettings(settings)).toEqual([])
})

const CHANGES: Record<string, (copy: Configuration) => Configuration> = {
  'a client with a secret': (copy) => ({
    ...copy,
    clientAuthMethods: ['private_key_jwt', 'client_secret_basic'],
  }),
  'a token in the front channel': (copy) => ({ ...copy, responseTypes: ['code', 'id_token'] }),
  'requests that are not pushed': (copy) => ({
    ...copy,
    features: { ...copy.features, pushedAuthorizationRequests: { enabled: true } },
  }),
  'tokens without proof': (copy) => ({ ...copy, features: { ...copy.features, dPoP: { enabled: false } } }),
  'the sign-in of the library': (copy) => ({
    ...copy,
    features: { ...copy.features, devInteractions: { enabled: true } },
  }),
  'no profile': (copy) => ({ ...copy, features: { ...copy.features, fapi: { enabled: false } } }),
  'clients that register themselves': (copy) => ({
    ...copy,
    features: { ...copy.features, registration: { enabled: true } },
  }),
  'a weak algorithm': (copy) => ({
    ...copy,
    enabledJWA: { ...copy.enabledJWA, clientAuthSigningAlgValues: ['RS256'] },
  }),
  'a code for an hour': (copy) => ({ ...copy, ttl: { ...copy.ttl, AuthorizationCode: 3600 } }),
  'a token for an hour': (copy) => ({ ...copy, ttl: { ...copy.ttl, AccessToken: 3600 } }),
  'refresh tokens that rotate': (copy) => ({ ...copy, rotateRefreshToken: true }),
  'optional PKCE': (copy) => ({ ...copy, pkce: { required: () => false } }),
  'the memory of the process': ({ adapter: _adapter, ...copy }) => copy,
  'introspection by anybody': (copy) => ({
    ...copy,
    features: { ...copy.features, introspection: { enabled: true } as never },
  }),
  'one cookie key': (copy) => ({ ...copy, cookies: { ...copy.cookies, keys: ['one'] } }),
  'grants that are taken over': ({ loadExistingGrant: _load, ...copy }) => copy,
  'a certificate as all that a client needs': (copy) => ({
    ...copy,
    features: {
      ...copy.features,
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        selfSignedTlsClientAuth: true,
        getCertificate: () => undefined,
      },
    },
  }),
  'a client in the settings': (copy) => ({ ...copy, clients: [{ client_id: 'x' }] }),
}

test.each(Object.keys(CHANGES))('with %s the server does not start (trap 1)', (name) => {
  expect(weakened(CHANGES[name] ?? ((copy) => copy))).toHaveLength(1)
  expect(() => requireProfile((CHANGES[name] ?? ((copy: Configuration) => copy))(settings), [])).toThrow(
    'weaker than its profile',
  )
})
