/**
 * Token exchange (RFC 8693), on the library's helpers for grants. Those are not covered by its promise of stable
 * versions, so this is the only file that imports them, and `exchange-contract.test.ts` holds them to what is used here.
 */

import { decodeId, encodeId } from '@liaison/access'
import type { ClientId, TenantId } from '@liaison/access'
import { errors } from 'oidc-provider'
import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import {
  buildTokenResponse,
  checkDpopReplay,
  checkDpopRequired,
  checkMtlsCert,
  validateDpop,
} from 'oidc-provider/lib/helpers/grants.js'
import { z } from 'zod'
import { readActor } from './actor-token.ts'
import type { ActingMember } from './actor-token.ts'
import { findNamed } from './account-words.ts'
import type { ChosenDetail } from './details.ts'
import { findResale, readDelegatedBasis, wasAskedFor } from './facts-store.ts'
import type { TokenBasis } from './facts-store.ts'
import { thumbprintOf } from './binding.ts'
import {
  chooseAccount,
  chooseActions,
  chooseEnd,
  chooseTerms,
  clientIdOf,
  readChoice,
  refuse,
  requireBacking,
} from './basis.ts'
import { useExchangeBasis } from './issue.ts'
import type { OAuthParts } from './parts.ts'
import { noteParties } from './request-notes.ts'
import { ACCESS_TOKEN_TYPE, CONSENT_TOKEN_TYPE, TOKEN_EXCHANGE } from './settings.ts'
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

/** The keys that a client is registered with, as the library holds them: every member of a key is text. */
const AssertionKeys = z.array(z.object({ kty: z.string() }).catchall(z.string()))

const isAccessTokenType = (type: unknown): boolean => type === ACCESS_TOKEN_TYPE || type === JWT_TYPE

/** What is presented: the token that is to be exchanged, and who acts, where somebody is named. */
interface Presented {
  readonly subject: string
  /** Whether the subject is a consent that the client names, and no token. */
  readonly isConsent: boolean
  readonly actor: string | null
}

/** Who acts, where somebody is named; null where nobody is. */
function requireActorForm({
  actor_token: actor,
  actor_token_type: type,
}: Context['oidc']['params']): string | null {
  if ((actor === undefined) !== (type === undefined))
    throw new errors.InvalidRequest('actor_token and actor_token_type come together or not at all')
  if (actor === undefined) return null
  if (type !== JWT_TYPE || typeof actor !== 'string')
    throw new errors.InvalidRequest('the actor must be named in a JWT that the client signed')
  return actor
}

/** The parameters, when they make a request that is understood (RFC 8693 section 2.1). */
function requireForm({ oidc: { params } }: Context): Presented {
  const { subject_token: subject, subject_token_type: type } = params
  if (typeof subject !== 'string' || subject === '')
    throw new errors.InvalidRequest('subject_token is missing')
  if (type === undefined) throw new errors.InvalidRequest('subject_token_type is missing')
  const isConsent = type === CONSENT_TOKEN_TYPE
  if (!isConsent && !isAccessTokenType(type))
    throw new errors.InvalidRequest('the subject must be an access token')
  const acting = requireActorForm(params)
  if (isConsent && acting !== null)
    throw new errors.InvalidRequest('the member who acts is named with the token that comes of the consent')
  const wanted = params.requested_token_type
  if (wanted !== undefined && !isAccessTokenType(wanted))
    throw new errors.InvalidRequest('the only token to be had is an access token')
  return { subject, isConsent, actor: acting }
}

/**
 * The subject token, when it is this client's own, counts now, and says that this client may take it further (RFC 8693
 * section 4.4). What an exchange made says so of nobody, which ends the way (A6).
 */
async function requireSubject(parts: OAuthParts, clientId: ClientId, token: string): Promise<CurrentToken> {
  const current = await readCurrentToken(parts, token)
  if (!current || current.basis.clientId !== clientId)
    throw new errors.InvalidRequest('the subject token does not count')
  if (current.claims.may_act?.client_id !== encodeId('api_client', clientId))
    throw new errors.InvalidRequest('an exchanged token is not exchanged again')
  return current
}

/** The member who acts. A token for a customer is exchanged for nothing but to name one. */
async function findActor(
  parts: OAuthParts,
  { oidc: { client } }: Context,
  { actor, subject, tenantId }: { actor: string | null; subject: CurrentToken; tenantId: TenantId },
): Promise<ActingMember | null> {
  const { may_act: mayAct } = subject.claims
  if (actor === null || !mayAct) {
    if (subject.claims.access === 'own') return null
    throw new errors.InvalidRequest('a token for a customer is exchanged only to name the member who acts')
  }
  return readActor(parts, actor, {
    clientId: subject.basis.clientId,
    partnerId: mayAct.partner_id,
    tenantId,
    jwks: { keys: AssertionKeys.parse(client.jwks?.keys ?? []) },
  })
}

function tenantOf(choice: ChosenDetail | null): string | null {
  if (choice?.customer_id === undefined) return null
  return decodeId('tenant', choice.customer_id) ?? refuse('invalid_target', NO_TARGET)
}

interface Target {
  readonly basis: TokenBasis
  readonly actions: readonly string[] | null
  readonly endsAt: Date | null
}

/** The resale that the request names; the same answer for an account that does not exist and for one of somebody else. */
async function findResaleTarget(parts: OAuthParts, ctx: Context, clientId: ClientId): Promise<Target> {
  const choice = readChoice(parts, ctx)
  const ban = choice?.customer_ban
  if (choice?.customer_ref !== undefined) return refuse('invalid_target', NO_TARGET)
  if (ban === undefined) throw new errors.InvalidRequest('name the account in authorization_details')
  const { database } = parts
  const delegationId = await findResale(database, { clientId, tenantId: tenantOf(choice), ban })
  const basis =
    delegationId === null ? null : await readDelegatedBasis(database, { clientId, delegationId, ban })
  return basis?.terms ? { basis, ...chooseTerms(parts, choice, basis) } : refuse('invalid_target', NO_TARGET)
}

/** The customer and account of the subject token itself, perhaps with fewer actions. */
function sameTarget(parts: OAuthParts, ctx: Context, { basis, claims }: CurrentToken): Target {
  const choice = readChoice(parts, ctx)
  const named = findNamed(choice, basis)
  const isSame =
    (named === undefined || named === basis.ban) && (tenantOf(choice) ?? basis.tenantId) === basis.tenantId
  if (!isSame) return refuse('invalid_target', NO_TARGET)
  const [held] = claims.authorization_details ?? []
  const latest = held?.expires_at === undefined ? null : new Date(held.expires_at)
  const actions = held?.actions ?? []
  return {
    basis,
    actions: chooseActions(choice, actions) ?? actions,
    endsAt: chooseEnd(choice, { latest, now: parts.clock() }) ?? latest,
  }
}

async function findTarget(parts: OAuthParts, ctx: Context, subject: CurrentToken): Promise<Target> {
  const target =
    subject.claims.access === 'own'
      ? await findResaleTarget(parts, ctx, subject.basis.clientId)
      : sameTarget(parts, ctx, subject)
  noteParties(ctx, { tenantId: target.basis.tenantId, delegationId: target.basis.terms?.id ?? '' })
  return target
}

/**
 * The consent that the client names, when its partner asked for it in the portal: there the customer answered us and no
 * code went to the client, which has its own key to show who it is. One that came through a browser has its own grant,
 * and is not taken past that. The same answer for a consent that there is not and for one of somebody else.
 */
async function findAskedTarget(parts: OAuthParts, ctx: Context, named: string): Promise<Target> {
  const { database } = parts
  const clientId = clientIdOf(ctx.oidc.client.clientId)
  const delegationId = decodeId('consent', named) ?? refuse('invalid_target', NO_TARGET)
  if (!(await wasAskedFor(database, { clientId, delegationId }))) return refuse('invalid_target', NO_TARGET)
  const first = await readDelegatedBasis(database, { clientId, delegationId, ban: null })
  if (!first?.terms) return refuse('invalid_target', NO_TARGET)
  noteParties(ctx, { tenantId: first.tenantId, delegationId })
  const choice = readChoice(parts, ctx)
  const ban = chooseAccount(choice, first)
  await requireBacking(parts, ctx, first)
  const basis = await readDelegatedBasis(database, { clientId, delegationId, ban })
  return basis?.terms ? { basis, ...chooseTerms(parts, choice, basis) } : refuse('invalid_target', NO_TARGET)
}

/** The scopes of the new token: those that were asked for, never beyond the subject token and the agreement. */
function chooseScopes(
  { oidc: { params } }: Context,
  subject: CurrentToken | null,
  agreed: readonly string[],
): string[] {
  const held = (subject?.claims.scope.split(' ') ?? agreed).filter((scope) => agreed.includes(scope))
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
  const presented = requireForm(ctx)
  const proof = await validateDpop(provider, ctx)
  checkDpopRequired(provider, ctx, proof)
  const certificate = checkMtlsCert(provider, ctx)
  const clientId = clientIdOf(client.clientId)
  const subject = presented.isConsent ? null : await requireSubject(parts, clientId, presented.subject)
  const resource = requireResource(parts, ctx)
  const { basis, actions, endsAt } = subject
    ? await findTarget(parts, ctx, subject)
    : await findAskedTarget(parts, ctx, presented.subject)
  const scopes = chooseScopes(ctx, subject, basis.terms?.scopes ?? [])
  const { actor } = presented
  const acting = subject && (await findActor(parts, ctx, { actor, subject, tenantId: basis.tenantId }))
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
  if (certificate) token.setThumbprint('x5t', certificate)
  if (proof) token.setThumbprint('jkt', proof.thumbprint)
  useExchangeBasis(token, {
    basis,
    wish: { scopes, actions, endsAt },
    grantId: null,
    proofKeyBefore: subject && thumbprintOf(subject.claims.cnf),
    latestEnd: subject && new Date(subject.claims.exp * 1000),
    isFirst: subject === null,
    ...(acting && { act: acting.act, actingMember: acting.name }),
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

/**
 * Adds the grant, in three uses: a wholesaler's own token for one that acts for an end customer, a token for a customer
 * for one that names the member of the partner who acts, and a consent that was asked for in the portal for its first token. Never wider, never longer, no refresh token (A6).
 */
export function registerTokenExchange(provider: Provider, parts: OAuthParts): void {
  const handle = (ctx: TokenEndpointGrantContext) => exchange(provider, parts, ctx)
  provider.registerGrantType(
    TOKEN_EXCHANGE,
    handle,
    [...PARAMETERS, 'authorization_details'],
    ['audience', 'resource'],
  )
}
