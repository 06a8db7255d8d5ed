import type { FastifyRequest } from 'fastify'
import { keepKnown } from '#platform/route-input.ts'

/**
 * The address of a page with what its route knows of it alone. Whoever is sent elsewhere comes back to it, and what a
 * stranger or a mistake put behind it, such as a token, is written into no other address (R9).
 */
export function addressOfPage({ url, query, routeOptions }: FastifyRequest): string {
  const path = url.split('?', 1)[0] ?? ''
  const known = keepKnown(routeOptions.config.route?.input.query, query)
  const parameters = Object.entries(known).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, String(value)]),
  )
  return parameters.length === 0 ? path : `${path}?${new URLSearchParams(parameters).toString()}`
}
