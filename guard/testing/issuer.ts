import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { CryptoKey, JWK, JWTHeaderParameters, JWTPayload } from 'jose'

export const ISSUER = 'https://auth.example/oauth'
export const AUDIENCE = 'https://api.example/api'
export const NOW = new Date('2026-11-22T12:00:00Z')
export const NOW_SECONDS = NOW.getTime() / 1000

/** A key pair with the public half as others see it. */
export interface TestKey {
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export async function makeTestKey(kid: string): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } }
}

/** The claims of a token under a consent, for `NOW`. */
export function delegatedClaims(keyThumbprint: string): JWTPayload {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'ten_globex',
    client_id: 'cli_acme',
    jti: randomUUID(),
    iat: NOW_SECONDS - 10,
    exp: NOW_SECONDS + 290,
    scope: 'orders.read orders.write',
    access: 'delegated',
    partner_id: 'par_acme',
    partner_kind: 'partner',
    customer_id: 'ten_globex',
    customer_ban: 'BAN-1001',
    delegation_id: 'con_7f2',
    delegation_ver: 4,
    authorized_by: 'apr_9',
    act: { sub: 'client:cli_acme', partner_id: 'par_acme' },
    billing: { party: 'ten_globex', ban: 'BAN-1001', mode: 'direct' },
    authorization_details: [
      {
        type: 'partner_access',
        customer_id: 'ten_globex',
        customer_ban: 'BAN-1001',
        actions: ['order.create', 'order.read'],
        locations: [AUDIENCE],
        expires_at: '2027-02-19T00:00:00Z',
      },
    ],
    cnf: { jkt: keyThumbprint },
  }
}

/** The claims of a token for the client's own organisation, for `NOW`. */
export function ownClaims(keyThumbprint: string): JWTPayload {
  const delegated = new Set([
    'delegation_id',
    'delegation_ver',
    'authorized_by',
    'act',
    'authorization_details',
  ])
  const rest = Object.entries(delegatedClaims(keyThumbprint)).filter(([name]) => !delegated.has(name))
  return { ...Object.fromEntries(rest), access: 'own', sub: 'client:cli_acme' }
}

export function signToken(
  key: TestKey,
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const { kid } = key.publicJwk
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...(kid !== undefined && { kid }), ...header })
    .sign(key.privateKey)
}

export interface ProofSubject {
  readonly method: string
  readonly url: string
  readonly token: string
}

/** The members of the public key, and nothing else. */
export function publicHalf({ publicJwk }: TestKey): JWK {
  const { kty, crv = '', x = '', y = '' } = publicJwk
  if (kty === undefined) throw new Error('The key has no type.')
  return { kty, crv, x, y }
}

/** A proof of possession (RFC 9449 section 4.2), with what a test wants to be different. */
export async function signProof(
  key: TestKey,
  { method, url, token }: ProofSubject,
  change: { readonly claims?: Record<string, unknown>; readonly header?: Record<string, unknown> } = {},
): Promise<string> {
  const jwk = publicHalf(key)
  return new SignJWT({
    jti: randomUUID(),
    htm: method,
    htu: url.split('?')[0],
    iat: NOW_SECONDS,
    ath: createHash('sha256').update(token).digest('base64url'),
    ...change.claims,
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...change.header })
    .sign(key.privateKey)
}

export function thumbprintOf(key: TestKey): Promise<string> {
  return calculateJwkThumbprint(key.publicJwk)
}
