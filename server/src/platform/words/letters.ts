import { LANGUAGES } from './language.ts'
import type { Language } from './language.ts'

/** A mail without whom it goes to. */
export interface Letter {
  readonly subject: string
  readonly text: string
}

/** The same letter in several languages; whoever reads none of them gets the English one (`access.letter_in`). */
export type Letters = { readonly en: Letter } & Readonly<Partial<Record<Language, Letter>>>

/** Writes one letter in each of our languages, so that each of those who get it reads it in their own (U12). */
export function writeLetters(write: (language: Language) => Letter): Letters {
  const others = LANGUAGES.map((language) => [language, write(language)] as const)
  return { ...Object.fromEntries(others), en: write('en') }
}

// Letters for private use stand for the names meanwhile: no page and no mail shows them.
const heldAs = (index: number): string => String.fromCodePoint(0xe000 + index)

/**
 * The first clause of a sentence, as the subject of its mail. The names in it stay whole: a comma or a full stop in them
 * ends no clause.
 */
export function subjectOf(sentence: string, names: readonly string[]): string {
  const held = names.filter((name) => name !== '').toSorted((one, other) => other.length - one.length)
  const masked = held.reduce((text, name, index) => text.replaceAll(name, heldAs(index)), sentence)
  const [clause = masked] = masked.split(/[.,:] /)
  const subject = clause.replace(/\.$/, '').trim()
  return held.reduce((text, name, index) => text.replaceAll(heldAs(index), () => name), subject)
}
