import type { ClientPermission } from '@liaison/access'

/** The name of the path parameter that names the billing account, by its number or by the reference of the token's partner. */
const ACCOUNT_PARAMETER = 'customer_ban'

/** A registered route of an upstream. */
export interface ProtectedRoute {
  readonly template: string
  readonly permission: ClientPermission
}

/** A route that a path belongs to. */
export interface Matched extends ProtectedRoute {
  /** The billing account that the path names, in the caller's words; null when the template has no place for one. */
  readonly accountName: string | null
}

const TEMPLATE = /^(?:\/(?:[A-Za-z0-9._~-]+|\{[a-z][a-z0-9_]*\}))+$/

/** Whether a text is a path template: segments that are literal or one parameter each, every name once. */
export function isTemplate(text: string): boolean {
  if (!TEMPLATE.test(text) || text.split('/').some((segment) => segment === '.' || segment === '..'))
    return false
  const names = text.match(/\{[a-z0-9_]+\}/g) ?? []
  return new Set(names).size === names.length
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{')
}

/** Decodes a segment; empty ones match no parameter. */
function matchTemplate(
  template: readonly string[],
  path: readonly string[],
): { accountName: string | null } | null {
  if (template.length !== path.length) return null
  let accountName: string | null = null
  for (const [index, part] of template.entries()) {
    const segment = path[index] ?? ''
    if (!isParameter(part)) {
      if (part !== segment) return null
    } else if (segment === '') return null
    else if (part === `{${ACCOUNT_PARAMETER}}`) accountName = decodeURIComponent(segment)
  }
  return { accountName }
}

function countLiterals(template: string): number {
  return template.split('/').filter((segment) => !isParameter(segment)).length
}

/**
 * The route of a plain path, letter case included; null when none matches. Of several the one with the most literal
 * segments counts, and among equals none: what is ambiguous is not allowed.
 */
export function findRoute(routes: readonly ProtectedRoute[], path: string): Matched | null {
  const segments = path.split('/')
  const matches = routes
    .map((route) => ({ ...route, matched: matchTemplate(route.template.split('/'), segments) }))
    .filter(({ matched }) => matched !== null)
    .toSorted((left, right) => countLiterals(right.template) - countLiterals(left.template))
  const [best, second] = matches
  if (!best?.matched) return null
  if (second && countLiterals(second.template) === countLiterals(best.template)) return null
  return { template: best.template, permission: best.permission, accountName: best.matched.accountName }
}
