import { readFileSync } from 'node:fs'
import type { Route } from '#platform/route.ts'
import { makeAsset } from './asset.ts'
import { WAIT_SCRIPT } from './wait.ts'

function readOwn(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}

/** In this order, since a later rule wins over an earlier one of the same weight. */
const FAMILIES = ['base', 'frame', 'forms', 'parts', 'tables', 'documents'] as const

/** Without remarks and indents, which are a sixth of the text. No value here has two spaces in a row. */
const compact = (css: string): string => css.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/\s+/g, ' ')

/** The one stylesheet of all pages: the shared roles of colour and type first. */
export const STYLESHEET = makeAsset(
  'pages',
  'css',
  compact(['tokens', ...FAMILIES].map((family) => readOwn(`./${family}.css`)).join('\n')),
)

/** What the API reference alone needs besides. */
export const REFERENCE_STYLESHEET = makeAsset('reference', 'css', compact(readOwn('./reference.css')))

/** The provider's mark, also the icon of the tab. */
export const MARK = makeAsset('mark', 'svg', readOwn('./mark.svg').trim())

/** The routes that serve what every page refers to. Mounted once, beside the routes of the modules. */
export const pageAssetRoutes: readonly Route[] = [
  STYLESHEET.route,
  REFERENCE_STYLESHEET.route,
  MARK.route,
  WAIT_SCRIPT.route,
]
