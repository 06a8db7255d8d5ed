import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { ProblemError } from '../problem.ts'

/** Keeps secrets that must be read again, such as second-factor seeds, encrypted at rest (R9, ASVS 11.3.3). */
export interface Vault {
  /** Encrypts with AES-256-GCM under the newest key; `place` (table, column and row) is bound in, so a value moved elsewhere does not open. */
  seal(plain: Buffer, place: string): Buffer
  /** Throws when the value was altered, belongs to another place, or was sealed with a key that is gone. */
  open(sealed: Buffer, place: string): Buffer
  /** A key of its own for another purpose, derived from the root and as lasting as that. */
  deriveKey(purpose: string): Buffer
  /** Keys for a purpose that follow the rotation: the first signs, all of them verify. */
  signingKeys(purpose: string): readonly Buffer[]
  /** The number of the key that a value is sealed with; 0 for the one that is derived from the root. */
  keyOf(sealed: Buffer): number
}

/** A key that all processes of the installation share. */
export interface DataKey {
  readonly number: number
  readonly key: Buffer
}

/** The data keys as one process knows them. */
export interface KeyRing {
  /** The key to seal and sign with; undefined until the first rotation. */
  current(): DataKey | undefined
  find(number: number): DataKey | undefined
  /** Keys whose signatures are taken, the current one first: also the next ones, and one that was replaced less than a day ago. */
  accepted(): readonly DataKey[]
  /** Whether signatures under the key that is derived from the root have ended. */
  isRootRetired(): boolean
}

/** 1: nonce, tag and body under the key derived from the root. 2: the key's number stands before them. */
const VERSION = { root: 1, numbered: 2 } as const
const NUMBER_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16

function derive(root: string | Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, 'liaison', purpose, 32))
}

function encrypt(key: Buffer, plain: Buffer, place: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

function decrypt(key: Buffer, sealed: Buffer, place: string): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(place))
    .setAuthTag(tag)
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()])
}

function keyOf(sealed: Buffer): number {
  if (sealed[0] === VERSION.root) return 0
  if (sealed[0] !== VERSION.numbered || sealed.length < 1 + NUMBER_BYTES)
    throw new Error('A sealed value has an unknown version.')
  return sealed.readUInt32BE(1)
}

/** The vault of an installation, from its root secret and the data keys that were made since. */
export function makeVault(root: string, ring?: KeyRing): Vault {
  const rootKey = derive(root, 'vault')
  const derived = new Map<string, Buffer>()
  const signingKeyOf = (from: DataKey | null, purpose: string): Buffer => {
    const name = `${from?.number ?? 0} ${purpose}`
    const key = derived.get(name) ?? derive(from?.key ?? root, purpose)
    derived.set(name, key)
    return key
  }
  return {
    seal(plain, place) {
      const current = ring?.current()
      if (!current) return Buffer.concat([Buffer.from([VERSION.root]), encrypt(rootKey, plain, place)])
      const head = Buffer.alloc(1 + NUMBER_BYTES, VERSION.numbered)
      head.writeUInt32BE(current.number, 1)
      return Buffer.concat([head, encrypt(current.key, plain, place)])
    },
    open(sealed, place) {
      const number = keyOf(sealed)
      if (number === 0) return decrypt(rootKey, sealed.subarray(1), place)
      const found = ring?.find(number)
      if (!found)
        throw new ProblemError(503, 'DEPENDENCY_UNAVAILABLE', 'A key of this server is not there yet.', {
          cause: new Error(`The data key ${number} is not known.`),
        })
      return decrypt(found.key, sealed.subarray(1 + NUMBER_BYTES), place)
    },
    deriveKey: (purpose) => derive(root, purpose),
    signingKeys(purpose) {
      const keys = (ring?.accepted() ?? []).map((key) => signingKeyOf(key, purpose))
      if (ring?.isRootRetired()) return keys
      const rootDerived = signingKeyOf(null, purpose)
      return ring?.current() ? [...keys, rootDerived] : [rootDerived, ...keys]
    },
    keyOf,
  }
}
