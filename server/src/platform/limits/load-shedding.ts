import type { FastifyInstance, FastifyRequest } from 'fastify'
import { InFlightBound } from './in-flight-bound.ts'
import { ProblemError } from '../problem.ts'

interface Load {
  readonly bound: InFlightBound
  /** When each request was taken, by the clock of the bound. */
  readonly admitted: WeakMap<FastifyRequest, number>
}

const loads = new WeakMap<object, Load>()

/** Bounds how many requests a server works on at once; said once, before it takes the first. */
export function boundRequests(app: FastifyInstance, most: number): InFlightBound {
  const bound = new InFlightBound(most)
  loads.set(app.server, { bound, admitted: new WeakMap() })
  const stop = watchLateness(bound)
  app.addHook('onClose', async () => stop())
  return bound
}

const TICK_MS = 20

/** Timers run right before the sockets are read: as late as one is, as long has what is read next been waiting, at most. */
function watchLateness(bound: InFlightBound): () => void {
  let dueMs = performance.now() + TICK_MS
  const timer = setInterval(() => {
    const nowMs = performance.now()
    bound.noteLateness(nowMs - dueMs)
    dueMs = nowMs + TICK_MS
  }, TICK_MS).unref()
  return () => clearInterval(timer)
}

/** Connections that wait to be taken in. Past that many the system drops them, and they come again after a second or more. */
export const CONNECTION_BACKLOG = 4096

function loadOf(app: FastifyInstance): Load {
  const load = loads.get(app.server)
  if (!load) throw new Error('Nobody said how many requests this server takes at once.')
  return load
}

/** What a request is told that is more than can be worked on. */
export const makeOverload = (): ProblemError =>
  new ProblemError(503, 'OVERLOADED', 'More requests are being worked on than can be. Try again in a moment.')

/** Counts a request in. Throws OVERLOADED when as many are being worked on as this process takes (R6). */
export function admitRequest(app: FastifyInstance, request: FastifyRequest): void {
  const { bound, admitted } = loadOf(app)
  if (bound.isFull()) throw makeOverload()
  admitted.set(request, bound.admit())
}

/** Counts a request out, once. */
export function releaseRequest(app: FastifyInstance, request: FastifyRequest): void {
  const { bound, admitted } = loadOf(app)
  const since = admitted.get(request)
  if (since === undefined) return
  admitted.delete(request)
  bound.release(since)
}

/** How many requests are being worked on. */
export function countInFlight(app: FastifyInstance): number {
  return loadOf(app).bound.count
}
