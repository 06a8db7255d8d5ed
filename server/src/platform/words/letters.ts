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
