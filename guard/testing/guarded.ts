import type { JWTPayload } from 'jose'
import { createGuard, GuardError } from '../src/index.ts'
import type { Guard, GuardOptions, GuardRequest } from '../src/index.ts'
import { AUDIENCE, ISSUER, makeTestKey, NOW, signProof, signToken, thumbprintOf } from './issuer.ts'
import type { TestKey } from './issuer.ts'

export const url = 'https://api.example/api/v1/customers/BAN-1001/orders'

/** What a test wants to be different about a request. */
interface Change {
  readonly token?: string
  readonly proof?: string
  readonly method?: string
  readonly header?: Record<string, unknown>
}

/** An issuer, a client with its key, and guards that trust the issuer. */
export interface GuardedWorld {
  readonly issuerKey: TestKey
  readonly clientKey: TestKey
  readonly thumbprint: string
  readonly makeGuard: (options?: Partial<GuardOptions>) => Guard
  /** A request with a token of these claims and a good proof, but for the changes. */
  readonly present: (claims: JWTPayload, change?: Change) => Promise<GuardRequest>
  /** The refusal of a request; throws when it is let pass. */
  readonly refusalOf: (request: GuardRequest, options?: Partial<GuardOptions>) => Promise<GuardError>
}

export async function makeGuardedWorld(): Promise<GuardedWorld> {
  const [issuerKey, clientKey] = await Promise.all([makeTestKey('k1'), makeTestKey('client')])
  const thumbprint = await thumbprintOf(clientKey)
  const jwks = { keys: [issuerKey.publicJwk] }
  function makeGuard(options: Partial<GuardOptions> = {}): Guard {
    return createGuard({ issuer: ISSUER, audience: AUDIENCE, jwks, clock: () => NOW, ...options })
  }
  return {
    issuerKey,
    clientKey,
    thumbprint,
    makeGuard,
    async present(claims, { method = 'GET', ...change } = {}) {
      const token = change.token ?? (await signToken(issuerKey, claims, change.header))
      const proof = change.proof ?? (await signProof(clientKey, { method, url, token }))
      return { method, url, headers: { authorization: `DPoP ${token}`, dpop: proof } }
    },
    async refusalOf(request, options) {
      const refusal: unknown = await makeGuard(options)
        .verify(request)
        .catch((error: unknown) => error)
      if (!(refusal instanceof GuardError)) throw new Error('The request was let pass.')
      return refusal
    },
  }
}

/** A JWT that nobody signed. */
export function forge(header: object, claims: object, signature = 'AAAA'): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${encode(header)}.${encode(claims)}.${signature}`
}
