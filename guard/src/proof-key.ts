import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify, EmbeddedJWK } from 'jose'
import type { JWK } from 'jose'
import { digestText } from './digest.ts'
import { toDerSignature } from './signature-form.ts'

/** The length of both halves of a signature (RFC 7518 section 3.4). */
const SIGNATURE_BYTES = 64
const COORDINATE = /^[A-Za-z0-9_-]{43}$/

interface Point {
  readonly x: string
  readonly y: string
}

/** The point of a key for ES256 (RFC 7518 section 6.2.1); null for any other key, and for one that says more of itself. */
function pointOf(jwk: JWK): Point | null {
  const { kty, crv, x, y } = jwk
  if (kty !== 'EC' || crv !== 'P-256' || Object.keys(jwk).length !== 4) return null
  const isPoint = typeof x === 'string' && COORDINATE.test(x) && typeof y === 'string' && COORDINATE.test(y)
  return isPoint ? { x, y } : null
}

/** The thumbprint of a public key (RFC 7638 section 3). */
export function thumbprintOf(jwk: JWK): string | Promise<string> {
  const point = pointOf(jwk)
  if (!point) return calculateJwkThumbprint(jwk)
  return digestText(`{"crv":"P-256","kty":"EC","x":"${point.x}","y":"${point.y}"}`)
}

/** A proof as it is presented: its text, and what its header says of its key. */
interface SignedProof {
  readonly proof: string
  readonly algorithm: string
  readonly jwk: JWK
  readonly thumbprint: string
}

/** Tells whether a proof is signed by the key that it carries. */
export interface ProofKeys {
  /** Throws when the signature does not hold or the key is none for this algorithm. */
  requireSignature(signed: SignedProof): Promise<void>
  /** How many keys are kept. */
  readonly size: number
}

/**
 * The keys of proofs, imported once for as long as they are among the `maxEntries` used last. A key is kept only after a
 * signature of it held, under the thumbprint that the caller compared with a token's, so that nobody without a token of
 * ours fills it. ES256 is verified in place: handing it to the pool of threads and back costs as much again.
 */
export function makeProofKeys(maxEntries: number): ProofKeys {
  const kept = new Map<string, KeyObject>()

  function keep(thumbprint: string, key: KeyObject): void {
    kept.delete(thumbprint)
    kept.set(thumbprint, key)
    if (kept.size <= maxEntries) return
    const [oldest] = kept.keys()
    if (oldest !== undefined) kept.delete(oldest)
  }

  function verifyInPlace({ proof, thumbprint }: SignedProof, { x, y }: Point): void {
    const key =
      kept.get(thumbprint) ?? createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } })
    const end = proof.lastIndexOf('.')
    const signature = Buffer.from(proof.slice(end + 1), 'base64url')
    const data = Buffer.from(proof.slice(0, end))
    const holds =
      signature.length === SIGNATURE_BYTES && verify('sha256', data, key, toDerSignature(signature))
    if (!holds) throw new Error('the signature of the proof does not hold')
    keep(thumbprint, key)
  }

  return {
    get size() {
      return kept.size
    },
    async requireSignature(signed) {
      const point = signed.algorithm === 'ES256' ? pointOf(signed.jwk) : null
      if (point) verifyInPlace(signed, point)
      else await compactVerify(signed.proof, EmbeddedJWK, { algorithms: [signed.algorithm] })
    },
  }
}
