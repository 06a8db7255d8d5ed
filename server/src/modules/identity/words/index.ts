import type { Language } from '#platform/words/language.ts'
import { ACCOUNT_EN } from './account-en.ts'
import type { AccountWords } from './account-en.ts'
import { ACCOUNT_ES } from './account-es.ts'
import { ACCOUNT_FR } from './account-fr.ts'
import { EN } from './en.ts'
import type { IdentityWords } from './en.ts'
import { ES } from './es.ts'
import { FR } from './fr.ts'

export type { AccountWords, IdentityWords }

/** What the pages of sign-in, recovery and step-up say, by language: the same names in each, or it does not compile (U12). */
export const IDENTITY_WORDS: Readonly<Record<Language, IdentityWords>> = { en: EN, es: ES, fr: FR }

/** What the pages of the own account, and the mails about it, say by language. */
export const ACCOUNT_WORDS: Readonly<Record<Language, AccountWords>> = {
  en: ACCOUNT_EN,
  es: ACCOUNT_ES,
  fr: ACCOUNT_FR,
}
