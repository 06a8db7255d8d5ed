import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { ProblemError } from '../problem.ts'
import { readBearer } from './bearer.ts'
import type { RealmToken, RealmTokens } from './realm-token.ts'

const COOKIE_PREFIX = '__Host-realm-'
const SLUG = /^[a-z0-9][a-z0-9-]{1,62}$/

/** The name of a realm's own session cookie: another realm never reads it. */
export function realmCookieName(slug: string): string {
  return `${COOKIE_PREFIX}${slug}`
}

/** The digest under which a realm keeps a session or a link of a mail; the same secret is another one in another realm. */
export function digestRealmSecret(slug: string, secret: string): Buffer {
  return createHash('sha256').update(`${slug} ${secret}`).digest()
}

/** What a request brings along of a realm: which one, and a cookie or a token of it. */
export type RealmEvidence =
  | { readonly slug: string; readonly cookie: string }
  | { readonly slug: string; readonly token: RealmToken }
  /** Nothing that counts; the name is that of the path, if it has one. */
  | { readonly slug: string | null }

function slugOfPath({ params }: FastifyRequest): string | null {
  const slug: unknown = typeof params === 'object' && params !== null && 'slug' in params ? params.slug : null
  return typeof slug === 'string' && SLUG.test(slug) ? slug : null
}

function slugOfHeader({ headers }: FastifyRequest): string | null {
  const named = headers['x-realm']
  if (named === undefined) return null
  if (typeof named === 'string' && SLUG.test(named)) return named
  throw new ProblemError(400, 'REALM_REQUIRED', 'X-Realm must be the name of one realm.')
}

/** Without a name in the path the only cookie of a realm says which one is meant; of several none is guessed. */
function slugOfCookies({ cookies }: FastifyRequest): string | null {
  const named = Object.keys(cookies).filter((name) => name.startsWith(COOKIE_PREFIX))
  if (named.length > 1)
    throw new ProblemError(400, 'REALM_REQUIRED', 'You are signed in to several realms; name one in X-Realm.')
  const slug = named[0]?.slice(COOKIE_PREFIX.length) ?? ''
  return SLUG.test(slug) ? slug : null
}

/**
 * The evidence of an end user. A token wins over a cookie and is believed in its own realm alone; a cookie counts under
 * the name of its realm alone. Throws REALM_REQUIRED when several realms could be meant.
 */
export async function readRealmEvidence(
  request: FastifyRequest,
  authorization: string | readonly string[] | undefined,
  tokens: { readonly issuers: RealmTokens; readonly now: Date },
): Promise<RealmEvidence> {
  const named = slugOfPath(request) ?? slugOfHeader(request)
  if (authorization !== undefined) {
    const text = readBearer(authorization, 4000)
    const token = text === null ? null : await tokens.issuers.verify(text, tokens.now)
    return token && (named === null || named === token.slug) ? { slug: token.slug, token } : { slug: named }
  }
  const slug = named ?? slugOfCookies(request)
  const cookie = slug === null ? undefined : request.cookies[realmCookieName(slug)]
  return slug !== null && cookie !== undefined && cookie.length <= 200 ? { slug, cookie } : { slug }
}
