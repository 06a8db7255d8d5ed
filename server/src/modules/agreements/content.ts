import { createHash } from 'node:crypto'
import { toCanonicalJson } from '#platform/signed-log/index.ts'
import type { JsonValue } from '#platform/signed-log/index.ts'
import type { AgreementTerms } from './terms.ts'

const digest = (bytes: Buffer | string): Buffer => createHash('sha256').update(bytes).digest()

/** A text as it is kept and hashed: Unicode NFC, line ends LF, one at the end. */
export function toCanonicalText(text: string): string {
  return `${text.replaceAll(/\r\n?/g, '\n').normalize('NFC').trimEnd()}\n`
}

/** The terms as the one text that RFC 8785 gives them. */
export function toCanonicalTerms(terms: AgreementTerms): string {
  const plain: JsonValue = JSON.parse(JSON.stringify(terms))
  return toCanonicalJson(plain)
}

/** The fingerprint of an agreement: SHA-256 of `agreement/1\n`, the digest of the text and that of the terms, in hexadecimal. */
export function fingerprintOf(body: string, canonicalTerms: string): string {
  return digest(Buffer.concat([Buffer.from('agreement/1\n'), digest(body), digest(canonicalTerms)])).toString(
    'hex',
  )
}

/** The SHA-256 of bytes in hexadecimal. */
export const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
