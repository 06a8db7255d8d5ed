import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { plainOf } from './networks.ts'

/** Who asks, from where, for what: copied into the access context and so into every audit row of the request. */
export interface RequestTrace {
  readonly requestId: string
  readonly traceId: string
  readonly now: Date
  readonly ip: string
  readonly userAgent: string | null
  readonly method: string
  readonly route: string
  readonly source: 'portal' | 'api' | 'gateway'
  toAudit(): Record<string, unknown>
}

const REQUEST_ID = /^[A-Za-z0-9_.:-]{8,128}$/
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/
const USER_AGENT_LENGTH = 300
const ID_BYTES = 16
/** Asking the system for 16 bytes costs about as much as for thousands, and each request wants two ids. */
const RESERVE_BYTES = 4096

let reserve = Buffer.alloc(0)
let spent = 0

/** A new random id, each of whose bytes is given out once. */
function makeRandomId(encoding: 'base64url' | 'hex'): string {
  if (spent >= reserve.length) {
    reserve = randomBytes(RESERVE_BYTES)
    spent = 0
  }
  spent += ID_BYTES
  return reserve.toString(encoding, spent - ID_BYTES, spent)
}

/** The caller's request id when it has a safe form, else a new one. */
export function makeRequestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : `req_${makeRandomId('base64url')}`
}

/** Reads the trace of a request (W3C Trace Context level 1 for `traceparent`). */
export function readTrace(request: FastifyRequest, route: string, now: Date): RequestTrace {
  const traceparent = request.headers['traceparent']
  const traceId =
    (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)?.[1]) || makeRandomId('hex')
  const userAgent = request.headers['user-agent']?.slice(0, USER_AGENT_LENGTH) ?? null
  const fields = {
    requestId: request.id,
    traceId,
    now,
    ip: plainOf(request.ip),
    userAgent,
    method: request.method,
    route,
    // Only browsers send this header, and scripts in pages cannot forge it.
    source: request.headers['sec-fetch-site'] === 'same-origin' ? ('portal' as const) : ('api' as const),
  }
  return {
    ...fields,
    toAudit: () => ({
      request_id: fields.requestId,
      trace_id: fields.traceId,
      method: fields.method,
      route: fields.route,
      ip: fields.ip,
      user_agent: fields.userAgent,
      source: fields.source,
    }),
  }
}
