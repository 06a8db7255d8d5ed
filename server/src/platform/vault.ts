import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Keeps secrets that must be read again, such as second-factor seeds, encrypted at rest (R9, ASVS 11.3.3). */
export interface Vault {
  /** Encrypts with AES-256-GCM; `place` (table, column and row) is bound in, so a value moved elsewhere does not open. */
  seal(plain: Buffer, place: string): Buffer
  /** Throws when the value was altered or belongs to another place. */
  open(sealed: Buffer, place: string): Buffer
  /** A key of its own for another purpose, derived from the same root. */
  deriveKey(purpose: string): Buffer
}

const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16

function derive(root: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, 'liaison', purpose, 32))
}

/** The vault of an installation, from its root secret. */
export function makeVault(root: string): Vault {
  const key = derive(root, 'vault')
  return {
    seal(plain, place) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(plain), cipher.final()])
      return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), body])
    },
    open(sealed, place) {
      if (sealed[0] !== VERSION) throw new Error('A sealed value has an unknown version.')
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
      const tag = sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(place))
        .setAuthTag(tag)
      return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()])
    },
    deriveKey: (purpose) => derive(root, purpose),
  }
}
