import type { Language } from '#platform/words/language.ts'
import { EN } from './en.ts'
import type { ConsentWords } from './en.ts'
import { ES } from './es.ts'
import { FR } from './fr.ts'
import { MAILS_EN } from './mails-en.ts'
import type { ConsentMailWords, MailParties } from './mails-en.ts'
import { MAILS_ES } from './mails-es.ts'
import { MAILS_FR } from './mails-fr.ts'

export { EN }
export type { ConsentMailWords, ConsentWords, MailParties }

/** What the pages of consents say, by language: the same names in each, or it does not compile (U12). */
export const CONSENT_WORDS: Readonly<Record<Language, ConsentWords>> = { en: EN, es: ES, fr: FR }

/** What customers are written about the access of applications, by language. */
export const MAIL_WORDS: Readonly<Record<Language, ConsentMailWords>> = {
  en: MAILS_EN,
  es: MAILS_ES,
  fr: MAILS_FR,
}
