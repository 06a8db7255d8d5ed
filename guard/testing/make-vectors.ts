import { writeFile } from 'node:fs/promises'
import type { JWTPayload } from 'jose'
import {
  AUDIENCE,
  delegatedClaims,
  ISSUER,
  makeTestKey,
  NOW,
  NOW_SECONDS,
  ownClaims,
  signProof,
  signToken,
  thumbprintOf,
} from './issuer.ts'
import type { TestKey } from './issuer.ts'

/** What the guard must say of one request. */
interface Vector {
  readonly name: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly expected: {
    readonly status: number
    readonly code?: string
    readonly error?: string
    readonly access?: string
  }
}

const url = 'https://api.example/api/v1/customers/BAN-1001/orders'
const TOKEN_REFUSED = { status: 401, code: 'UNAUTHORIZED', error: 'invalid_token' }
const PROOF_REFUSED = { status: 401, code: 'UNAUTHORIZED', error: 'invalid_dpop_proof' }
const MISMATCH = { status: 403, code: 'CUSTOMER_MISMATCH' }

interface Change {
  readonly claims?: JWTPayload
  readonly header?: Record<string, unknown>
  readonly proof?: Parameters<typeof signProof>[2]
  readonly signer?: TestKey
  readonly holder?: TestKey
  readonly scheme?: string
}

const [issuer, client, stranger] = await Promise.all([
  makeTestKey('k1'),
  makeTestKey('c1'),
  makeTestKey('k1'),
])
const bound = await thumbprintOf(client)

async function make(name: string, expected: Vector['expected'], change: Change = {}): Promise<Vector> {
  const claims = { ...delegatedClaims(bound), ...change.claims }
  const token = await signToken(change.signer ?? issuer, claims, change.header)
  const proof = await signProof(change.holder ?? client, { method: 'GET', url, token }, change.proof)
  return {
    name,
    method: 'GET',
    url,
    headers: { authorization: `${change.scheme ?? 'DPoP'} ${token}`, dpop: proof },
    expected,
  }
}

const own = {
  ...ownClaims(bound),
  partner_id: undefined,
  partner_kind: undefined,
  delegation_id: undefined,
  delegation_ver: undefined,
  act: undefined,
  authorized_by: undefined,
  authorization_details: undefined,
}

const cases = [
  await make('a token under a consent', { status: 200, access: 'delegated' }),
  await make("a token for the client's own organisation", { status: 200, access: 'own' }, { claims: own }),
  await make(
    'a token under a resale',
    { status: 200, access: 'resale' },
    {
      claims: {
        access: 'resale',
        partner_kind: 'wholesaler',
        delegation_id: 'rsl_1',
        authorized_by: 'agreement:A-55',
        billing: { party: 'ten_whole', ban: 'BAN-W-1', mode: 'resale' },
      },
    },
  ),
  await make('sent as Bearer', TOKEN_REFUSED, { scheme: 'Bearer' }),
  await make('signed by a stranger under the same key id', TOKEN_REFUSED, { signer: stranger }),
  await make('of type JWT', TOKEN_REFUSED, { header: { typ: 'JWT' } }),
  await make('with the address of a key set', TOKEN_REFUSED, {
    header: { jku: 'https://evil.example/jwks' },
  }),
  await make('of an unknown key', TOKEN_REFUSED, { header: { kid: 'k2' } }),
  await make('of another audience', TOKEN_REFUSED, { claims: { aud: 'https://other.example' } }),
  await make('of two audiences', TOKEN_REFUSED, { claims: { aud: [AUDIENCE, 'https://other.example'] } }),
  await make('of another issuer', TOKEN_REFUSED, { claims: { iss: 'https://other.example' } }),
  await make('that has ended', TOKEN_REFUSED, { claims: { exp: NOW_SECONDS - 11 } }),
  await make('issued 61 seconds ahead', TOKEN_REFUSED, { claims: { iat: NOW_SECONDS + 61 } }),
  await make('not bound to a key', TOKEN_REFUSED, { claims: { cnf: undefined } }),
  await make('delegated without a partner', MISMATCH, { claims: { partner_id: undefined } }),
  await make('delegated without a billing account', MISMATCH, { claims: { customer_ban: undefined } }),
  await make('delegated without an actor', MISMATCH, { claims: { act: undefined } }),
  await make('own, with a delegation', TOKEN_REFUSED, { claims: { ...own, delegation_id: 'con_1' } }),
  await make('with a proof of another key', PROOF_REFUSED, { holder: stranger }),
  await make('with a proof for POST', PROOF_REFUSED, { proof: { claims: { htm: 'POST' } } }),
  await make('with a proof for another address', PROOF_REFUSED, {
    proof: { claims: { htu: 'https://api.example/api/v1/customers/BAN-2002/orders' } },
  }),
  await make('with a proof for another token', PROOF_REFUSED, { proof: { claims: { ath: 'AAAA' } } }),
  await make('with a proof of 300 seconds ago', PROOF_REFUSED, {
    proof: { claims: { iat: NOW_SECONDS - 300 } },
  }),
  await make('with a proof 61 seconds ahead', PROOF_REFUSED, {
    proof: { claims: { iat: NOW_SECONDS + 61 } },
  }),
  await make('with a proof of type JWT', PROOF_REFUSED, { proof: { header: { typ: 'JWT' } } }),
]

const document = {
  description:
    'Requests and what a resource server must answer to each, alone, at `now`. Every key in them was made for them.',
  now: NOW.toISOString(),
  issuer: ISSUER,
  audience: AUDIENCE,
  jwks: { keys: [issuer.publicJwk] },
  cases,
}
await writeFile(
  new URL('../../tests/vectors/guard.json', import.meta.url),
  `${JSON.stringify(document, null, 2)}\n`,
)
