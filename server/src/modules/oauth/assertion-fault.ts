import { compactVerify, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK } from 'jose'
import type { JWTPayload } from 'jose'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { z } from 'zod'
import { useOnce } from './artifact-store.ts'
import type { OAuthParts } from './parts.ts'
import { ASSERTION_SECONDS, CLOCK_TOLERANCE_SECONDS, issuerOf, SIGNATURES } from './settings.ts'

/** What is wrong with an assertion that the client signed itself. */
export interface AssertionFault {
  /** For the client, which may know: it holds the key. */
  readonly words: string
  /** Whether the client sent it just now, so that its own log may tell of it. */
  readonly isOwn: boolean
}

/** A key that a client is registered with, as the library holds it: every member is text. */
const Key = z.object({ kty: z.string() }).catchall(z.string())
const Keys = z.array(Key)

/** The registered key that signed an assertion, whatever its header says of it; null when none did. */
async function signerOf(assertion: string, keys: readonly z.infer<typeof Key>[]) {
  for (const key of keys)
    try {
      const { alg = '' } = decodeProtectedHeader(assertion)
      await compactVerify(assertion, await importJWK(key, alg), { algorithms: [...SIGNATURES] })
      return key
    } catch {
      // Another one may have.
    }
  return null
}

let nobodys: Promise<z.infer<typeof Key>> | null = null

/** A key that signed nothing: where there is no such client the same is computed, so that a clock tells nobody who exists. */
function nobodysKey(): Promise<z.infer<typeof Key>> {
  nobodys ??= generateKeyPair('ES256', { extractable: true }).then(async ({ publicKey }) =>
    Key.parse(await exportJWK(publicKey)),
  )
  return nobodys
}

function faultOfEnd(exp: unknown, now: number): string | null {
  if (typeof exp !== 'number') return 'exp is missing'
  if (exp > now + ASSERTION_SECONDS + CLOCK_TOLERANCE_SECONDS)
    return 'exp must lie within the next ten minutes'
  return exp < now - CLOCK_TOLERANCE_SECONDS ? 'exp is over' : null
}

function faultsOf({ iss, sub, aud, exp, iat, nbf, jti }: JWTPayload, issuer: string, now: number): string[] {
  const isEarly = [iat, nbf].some((instant) => (instant ?? 0) > now + CLOCK_TOLERANCE_SECONDS)
  return [
    aud === issuer ? null : `aud must be the issuer, ${issuer}, as one text`,
    iss === sub ? null : 'iss must be the client_id, as sub is',
    faultOfEnd(exp, now),
    isEarly ? 'iat or nbf lies in the future' : null,
    typeof jti === 'string' && jti !== '' ? null : 'jti is missing',
  ].filter((fault) => fault !== null)
}

/**
 * Whether an assertion was made a moment ago for this server. What was made for another one, or long ago, may come from
 * whoever found it somewhere.
 */
function isMadeNow({ aud, iat, exp }: JWTPayload, origin: string, now: number): boolean {
  const isForUs = [aud ?? []].flat().some((text) => text === origin || text.startsWith(`${origin}/`))
  const isRecent = iat !== undefined && Math.abs(now - iat) <= ASSERTION_SECONDS
  return isForUs && (isRecent || (exp !== undefined && exp > now && exp <= now + ASSERTION_SECONDS))
}

/** The longest time in which an assertion counts as made now. */
const MADE_NOW_SECONDS = 2 * ASSERTION_SECONDS + CLOCK_TOLERANCE_SECONDS

function assertionOf(ctx: KoaContextWithOIDC): string | null {
  const assertion = ctx.oidc.params?.['client_assertion']
  return typeof assertion === 'string' ? assertion : null
}

/**
 * What is wrong with an assertion that was refused, when one of the client's registered keys signed it; null for anything
 * else. Whoever does not hold the key learns nothing, and writes nothing into the client's log: one that was found and
 * sent again is told of there once, and only while it is new.
 */
export async function findAssertionFault(
  parts: OAuthParts,
  ctx: KoaContextWithOIDC,
): Promise<AssertionFault | null> {
  const assertion = assertionOf(ctx)
  if (assertion === null) return null
  const { client } = ctx.oidc
  const key = await signerOf(assertion, client ? Keys.parse(client.jwks?.keys ?? []) : [await nobodysKey()])
  if (!client || !key) return null
  const now = parts.clock().getTime() / 1000
  const claims = decodeJwt(assertion)
  const { kid } = decodeProtectedHeader(assertion)
  const faults = [
    ...faultsOf(claims, issuerOf(parts.places), now),
    ...(kid === undefined || kid === key['kid'] ? [] : ['kid names no key of this client']),
  ]
  // Nothing is wrong with it but that it was used before.
  if (faults.length === 0)
    return { words: 'the assertion was used before: make one for each request', isOwn: false }
  const isOwn =
    isMadeNow(claims, parts.places.authOrigin(), now) &&
    // By what is signed: the same signature can be written in many ways.
    (await useOnce(
      parts.database,
      `fault ${assertion.slice(0, assertion.lastIndexOf('.'))}`,
      MADE_NOW_SECONDS,
    ))
  return { words: faults.join('; '), isOwn }
}
