import { decodeId, encodeId } from '@liaison/access'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { limitHeaders } from '#platform/limits/limits.ts'
import { countStranger } from '#platform/limits/open-door.ts'
import { readTrace } from '#platform/request-trace.ts'
import { nameAccount } from './account-words.ts'
import { giveBackConsent } from './audit-store.ts'
import { readDelegatedBasis } from './facts-store.ts'
import type { TokenBasis } from './facts-store.ts'
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

function describe(basis: TokenBasis, apiResource: string): Record<string, unknown> {
  const { terms, entered, tenantId, bans } = basis
  const customerId = encodeId('tenant', tenantId)
  return {
    status: entered.delegation?.status,
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

/** The holder with the scope that the operation needs; null when the refusal has been sent. */
async function requireHolder(
  parts: OAuthParts,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  scope: string,
): Promise<TokenHolder | null> {
  const holder = await readTokenHolder(parts, request, grantsResourceOf(parts.places))
  if (holder?.scopes.has(scope) === true) return holder
  if (!holder) await countStranger(parts.limiter, 'grants', request.ip)
  const error = holder ? 'insufficient_scope' : 'invalid_token'
  const challenge = `DPoP error="${error}", scope="${scope}"`
  const description = 'A token of the grant management API is needed.'
  await sendError(reply.header('WWW-Authenticate', challenge), {
    status: holder ? 403 : 401,
    error,
    description,
  })
  return null
}

/** The same holder within its limits; null when the refusal has been sent. */
export async function requireWithin(
  parts: OAuthParts,
  asked: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  {
    scope,
    limit,
    place,
  }: { readonly scope: string; readonly limit: 'detail' | 'write'; readonly place: string },
): Promise<TokenHolder | null> {
  const holder = await requireHolder(parts, asked, scope)
  if (!holder) return null
  const verdict = await parts.limiter.take([{ name: limit, key: `${place} ${holder.clientId}` }])
  if (verdict.admitted) return holder
  await sendError(asked.reply.headers(limitHeaders(verdict)), {
    status: 429,
    error: 'slow_down',
    description: 'The limit of this client is used up.',
  })
  return null
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
      return basis ? describe(basis, parts.places.apiResource()) : sendError(reply, NO_GRANT)
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
      if (!basis?.terms) return sendError(reply, NO_GRANT)
      const { clientId } = holder
      const delegationId = basis.terms.id
      const { tenantId, tenantName, entered } = basis
      await giveBackConsent(
        parts.database,
        { clientId, trace: readTrace(request, url, parts.clock()) },
        {
          delegationId,
          tenantId,
          partnerId: entered.partner?.id ?? '',
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
      return reply.status(204).send()
    },
  })
}
