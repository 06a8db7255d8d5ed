import { decodeId, encodeId } from '@liaison/access'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { lettersOfGivenBack } from '#modules/consents/index.ts'
import { limitHeaders } from '#platform/limits/limits.ts'
import { countStranger } from '#platform/limits/open-door.ts'
import { readTrace } from '#platform/request-trace.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import { nameAccount, toParties } from './account-words.ts'
import { giveBackConsent, recordRefused } from './audit-store.ts'
import { readDelegatedBasis } from './facts-store.ts'
import type { DelegationTerms, TokenBasis } from './facts-store.ts'
import { endGrantsOf } from './grant-store.ts'
import { readTokenHolder } from './management-token.ts'
import type { TokenHolder } from './management-token.ts'
import type { OAuthParts } from './parts.ts'
import { grantsResourceOf, ISSUER_PATH } from './settings.ts'

const OWN = 'A client manages its own grants with a token for that, which the handler verifies.'

export interface OAuthError {
  readonly status: number
  readonly error: string
  readonly description: string
}

export const NO_GRANT: OAuthError = {
  status: 404,
  error: 'invalid_grant_id',
  description: 'There is no such grant.',
}

export function sendError(reply: FastifyReply, { status, error, description }: OAuthError): FastifyReply {
  return reply.status(status).send({ error, error_description: description })
}

/** The grant that an id names, when it is this client's; whether it ever was another's is not told. */
export async function findGrant(
  parts: OAuthParts,
  holder: TokenHolder,
  publicId: string,
): Promise<TokenBasis | null> {
  const delegationId = decodeId('consent', publicId)
  if (delegationId === null) return null
  const basis = await readDelegatedBasis(parts.database, {
    clientId: holder.clientId,
    delegationId,
    ban: null,
  })
  return basis?.terms?.kind === 'consent' ? basis : null
}

/** The state of a grant as time has made it, whether or not a job has noted it. */
function statusOf({ entered: { delegation, now }, terms }: TokenBasis): string | undefined {
  const isRunning = delegation?.status === 'active' || delegation?.status === 'suspended'
  return isRunning && terms && terms.ends_at <= now ? 'expired' : delegation?.status
}

function describe(basis: TokenBasis, apiResource: string): Record<string, unknown> {
  const { terms, tenantId, bans } = basis
  const customerId = encodeId('tenant', tenantId)
  return {
    status: statusOf(basis),
    scopes: [{ scope: terms?.scopes.join(' '), resources: [apiResource] }],
    authorization_details: bans.map((ban) => ({
      type: 'partner_access',
      customer_id: customerId,
      ...nameAccount(basis, ban),
      actions: terms?.actions,
      locations: [apiResource],
      expires_at: terms?.ends_at.toISOString(),
    })),
  }
}

const READING = { scope: 'grant_management_query', limit: 'detail', place: 'grants' } as const
const GIVING_BACK = { scope: 'grant_management_revoke', limit: 'write', place: 'grants' } as const

interface GrantRequest {
  Params: { grant_id: string }
}

/** What an operation of a client on its grants demands. */
interface Demand {
  readonly scope: string
  readonly limit: 'detail' | 'write'
  /** Under what it is counted. */
  readonly place: string
}

interface Call {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

const traceOf = (parts: OAuthParts, request: FastifyRequest): RequestTrace =>
  readTrace(request, request.routeOptions.url ?? ISSUER_PATH, parts.clock())

/** Tells the partner of the client, in its log alone, what was refused to it. */
function recordRefusal(
  parts: OAuthParts,
  { request, holder }: { readonly request: FastifyRequest; readonly holder: TokenHolder },
  { error, description }: OAuthError,
): Promise<void> {
  const asker = { clientId: holder.clientId, trace: traceOf(parts, request) }
  return recordRefused(parts.database, asker, {
    action: 'oauth.grants.refused',
    code: error,
    reason: description,
    tenantId: undefined,
    delegationId: undefined,
  })
}

const challenge = (error: string, scope: string): string => `DPoP error="${error}", scope="${scope}"`
const NEEDED = 'A token of the grant management API is needed.'

/** Who came with a token for its grants; null when the refusal has been sent. Whoever did not prove to hold one is a stranger. */
async function requireHolder(
  parts: OAuthParts,
  { request, reply }: Call,
  { scope }: Demand,
): Promise<TokenHolder | null> {
  const holder = await readTokenHolder(parts, request, grantsResourceOf(parts.places))
  if (holder) return holder
  const refused = { action: 'oauth.grants.refused', code: 'invalid_token', reason: NEEDED }
  await parts.strangers.record(refused, traceOf(parts, request))
  await countStranger(parts.limiter, 'grants', request.ip)
  void reply.header('WWW-Authenticate', challenge('invalid_token', scope))
  await sendError(reply, { status: 401, error: 'invalid_token', description: NEEDED })
  return null
}

/** The holder of a token with the scope that an operation needs, within its limits; null when the refusal has been sent. */
export async function requireWithin(
  parts: OAuthParts,
  asked: Call,
  demand: Demand,
): Promise<TokenHolder | null> {
  const { scope, limit, place } = demand
  const holder = await requireHolder(parts, asked, demand)
  if (!holder) return null
  // Counted before the scope is looked at: what is refused for it costs as much.
  const verdict = await parts.limiter.take([{ name: limit, key: `${place} ${holder.clientId}` }])
  if (!verdict.admitted) {
    await sendError(asked.reply.headers(limitHeaders(verdict)), {
      status: 429,
      error: 'slow_down',
      description: 'The limit of this client is used up.',
    })
    return null
  }
  if (holder.scopes.has(scope)) return holder
  const refusal = { status: 403, error: 'insufficient_scope', description: NEEDED }
  await recordRefusal(parts, { request: asked.request, holder }, refusal)
  await sendError(asked.reply.header('WWW-Authenticate', challenge(refusal.error, scope)), refusal)
  return null
}

/** Refuses what is not the client's: the same as for what never was, and told to its partner (attacks 80 and 82). */
export async function refuseHolder(
  parts: OAuthParts,
  { request, reply, holder }: Call & { readonly holder: TokenHolder },
  error: OAuthError,
): Promise<FastifyReply> {
  await recordRefusal(parts, { request, holder }, error)
  return sendError(reply, error)
}

/** Ends a grant for the client that holds it, with its tokens, and tells both sides. */
async function giveBack(
  parts: OAuthParts,
  request: FastifyRequest,
  { basis, terms }: { readonly basis: TokenBasis; readonly terms: DelegationTerms },
): Promise<void> {
  const { clientId, tenantId, tenantName, entered } = basis
  const delegationId = terms.id
  const partnerId = entered.partner?.id ?? ''
  const told = { ...toParties(basis), delegationId, partnerId, endsAt: terms.ends_at }
  await giveBackConsent(
    parts.database,
    { clientId, trace: traceOf(parts, request) },
    {
      delegationId,
      tenantId,
      partnerId,
      letters: lettersOfGivenBack(told, parts.portalOrigin()),
      event: {
        action: 'consents.terminate',
        tenantId,
        tenantName,
        delegationId,
        resource: { type: 'consent', id: delegationId },
        reason: 'Given back by the API client.',
      },
    },
  )
  await endGrantsOf(parts.database, { clientId, delegationId })
}

/**
 * Grant management: a client reads what it was granted and gives it back. The id is that of the delegation, everywhere.
 * Based on Grant Management for OAuth 2.0 (draft 03), sections 6.3 and 6.4. Giving back ends the
 * consent and the client's tokens: the next call is refused, and both sides read who ended it (A9).
 */
export function registerGrantRoutes(scope: FastifyInstance, parts: OAuthParts): void {
  const url = `${ISSUER_PATH}/grants/:grant_id`
  const counting = { elsewhere: 'exactly, as `detail` or `write` of the client' }
  const config = { access: { public: OWN }, counting, isBounded: true }
  scope.route<GrantRequest>({
    method: 'GET',
    url,
    config,
    async handler(request, reply) {
      const holder = await requireWithin(parts, { request, reply }, READING)
      if (!holder) return reply
      const basis = await findGrant(parts, holder, request.params.grant_id)
      return basis
        ? describe(basis, parts.places.apiResource())
        : refuseHolder(parts, { request, reply, holder }, NO_GRANT)
    },
  })
  scope.route<GrantRequest>({
    method: 'DELETE',
    url,
    config,
    async handler(request, reply) {
      const holder = await requireWithin(parts, { request, reply }, GIVING_BACK)
      if (!holder) return reply
      const basis = await findGrant(parts, holder, request.params.grant_id)
      if (!basis?.terms) return refuseHolder(parts, { request, reply, holder }, NO_GRANT)
      await giveBack(parts, request, { basis, terms: basis.terms })
      return reply.status(204).send()
    },
  })
}
