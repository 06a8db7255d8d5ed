import { CLIENT_REFUSAL_WORDS, decodeId, encodeId } from '@liaison/access'
import type { ClientId, ClientRefusalCode } from '@liaison/access'
import { errors } from 'oidc-provider'
import type { AccessToken, ClientCredentials, KoaContextWithOIDC } from 'oidc-provider'
import type { TokenWish } from './claims.ts'
import type { TokenClaims } from './claims-schema.ts'
import { findNamed } from './account-words.ts'
import { parseChoice } from './details.ts'
import type { ChosenDetail } from './details.ts'
import { readAddedScopes, readDelegatedBasis, readOwnBasis } from './facts-store.ts'
import type { TokenBasis } from './facts-store.ts'
import { findGrant } from './grant-store.ts'
import type { KnownGrant } from './grant-store.ts'
import type { OAuthParts } from './parts.ts'
import { noteParties, traceOf } from './request-notes.ts'

/** What a token stands on, however it was asked for. */
export interface IssueBasis {
  readonly basis: TokenBasis
  readonly wish: TokenWish
  readonly grantId: string | null
  /** The key that the grant's last token was bound to. */
  readonly proofKeyBefore: string | null
  /** The latest end that what it was made from allows. */
  readonly latestEnd: Date | null
  /** Claims that only an exchange knows: who acted before. */
  readonly act?: Extract<TokenClaims, { act: unknown }>['act']
  /** Whether an exchange began with a consent, and not with a token that somebody may have taken further already. */
  readonly isFirst?: boolean
  /** The name of the member whom the client named as the one who acts; for the records. */
  readonly actingMember?: string
}

export type Token = AccessToken | ClientCredentials

/** The UUID of the client that a library object belongs to. */
export function clientIdOf(publicId: string | undefined): ClientId {
  const id = publicId === undefined ? null : decodeId('api_client', publicId)
  if (id === null) throw new errors.InvalidClient('client is invalid', 'client not found')
  return id
}

/** The scopes that a client is registered for. */
export function registeredScopes(client: Readonly<Record<string, unknown>> | undefined): string[] {
  const scopes = client?.['api_scopes']
  return Array.isArray(scopes) ? scopes.map(String) : []
}

/** A refusal in OAuth's own form. */
export function refuse(error: string, description: string): never {
  throw new errors.CustomOIDCProviderError(error, description)
}

const SCOPE_CODES = new Set<ClientRefusalCode>(['INSUFFICIENT_SCOPE', 'INSUFFICIENT_AUTHORIZATION_DETAILS'])

/** The OAuth error for a decision of the kernel. */
export function refuseDecision(code: ClientRefusalCode, otherwise: string): never {
  const { sentence } = CLIENT_REFUSAL_WORDS[code]
  return refuse(SCOPE_CODES.has(code) ? 'invalid_scope' : otherwise, sentence)
}

/** The chosen detail of the request; refuses one of another form, and one for another API than ours. */
export function readChoice({ places }: OAuthParts, ctx: KoaContextWithOIDC): ChosenDetail | null {
  const parsed = parseChoice(ctx.oidc.params?.['authorization_details'])
  if (parsed === null) return null
  if ('fault' in parsed) return refuse('invalid_authorization_details', parsed.fault)
  const only = places.apiResource()
  if (parsed.detail.locations?.some((location) => location !== only) === true)
    return refuse('invalid_authorization_details', `The only location is ${only}.`)
  return parsed.detail
}

/** An earlier end may be chosen, never a later one; null when what was granted is to last as long as it does. */
export function chooseEnd(
  choice: ChosenDetail | null,
  { latest, now }: { readonly latest: Date | null; readonly now: Date },
): Date | null {
  if (choice?.expires_at === undefined) return null
  const end = new Date(choice.expires_at)
  if (latest !== null && end > latest)
    return refuse('invalid_authorization_details', 'A later end is wanted than was granted.')
  if (end <= now) return refuse('invalid_authorization_details', 'The end that is wanted is over.')
  return end
}

/** Fewer actions may be chosen, never others; null when all are wanted. */
export function chooseActions(
  choice: ChosenDetail | null,
  agreed: readonly string[] | null,
): readonly string[] | null {
  const wanted = choice?.actions
  if (wanted === undefined) return null
  if (agreed && wanted.some((action) => !agreed.includes(action)))
    return refuse('invalid_authorization_details', 'An action is wanted that was not granted.')
  return wanted
}

/** What is chosen of what was agreed: fewer actions, an earlier end. */
export function chooseTerms(
  { clock }: OAuthParts,
  choice: ChosenDetail | null,
  { terms }: TokenBasis,
): Required<Pick<TokenWish, 'actions' | 'endsAt'>> {
  return {
    actions: chooseActions(choice, terms?.actions ?? []),
    endsAt: chooseEnd(choice, { latest: terms?.ends_at ?? null, now: clock() }),
  }
}

/** A resale rests on an agreement; a consent on a person, who may have left (attack 40). */
export async function requireBacking(
  { consents }: OAuthParts,
  ctx: KoaContextWithOIDC,
  { terms }: TokenBasis,
): Promise<void> {
  const trace = traceOf(ctx)
  if (terms?.kind !== 'consent' || trace === null || (await consents.isStillBacked(trace, terms.id))) return
  refuse('invalid_grant', 'The person who approved this access has left, and nobody confirmed it.')
}

function scopesOf(token: Token, fallback: readonly string[]): readonly string[] {
  return token.scope === undefined || token.scope === '' ? fallback : token.scope.split(' ')
}

/**
 * The grant of a token. A code that another request used at the same moment ended the grant meanwhile: whoever won is
 * answered, with a token that is born revoked, so that exactly one is answered and nothing that was issued can be used.
 */
async function requireGrant(
  { database }: OAuthParts,
  ctx: KoaContextWithOIDC,
  grantId: string,
): Promise<KnownGrant> {
  const grant = await findGrant(database, grantId)
  const isWinner = ctx.oidc.params?.['grant_type'] === 'authorization_code'
  return grant && (isWinner || !grant.hasEnded) ? grant : refuse('invalid_grant', 'The grant has ended.')
}

/** The account that is chosen among the granted ones; the first when none is named. */
export function chooseAccount(choice: ChosenDetail | null, first: TokenBasis): string {
  const named = findNamed(choice, first)
  const ban = named === undefined ? first.ban : named
  const isOtherTenant =
    choice?.customer_id !== undefined && choice.customer_id !== encodeId('tenant', first.tenantId)
  if (isOtherTenant || ban === null || !first.bans.includes(ban))
    return refuse('invalid_authorization_details', 'An account is wanted that was not granted.')
  return ban
}

/** What a token under a consent is made from, as things are now. Refuses with `invalid_grant` whatever has ended. */
export async function delegatedBasis(
  parts: OAuthParts,
  ctx: KoaContextWithOIDC,
  token: AccessToken,
): Promise<IssueBasis> {
  const { database } = parts
  const grantId = token.grantId ?? ''
  const { delegationId, proofKey } = await requireGrant(parts, ctx, grantId)
  const wanted = { clientId: clientIdOf(ctx.oidc.client?.clientId), delegationId }
  const first = await readDelegatedBasis(database, { ...wanted, ban: null })
  if (!first) return refuse('invalid_grant', 'The access has ended.')
  noteParties(ctx, { tenantId: first.tenantId, delegationId })
  const choice = readChoice(parts, ctx)
  const ban = chooseAccount(choice, first)
  await requireBacking(parts, ctx, first)
  const basis = ban === first.ban ? first : await readDelegatedBasis(database, { ...wanted, ban })
  if (!basis) return refuse('invalid_grant', 'The access has changed.')
  // Whoever names scopes wants no others; the consent as it is now bounds them in any case.
  const { grant_type: grantType, scope } = ctx.oidc.params ?? {}
  const isPlainRefresh = grantType === 'refresh_token' && scope === undefined
  const added = isPlainRefresh ? await readAddedScopes(database, wanted) : []
  return {
    basis,
    wish: { scopes: [...scopesOf(token, []), ...added], ...chooseTerms(parts, choice, basis) },
    grantId,
    proofKeyBefore: proofKey,
    latestEnd: null,
  }
}

const NOT_OWN = 'This is no account of your own organisation.'

function tenantOf(choice: ChosenDetail | null): string | null {
  if (choice?.customer_id === undefined) return null
  return decodeId('tenant', choice.customer_id) ?? refuse('invalid_target', NOT_OWN)
}

/** What a token for the client's own organisation is made from. Refuses any other's account with `invalid_target` (attack 44). */
export async function ownBasis(
  parts: OAuthParts,
  ctx: KoaContextWithOIDC,
  token: Token,
): Promise<IssueBasis> {
  const { client } = ctx.oidc
  const clientId = clientIdOf(client?.clientId)
  const choice = readChoice(parts, ctx)
  const ban = choice?.customer_ban ?? null
  if (choice?.customer_ref !== undefined) return refuse('invalid_target', NOT_OWN)
  const found = await readOwnBasis(parts.database, { clientId, tenantId: tenantOf(choice), ban })
  if (found.is === 'missing') return refuse('invalid_target', NOT_OWN)
  if (found.is === 'ambiguous')
    return refuse(
      'invalid_request',
      'Your organisation has several accounts: name one in authorization_details.',
    )
  return {
    basis: found.basis,
    wish: {
      scopes: scopesOf(token, registeredScopes(client)),
      actions: chooseActions(choice, null),
      endsAt: chooseEnd(choice, { latest: null, now: parts.clock() }),
    },
    grantId: null,
    proofKeyBefore: null,
    latestEnd: null,
  }
}
