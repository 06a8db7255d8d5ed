import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'

/** Argon2id with 19 MiB, two passes and one lane: the second choice of the OWASP password storage cheat sheet. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const
const TAG_BYTES = 32
const SALT_BYTES = 16

interface Cost {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** What a tag is derived from. `memory` is in KiB, `tagLength` in bytes. */
export interface Derivation extends Cost {
  /** In one written form of a letter with an accent, whatever keyboard typed it (NIST SP 800-63B-4 section 3.1.1.2). */
  readonly password: string
  readonly salt: Uint8Array
  readonly tagLength: number
}

/** Derives a tag, on whatever thread. */
export type Derive = (order: Derivation) => Promise<Uint8Array>

/** Derives at once, on one of the threads that Node keeps for such work. */
const deriveNow: Derive = ({ password, salt, ...rest }) =>
  new Promise((resolve, reject) => {
    argon2('argon2id', { ...rest, message: password, nonce: salt }, (error, tag) =>
      error === null ? resolve(tag) : reject(error),
    )
  })

function toUnpaddedBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}

function format({ memory, passes, parallelism }: Cost, salt: Uint8Array, tag: Uint8Array): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${toUnpaddedBase64(salt)}$${toUnpaddedBase64(tag)}`
}

/** The hash of a password in PHC string form, with a salt of its own. Takes about 40 ms of one core and 19 MiB. */
export async function hashPassword(password: string, derive: Derive = deriveNow): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const tag = await derive({ ...COST, password: password.normalize('NFC'), salt, tagLength: TAG_BYTES })
  return format(COST, salt, tag)
}

/** Costs what a real one costs, and no password is known that has it. */
export const HASH_OF_NOTHING = format(COST, Buffer.alloc(SALT_BYTES), Buffer.alloc(TAG_BYTES))

const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

function parse(hash: string): Cost & { readonly salt: Buffer; readonly tag: Buffer } {
  const match = PHC.exec(hash)
  if (!match) throw new Error('A stored password hash is not an Argon2id string.')
  const [, memory, passes, parallelism, salt = '', tag = ''] = match
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

/** Whether the password has the hash. Throws for a hash in another form. */
export async function matchesPassword(password: string, hash: string, derive: Derive): Promise<boolean> {
  const { tag, ...order } = parse(hash)
  const derived = await derive({ ...order, password: password.normalize('NFC'), tagLength: tag.length })
  return timingSafeEqual(derived, tag)
}
