import { createHash } from 'node:crypto'

/** SHA-256 of a text in base64url, as in `ath` (RFC 9449 section 4.2). */
export function digestText(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
