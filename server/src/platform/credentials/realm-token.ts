import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { decodeId, encodeId } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { decodeJwt, decodeProtectedHeader, exportJWK, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { epochSecondsOf } from '#platform/instant.ts'
import type { Vault } from './vault.ts'

/** How long an access token of an end user lasts; its session is asked for at every use all the same. */
export const REALM_TOKEN_SECONDS = 600

/** How long others may keep a copy of a realm's public keys. */
export const REALM_KEYS_MAX_AGE_SECONDS = 300

/** What a valid token of an end user says. */
export interface RealmToken {
  readonly slug: string
  readonly userId: IdOf<'end_user'>
  readonly sessionId: IdOf<'end_user_session'>
  readonly keyNumber: number
  /** What shows the database that the token was made for this session, until this end (`access.prove_own_session`). */
  readonly proof: string
  /** Seconds since 1970. */
  readonly endsAt: number
  /** What the user's plan gives, for the API that takes the token; our own asks the plan at every use. */
  readonly apiAccess?: 'sandbox' | 'live' | null
}

/** The issuers of the realms: each signs with keys of its own that no other realm's token verifies under (C9). */
export interface RealmTokens {
  issuer(slug: string): string
  /** Signs a token for a session. */
  sign(token: RealmToken, now: Date): Promise<string>
  /** The public keys of a realm with these numbers. */
  keys(slug: string, keyNumbers: readonly number[]): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** The token, when the realm that it names as its issuer signed it and it has not run out; else null. */
  verify(text: string, now: Date): Promise<RealmToken | null>
}

const SLUG = /^[a-z0-9][a-z0-9-]{1,62}$/
const KID = /^realm-(\d{1,7})$/
/** The head of a PKCS #8 structure for a bare Ed25519 seed (RFC 8410 section 7). */
const ED25519_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

const Claims = z.object({
  sub: z.string().transform((text) => decodeId('end_user', text)),
  sid: z.string().transform((text) => decodeId('end_user_session', text)),
  session_proof: z.string(),
  exp: z.int(),
})

const kidOf = (keyNumber: number): string => `realm-${keyNumber}`

/** What an unverified token says of its issuer and key; null for anything that is no token of a realm. */
function readHead(text: string, issuer: RealmTokens['issuer']): { slug: string; keyNumber: number } | null {
  try {
    const number = KID.exec(decodeProtectedHeader(text).kid ?? '')?.[1]
    const named = decodeJwt(text).iss ?? ''
    const slug = named.slice(issuer('').length)
    return number !== undefined && SLUG.test(slug) && named === issuer(slug)
      ? { slug, keyNumber: Number(number) }
      : null
  } catch {
    return null
  }
}

async function verifyToken(
  text: string,
  now: Date,
  keys: {
    readonly issuer: RealmTokens['issuer']
    readonly publicKey: (slug: string, keyNumber: number) => KeyObject
  },
): Promise<RealmToken | null> {
  const { issuer, publicKey } = keys
  const head = readHead(text, issuer)
  if (!head) return null
  try {
    const { payload } = await jwtVerify(text, publicKey(head.slug, head.keyNumber), {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      issuer: issuer(head.slug),
      audience: `${issuer(head.slug)}/api`,
      requiredClaims: ['exp', 'sub', 'sid', 'session_proof'],
      currentDate: now,
    })
    const { sub, sid, session_proof: proof, exp: endsAt } = Claims.parse(payload)
    return sub && sid ? { ...head, userId: sub, sessionId: sid, proof, endsAt } : null
  } catch {
    return null
  }
}

/** Makes the issuers; every key is derived from the installation's root, the realm's name and the key's number. */
export function makeRealmTokens(vault: Pick<Vault, 'deriveKey'>, publicOrigin: () => string): RealmTokens {
  const privateKey = (slug: string, keyNumber: number): KeyObject =>
    createPrivateKey({
      key: Buffer.concat([ED25519_HEAD, vault.deriveKey(`realm ${slug} signing key ${keyNumber}`)]),
      format: 'der',
      type: 'pkcs8',
    })
  const publicKey = (slug: string, keyNumber: number) => createPublicKey(privateKey(slug, keyNumber))
  const issuer = (slug: string): string => `${publicOrigin()}/p/${slug}`

  return {
    issuer,
    sign: ({ slug, userId, sessionId, keyNumber, proof, endsAt, apiAccess = null }, now) =>
      new SignJWT({
        sid: encodeId('end_user_session', sessionId),
        session_proof: proof,
        ...(apiAccess !== null && { api_access: apiAccess }),
      })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: kidOf(keyNumber) })
        .setIssuer(issuer(slug))
        .setAudience(`${issuer(slug)}/api`)
        .setSubject(encodeId('end_user', userId))
        .setJti(randomUUID())
        .setIssuedAt(epochSecondsOf(now))
        .setExpirationTime(endsAt)
        .sign(privateKey(slug, keyNumber)),
    keys: (slug, keyNumbers) =>
      Promise.all(
        keyNumbers.map(async (number) => ({
          ...(await exportJWK(publicKey(slug, number))),
          kid: kidOf(number),
          alg: 'EdDSA',
          use: 'sig',
        })),
      ),
    verify: (text, now) => verifyToken(text, now, { issuer, publicKey }),
  }
}
