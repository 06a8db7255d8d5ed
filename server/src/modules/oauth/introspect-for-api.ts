import { maskOf, maskOfScopes } from '@liaison/access'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { countStranger } from '#platform/limits/open-door.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { readTrace } from '#platform/request-trace.ts'
import { withNumbers } from './account-words.ts'
import { useProofOnce } from './artifact-store.ts'
import { recordRefused } from './audit-store.ts'
import { tokenTypeOf } from './binding.ts'
import { isDecidedLive } from './claims.ts'
import type { AskingApi, OAuthParts } from './parts.ts'
import { ACCESS_SECONDS, liveAudienceOf } from './settings.ts'
import { signAnswer, SIGNED_ANSWER, wantsSigned } from './signed-answer.ts'
import { readCurrentToken } from './token-reader.ts'
import type { CurrentToken } from './token-reader.ts'

const MOST_CHARACTERS = 64 * 1024

/** Whether a request asks as an API: OAuth clients never authenticate with a bearer credential here. */
export function asksAsApi(request: FastifyRequest, path: string): boolean {
  return (
    request.method === 'POST' &&
    path.split('?', 1)[0] === '/introspect' &&
    /^bearer /i.test(request.headers.authorization ?? '')
  )
}

async function readForm(request: FastifyRequest): Promise<URLSearchParams | null> {
  if (request.headers['content-type']?.split(';', 1)[0]?.trim() !== 'application/x-www-form-urlencoded')
    return null
  let text = ''
  request.raw.setEncoding('utf8')
  for await (const chunk of request.raw) {
    text += String(chunk)
    if (text.length > MOST_CHARACTERS) return null
  }
  return new URLSearchParams(text)
}

function send(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.status(status).header('Cache-Control', 'no-store').send(body)
}

/**
 * Tells both sides, once for each token and API, that one asked about a token which only the decision point takes: somebody
 * sent it where it opens nothing, and is to know why.
 */
async function noteWithheld(
  parts: OAuthParts,
  { api, request }: Asked,
  { claims, basis }: CurrentToken,
): Promise<void> {
  const { partner } = basis.entered
  if (!(await useProofOnce(parts.database, `withheld ${api.id} ${claims.jti}`, ACCESS_SECONDS))) return
  const trace = readTrace(request, '/oauth/introspect', parts.clock())
  await recordRefused(
    parts.database,
    { clientId: null, trace, name: api.name },
    {
      action: 'oauth.introspection.withhold',
      code: 'decision_point_alone',
      reason:
        'The customer wants each call to be decided when it is made; what this API keeps of an answer is its own.',
      tenantId: basis.tenantId,
      delegationId: basis.terms?.id,
      resource: { type: 'gateway', id: api.id, label: api.name },
      ...(partner && { partnerId: partner.id }),
    },
  )
}

interface Asked {
  readonly api: AskingApi
  readonly request: FastifyRequest
}

async function tell(parts: OAuthParts, asked: Asked, token: string): Promise<object> {
  const { api } = asked
  const current = await readCurrentToken(parts, token)
  if (!current) return { active: false }
  const opened = maskOfScopes(current.claims.scope.split(' ')) & maskOf(api.permissions)
  const isMeantForIt = opened !== 0n
  // By the facts, too: rules of an organisation may have come after the token.
  const isForThePoint = current.claims.aud === liveAudienceOf(parts.places) || isDecidedLive(current.basis)
  if (isMeantForIt && isForThePoint) {
    await noteWithheld(parts, asked, current)
    return { active: false }
  }
  return isMeantForIt
    ? {
        active: true,
        token_type: tokenTypeOf(current.claims),
        ...withNumbers(current.claims, current.basis),
      }
    : { active: false }
}

async function sendTold(parts: OAuthParts, asked: Asked & { readonly reply: FastifyReply }, told: object) {
  const { api, request, reply } = asked
  if (!wantsSigned(request.headers.accept)) return send(reply, 200, told)
  const signed = await signAnswer(parts, publicIdOf('gateway', api.id), told)
  return reply.status(200).header('Cache-Control', 'no-store').type(SIGNED_ANSWER).send(signed)
}

/** Notes and counts somebody whose credential is no API's: nobody tries them out unseen (attack 78). Throws RATE_LIMIT_EXCEEDED. */
async function refuseUnknown(parts: OAuthParts, request: FastifyRequest): Promise<void> {
  const refused = {
    action: 'oauth.introspection.refused',
    code: 'invalid_client',
    reason: 'The credential is no API’s.',
  }
  await parts.strangers.record(refused, readTrace(request, '/oauth/introspect', parts.clock()))
  await countStranger(parts.limiter, 'introspect', request.ip)
}

/**
 * Introspection by a registered API (RFC 7662): of a token that could open something of it the same as the token says,
 * with the account number where the token has a reference in its place, and only while all of it is true; of any other token the same as of one that never was (attack 78). Signed where the API asks for that.
 */
export async function introspectForApi(
  parts: OAuthParts,
  api: AskingApi | null,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  if (!api) {
    await refuseUnknown(parts, request)
    void reply.header('WWW-Authenticate', 'Bearer realm="introspection"')
    return send(reply, 401, { error: 'invalid_client', error_description: 'This API is not known here.' })
  }
  const token = (await readForm(request))?.getAll('token') ?? []
  if (token.length !== 1 || token[0] === undefined || token[0] === '')
    return send(reply, 400, {
      error: 'invalid_request',
      error_description: 'Send one token as application/x-www-form-urlencoded.',
    })
  try {
    return await sendTold(parts, { api, request, reply }, await tell(parts, { api, request }, token[0]))
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 503) throw error
    void reply.header('Retry-After', '1')
    return send(reply, 503, {
      error: 'temporarily_unavailable',
      error_description: 'The server cannot be reached right now.',
    })
  }
}
