import { ACTION_NAMES, scopeOfAction } from '@liaison/access'

import { readClock } from '../../platform/clock.ts'
import { metadataOf, readPlaces, textOf } from './api-places.ts'
import { digestText, toBase64Url } from './key-pair.ts'
import type { Attempt, SigningKey } from './sandbox-store.ts'

/** A refusal of the authorization server in its own words (RFC 6749 section 5.2). */
export class SandboxFault extends Error {
  readonly code: string

  constructor(code: string, description: string | null) {
    super(description ?? code)
    this.code = code
  }
}

type Json = Readonly<Record<string, unknown>>

const encode = (value: Json): string => toBase64Url(new TextEncoder().encode(JSON.stringify(value)).buffer)
const random = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)).buffer)

async function signJwt(key: CryptoKey, header: Json, claims: Json): Promise<string> {
  const signed = `${encode({ alg: 'ES256', ...header })}.${encode(claims)}`
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const bytes = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(signed))
  return `${signed}.${toBase64Url(bytes)}`
}

const secondsNow = (): number => Math.floor(readClock().getTime() / 1000)

/** A proof that this browser holds the key to which the token is bound, for one request (RFC 9449 section 4). */
async function prove({ proof }: Attempt, request: { method: string; address: string; token?: string }) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', proof.publicKey)
  const { method, address, token } = request
  return signJwt(
    proof.privateKey,
    { typ: 'dpop+jwt', jwk: { kty, crv, x, y } },
    {
      jti: random(),
      htm: method,
      htu: address,
      iat: secondsNow(),
      ...(token !== undefined && { ath: await digestText(token) }),
    },
  )
}

/** Signs that the client asks (RFC 7523); its audience is the issuer alone (FAPI 2.0). */
function assert({ clientId, signing }: Attempt, issuer: string): Promise<string> {
  const at = secondsNow()
  const claims = { iss: clientId, sub: clientId, aud: issuer, jti: random(), iat: at, exp: at + 60 }
  return signJwt(signing.key, { kid: signing.kid }, claims)
}

async function readServer() {
  const { issuer, resource } = await readPlaces(new AbortController().signal)
  const answer = await fetch(metadataOf(issuer), { credentials: 'omit' })
  const metadata: unknown = await answer.json()
  const endpoint = (name: string) => textOf(metadata, `${name}_endpoint`) ?? ''
  return {
    issuer,
    resource,
    push: endpoint('pushed_authorization_request'),
    authorize: endpoint('authorization'),
    token: endpoint('token'),
  }
}

type Server = Awaited<ReturnType<typeof readServer>>

async function send(attempt: Attempt, server: Server, to: { address: string; form: Record<string, string> }) {
  const body = new URLSearchParams({
    ...to.form,
    client_id: attempt.clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assert(attempt, server.issuer),
  })
  const headers = { DPoP: await prove(attempt, { method: 'POST', address: to.address }) }
  const answer = await fetch(to.address, { method: 'POST', body, headers, credentials: 'omit' })
  const read: unknown = await answer.json()
  if (!answer.ok) throw new SandboxFault(textOf(read, 'error') ?? '', textOf(read, 'error_description'))
  return read
}

/** The address to which the browser comes back; registered with the client exactly like this. */
export const returnAddress = (path: string): string => `${window.location.origin}${path}`

type Wanted = { clientId: string; scopes: readonly string[]; purpose: string; signing: SigningKey }

/** A try that nobody has heard of yet: keys and secrets of its own. */
export async function makeAttempt({ clientId, signing }: Wanted): Promise<Attempt> {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const proof = await crypto.subtle.generateKey(curve, false, ['sign', 'verify'])
  return { clientId, signing, proof, state: random(), verifier: random() }
}

/** Pushes the authorization request (RFC 9126), as the client would, and answers where the customer decides. */
export async function push(attempt: Attempt, wanted: Wanted, back: string): Promise<string> {
  const server = await readServer()
  const actions = ACTION_NAMES.filter((action) => wanted.scopes.includes(scopeOfAction(action)))
  const form = {
    response_type: 'code',
    redirect_uri: back,
    scope: wanted.scopes.join(' '),
    state: attempt.state,
    code_challenge: await digestText(attempt.verifier),
    code_challenge_method: 'S256',
    authorization_details: JSON.stringify([{ type: 'partner_access', actions, purpose: wanted.purpose }]),
  }
  const pushed = await send(attempt, server, { address: server.push, form })
  const asked = { client_id: attempt.clientId, request_uri: textOf(pushed, 'request_uri') ?? '' }
  return `${server.authorize}?${new URLSearchParams(asked).toString()}`
}

/** What came back from the customer's pages, once (RFC 6749 section 4.1.2, RFC 9207). */
export type Arrived = Readonly<Record<'code' | 'error' | 'state' | 'iss', string | null>>

/** Reads what an address brought along; null when nobody comes back with it. */
export function readArrival(search: string): Arrived | null {
  const found = new URLSearchParams(search)
  const [code, error, state, iss] = ['code', 'error', 'state', 'iss'].map((name) => found.get(name))
  const arrived = { code: code ?? null, error: error ?? null, state: state ?? null, iss: iss ?? null }
  return arrived.code === null && arrived.error === null ? null : arrived
}

/** A token with what it says. */
export type Granted = { token: string; claims: Json; resource: string }

function readClaims(token: string): Json {
  const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0))
  const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
  return typeof claims === 'object' && claims !== null ? { ...claims } : {}
}

/** Redeems the code for a token that is bound to the proof key of the try. Throws what the server, or the address, says against it. */
export async function redeem(attempt: Attempt, arrived: Arrived, back: string): Promise<Granted> {
  const server = await readServer()
  const { code, error, iss } = arrived
  if (iss !== server.issuer) throw new SandboxFault('iss', 'The answer came from another server.')
  if (code === null) throw new SandboxFault(error ?? '', null)
  const { verifier } = attempt
  const form = { grant_type: 'authorization_code', code, redirect_uri: back, code_verifier: verifier }
  const tokens = await send(attempt, server, { address: server.token, form })
  const token = textOf(tokens, 'access_token') ?? ''
  return { token, claims: readClaims(token), resource: server.resource }
}

const calls = [
  ['orders.read', 'orders'],
  ['services.read', 'services'],
  ['invoices.read', 'invoices'],
  ['accounts.read', 'account'],
] as const

/** A first call that the token opens, as a path of the API; null when it opens no read. */
export function firstCallOf({ claims }: Granted): string | null {
  const scopes = (textOf(claims, 'scope') ?? '').split(' ')
  const found = calls.find(([scope]) => scopes.includes(scope))
  const ban = encodeURIComponent(textOf(claims, 'customer_ban') ?? '')
  return found === undefined ? null : `/v1/customers/${ban}/${found[1]}`
}

/** What the API answered. */
export type Answered = { status: number; requestId: string | null; text: string }

/** Calls the API as the client would, with the token and a fresh proof. */
export async function call(attempt: Attempt, { token, resource }: Granted, path: string): Promise<Answered> {
  const address = `${resource}${path}`
  const headers = {
    Authorization: `DPoP ${token}`,
    DPoP: await prove(attempt, { method: 'GET', address, token }),
  }
  const answer = await fetch(address, { headers, credentials: 'omit' })
  const text = await answer.text()
  return { status: answer.status, requestId: answer.headers.get('x-request-id'), text }
}
