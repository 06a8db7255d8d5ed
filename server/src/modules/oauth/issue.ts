import { idFromUuid } from '@liaison/access'
import { createHmac } from 'node:crypto'
import type { ClientCredentials, KoaContextWithOIDC } from 'oidc-provider'
import type { AuditEvent } from '#platform/audit-event.ts'
import { epochSecondsOf } from '#platform/instant.ts'
import { recordIssue } from './audit-store.ts'
import { certificateOf, requireBinding, requirePinnedKey, thumbprintOf } from './binding.ts'
import { clientIdOf, delegatedBasis, ownBasis, refuse, refuseDecision } from './basis.ts'
import type { IssueBasis, Token } from './basis.ts'
import { claimsOf } from './claims.ts'
import type { ClaimTerms, Resolved } from './claims.ts'
import { requireInvariants } from './claims-schema.ts'
import type { TokenClaims } from './claims-schema.ts'
import type { OAuthParts } from './parts.ts'
import { traceOf } from './request-notes.ts'
import {
  ACCESS_SECONDS,
  grantsResourceOf,
  issuerOf,
  liveAudienceOf,
  SHORTEST_ACCESS_SECONDS,
  signalsResourceOf,
} from './settings.ts'

/** The structured token as the library lets it be rewritten. */
interface Structured {
  payload: Record<string, unknown>
}

/** The terms of claims at this installation. */
export function claimTermsOf({ vault, places }: OAuthParts): ClaimTerms {
  const key = vault.deriveKey('authorized-by')
  return {
    issuer: issuerOf(places),
    audience: places.apiResource(),
    liveAudience: liveAudienceOf(places),
    pseudonymOf: (tenantId, personId) =>
      `apr_${createHmac('sha256', key).update(`${tenantId} ${personId}`).digest('base64url').slice(0, 22)}`,
  }
}

const exchanged = new WeakMap<object, IssueBasis>()

/** Says what a token of an exchange stands on; only the exchange may. */
export function useExchangeBasis(token: ClientCredentials, basis: IssueBasis): void {
  exchanged.set(token, basis)
}

function basisOf(parts: OAuthParts, ctx: KoaContextWithOIDC, token: Token): Promise<IssueBasis> {
  const known = exchanged.get(token)
  if (known) return Promise.resolve(known)
  return 'grantId' in token && token.kind === 'AccessToken'
    ? delegatedBasis(parts, ctx, token)
    : ownBasis(parts, ctx, token)
}

/** The seconds that a token may run: never beyond what it stands on (attack 41). */
function secondsUntil(ends: readonly (Date | null)[], issuedAt: number): number {
  const left = ends.flatMap((end) => (end === null ? [] : [epochSecondsOf(end) - issuedAt]))
  const seconds = Math.min(ACCESS_SECONDS, ...left)
  return seconds >= 1 ? seconds : refuse('invalid_grant', 'The access has ended.')
}

/** When a token ends whose revocation is to count sooner: whoever takes it although it is not theirs takes it no longer than that. */
function boundEnd(claims: Granted['claims'], issuedAt: number): Date | null {
  const seconds = claims.access === 'own' ? undefined : claims.max_revocation_seconds
  return seconds === undefined
    ? null
    : new Date((issuedAt + Math.max(SHORTEST_ACCESS_SECONDS, seconds)) * 1000)
}

/** When what the token stands on ends, and when it is wanted to. */
const endsOf = ({ wish, latestEnd }: IssueBasis, { endsAt }: Granted) => [
  endsAt,
  wish.endsAt ?? null,
  latestEnd,
]

function eventsOf(
  issue: IssueBasis,
  claims: TokenClaims,
  { grantType, clientName }: { readonly grantType: string; readonly clientName: string },
): AuditEvent[] {
  const { basis, proofKeyBefore } = issue
  const common = {
    tenantId: basis.tenantId,
    tenantName: basis.tenantName,
    ...(basis.terms && {
      delegationId: basis.terms.id,
      ...(basis.entered.delegation && { delegationEpoch: basis.entered.delegation.epoch }),
    }),
    role: claims.access,
    resource: { type: 'api_client', id: basis.clientId, label: clientName },
  }
  const details = {
    grant_type: grantType,
    scope: claims.scope,
    customer_ban: claims.customer_ban,
    customer_ref: claims.customer_ref,
    actions: claims.authorization_details?.[0].actions,
    ...(claims.access !== 'own' && {
      max_revocation_seconds: claims.max_revocation_seconds,
      call_conditions: claims.call_conditions,
    }),
    ...(issue.actingMember && { acting_member: issue.actingMember }),
  }
  const isNewKey = proofKeyBefore !== null && proofKeyBefore !== thumbprintOf(claims.cnf)
  return [
    { ...common, action: 'oauth.token.issue', changes: details, billingParty: claims.billing.party },
    ...(isNewKey ? [{ ...common, action: 'oauth.proof_key.change' }] : []),
  ]
}

/** The latest end of what the tokens of one request stand on; for the refresh token that follows. */
const ends = new WeakMap<object, Date>()

/** When what this request's tokens stand on ends. */
export function endOfRequest(ctx: object): Date | undefined {
  return ends.get(ctx)
}

const granted = new WeakMap<object, string>()

/** The consent on which this request's token stands, as clients name it; undefined where it stands on none. */
export function grantOfRequest(ctx: object): string | undefined {
  return granted.get(ctx)
}

/** A token of the grant management API, or of streams of signals: it names no tenant, since it opens no tenant's data. */
async function issueManagementToken(
  parts: OAuthParts,
  ctx: KoaContextWithOIDC,
  structured: Structured,
): Promise<void> {
  const { jti, iat, exp, scope, aud, client_id: publicId } = structured.payload
  const { cnf } = requireBinding(structured.payload['cnf'], ctx.oidc.client, parts.clock())
  if (scope === undefined) refuse('invalid_scope', 'Name a scope of this resource.')
  const clientId = clientIdOf(typeof publicId === 'string' ? publicId : undefined)
  structured.payload = {
    iss: issuerOf(parts.places),
    aud,
    sub: `client:${String(publicId)}`,
    client_id: publicId,
    jti,
    iat,
    exp,
    scope,
    cnf,
  }
  const events = [
    {
      action: 'oauth.token.issue',
      resource: { type: 'api_client', id: clientId },
      changes: { grant_type: 'client_credentials', scope },
    },
  ]
  const issued = {
    tokenId: String(jti),
    grantId: null,
    proofKey: thumbprintOf(cnf),
    certificate: certificateOf(cnf),
    endsAt: new Date(Number(exp) * 1000),
  }
  await recordIssue(parts.database, { clientId, trace: traceOf(ctx) }, { issued, events })
}

type Granted = Exclude<Resolved, { refused: unknown }>

/** What the claims resolve to now; refuses in OAuth's form when nothing is allowed. */
function resolve(parts: OAuthParts, { basis, wish }: IssueBasis, token: Token): Granted {
  const resolved = claimsOf(basis, wish, claimTermsOf(parts))
  if (!('refused' in resolved)) return resolved
  return refuseDecision(resolved.refused, token.kind === 'AccessToken' ? 'invalid_grant' : 'invalid_target')
}

/** Tells the library what the response says; it lists every account that can be chosen, while the token names one. */
function tellResponse(
  token: Token,
  { claims, resolved, isChosen }: { claims: TokenClaims; resolved: Granted; isChosen: boolean },
): void {
  const told = isChosen ? claims.authorization_details : resolved.details
  Object.assign(token, {
    scope: claims.scope,
    expiresIn: claims.exp - claims.iat,
    rar: told?.map((detail) => ({ ...detail })),
  })
}

/**
 * Makes the claims of a token, in the moment in which the library is about to sign it, from the same facts that a call
 * is decided on; notes the token and its event. Throws an OAuth error, and no token leaves, when anything is missing.
 */
export async function issueClaims(
  parts: OAuthParts,
  {
    ctx,
    token,
    structured,
  }: { readonly ctx: KoaContextWithOIDC; readonly token: Token; readonly structured: Structured },
): Promise<void> {
  const { payload } = structured
  const isManagement = [grantsResourceOf(parts.places), signalsResourceOf(parts.places)].some(
    (resource) => payload['aud'] === resource,
  )
  if (isManagement) return issueManagementToken(parts, ctx, structured)
  const issue = await basisOf(parts, ctx, token)
  const resolved = resolve(parts, issue, token)
  const iat = Number(payload['iat'])
  const binding = requireBinding(payload['cnf'], ctx.oidc.client, parts.clock())
  requirePinnedKey(binding.cnf, issue.proofKeyBefore, ctx.oidc.client)
  const { may_act: mayAct, ...said } = resolved.claims
  const claims = requireInvariants({
    ...said,
    ...(exchanged.has(token) && issue.isFirst !== true
      ? issue.act && { act: issue.act }
      : { may_act: mayAct }),
    jti: payload['jti'],
    iat,
    exp:
      iat + secondsUntil([...endsOf(issue, resolved), binding.endsAt, boundEnd(resolved.claims, iat)], iat),
    cnf: binding.cnf,
  })
  const { params, client } = ctx.oidc
  const named = { grantType: String(params?.['grant_type']), clientName: client?.clientName ?? '' }
  const issued = {
    tokenId: claims.jti,
    grantId: issue.grantId,
    proofKey: thumbprintOf(claims.cnf),
    certificate: certificateOf(claims.cnf),
    endsAt: new Date(claims.exp * 1000),
  }
  const asker = { clientId: idFromUuid('api_client', issue.basis.clientId), trace: traceOf(ctx) }
  await recordIssue(parts.database, asker, { issued, events: eventsOf(issue, claims, named) })
  structured.payload = { ...claims }
  tellResponse(token, { claims, resolved, isChosen: params?.['authorization_details'] !== undefined })
  if (resolved.endsAt) ends.set(ctx, resolved.endsAt)
  if (claims.access === 'delegated') granted.set(ctx, claims.delegation_id)
}
