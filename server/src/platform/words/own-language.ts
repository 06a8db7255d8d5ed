import type { FastifyRequest } from 'fastify'
import { LANGUAGES } from './language.ts'
import type { Language, Reading } from './language.ts'
import { runStatements } from '../mandate.ts'
import type { Mandate } from '../mandate.ts'
import { chosenLanguage, readingOfPage, rememberLanguage } from './page-language.ts'
import type { Route } from '../route.ts'

/** The language that the person of a request has set for themselves; null where there is no person, or none was set. */
export async function findOwnLanguage(mandate: Mandate): Promise<Language | null> {
  const isPerson = mandate.kind === 'tenant' || (mandate.kind === 'identity' && mandate.session !== null)
  if (!isPerson) return null
  const [result] = await runStatements(mandate, [
    { text: 'select access.own_language() as language', values: [] },
  ])
  const own = result?.rows[0]?.['language']
  return LANGUAGES.find((language) => language === own) ?? null
}

/** How a page is read by whom it is for. Asks the database only where the address names no language. Source: U12. */
export async function readingOfReader(
  request: FastifyRequest,
  route: Route,
  mandate: Mandate,
): Promise<Reading> {
  if (route.isTranslated && chosenLanguage(request) === undefined) {
    const own = await findOwnLanguage(mandate)
    if (own !== null) rememberLanguage(request, own)
  }
  return readingOfPage(request, route)
}
