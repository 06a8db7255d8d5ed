import type { Language } from '#platform/words/language.ts'
import { EN } from './en.ts'
import type { OAuthWords } from './en.ts'
import { ES } from './es.ts'
import { FR } from './fr.ts'

export type { OAuthWords }

/** What the short pages of the authorization server say, by language: the same names in each, or it does not compile (U12). */
export const OAUTH_WORDS: Readonly<Record<Language, OAuthWords>> = { en: EN, es: ES, fr: FR }
