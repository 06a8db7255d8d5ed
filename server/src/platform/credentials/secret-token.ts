import { createHash, randomBytes } from 'node:crypto'

/** A new secret of 256 random bits, in text that stands in a cookie or an address. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is stored of a token. A plain digest is enough, because nobody guesses 256 bits. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
