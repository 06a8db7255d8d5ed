import { createHmac, randomInt } from 'node:crypto'
import type { Vault } from '#platform/credentials/vault.ts'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const COUNT = 10
const LENGTH = 10

/** Ten new codes of 50 random bits, as `k3m9x-7tq2v`. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: COUNT }, () => {
    const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
    return `${letters.slice(0, 5)}-${letters.slice(5)}`
  })
}

/** Whether a text has the form of a recovery code, however it was typed. */
export function isRecoveryCode(text: string): boolean {
  return canonical(text).length === LENGTH
}

/** A code as it is compared: without spaces and dashes, letters that look like digits read as the digits (Crockford's base 32). */
function canonical(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1')
}

/** What is stored of a code. Keyed, because 50 bits alone could be tried one by one. */
export function digestRecoveryCode(vault: Vault, personId: string, code: string): Buffer {
  return createHmac('sha256', vault.deriveKey('recovery code'))
    .update(`${personId} ${canonical(code)}`)
    .digest()
}
