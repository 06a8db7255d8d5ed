import type { Language } from '#platform/words/language.ts'
import { EN } from './en.ts'
import type { LinkWords } from './en.ts'
import { ES } from './es.ts'
import { FR } from './fr.ts'
import { NEWS_EN } from './news-en.ts'
import type { LinkNewsWords, Parties, TenantNews } from './news-en.ts'
import { NEWS_ES } from './news-es.ts'
import { NEWS_FR } from './news-fr.ts'

export { RULES_NEWS_WORDS } from './rules-news.ts'
export type { RulesNews } from './rules-news.ts'
export { CONTACT_WORDS } from './security-words.ts'
export type { ContactNews } from './security-words.ts'
export type { LinkWords, Parties, TenantNews }

/** What the pages of links say, by language: the same names in each, or it does not compile (U12). */
export const LINK_WORDS: Readonly<Record<Language, LinkWords>> = { en: EN, es: ES, fr: FR }

/** What customers are written about links, by language. */
export const LINK_NEWS_WORDS: Readonly<Record<Language, LinkNewsWords>> = {
  en: NEWS_EN,
  es: NEWS_ES,
  fr: NEWS_FR,
}
