import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const SEED_BYTES = 32
/** What stands before the seed of an Ed25519 key in PKCS #8 (RFC 8410 section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = 'whpk_'

const keyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })

/** The public half of a seed: 32 bytes. */
function publicKeyOf(seed: Buffer): Buffer {
  const { x } = createPublicKey(keyOf(seed)).export({ format: 'jwk' })
  if (x === undefined) throw new Error('An Ed25519 key has no public half.')
  return Buffer.from(x, 'base64url')
}

/** A new pair for signatures `v1a`; the seed is the secret. */
export function makeSigningKey(): { readonly seed: Buffer; readonly publicKey: Buffer } {
  const seed = randomBytes(SEED_BYTES)
  return { seed, publicKey: publicKeyOf(seed) }
}

/** A public key as receivers are given it (Standard Webhooks, "Signature scheme"). */
export const showPublicKey = (publicKey: Buffer): string => `${PUBLIC_PREFIX}${publicKey.toString('base64')}`

/** The signature `v1a` of what is signed. */
export const signAsymmetric = (seed: Buffer, content: string): string =>
  `v1a,${sign(null, Buffer.from(content), keyOf(seed)).toString('base64')}`
