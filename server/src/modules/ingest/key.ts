import { createHash } from 'node:crypto'

const PREFIX = 'lsn_ing_'
const CHECK_LENGTH = 6

/** A new ingest key: the text that is shown once, and what may be shown ever after. */
export interface IngestKeyText {
  readonly text: string
  /** The prefix and the last four characters, so that a leaked key can be told from others. */
  readonly hint: string
}

function checkOf(body: string): string {
  return createHash('sha256').update(PREFIX).update(body).digest('base64url').slice(0, CHECK_LENGTH)
}

/** The key that 32 random bytes stand for: prefix, the bytes in base64url, and a check that tells typing errors from wrong keys. */
export function makeIngestKey(random: Buffer): IngestKeyText {
  if (random.length !== 32) throw new Error('An ingest key is made of 32 random bytes.')
  const body = random.toString('base64url')
  const text = `${PREFIX}${body}${checkOf(body)}`
  return { text, hint: `${PREFIX}…${text.slice(-4)}` }
}

/** Whether a text has the form of an ingest key with the right check; says nothing about whether it is known. */
export function isIngestKey(text: string): boolean {
  const body = text.slice(PREFIX.length, -CHECK_LENGTH)
  return text.startsWith(PREFIX) && /^[A-Za-z0-9_-]{43}$/.test(body) && text.endsWith(checkOf(body))
}

/** The digest under which a key is stored, in hexadecimal. */
export function digestIngestKey(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
