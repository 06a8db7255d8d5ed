import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ProblemError } from './problem.ts'

interface Load {
  inFlight: number
  readonly admitted: WeakSet<FastifyRequest>
}

const loads = new WeakMap<object, Load>()

function loadOf(app: FastifyInstance): Load {
  let load = loads.get(app.server)
  if (!load) {
    load = { inFlight: 0, admitted: new WeakSet() }
    loads.set(app.server, load)
  }
  return load
}

/** Counts a request in. Throws OVERLOADED when as many are being worked on as this process takes (R6). */
export function admitRequest(app: FastifyInstance, maximum: number, request: FastifyRequest): void {
  const load = loadOf(app)
  if (load.inFlight >= maximum)
    throw new ProblemError(
      503,
      'OVERLOADED',
      'More requests are being worked on than can be. Try again in a moment.',
    )
  load.inFlight += 1
  load.admitted.add(request)
}

/** Counts a request out, once. */
export function releaseRequest(app: FastifyInstance, request: FastifyRequest): void {
  const load = loadOf(app)
  if (load.admitted.delete(request)) load.inFlight -= 1
}

/** How many requests are being worked on. */
export function countInFlight(app: FastifyInstance): number {
  return loadOf(app).inFlight
}
