/** The languages in which customers are spoken to: consent pages and embedded forms (U12). */
export const LANGUAGES = ['en', 'es', 'fr'] as const

export type Language = (typeof LANGUAGES)[number]

/** The language of a page: `chosen` when it stands in the address, so that the pages after it keep to it. */
export interface Reading {
  readonly language: Language
  readonly chosen: Language | undefined
}

/** More than any browser sends; what comes behind is not looked at. */
const MAXIMUM_RANGES = 40
const QUALITY = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/** One of our languages by its tag, whatever the region: `fr` of `fr-CA`. Null for every other text. */
export function languageOfTag(tag: string): Language | null {
  const primary = tag.trim().toLowerCase().split('-', 1)[0]
  return LANGUAGES.find((language) => language === primary) ?? null
}

interface Range {
  readonly language: Language | '*'
  readonly weight: number
}

/** One range of the field, when it is well-formed and one of ours, or any (RFC 9110 section 12.5.4). */
function readRange(part: string): Range[] {
  const [tag = '', ...parameters] = part.split(';').map((text) => text.trim())
  const language = tag === '*' ? '*' : languageOfTag(tag)
  const [quality = 'q=1', ...others] = parameters
  const weight = QUALITY.exec(quality.toLowerCase())?.[1]
  return language === null || weight === undefined || others.length > 0
    ? []
    : [{ language, weight: Number(weight) }]
}

/**
 * The one of our languages that a browser would rather read, by the weights of its `Accept-Language` field; `own` where it
 * names none of ours. `*` stands for `own` too, unless the field names that by itself: then for the first that it does not
 * name. A weight of 0 rules a language out; what is malformed is passed over. Source: RFC 9110 section 12.5.4.
 */
export function acceptedLanguage(field: string | undefined, own: Language = 'en'): Language {
  const ranges = (field ?? '').split(',', MAXIMUM_RANGES).flatMap(readRange)
  const named = new Set(ranges.map(({ language }) => language))
  const [best] = ranges.filter(({ weight }) => weight > 0).toSorted((one, other) => other.weight - one.weight)
  if (best?.language !== '*') return best?.language ?? own
  return [own, ...LANGUAGES].find((one) => !named.has(one)) ?? own
}

/**
 * The first of our languages in a list that an application sends, which is ordered by preference and separated by spaces.
 * Null when none is ours. Source: `ui_locales`, OpenID Connect Core 1.0 section 3.1.2.1.
 */
export function firstLanguage(list: unknown): Language | null {
  if (typeof list !== 'string') return null
  return (
    list
      .split(' ', MAXIMUM_RANGES)
      .map(languageOfTag)
      .find((language) => language !== null) ?? null
  )
}
