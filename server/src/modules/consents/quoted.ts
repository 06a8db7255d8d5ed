/**
 * Letters, numbers, signs and single spaces on one line; no letter under a heap of marks, and nothing unseen, of which some
 * count as letters or signs: fillers, joiners and the empty braille cell.
 */
const LINE =
  /^(?! )(?!.* {2})(?!.*\p{M}{3})(?!.*[\p{Default_Ignorable_Code_Point}\u2800])(?:[\p{L}\p{M}\p{N}\p{P}\p{S}]| (?!$))+$/u
const ADDRESS = /:\/\/|\bwww\.|\S@\S/iu
/** What mail programs make a link of, too. */
const HOST = /[\p{L}\p{N}-]\.\p{L}{2,}/u

/** What is wrong with words of a client that are shown to people who decide; null when nothing is. */
export function findLineFault(text: string, longest: number): 'unreadable' | 'address' | null {
  const isReadable = LINE.test(text) && text === text.normalize('NFC') && Array.from(text).length <= longest
  if (!isReadable) return 'unreadable'
  return ADDRESS.test(text) ? 'address' : null
}

const LONGEST_QUOTE = 500

/**
 * Words that somebody at a partner wrote, as a mail of the provider quotes them: on one line, and left out where they would
 * lead anywhere or cannot be read in whole; the page on which it is decided shows them in any case. Source: attack 30.
 */
export function quotable(text: string | null): string | null {
  const line = text?.normalize('NFC').replaceAll(/\s+/gu, ' ').trim() ?? ''
  return findLineFault(line, LONGEST_QUOTE) === null && !HOST.test(line) ? line : null
}
