import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ProblemError } from '../problem.ts'

/** Names of UTF-8, and of its part that every sender means alike. */
const UTF8_NAMES = new Set(['utf-8', 'utf8', 'us-ascii'])

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__' || key === 'constructor') throw new Error('a forbidden key')
  return value
}

/**
 * The text of a JSON body. Bytes that are no UTF-8 would become one replacement character, whichever they are, so that two ids
 * of another encoding were one. Throws UNSUPPORTED_MEDIA_TYPE for a body that says it is in another encoding,
 * MALFORMED_REQUEST for one that is.
 */
export function readBodyText(body: string | Buffer, contentType = ''): string {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1]?.toLowerCase()
  if (charset !== undefined && !UTF8_NAMES.has(charset))
    throw new ProblemError(415, 'UNSUPPORTED_MEDIA_TYPE', 'A body is read as UTF-8 alone.')
  if (typeof body === 'string') return body
  if (!isUtf8(body)) throw new ProblemError(400, 'MALFORMED_REQUEST', 'The body is not UTF-8.')
  return body.toString('utf8')
}

function parseBody(body: string | Buffer, contentType: string | undefined): unknown {
  const text = readBodyText(body, contentType)
  try {
    // An empty body is no body: requests without input may still name their type.
    return text === '' ? undefined : JSON.parse(text, refusePrototype)
  } catch (cause) {
    throw new ProblemError(400, 'MALFORMED_REQUEST', 'The body is not JSON.', { cause })
  }
}

/** Reads JSON in UTF-8 alone, and refuses every other type of body. */
export function acceptJsonStrictly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: string | Buffer) =>
      parseBody(body, request.headers['content-type']),
  )
}
