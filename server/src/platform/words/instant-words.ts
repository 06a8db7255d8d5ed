import { formatInstant } from '@liaison/access'
import type { Language } from './language.ts'

const TIME_ZONE = 'UTC'
const DAY = { day: 'numeric', month: 'long', year: 'numeric', timeZone: TIME_ZONE } as const
const INSTANT = { ...DAY, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const

const WRITERS = {
  es: { day: new Intl.DateTimeFormat('es-ES', DAY), instant: new Intl.DateTimeFormat('es-ES', INSTANT) },
  fr: { day: new Intl.DateTimeFormat('fr-FR', DAY), instant: new Intl.DateTimeFormat('fr-FR', INSTANT) },
} as const

/** The first of a month is an ordinal in French, which the locale's data leaves out. */
const ordinal = (text: string, language: Language): string =>
  language === 'fr' ? text.replace(/^1 /, '1er ') : text

/** An instant in words, in UTC: "12 Mar 2027, 14:05 UTC", "12 mars 2027 à 14:05 UTC", "12 de marzo de 2027, 14:05 UTC". */
export function writeInstant(instant: Date, language: Language): string {
  return language === 'en'
    ? formatInstant(instant)
    : ordinal(WRITERS[language].instant.format(instant), language)
}

/** A day in words, in UTC: "12 Mar 2027", "12 mars 2027", "12 de marzo de 2027". */
export function writeDay(instant: Date, language: Language): string {
  return language === 'en'
    ? formatInstant(instant).replace(/,.*$/, '')
    : ordinal(WRITERS[language].day.format(instant), language)
}

/** The forms of a counted noun, by the categories of CLDR that our languages have for whole numbers in daily use. */
export interface Counted {
  readonly one: string
  readonly other: string
}

const PLURALS = {
  en: new Intl.PluralRules('en'),
  es: new Intl.PluralRules('es'),
  fr: new Intl.PluralRules('fr'),
} as const
const NUMBERS = {
  en: new Intl.NumberFormat('en', { maximumFractionDigits: 0 }),
  es: new Intl.NumberFormat('es-ES', { maximumFractionDigits: 0 }),
  fr: new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 0 }),
} as const

/** A whole number with its noun, as the language counts: "1 day", "0 jour", "1 200 jours". */
export function writeCount(count: number, noun: Counted, language: Language): string {
  const form = PLURALS[language].select(count) === 'one' ? noun.one : noun.other
  return `${NUMBERS[language].format(count)} ${form}`
}
