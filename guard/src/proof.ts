import { decodeProtectedHeader } from 'jose'
import type { JWK } from 'jose'
import { toSeconds } from './clock.ts'
import type { Clock } from './clock.ts'
import { digestText } from './digest.ts'
import { refuseProof } from './error.ts'
import { thumbprintOf } from './proof-key.ts'
import type { ProofKeys } from './proof-key.ts'
import type { ReplayStore } from './replay.ts'

/** What a proof of possession must say. */
export interface ProofTerms {
  readonly algorithms: readonly string[]
  readonly keys: ProofKeys
  readonly replayStore: ReplayStore
  readonly clock: Clock
  readonly maxProofAgeSeconds: number
  readonly clockToleranceSeconds: number
}

/** What a proof is presented for. */
export interface ProofSubject {
  readonly method: string
  /** The absolute URL of the request; its query and fragment are left out of the comparison. */
  readonly url: string
  /** SHA-256 of the access token in base64url. */
  readonly tokenDigest: string
  /** The thumbprint that the token is bound to. */
  readonly keyThumbprint: string
}

const LONGEST_PROOF = 4096
const LONGEST_ID = 256
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
const HEADER_MEMBERS: ReadonlySet<string> = new Set(['alg', 'typ', 'jwk'])
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

type Claims = Readonly<Record<string, unknown>>

function readHeader(proof: string, { algorithms }: ProofTerms): { jwk: JWK; algorithm: string } {
  let header: ReturnType<typeof decodeProtectedHeader>
  try {
    header = decodeProtectedHeader(proof)
  } catch (cause) {
    throw refuseProof('The proof is not readable.', cause)
  }
  const { alg, jwk, typ } = header
  if (typ !== 'dpop+jwt' || !Object.keys(header).every((name) => HEADER_MEMBERS.has(name)))
    throw refuseProof('The proof is of another type.')
  if (alg === undefined || !algorithms.includes(alg))
    throw refuseProof('The algorithm of the proof is not accepted.')
  if (!jwk || PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name)))
    throw refuseProof('The proof must carry its public key, and nothing more of it.')
  return { jwk, algorithm: alg }
}

/** What the proof says; only to be believed once its signature was found to hold. */
function readClaims(proof: string): Claims {
  const claims: unknown = JSON.parse(Buffer.from(proof.split('.', 2)[1] ?? '', 'base64url').toString())
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
    throw new Error('the claims of the proof are no object')
  return { ...claims }
}

/** An address without query and fragment, its scheme and host in one form (RFC 3986 sections 6.2.2 and 6.2.3). */
function normalize(address: string): string | null {
  if (!URL.canParse(address)) return null
  const { origin, pathname, username, password } = new URL(address)
  return username === '' && password === '' ? `${origin}${pathname}` : null
}

/** The identifier of the proof. */
function checkSubject({ htm, htu, ath, jti }: Claims, subject: ProofSubject): string {
  if (htm !== subject.method) throw refuseProof('The proof is for another method.')
  const address = typeof htu === 'string' ? normalize(htu) : null
  if (address === null || address !== normalize(subject.url))
    throw refuseProof('The proof is for another address.')
  if (ath !== subject.tokenDigest) throw refuseProof('The proof is for another token.')
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID)
    throw refuseProof('The proof has no usable identifier.')
  return jti
}

/** A time in a claim (NumericDate, RFC 7519 section 2); undefined when there is none. */
function readTime(claims: Claims, name: string): number | undefined {
  const value = claims[name]
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
  throw refuseProof(`The ${name} of the proof is no time.`)
}

/** When the proof was made. */
function checkAge(claims: Claims, terms: ProofTerms): number {
  const now = toSeconds(terms.clock())
  const [madeAt, endsAt, startsAt] = ['iat', 'exp', 'nbf'].map((name) => readTime(claims, name))
  if (madeAt === undefined || Math.max(madeAt, startsAt ?? madeAt) > now + terms.clockToleranceSeconds)
    throw refuseProof('The proof was made in the future.')
  const isOver = endsAt !== undefined && endsAt <= now - terms.clockToleranceSeconds
  if (isOver || madeAt <= now - terms.maxProofAgeSeconds) throw refuseProof('The proof is too old.')
  return madeAt
}

/**
 * Refuses with 401 `invalid_dpop_proof` unless the proof is for this request and this token, is made by the key that
 * the token is bound to, is fresh, and is seen for the first time. Source: RFC 9449 sections 4.3 and 7.1.
 */
export async function verifyProof(proof: string, subject: ProofSubject, terms: ProofTerms): Promise<void> {
  if (proof.length > LONGEST_PROOF || !JWT.test(proof)) throw refuseProof('One proof is needed.')
  const { jwk, algorithm } = readHeader(proof, terms)
  let claims: Claims
  let thumbprint: string
  try {
    thumbprint = await thumbprintOf(jwk)
    claims = readClaims(proof)
  } catch (cause) {
    throw refuseProof('The proof is not readable.', cause)
  }
  if (thumbprint !== subject.keyThumbprint) throw refuseProof('The token is bound to another key.')
  try {
    await terms.keys.requireSignature({ proof, algorithm, jwk, thumbprint })
  } catch (cause) {
    throw refuseProof('The proof does not hold.', cause)
  }
  const identifier = checkSubject(claims, subject)
  const madeAt = checkAge(claims, terms)
  // Last, so that nobody without a valid proof can fill the store.
  const key = digestText(`${thumbprint} ${identifier}`)
  const endsAt = new Date((madeAt + terms.maxProofAgeSeconds + terms.clockToleranceSeconds) * 1000)
  if (!(await terms.replayStore.claim(key, endsAt))) throw refuseProof('The proof was used before.')
}
