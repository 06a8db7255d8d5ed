import { encodeId } from '@liaison/access'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { tokenTypeOf } from './binding.ts'
import { recordFor } from './audit-store.ts'
import { findGrant, revokeToken } from './grant-store.ts'
import { clientIdOf } from './basis.ts'
import type { OAuthParts } from './parts.ts'
import { claimsOf } from './claims.ts'
import { readAddedScopes, readDelegatedBasis } from './facts-store.ts'
import type { TokenBasis } from './facts-store.ts'
import { tellForeign } from './foreign-token.ts'
import { claimTermsOf } from './issue.ts'
import { traceOf } from './request-notes.ts'
import { delegationOf, holderOf, readApiToken, readCurrentToken } from './token-reader.ts'

function tokenOf(ctx: KoaContextWithOIDC): string {
  const token = ctx.oidc.params?.['token']
  return typeof token === 'string' ? token : ''
}

/**
 * Whether the library refused only because the token is one of our signed ones: it says so after it has authenticated
 * the client, and leaves the answer to us (delegation.md section 2, trap 5).
 */
export function isLeftToUs(ctx: KoaContextWithOIDC): boolean {
  const body: unknown = ctx.body
  const error: unknown = typeof body === 'object' && body !== null && 'error' in body ? body.error : null
  return ctx.status === 400 && error === 'unsupported_token_type' && ctx.oidc.client !== undefined
}

function answer(ctx: KoaContextWithOIDC, body: unknown): void {
  ctx.status = 200
  ctx.body = body
}

/**
 * Introspection of a signed access token (RFC 7662). Only the client that holds it is told; everybody else learns the
 * same as about a token that never was.
 */
export async function introspectSigned(parts: OAuthParts, ctx: KoaContextWithOIDC): Promise<void> {
  answer(ctx, { active: false })
  const current = await readCurrentToken(parts, tokenOf(ctx))
  if (!current) return
  if (current.claims.client_id !== ctx.oidc.client?.clientId) return tellForeign(parts, ctx, 'introspection')
  answer(ctx, { active: true, token_type: tokenTypeOf(current.claims), ...current.claims })
}

/** Whether a refresh would lead to a token now, by all that a refresh looks at. */
async function canRefresh(
  parts: OAuthParts,
  ctx: KoaContextWithOIDC,
  { basis, scope }: { readonly basis: TokenBasis; readonly scope: string | undefined },
): Promise<boolean> {
  const { terms, clientId } = basis
  const trace = traceOf(ctx)
  if (!terms || trace === null) return false
  const added = await readAddedScopes(parts.database, { clientId, delegationId: terms.id })
  const wish = { scopes: [...(scope ?? '').split(' '), ...added], actions: null }
  if ('refused' in claimsOf(basis, wish, claimTermsOf(parts))) return false
  return terms.kind !== 'consent' || parts.consents.isStillBacked(trace, terms.id)
}

/** Introspection of a refresh token: what the library found, about the organisation and never about the person. Active is what a refresh takes (RFC 7662 section 2.2). */
export async function tellRefreshToken(parts: OAuthParts, ctx: KoaContextWithOIDC): Promise<void> {
  const held = ctx.oidc.entities.RefreshToken
  const body: unknown = ctx.body
  const isActive = typeof body === 'object' && body !== null && 'active' in body && body.active === true
  if (!isActive || !held) return
  const grant = await findGrant(parts.database, held.grantId ?? '')
  const clientId = clientIdOf(held.clientId)
  const basis =
    grant?.hasEnded === false &&
    (await readDelegatedBasis(parts.database, { clientId, delegationId: grant.delegationId, ban: null }))
  if (!basis || !(await canRefresh(parts, ctx, { basis, scope: held.scope })))
    return answer(ctx, { active: false })
  answer(ctx, {
    active: true,
    iss: ctx.oidc.issuer,
    sub: encodeId('tenant', basis.tenantId),
    client_id: held.clientId,
    scope: held.scope,
    iat: held.iat,
    exp: held.exp,
    authorization_details: held.rar,
  })
}

/** Revocation of a signed access token by its own client (RFC 7009); any other token stays as it is, and the answer is the same. */
export async function revokeSigned(parts: OAuthParts, ctx: KoaContextWithOIDC): Promise<void> {
  answer(ctx, '')
  const claims = await readApiToken(parts, tokenOf(ctx))
  const clientId = claims && holderOf(claims)
  if (!claims || clientId === null) return
  if (claims.client_id !== ctx.oidc.client?.clientId) return tellForeign(parts, ctx, 'revocation')
  const endsAt = new Date(claims.exp * 1000)
  if (!(await revokeToken(parts.database, { tokenId: claims.jti, clientId, endsAt }))) return
  const delegationId = delegationOf(claims)
  const basis =
    delegationId === null
      ? null
      : await readDelegatedBasis(parts.database, {
          clientId,
          delegationId,
          ban: claims.customer_ban ?? null,
          customerRef: claims.customer_ref,
        })
  await recordFor(parts.database, { clientId, trace: traceOf(ctx) }, [
    {
      action: 'oauth.token.revoke',
      resource: { type: 'api_client', id: clientId },
      changes: { kind: 'access_token' },
      ...(basis?.terms && {
        tenantId: basis.tenantId,
        tenantName: basis.tenantName,
        delegationId: basis.terms.id,
      }),
    },
  ])
}
