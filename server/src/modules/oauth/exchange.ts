/**
 * Token exchange (RFC 8693), on the library's helpers for grants. Those are not covered by its promise of stable
 * versions, so this is the only file that imports them, and `exchange-contract.test.ts` holds them to what is used here.
 */

import { decodeId } from '@liaison/access'
import type { ClientId } from '@liaison/access'
import { errors } from 'oidc-provider'
import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import {
  buildTokenResponse,
  checkDpopReplay,
  checkDpopRequired,
  validateDpop,
} from 'oidc-provider/lib/helpers/grants.js'
import type { ChosenDetail } from './details.ts'
import { findResale, readDelegatedBasis } from './facts-store.ts'
import { chooseActions, clientIdOf, readChoice, refuse } from './basis.ts'
import { useExchangeBasis } from './issue.ts'
import type { OAuthParts } from './parts.ts'
import { noteParties } from './request-notes.ts'
import { ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE } from './settings.ts'
import { readCurrentToken } from './token-reader.ts'
import type { CurrentToken } from './token-reader.ts'

const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt'
const PARAMETERS = [
  'audience',
  'resource',
  'scope',
  'requested_token_type',
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
] as const

type Context = TokenEndpointGrantContext<Partial<Record<(typeof PARAMETERS)[number], unknown>>>

const NO_TARGET = 'There is no access to this account for your client.'

/** The parameters, when they make a request that is understood (RFC 8693 section 2.1). */
function requireForm({ oidc: { params } }: Context): string {
  const {
    subject_token: subject,
    subject_token_type: type,
    actor_token: actor,
    actor_token_type: actorType,
  } = params
  if (typeof subject !== 'string' || subject === '')
    throw new errors.InvalidRequest('subject_token is missing')
  if (type === undefined) throw new errors.InvalidRequest('subject_token_type is missing')
  if (type !== ACCESS_TOKEN_TYPE && type !== JWT_TYPE)
    throw new errors.InvalidRequest('the subject must be an access token')
  if ((actor === undefined) !== (actorType === undefined))
    throw new errors.InvalidRequest('actor_token and actor_token_type come together or not at all')
  // Persons are not named in tokens yet; an actor that would be ignored is refused instead.
  if (actor !== undefined) throw new errors.InvalidRequest('an actor token is not accepted here')
  const wanted = params.requested_token_type
  if (wanted !== undefined && wanted !== ACCESS_TOKEN_TYPE && wanted !== JWT_TYPE)
    throw new errors.InvalidRequest('the only token to be had is an access token')
  return subject
}

/** The subject token, when it is this client's own, counts now, and may be acted on (RFC 8693 section 4.4). */
async function requireSubject(parts: OAuthParts, clientId: ClientId, token: string): Promise<CurrentToken> {
  const current = await readCurrentToken(parts, token)
  if (!current || current.basis.clientId !== clientId)
    throw new errors.InvalidRequest('the subject token does not count')
  // Only the organisation's own token leads to an end customer: an exchanged one is the end of the way (A6).
  if (current.claims.access !== 'own')
    throw new errors.InvalidRequest('an exchanged token is not exchanged again')
  return current
}

function tenantOf(choice: ChosenDetail | null): string | null {
  if (choice?.customer_id === undefined) return null
  return decodeId('tenant', choice.customer_id) ?? refuse('invalid_target', NO_TARGET)
}

/** The resale that the request names; the same answer for an account that does not exist and for one of somebody else. */
async function findTarget(parts: OAuthParts, ctx: Context, clientId: ClientId) {
  const choice = readChoice(ctx)
  const ban = choice?.customer_ban
  if (ban === undefined) throw new errors.InvalidRequest('name the account in authorization_details')
  const { database } = parts
  const delegationId = await findResale(database, { clientId, tenantId: tenantOf(choice), ban })
  const basis =
    delegationId === null ? null : await readDelegatedBasis(database, { clientId, delegationId, ban })
  if (!basis?.terms) return refuse('invalid_target', NO_TARGET)
  noteParties(ctx, { tenantId: basis.tenantId, delegationId: basis.terms.id })
  return { basis, actions: chooseActions(choice, basis.terms.actions) }
}

/** The scopes of the new token: those that were asked for, never beyond the subject token and the agreement. */
function chooseScopes(
  { oidc: { params } }: Context,
  subject: CurrentToken,
  agreed: readonly string[],
): string[] {
  const held = subject.claims.scope.split(' ').filter((scope) => agreed.includes(scope))
  if (typeof params.scope !== 'string' || params.scope === '') return held
  const wanted = params.scope.split(' ')
  const beyond = wanted.filter((scope) => !held.includes(scope))
  if (beyond.length > 0)
    throw new errors.InvalidScope(
      'a scope is wanted beyond the subject token or the agreement',
      beyond.join(' '),
    )
  return wanted
}

function requireResource(parts: OAuthParts, { oidc: { params } }: Context): string {
  const resource = parts.places.apiResource()
  const named = [params.resource ?? [], params.audience ?? []].flat()
  if (named.some((name) => name !== resource)) refuse('invalid_target', NO_TARGET)
  return resource
}

async function exchange(provider: Provider, parts: OAuthParts, ctx: Context): Promise<void> {
  const { client } = ctx.oidc
  const subjectToken = requireForm(ctx)
  const proof = await validateDpop(provider, ctx)
  checkDpopRequired(provider, ctx, proof)
  const clientId = clientIdOf(client.clientId)
  const subject = await requireSubject(parts, clientId, subjectToken)
  const resource = requireResource(parts, ctx)
  const { basis, actions } = await findTarget(parts, ctx, clientId)
  const scopes = chooseScopes(ctx, subject, basis.terms?.scopes ?? [])
  if (proof) await checkDpopReplay(provider, ctx, proof, client.clientId)
  const token = new provider.ClientCredentials({ client, scope: scopes.join(' ') })
  const { keys } = await parts.keys.read()
  token.resourceServer = new provider.ResourceServer(resource, {
    scope: scopes.join(' '),
    audience: resource,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256', kid: keys[0].kid } },
  })
  token.scope = scopes.join(' ')
  if (proof) token.setThumbprint('jkt', proof.thumbprint)
  useExchangeBasis(token, {
    basis,
    wish: { scopes, actions },
    grantId: null,
    proofKeyBefore: subject.claims.cnf.jkt,
    latestEnd: new Date(subject.claims.exp * 1000),
  })
  ctx.oidc.entity('ClientCredentials', token)
  const accessToken = await token.save()
  ctx.body = buildTokenResponse(provider, {
    accessToken,
    authorizationDetails: token.rar,
    expiresIn: token.expiration,
    issuedTokenType: ACCESS_TOKEN_TYPE,
    scope: token.scope,
    tokenType: token.tokenType,
  })
}

/** Adds the grant: a wholesaler's own token for one that acts for an end customer, no wider, no longer, no refresh token (A6). */
export function registerTokenExchange(provider: Provider, parts: OAuthParts): void {
  const handle = (ctx: TokenEndpointGrantContext) => exchange(provider, parts, ctx)
  provider.registerGrantType(
    TOKEN_EXCHANGE,
    handle,
    [...PARAMETERS, 'authorization_details'],
    ['audience', 'resource'],
  )
}
