import { decodeId, maskOfActions, maskOfScopes } from '@liaison/access'
import type { ClientId } from '@liaison/access'
import { createLocalJWKSet, errors as joseErrors, jwtVerify } from 'jose'
import { requireInvariants } from './claims-schema.ts'
import { isActorCurrent } from './actor-token.ts'
import type { TokenClaims } from './claims-schema.ts'
import { claimsOf } from './claims.ts'
import { actionsWithin } from './details.ts'
import { readDelegatedBasis, readOwnBasis } from './facts-store.ts'
import type { TokenBasis } from './facts-store.ts'
import { isIssued } from './grant-store.ts'
import { claimTermsOf } from './issue.ts'
import type { OAuthParts } from './parts.ts'
import { CLOCK_TOLERANCE_SECONDS, issuerOf, liveAudienceOf } from './settings.ts'

/** The payload of one of our own tokens whose signature, type, issuer and time hold; null for anything else. */
export async function verifySignature(
  { keys, places, clock }: OAuthParts,
  token: string,
  audience: string | string[],
): Promise<Record<string, unknown> | null> {
  const terms = {
    issuer: issuerOf(places),
    audience,
    typ: 'at+jwt',
    algorithms: ['ES256'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: clock(),
  }
  const attempt = async (published: Parameters<typeof createLocalJWKSet>[0]) => {
    const { payload } = await jwtVerify(token, createLocalJWKSet(published), terms)
    return { ...payload }
  }
  try {
    const { published } = await keys.read()
    return await attempt(published)
  } catch (error) {
    if (!(error instanceof joseErrors.JWKSNoMatchingKey)) return null
  }
  try {
    const { published } = await keys.reread()
    return await attempt(published)
  } catch {
    return null
  }
}

/** For whom the tokens of our API are: for it, or for the decision point alone. */
export function apiAudiencesOf({ places }: OAuthParts): string[] {
  return [places.apiResource(), liveAudienceOf(places)]
}

/** An authentic token of our API that has not ended. */
export async function readApiToken(parts: OAuthParts, token: string): Promise<TokenClaims | null> {
  const payload = await verifySignature(parts, token, apiAudiencesOf(parts))
  return payload && requireInvariants(payload)
}

/** The UUID of the client that a token was issued to. */
export function holderOf(claims: TokenClaims): ClientId | null {
  return decodeId('api_client', claims.client_id)
}

/** The UUID of the delegation that a token names; null for the client's own organisation. */
export function delegationOf(claims: TokenClaims): string | null {
  if (claims.access === 'own') return null
  return decodeId(claims.access === 'resale' ? 'resale' : 'consent', claims.delegation_id)
}

/** The facts behind a token, as they are now; null when what it names is gone. */
async function basisOfToken({ database }: OAuthParts, claims: TokenClaims): Promise<TokenBasis | null> {
  const clientId = holderOf(claims)
  if (clientId === null) return null
  const ban = claims.customer_ban ?? null
  const delegationId = delegationOf(claims)
  if (delegationId !== null)
    return readDelegatedBasis(database, { clientId, delegationId, ban, customerRef: claims.customer_ref })
  const own = await readOwnBasis(database, {
    clientId,
    tenantId: decodeId('tenant', claims.customer_id),
    ban,
  })
  return own.is === 'found' ? own.basis : null
}

/** A token that counts now, with what it stands on. */
export interface CurrentToken {
  readonly claims: TokenClaims
  readonly basis: TokenBasis
}

function isSameReach(claims: TokenClaims, basis: TokenBasis, parts: OAuthParts): boolean {
  const scopes = claims.scope.split(' ')
  const actions = claims.authorization_details?.[0].actions ?? null
  const resolved = claimsOf(basis, { scopes, actions }, claimTermsOf(parts))
  if ('refused' in resolved) return false
  const { claims: now } = resolved
  if (now.access !== claims.access) return false
  if (now.access !== 'own' && claims.access !== 'own' && now.delegation_ver !== claims.delegation_ver)
    return false
  const wanted = maskOfActions(actions ?? actionsWithin([], new Set()))
  const held = maskOfActions(now.authorization_details?.[0].actions ?? [])
  return (wanted & ~held) === 0n && (maskOfScopes(scopes) & ~maskOfScopes(now.scope.split(' '))) === 0n
}

/**
 * A token that counts in full now: authentic, issued, not revoked, and everything it says is still true by the same resolver
 * that issued it. Null otherwise.
 */
export async function readCurrentToken(parts: OAuthParts, token: string): Promise<CurrentToken | null> {
  const claims = await readApiToken(parts, token)
  const clientId = claims && holderOf(claims)
  if (!claims || clientId === null) return null
  if (!(await isIssued(parts.database, { tokenId: claims.jti, clientId }))) return null
  const basis = await basisOfToken(parts, claims)
  if (!basis || !isSameReach(claims, basis, parts)) return null
  return (await isActorCurrent(parts, claims, basis)) ? { claims, basis } : null
}
