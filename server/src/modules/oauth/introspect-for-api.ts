import { maskOf, maskOfScopes } from '@liaison/access'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ProblemError } from '#platform/problem.ts'
import { tokenTypeOf } from './binding.ts'
import type { AskingApi, OAuthParts } from './parts.ts'
import { readCurrentToken } from './token-reader.ts'

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

async function tell(parts: OAuthParts, api: AskingApi, token: string): Promise<object> {
  const current = await readCurrentToken(parts, token)
  if (!current) return { active: false }
  const opened = maskOfScopes(current.claims.scope.split(' ')) & maskOf(api.permissions)
  const isMeantForIt = opened !== 0n
  return isMeantForIt
    ? { active: true, token_type: tokenTypeOf(current.claims), ...current.claims }
    : { active: false }
}

/**
 * Introspection by a registered API (RFC 7662): of a token that could open something of it the same as the token says
 * and only while all of it is true; of any other token the same as of one that never was (attack 78).
 */
export async function introspectForApi(
  parts: OAuthParts,
  api: AskingApi | null,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  if (!api) {
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
    return await send(reply, 200, await tell(parts, api, token[0]))
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 503) throw error
    void reply.header('Retry-After', '1')
    return send(reply, 503, {
      error: 'temporarily_unavailable',
      error_description: 'The server cannot be reached right now.',
    })
  }
}
