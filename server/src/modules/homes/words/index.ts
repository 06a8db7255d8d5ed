import type { Language } from '#platform/words/language.ts'
import { EN } from './en.ts'
import type { HomeWords, NewsWords } from './en.ts'
import { ES } from './es.ts'
import { FR } from './fr.ts'

export type { HomeNews, Told } from './en.ts'

/** What organisations are told of the partner that they are, in each of our languages. */
export const HOME_WORDS: Readonly<Record<Language, HomeWords>> = { en: EN, es: ES, fr: FR }

/** What a partner is told; partners read English. It hears nothing before the organisation has decided. */
export const TO_PARTNER: NewsWords = {
  ...EN.news,
  offered: ({ tenant, partner, answerBy }) => ({
    subject: `${tenant} says that it is ${partner}: you accept or decline`,
    sentence: `${tenant} says that it and ${partner} are one organisation. An owner accepts or declines that, until ${answerBy}. Once accepted, your apps use the accounts of ${tenant} without a consent, and what you resell can be billed to them.`,
  }),
  accepted: ({ person, tenant, partner }) => ({
    subject: `${partner} is ${tenant} from now on`,
    sentence: `${person} accepted that ${partner} and ${tenant} are one organisation. Your apps can use its accounts without a consent from now on. Either side can end that at any moment.`,
  }),
  ended: ({ person, tenant, partner }) => ({
    subject: `${partner} is no longer ${tenant}`,
    sentence: `${person} ended that ${tenant} and ${partner} are one organisation. Your apps use its accounts no longer, and orders for what you resell are refused until somebody pays for it again.`,
  }),
}
