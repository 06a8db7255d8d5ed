import type { BlockList, LookupFunction } from 'node:net'
import { Agent, buildConnector, request } from 'undici'
import { systemClock } from '#platform/clock.ts'
import { isLoopback, NOT_GLOBAL, NOT_LOOPBACK } from './addresses.ts'
import { judge, readRetryAfter } from './rules.ts'
import type { Attempted, Outcome } from './rules.ts'

const CONNECT_TIMEOUT_MS = 5000
/** What is read of an answer at most; nothing of it is kept. */
const ANSWER_LIMIT_BYTES = 64 * 1024

export interface OutgoingOptions {
  /** Plain HTTP to this machine is taken in demo and development only. */
  readonly allowsLoopback: boolean
  /** From the first packet to the end of the answer. */
  readonly timeoutMs: number
  /** Resolves names, in the form of `dns.lookup`; the system's unless told otherwise. */
  readonly lookup?: LookupFunction
  /** What is not connected to over TLS; everything that is not global unless told otherwise. */
  readonly blocked?: BlockList
  /** Certificates of authorities that are trusted instead of the public ones. */
  readonly ca?: string
}

/** What is posted. */
export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Posts messages to addresses that somebody else chose. */
export interface Outgoing {
  /** Never rejects: what went wrong is the outcome. */
  post(message: Post): Promise<Attempted>
  close(): Promise<void>
}

/**
 * Connects to addresses that the list does not block. The list is asked when the socket connects, with the address that it
 * connects to: literals, names, and names that lead elsewhere by now. Node asks it for plain sockets only, so TLS
 * begins on a plain socket that has passed.
 */
function makeConnector(blockList: BlockList, { lookup, ca }: OutgoingOptions): buildConnector.connector {
  const connect = buildConnector({ blockList, timeout: CONNECT_TIMEOUT_MS, ...(lookup && { lookup }) })
  const secure = buildConnector({ timeout: CONNECT_TIMEOUT_MS, allowH2: false, ...(ca && { ca }) })
  return (target, done) => {
    if (target.protocol !== 'https:') return connect(target, done)
    connect({ ...target, protocol: 'http:', port: target.port || '443' }, (error, httpSocket) => {
      if (error) done(error, null)
      else secure({ ...target, httpSocket }, done)
    })
  }
}

function makeAgent(blockList: BlockList, options: OutgoingOptions): Agent {
  return new Agent({
    connect: makeConnector(blockList, options),
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    connections: 5,
    pipelining: 1,
    keepAliveTimeout: 1000,
  })
}

function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const code = 'code' in error ? [String(error.code)] : []
  const inner = error instanceof AggregateError ? error.errors.flatMap(codesOf) : []
  return [error.name, ...code, ...inner, ...codesOf(error.cause)]
}

function outcomeOf(error: unknown): Outcome {
  const codes = codesOf(error)
  if (codes.includes('ERR_IP_BLOCKED')) return 'address_refused'
  return codes.some((code) => /Timeout|TIMEOUT|ETIMEDOUT/.test(code)) ? 'timeout' : 'not_connected'
}

/**
 * Makes what posts. Only global addresses are connected to, whatever the name or the spelling of the address says;
 * redirects are not followed, because they would lead elsewhere. Source: OWASP API7:2023, access.md section 8.
 */
export function makeOutgoing(options: OutgoingOptions): Outgoing {
  const global = makeAgent(options.blocked ?? NOT_GLOBAL, options)
  const loopback = options.allowsLoopback ? makeAgent(NOT_LOOPBACK, options) : null
  async function send({ url, headers, body }: Post): Promise<Omit<Attempted, 'durationMs'>> {
    const target = new URL(url)
    const dispatcher = loopback && isLoopback(target) ? loopback : global
    if (dispatcher === global && target.protocol !== 'https:')
      return { code: null, outcome: 'address_refused', retryAfterMs: null }
    const signal = AbortSignal.timeout(options.timeoutMs)
    const answer = await request(target, { method: 'POST', headers, body, dispatcher, signal })
    // A status is an answer, even when the rest of it never ends.
    await answer.body.dump({ limit: ANSWER_LIMIT_BYTES, signal }).catch(() => undefined)
    return {
      code: answer.statusCode,
      outcome: judge(answer.statusCode),
      retryAfterMs: readRetryAfter(answer.headers['retry-after'], systemClock()),
    }
  }
  return {
    async post(message) {
      const start = performance.now()
      const failed = (error: unknown) => ({ code: null, outcome: outcomeOf(error), retryAfterMs: null })
      const came = await send(message).catch(failed)
      return { ...came, durationMs: Math.round(performance.now() - start) }
    },
    async close() {
      await Promise.all([global.destroy(), loopback?.destroy()])
    },
  }
}
