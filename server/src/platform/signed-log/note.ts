import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const ED25519 = 1
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const KEY_BYTES = 32
const KEY_ID_BYTES = 4
const SIGNATURE_BYTES = 64
const NAME = /^[^\s+]+$/u

/** Signs notes under a name. */
export interface NoteSigner {
  readonly name: string
  /** What a verifier needs: `name+id+key` (C2SP signed-note, verifier keys). */
  readonly verifierKey: string
  /** The note with its signature line. */
  sign(text: string): string
}

/** Checks notes of one name and key. */
export interface NoteVerifier {
  readonly name: string
  /** The text of a note that carries a valid signature of this key, else null. */
  open(note: string): string | null
}

function keyIdOf(name: string, key: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ED25519]), key])
  return hash('sha256', typed, 'buffer').subarray(0, KEY_ID_BYTES)
}

function rawPublicKey(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES)
}

/** A signer with the Ed25519 key of this 32-byte seed (RFC 8032). Throws when the name cannot stand in a note. */
export function makeNoteSigner(name: string, seed: Buffer): NoteSigner {
  if (!NAME.test(name)) throw new Error('The name of a signed log holds neither white space nor a plus sign.')
  if (seed.length !== KEY_BYTES) throw new Error('An Ed25519 seed has 32 bytes.')
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = rawPublicKey(privateKey)
  const id = keyIdOf(name, publicKey)
  const typed = Buffer.concat([Buffer.from([ED25519]), publicKey])
  return {
    name,
    verifierKey: `${name}+${id.toString('hex')}+${typed.toString('base64')}`,
    sign(text) {
      if (!text.endsWith('\n')) throw new Error('The text of a note ends with a line break.')
      const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)])
      return `${text}\n— ${name} ${signature.toString('base64')}\n`
    },
  }
}

/** A verifier from its key in the form of C2SP signed-note. Throws when the text is not such a key. */
export function makeNoteVerifier(verifierKey: string): NoteVerifier {
  const [, name = '', idText = '', keyText = ''] =
    /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(verifierKey) ?? []
  const typed = Buffer.from(keyText, 'base64')
  const key = typed.subarray(1)
  const id = keyIdOf(name, key)
  if (name === '' || typed[0] !== ED25519 || key.length !== KEY_BYTES || id.toString('hex') !== idText) {
    throw new Error('This is not a verifier key of the form name+id+key with an Ed25519 key.')
  }
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: 'der', type: 'spki' })
  return {
    name,
    open(note) {
      const end = note.lastIndexOf('\n\n')
      if (end < 0 || !note.endsWith('\n')) return null
      const text = note.slice(0, end + 1)
      const isSigned = note
        .slice(end + 2, -1)
        .split('\n')
        .some((line) => {
          const [dash, signer, signature = ''] = line.split(' ')
          const bytes = Buffer.from(signature, 'base64')
          if (dash !== '—' || signer !== name || bytes.length !== KEY_ID_BYTES + SIGNATURE_BYTES) return false
          if (!bytes.subarray(0, KEY_ID_BYTES).equals(id)) return false
          return verify(null, Buffer.from(text), publicKey, bytes.subarray(KEY_ID_BYTES))
        })
      return isSigned ? text : null
    },
  }
}
