import type { KoaContextWithOIDC } from 'oidc-provider'
import { endMandate } from '#platform/mandate.ts'
import { openForIdentity } from '#platform/resolvers/resolver-without-person.ts'
import type { OAuthParts } from './parts.ts'
import { traceOf } from './request-notes.ts'

const SESSION_COOKIE = /(?:^|; *)__Host-liaison=([^;]*)/

/** The token of our own session that a browser sent along. */
export function readSessionToken(cookies: string | undefined): string | null {
  return SESSION_COOKIE.exec(cookies ?? '')?.[1] ?? null
}

/** Whether the browser carries a live session of ours. */
export async function hasSession(parts: OAuthParts, ctx: KoaContextWithOIDC): Promise<boolean> {
  const token = readSessionToken(ctx.req.headers.cookie)
  const trace = traceOf(ctx)
  if (token === null || trace === null) return false
  const { mandate, transaction } = await openForIdentity(parts.database, trace, token)
  try {
    return mandate.session !== null
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}
