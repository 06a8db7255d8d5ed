import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** One version of the API terms. */
export interface ApiTerms {
  readonly version: number
  /** The text as it is shown, paragraph by paragraph. */
  readonly text: string
  /** The digest of the text in UTF-8, in hexadecimal. */
  readonly sha256: string
}

const VERSION = 1

function readTerms(version: number): ApiTerms {
  const text = readFileSync(new URL(`./api-terms-${version}.txt`, import.meta.url), 'utf8').trim()
  return { version, text, sha256: createHash('sha256').update(text).digest('hex') }
}

/** The API terms in force. A new version is a new file; a published one never changes, because its digest was accepted. */
export const API_TERMS: ApiTerms = readTerms(VERSION)
