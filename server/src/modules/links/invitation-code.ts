import { createHash } from 'node:crypto'
import { z } from 'zod'
import { makeTypedCode, readTypedCode, showTypedCode } from '#platform/credentials/typed-code.ts'

/** 27 letters of five random bits, and one that checks them. */
const LETTERS = 28
const HINT_LETTERS = 4

export const SHORTEST_CODE_DAYS = 1
export const DEFAULT_CODE_DAYS = 14
export const LONGEST_CODE_DAYS = 90

/** What begins the name of a request that was made with a code; no tenant's own code has a colon. */
export const BY_CODE = 'invitation:'

/** How a request is called in words, as long as no more than what was typed is told of whom it is for. */
export function nameOfRequest(typed: string): string {
  return typed.startsWith(BY_CODE) ? `Invitation code ${typed.slice(BY_CODE.length)}…` : typed
}

/** A code that was read or made: what the database knows it by, and how people tell it from others. */
export interface InvitationCode {
  readonly hash: Buffer
  readonly hint: string
}

function known(code: string): InvitationCode {
  return { hash: createHash('sha256').update(code).digest(), hint: code.slice(0, HINT_LETTERS) }
}

/** A new code, as it is shown this once: `7KQ4-M2XR-…`, seven groups of four, 135 bits of chance. */
export function makeInvitationCode(): InvitationCode & { readonly shown: string } {
  const code = makeTypedCode(LETTERS)
  return { ...known(code), shown: showTypedCode(code) }
}

/** An invitation code, however it was typed. That it checks tells a slip of the hand; it tells of no tenant. */
export const InvitationCodeInput = z
  .string()
  .max(60)
  .transform((text, context): InvitationCode => {
    const code = readTypedCode(text, LETTERS)
    if (code !== null) return known(code)
    context.addIssue({
      code: 'custom',
      message: `This is no invitation code: one of its ${LETTERS} letters and digits is wrong or missing.`,
      params: { code: 'NOT_A_CODE' },
    })
    return z.NEVER
  })
