import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { InFlightBound } from '#platform/limits/in-flight-bound.ts'
import { makeOverload } from '#platform/limits/load-shedding.ts'
import { toProblemBody } from '../problem.ts'
import { makeRequestId } from '../request-trace.ts'

/** Where nearly all that is bounded lives. What stands elsewhere is refused by its route. */
const BOUNDED_PLACE = '/api/v1/'

const OVERLOAD = makeOverload()

interface EarlyRefusal {
  readonly bound: InFlightBound
  /** The header fields of every answer. */
  readonly headersOf: (request: { readonly id: string }) => Readonly<Record<string, string>>
  readonly now: () => Date
  /** Told of every refusal, for the metrics. */
  readonly onRefused?: ((request: IncomingMessage) => void) | undefined
}

/** The beginnings of addresses below the bounded place that are answered however much there is to do. */
function collectOpen(app: FastifyInstance): readonly string[] {
  const open: string[] = []
  app.addHook('onRoute', ({ url, config }) => {
    const isOpen = config?.access && 'public' in config.access && config.isBounded !== true
    if (isOpen && url.startsWith(BOUNDED_PLACE)) open.push(/^[^:*]*/.exec(url)?.[0] ?? url)
  })
  return open
}

function refuse(request: IncomingMessage, response: ServerResponse, parts: EarlyRefusal): void {
  const id = makeRequestId(request.headers['x-request-id'])
  const { traceparent } = request.headers
  const body = JSON.stringify(toProblemBody(OVERLOAD, { id, now: parts.now() }))
  response
    .writeHead(503, {
      ...parts.headersOf({ id }),
      ...(typeof traceparent === 'string' && { traceparent }),
      'Retry-After': '1',
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    })
    .end(body)
  parts.onRefused?.(request)
}

/**
 * Refuses what is too much as soon as its head was read, before it is routed, parsed or logged: saying no must cost so much
 * less than the work that it leaves time for the work. Says what the route would have said. To be called before the first
 * route is declared. Source: R6.
 */
export function refuseEarly(app: FastifyInstance, parts: EarlyRefusal): void {
  const open = collectOpen(app)
  const { server } = app
  const listeners = server.listeners('request')
  const mayBeRefused = (url: string): boolean =>
    url.startsWith(BOUNDED_PLACE) && !open.some((beginning) => url.startsWith(beginning))
  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (mayBeRefused(request.url ?? '') && parts.bound.isFull()) {
      refuse(request, response, parts)
      return
    }
    for (const listener of listeners) Reflect.apply(listener, server, [request, response])
  })
}
