import type { FastifyRequest } from 'fastify'

/** The value of a header field, unless it came more than once. */
function only(value: string | readonly string[] | undefined): string | null {
  return typeof value === 'string' ? value : null
}

/**
 * The credential of a request: `Authorization: Bearer …`, or `X-Partner-Token` as older pages send it. Several that differ
 * are none: nobody chooses between them.
 */
export function readCredential(
  { headers }: FastifyRequest,
  authorization: string | readonly string[] | undefined,
): string | null {
  if (Array.isArray(authorization)) return null
  const bearer = only(authorization)
  const named = only(headers['x-partner-token'])
  const fromBearer = bearer === null ? null : (/^Bearer ([\x21-\x7e]{1,200})$/i.exec(bearer)?.[1] ?? '')
  if (fromBearer !== null && named !== null && fromBearer !== named) return null
  return fromBearer ?? named
}
