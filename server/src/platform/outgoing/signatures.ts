import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { epochSecondsOf } from '#platform/instant.ts'

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
const signAsymmetric = (seed: Buffer, content: string): string =>
  `v1a,${sign(null, Buffer.from(content), keyOf(seed)).toString('base64')}`

const SECRET_PREFIX = 'whsec_'

/** A secret as its owner gets it (Standard Webhooks). */
export const showSecret = (secret: Buffer): string => `${SECRET_PREFIX}${secret.toString('base64')}`

/** The `webhook-id` under which receivers know an event. */
export const messageIdOf = (eventId: string): string => `msg_${eventId.replaceAll('-', '')}`

/** What is sent. */
export interface Message {
  readonly id: string
  readonly timestamp: Date
  readonly body: string
}

/**
 * The header fields of a message, signed with every secret that counts (`v1`) and every seed (`v1a`), the newest first.
 * Source: Standard Webhooks, "Signature scheme".
 */
export function signMessage(
  message: Message,
  secrets: readonly Buffer[],
  seeds: readonly Buffer[] = [],
): Record<string, string> {
  const timestamp = String(epochSecondsOf(message.timestamp))
  const content = `${message.id}.${timestamp}.${message.body}`
  const signatures = [
    ...secrets.map((secret) =>
      new Webhook(showSecret(secret)).sign(message.id, message.timestamp, message.body),
    ),
    ...seeds.map((seed) => signAsymmetric(seed, content)),
  ]
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}
