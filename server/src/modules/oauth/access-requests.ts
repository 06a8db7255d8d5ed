import { decodeId, encodeId, idFromUuid, scopeOfAction } from '@liaison/access'
import type { ConsentId } from '@liaison/access'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { idOfAccessRequest } from '#modules/consents/index.ts'
import type { AccessRequestRow, AskingClient, WantedMore } from '#modules/consents/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { readTrace } from '#platform/request-trace.ts'
import { namesOf, numberBehind, toParties } from './account-words.ts'
import { findClientMetadata } from './client-store.ts'
import { actionsOutside, orderScopes, parseRequested } from './details.ts'
import type { RequestedDetail } from './details.ts'
import type { TokenBasis } from './facts-store.ts'
import { findGrant, NO_GRANT, refuseHolder, requireWithin, sendError } from './grant-management.ts'
import type { OAuthError } from './grant-management.ts'
import type { TokenHolder } from './management-token.ts'
import type { OAuthParts } from './parts.ts'
import { ISSUER_PATH } from './settings.ts'

const URL_PATH = `${ISSUER_PATH}/access-requests`
const OWN = 'A client asks for more with a token for its grants, which the handler verifies.'
const POLL_SECONDS = 60

/** One client with its request, past the token and the limits. */
interface Asking {
  readonly holder: TokenHolder
  readonly client: AskingClient
}

const Body = z.strictObject({ grant_id: z.string().max(100), authorization_details: z.tuple([z.unknown()]) })

const NO_REQUEST: OAuthError = {
  status: 404,
  error: 'not_found',
  description: 'There is no such request.',
}

const details = (description: string): OAuthError => ({
  status: 400,
  error: 'invalid_authorization_details',
  description,
})

/** The holder of a token for this, within its limits; null when the refusal has been sent. */
async function requireAsking(
  parts: OAuthParts,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  limit: 'detail' | 'write',
): Promise<Asking | null> {
  const demand = { scope: 'access_request', limit, place: 'access_requests' }
  const holder = await requireWithin(parts, { request, reply }, demand)
  if (!holder) return null
  const trace = readTrace(request, request.routeOptions.url ?? URL_PATH, parts.clock())
  return { holder, client: { clientId: holder.clientId, trace } }
}

/** What stands against asking, as far as it can be told without the customer; null when nothing does. */
function findFault(detail: RequestedDetail, basis: TokenBasis, registered: string[]): OAuthError | null {
  const { terms } = basis
  const outside = actionsOutside(detail.actions, new Set(registered))
  if (outside.length > 0)
    return details(`actions: the client is not registered for what ${outside.join(', ')} needs`)
  if (detail.access_duration !== undefined)
    return details('access_duration: what is added ends with the grant')
  const isHeld = detail.actions.every((action) => terms?.actions.includes(action))
  const isShared = detail.customer_hint === undefined || namesOf(basis).includes(detail.customer_hint)
  return isHeld && isShared
    ? { status: 409, error: 'already_granted', description: 'The grant holds all of this: ask for a token.' }
    : null
}

async function registeredFor(parts: OAuthParts, { holder }: Asking): Promise<string[]> {
  const found = await findClientMetadata(parts.database, encodeId('api_client', holder.clientId))
  return z.array(z.string()).parse(found?.['api_scopes'] ?? [])
}

/** A refusal of the desk, in the form of the other endpoints. */
function refuse(
  reply: FastifyReply,
  asked: { readonly refused: string; readonly id?: string; readonly again_at?: Date },
  now: Date,
): FastifyReply {
  if (asked.again_at) {
    const seconds = Math.max(1, Math.ceil((asked.again_at.getTime() - now.getTime()) / 1000))
    return sendError(reply.header('Retry-After', String(seconds)), {
      status: 429,
      error: 'recently_denied',
      description: 'The customer denied a request of this client less than seven days ago.',
    })
  }
  if (asked.id !== undefined)
    return reply.status(409).send({
      error: 'request_pending',
      error_description: 'A request waits for the customer; there is one at a time.',
      access_request_id: idOfAccessRequest(asked.id),
    })
  return sendError(reply, {
    status: 403,
    error: 'requests_not_wanted',
    description: 'The customer takes no requests of this partner.',
  })
}

/** What is asked for, under which consent. */
interface Wish {
  readonly detail: RequestedDetail
  readonly basis: TokenBasis
  readonly consentId: ConsentId
}

/** What a client asks for, or what is wrong with that. */
async function readWish(parts: OAuthParts, asking: Asking, sent: unknown): Promise<Wish | OAuthError> {
  const body = Body.safeParse(sent)
  if (!body.success)
    return {
      status: 400,
      error: 'invalid_request',
      description: 'Send grant_id and one of authorization_details as JSON, and nothing else.',
    }
  const parsed = parseRequested(body.data.authorization_details[0])
  if ('fault' in parsed) return details(parsed.fault)
  const basis = await findGrant(parts, asking.holder, body.data.grant_id)
  if (!basis?.terms) return NO_GRANT
  const { detail } = parsed
  const consentId = idFromUuid('consent', basis.terms.id)
  return findFault(detail, basis, await registeredFor(parts, asking)) ?? { detail, basis, consentId }
}

function toWanted({ detail, basis, consentId }: Wish): WantedMore {
  return {
    consentId,
    actions: detail.actions,
    scopes: orderScopes(detail.actions.map(scopeOfAction)),
    customerHint: detail.customer_hint ?? null,
    hintedNumber: numberBehind(detail.customer_hint, basis),
    purpose: detail.purpose ?? null,
    reference: detail.reference ?? null,
  }
}

async function ask(
  parts: OAuthParts,
  asking: Asking,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  const wish = await readWish(parts, asking, request.body)
  const { holder } = asking
  if (wish === NO_GRANT) return refuseHolder(parts, { request, reply, holder }, NO_GRANT)
  if ('error' in wish) return sendError(reply, wish)
  const asked = await parts.accessRequests.ask(asking.client, toWanted(wish), toParties(wish.basis))
  if (asked === null) return refuseHolder(parts, { request, reply, holder }, NO_GRANT)
  if ('refused' in asked) return refuse(reply, asked, parts.clock())
  const row = await parts.accessRequests.read(asking.client, asked.id)
  if (!row) throw new Error('A request that was just made can be read.')
  return reply
    .status(201)
    .header('Location', `${URL_PATH}/${idOfAccessRequest(row.id)}`)
    .send(tell(row, parts.clock()))
}

/** Whether a second person has still to agree is the customer's matter: to the client it waits. */
function stateOf({ status, ends_at: end }: AccessRequestRow, now: Date): string {
  if (status === 'lapsed' || (status === 'pending' && end <= now)) return 'expired'
  return status === 'waiting' ? 'pending' : status
}

function tell(row: AccessRequestRow, now: Date): Record<string, unknown> {
  const status = stateOf(row, now)
  return {
    access_request_id: idOfAccessRequest(row.id),
    grant_id: publicIdOf('consent', row.delegation_id),
    status,
    authorization_details: [
      {
        type: 'partner_access',
        actions: row.actions,
        ...(row.customer_hint !== null && { customer_hint: row.customer_hint }),
        ...(row.purpose !== null && { purpose: row.purpose }),
        ...(row.reference !== null && { reference: row.reference }),
      },
    ],
    created_at: row.created_at.toISOString(),
    expires_at: row.ends_at.toISOString(),
    ...(row.decided_at && { decided_at: row.decided_at.toISOString() }),
    ...(status === 'pending' && { interval: POLL_SECONDS }),
  }
}

/**
 * Access requests: a client that was refused for want of a consent asks the customer for exactly what is missing, and
 * learns what became of it; only under a consent that it holds, so that nobody learns of any other customer. In the
 * spirit of the access request profile of the Authorization API. Source: A16.
 */
export function registerAccessRequests(scope: FastifyInstance, parts: OAuthParts): void {
  const counting = { elsewhere: 'exactly, as `detail` or `write` of the client' }
  const config = { access: { public: OWN }, counting, isBounded: true }
  scope.route({
    method: 'POST',
    url: URL_PATH,
    config,
    async handler(request, reply) {
      const asking = await requireAsking(parts, { request, reply }, 'write')
      return asking ? ask(parts, asking, { request, reply }) : reply
    },
  })
  scope.route<{ Params: { id: string } }>({
    method: 'GET',
    url: `${URL_PATH}/:id`,
    config,
    async handler(request, reply) {
      const asking = await requireAsking(parts, { request, reply }, 'detail')
      if (!asking) return reply
      const id = decodeId('access_request', request.params.id)
      const row = id === null ? null : await parts.accessRequests.read(asking.client, id)
      return row
        ? tell(row, parts.clock())
        : refuseHolder(parts, { request, reply, holder: asking.holder }, NO_REQUEST)
    },
  })
}
