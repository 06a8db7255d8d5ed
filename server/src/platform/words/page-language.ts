import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { acceptedLanguage, LANGUAGES } from './language.ts'
import type { Language, Reading } from './language.ts'
import type { Route } from '../route.ts'

const ENGLISH: Language = 'en'
const HERE = 'https://here.invalid'

/** What the query of a translated page may name: the language that its reader chose there. Nothing else is taken. */
export const Chosen = { lang: z.enum(LANGUAGES).optional() } as const

const ChosenQuery = z.object(Chosen)
const Onward = z.object({ return_to: z.string().max(2000) })

/** The pages that are there in every language: an address that leads to one of them may name a language. */
const TRANSLATED =
  /^\/(?:access-requests|account|backchannel-requests|choose|consent|consent-asks|links|oauth\/interaction|recover|reset|signin|signout|step-up)(?:[/?]|$)/

/** Whether an address leads to a page that is there in every language. */
export function isTranslatedPath(path: string): boolean {
  return TRANSLATED.test(path)
}

function queryOf(path: string): URLSearchParams {
  return new URL(path, HERE).searchParams
}

function languageIn(query: unknown): Language | undefined {
  const parsed = ChosenQuery.safeParse(query)
  return parsed.success ? parsed.data.lang : undefined
}

/** The language that an address names; undefined where it names none of ours. */
function languageOfPath(path: string): Language | undefined {
  return isTranslatedPath(path) ? languageIn(Object.fromEntries(queryOf(path))) : undefined
}

/**
 * The language that somebody chose: in the address itself, else in the address that the page leads back to, so that a
 * journey keeps to it on the way over sign-in and step-up.
 */
export function chosenLanguage({ query }: Pick<FastifyRequest, 'query'>): Language | undefined {
  const onward = Onward.safeParse(query)
  return languageIn(query) ?? (onward.success ? languageOfPath(onward.data.return_to) : undefined)
}

/** An address that keeps to the language that was chosen, whatever it named before; as it is where none was. */
export function withLanguage(path: string, chosen: Language | undefined): string {
  if (chosen === undefined) return path
  const [place = '', text = ''] = path.split('?', 2)
  const others = text.split('&').filter((part) => part !== '' && !part.startsWith('lang='))
  return `${place}?${[...others, `lang=${chosen}`].join('&')}`
}

/** Where a page leads back to, in the language that was chosen on the way; pages that know no languages stay as they are. */
export function leadOn(path: string, chosen: Language | undefined): string {
  return isTranslatedPath(path) ? withLanguage(path, chosen) : path
}

/** What was found out about the reader of a request, for the refusals that are written without a mandate. */
const KNOWN = new WeakMap<object, Language>()

/** Keeps the language that the reader of a request has set for themselves. */
export function rememberLanguage(request: object, language: Language): void {
  KNOWN.set(request, language)
}

/** How a page is read: in the language that was chosen in the address, else that its reader has set, else that the browser asks for, else English (U12). */
export function readingOfPage(
  request: Pick<FastifyRequest, 'query' | 'headers'>,
  route: Pick<Route, 'isTranslated'>,
): Reading {
  if (!route.isTranslated) return { language: ENGLISH, chosen: undefined }
  const chosen = chosenLanguage(request)
  const language = chosen ?? KNOWN.get(request) ?? acceptedLanguage(request.headers['accept-language'])
  return { language, chosen }
}
