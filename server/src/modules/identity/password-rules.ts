import { readFileSync } from 'node:fs'
import { IDENTITY_WORDS } from './words/index.ts'
import type { IdentityWords } from './words/index.ts'

/** NIST SP 800-63B-4 section 3.1.1.2: as the only factor; beside a second one. Ours is stricter than its 8. */
export const SHORTEST_ALONE = 15
export const SHORTEST_BESIDE_FACTOR = 12
export const LONGEST = 128

/** What the owner of a password is known by; a password made of it is a guess away. */
export interface PasswordContext {
  readonly words: readonly string[]
  readonly hasSecondFactor: boolean
}

const COMMON: readonly string[] = readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8')
  .split(/\s+/)
  .filter((word) => word.length >= 3)

const PRODUCT_WORDS = ['liaison']

/** Characters typed in a row on a keyboard or in the alphabet. */
const RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1234567890',
].flatMap((run) => [run, Array.from(run).toReversed().join('')])

const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** What the row of digits writes with the shift key, on the keyboard that most such passwords are from. */
const SHIFTED = ')!@#$%^&*('

/** A text without the words, longest first, and which of them it held. */
function removeWords(
  text: string,
  words: readonly string[],
): { readonly rest: string; readonly found: readonly string[] } {
  const longestFirst = words.toSorted((left, right) => right.length - left.length)
  const found: string[] = []
  const rest = longestFirst.reduce((before, word) => {
    if (before.includes(word)) found.push(word)
    return before.replaceAll(word, ' ')
  }, text)
  return { rest, found }
}

function removeRuns(text: string): string {
  let rest = text
  for (let length = 12; length >= 3; length -= 1) {
    for (const run of RUNS) {
      for (let start = 0; start + length <= run.length; start += 1) {
        rest = rest.replaceAll(run.slice(start, start + length), ' ')
      }
    }
  }
  return rest
}

/** A text without what repeats: `abcabcabc` becomes `abc`, `aaaa` becomes `a`. */
function removeRepeats(text: string): string {
  return text.replaceAll(/(.{1,8}?)\1+/gu, '$1')
}

function unmask(text: string): string {
  return Array.from(text, (letter) => LOOKALIKES[letter] ?? letter).join('')
}

function unshift(text: string): string {
  return Array.from(text, (letter) => {
    const digit = SHIFTED.indexOf(letter)
    return digit < 0 ? letter : String(digit)
  }).join('')
}

/** How much of a password is not a common word, a run, a repetition, a year or the owner's own name, in characters. */
function countUnexpected(password: string, words: readonly string[]): number {
  const known = [...COMMON, ...PRODUCT_WORDS, ...words]
  const lower = password.toLowerCase()
  const measured = [lower, unmask(lower), unshift(lower)].map((form) => {
    const rest = removeRepeats(removeRuns(removeWords(form, known).rest))
    return rest.replaceAll(/(19|20)\d\d/g, ' ').replaceAll(/[^\p{L}\p{N}]/gu, '').length
  })
  return Math.min(...measured)
}

/** How many different common words a password is put together from; the owner's own do not count. */
function countCommonWords(password: string, words: readonly string[]): number {
  const { rest } = removeWords(password.toLowerCase(), words)
  return removeWords(rest, COMMON).found.length
}

/** The words of a name or an address that a password must not be made of. */
export function contextWords(...texts: readonly string[]): string[] {
  return [
    ...new Set(
      texts.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length >= 3),
    ),
  ]
}

const LEAST_UNEXPECTED = 5
const MANY_WORDS = 4

/**
 * Why a new password cannot be taken, in words for its owner; null when it can. Only length and guessability count: no
 * rule asks for kinds of characters (NIST SP 800-63B-4 section 3.1.1.2).
 */
export function findPasswordFault(
  password: string,
  context: PasswordContext,
  { newPassword: words }: Pick<IdentityWords, 'newPassword'> = IDENTITY_WORDS.en,
): string | null {
  const length = Array.from(password.normalize('NFC')).length
  const shortest = context.hasSecondFactor ? SHORTEST_BESIDE_FACTOR : SHORTEST_ALONE
  if (length < shortest) return words.short(shortest)
  if (length > LONGEST) return words.long(LONGEST)
  const isWordy = countCommonWords(password, context.words) >= MANY_WORDS && length >= SHORTEST_ALONE
  if (!isWordy && countUnexpected(password, context.words) < LEAST_UNEXPECTED) return words.guessable
  return null
}
