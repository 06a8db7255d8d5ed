import type { Language } from '#platform/language.ts'
import { EN } from './en.ts'
import type { ConsentWords } from './en.ts'
import { ES } from './es.ts'
import { FR } from './fr.ts'

export { EN }
export type { ConsentWords }

/** What the pages of consents say, by language: the same names in each, or it does not compile (U12). */
export const CONSENT_WORDS: Readonly<Record<Language, ConsentWords>> = { en: EN, es: ES, fr: FR }
