import type { FastifyRequest } from 'fastify'

/** Node keeps the first of several Authorization fields; whoever judges a request must see that there were more (attack 59). */
export function authorizationsOf({ raw, headers }: FastifyRequest): string | string[] | undefined {
  const sent = raw.rawHeaders.filter(
    (_, index) => index % 2 === 1 && raw.rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  )
  return sent.length > 1 ? sent : headers.authorization
}
