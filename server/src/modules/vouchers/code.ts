import { makeTypedCode, readTypedCode, showTypedCode } from '#platform/credentials/typed-code.ts'

const LETTERS = 12

declare const branded: unique symbol

/** A voucher's code as it is stored: twelve characters, the last of which checks the others. */
export type VoucherCode = string & { readonly [branded]: true }

function isCode(text: string): text is VoucherCode {
  return readTypedCode(text, LETTERS) === text
}

/** A new code: 55 bits of chance and the check character. `random` answers a whole number below its argument. Source: E9. */
export function makeVoucherCode(random?: (below: number) => number): VoucherCode {
  const code = makeTypedCode(LETTERS, random)
  if (!isCode(code)) throw new Error('A new code does not check.')
  return code
}

/** The code that a text means, however it was typed (`readTypedCode`); null for anything that cannot be a code. */
export function readVoucherCode(text: string): VoucherCode | null {
  const plain = readTypedCode(text, LETTERS)
  return plain !== null && isCode(plain) ? plain : null
}

/** The code as people read it: `7KQ4-M2XR-9TBV`. */
export function showVoucherCode(code: string): string {
  return showTypedCode(code)
}

/** How a code is named in logs, which must not give it away: its last four characters. */
export function maskVoucherCode(code: string): string {
  return `…${code.slice(-4)}`
}
