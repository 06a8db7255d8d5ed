import { randomBytes } from 'node:crypto'
import { readBearer } from '#platform/credentials/bearer.ts'

const PREFIX = 'padt_'
const TOKEN = /^padt_[A-Za-z0-9_-]{43}$/

/** How long a token counts: long enough to load a page and look at it, too short to pass it on. */
export const TOKEN_SECONDS = 900

/** A new token of an embedded dashboard: 256 random bits. */
export const makeDashboardToken = (): string => `${PREFIX}${randomBytes(32).toString('base64url')}`

/** The token of a header field; null for whatever has another form, which then costs no question to the database. */
export function readDashboardToken(authorization: string | undefined): string | null {
  const text = readBearer(authorization, 100)
  return text !== null && TOKEN.test(text) ? text : null
}
