import { createHash } from 'node:crypto'
import { readBearer } from '#platform/credentials/bearer.ts'

const PREFIX = 'lsn_gtw_'
const CREDENTIAL = /^lsn_gtw_[A-Za-z0-9_-]{43}$/

/** A new credential of a gateway: the text that is shown once, and what may be shown ever after. */
export interface Credential {
  readonly text: string
  /** The prefix and the last four characters, so that a leaked credential can be told from others. */
  readonly hint: string
}

/** The credential that 32 random bytes stand for. */
export function makeCredential(random: Buffer): Credential {
  if (random.length !== 32) throw new Error('A credential is made of 32 random bytes.')
  const text = `${PREFIX}${random.toString('base64url')}`
  return { text, hint: `${PREFIX}…${text.slice(-4)}` }
}

/** The digest under which a credential is stored. */
export function digestCredential(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** The digest of the credential in a header field `Bearer …`; null for anything else. */
export function readCredential(header: string | string[] | undefined): Buffer | null {
  const text = readBearer(header, 100)
  return text !== null && CREDENTIAL.test(text) ? digestCredential(text) : null
}
