import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { acceptedLanguage, LANGUAGES } from './language.ts'
import type { Language } from './language.ts'
import type { Route } from './route.ts'

const ENGLISH: Language = 'en'

/** What the query of a translated page may name: the language that its reader chose there. Nothing else is taken. */
export const Chosen = { lang: z.enum(LANGUAGES).optional() } as const

function chosenLanguage(query: unknown): Language | undefined {
  const parsed = z.object(Chosen).safeParse(query)
  return parsed.success ? parsed.data.lang : undefined
}

/** The language of a page: what its reader chose in the address, else what the browser asks for, else English (U12). */
export function languageOfPage(
  request: Pick<FastifyRequest, 'query' | 'headers'>,
  route: Pick<Route, 'isTranslated'>,
): Language {
  if (!route.isTranslated) return ENGLISH
  return chosenLanguage(request.query) ?? acceptedLanguage(request.headers['accept-language'])
}
