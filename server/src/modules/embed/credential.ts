import type { FastifyRequest } from 'fastify'
import { readBearer } from '#platform/credentials/bearer.ts'

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
  const named = only(headers['x-partner-token'])
  const fromBearer = only(authorization) === null ? null : (readBearer(authorization, 200) ?? '')
  if (fromBearer !== null && named !== null && fromBearer !== named) return null
  return fromBearer ?? named
}
