import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_LENGTH = 30
const CHECK_LENGTH = 6
const FORM_KEY_LENGTH = 16

export {
  credentialPepper as formTokenPepper,
  digestCredential as digestFormToken,
  HASH_KEY_ID,
} from '#platform/credentials/credential-digest.ts'

/** What a credential of an agency opens: a form on a page, or the interface for servers. */
export type CredentialKind = 'form_token' | 'agency_key'
export type TokenMode = 'live' | 'test'

const FORM_TOKEN = /^papt_(live|test)_[0-9A-Za-z]{36}$/
const AGENCY_KEY = /^pask_[0-9A-Za-z]{36}$/

const randomText = (length: number): string =>
  Array.from({ length }, () => DIGITS.charAt(randomInt(DIGITS.length))).join('')

/** CRC-32 of a text in base 62: a slip of the pen is found without asking the database. */
function checkOf(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let place = 0; place < CHECK_LENGTH; place += 1) {
    digits = DIGITS.charAt(rest % DIGITS.length) + digits
    rest = Math.floor(rest / DIGITS.length)
  }
  return digits
}

const withCheck = (start: string): string => `${start}${checkOf(start)}`
const isChecked = (text: string): boolean =>
  checkOf(text.slice(0, -CHECK_LENGTH)) === text.slice(-CHECK_LENGTH)

/** A new form token: 178 random bits and a checksum. Source: embedded.md section 2. */
export const makeFormToken = (mode: TokenMode): string =>
  withCheck(`papt_${mode}_${randomText(RANDOM_LENGTH)}`)

/** A new secret key for the server of an agency. */
export const makeAgencyKey = (): string => withCheck(`pask_${randomText(RANDOM_LENGTH)}`)

/** The public name of a form; no credential. */
export const makeFormPublicId = (): string => `frm_${randomText(FORM_KEY_LENGTH)}`

/** The mode of a form token in its right form, checksum included; null for anything else. Asks no database. */
export function parseFormToken(text: string): { readonly mode: TokenMode } | null {
  const mode = FORM_TOKEN.exec(text)?.[1]
  if ((mode !== 'live' && mode !== 'test') || !isChecked(text)) return null
  return { mode }
}

/** Whether a text is a server key in its right form, checksum included. Asks no database. */
export const isAgencyKey = (text: string): boolean => AGENCY_KEY.test(text) && isChecked(text)

/** The kind of credential that a text is in form; null for anything else. */
export function credentialKindOf(text: string): CredentialKind | null {
  if (parseFormToken(text) !== null) return 'form_token'
  return isAgencyKey(text) ? 'agency_key' : null
}

/** How a credential is recognised by people after it was shown: its beginning and its last four characters. */
export function displayOf(text: string): { readonly display_prefix: string; readonly last4: string } {
  const head = text.slice(0, text.lastIndexOf('_') + 1)
  return { display_prefix: text.slice(0, head.length + 4), last4: text.slice(-4) }
}
