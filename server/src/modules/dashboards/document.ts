import { readFileSync } from 'node:fs'
import type { Language } from '#platform/words/language.ts'
import { hashed, renderShell, SCRIPT, STYLE } from '#modules/embed/index.ts'
import { DASHBOARD_WORDS } from './words.ts'

/** Where the document stands that a product of the provider puts in a frame. */
export const DASHBOARD_PATH = '/e/dashboard'

const read = (name: string): string => readFileSync(new URL(`./frame/${name}`, import.meta.url), 'utf8')

const DASHBOARD_SCRIPT = hashed('dashboard', 'js', { type: SCRIPT, text: read('dashboard.js') })
const DASHBOARD_STYLE = hashed('dashboard', 'css', { type: STYLE, text: read('dashboard.css') })

/** The files of the dashboard. */
export const DASHBOARD_ASSETS = [DASHBOARD_SCRIPT, DASHBOARD_STYLE] as const

/** Where a document stands: the site that holds it, and the ticket that says so when the figures are asked for. */
export interface Standing {
  readonly site: string
  readonly ticket: string
}

/** The document before its token is known: words, and where it stands; null where it may not. */
export function renderDashboard(language: Language, standing: Standing | null): string {
  const words = DASHBOARD_WORDS[language]
  return renderShell({
    language,
    title: words.title,
    words,
    data: { lang: language, words, site: standing?.site ?? null, ticket: standing?.ticket ?? null },
    style: DASHBOARD_STYLE,
    script: DASHBOARD_SCRIPT,
  })
}
