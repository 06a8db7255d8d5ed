import { argon2Sync, randomBytes } from 'node:crypto'

const MEMORY_KIB = 8
const PASSES = 1
const LANES = 1

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

/**
 * A hash of a password in the form that the product stores, at the lowest cost that Argon2id knows (RFC 9106
 * section 3.1): what a password costs is read from its hash, and a test that signs a thousand people in is not about
 * that cost.
 */
export function quickHash(password: string): string {
  const nonce = randomBytes(16)
  const cost = { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES, tagLength: 32 }
  const tag = argon2Sync('argon2id', { ...cost, message: password.normalize('NFC'), nonce })
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(nonce)}$${unpadded(tag)}`
}
