import { createHash } from 'node:crypto'

/** Knows passwords that were stolen elsewhere. */
export interface BreachedPasswords {
  /** Whether the password is known to be stolen; false as well when nobody can be asked. */
  isKnown(password: string): Promise<boolean>
}

/** Nobody is asked. */
export const NO_BREACHED_PASSWORDS: BreachedPasswords = { isKnown: () => Promise.resolve(false) }

/** How many characters of the digest are told: some hundred passwords share them, so that nobody learns which it is. */
const TOLD_CHARACTERS = 5

/** Reads a page of text; null when it did not come whole. */
export type ReadText = (url: string, headers: Readonly<Record<string, string>>) => Promise<string | null>

export interface RangeService {
  /** The address that the first characters of a digest are added to. */
  readonly url: string
  readonly read: ReadText
  /** Told of a password that was taken although nobody answered. */
  readonly onUnanswered: () => void
}

/** How often a password is known by the rest of its digest; lines that only pad the answer say 0. */
function countIn(answer: string, rest: string): number {
  const line = answer.split(/\r?\n/).find((one) => one.toUpperCase().startsWith(`${rest}:`))
  return line === undefined ? 0 : Number(line.slice(rest.length + 1))
}

/**
 * Asks a range service by the first five hexadecimal digits of the SHA-1 digest; the rest never leaves this process. An
 * answer that does not come in time accepts the password: setting one must not depend on somebody else's service.
 * Source: the protocol of Pwned Passwords (range, padded); ASVS 6.2.12.
 */
export function makeBreachedPasswords({ url, read, onUnanswered }: RangeService): BreachedPasswords {
  return {
    async isKnown(password) {
      // What the protocol names by: it protects nothing here.
      const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
      const [told, rest] = [digest.slice(0, TOLD_CHARACTERS), digest.slice(TOLD_CHARACTERS)]
      const answer = await read(`${url}${told}`, { 'Add-Padding': 'true' })
      if (answer === null) onUnanswered()
      return answer !== null && countIn(answer, rest) > 0
    },
  }
}
