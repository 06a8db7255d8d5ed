import type { BlockList, LookupFunction } from 'node:net'
import { Agent, buildConnector, ProxyAgent, request } from 'undici'
import type { Dispatcher } from 'undici'
import { systemClock } from '#platform/clock.ts'
import { isBlocked, isLoopback, NOT_GLOBAL, NOT_LOOPBACK } from './addresses.ts'
import type { AllowedNets } from './allowed-nets.ts'
import { excerptOf } from './excerpt.ts'
import { judge, readRetryAfter } from './attempts.ts'
import type { Attempted, Outcome } from './attempts.ts'

const CONNECT_TIMEOUT_MS = 5000
/** What is read of an answer at most. */
const ANSWER_LIMIT_BYTES = 64 * 1024
/** What is read of an answer that was asked for. */
const READ_LIMIT_BYTES = 256 * 1024
/** More than the excerpt, so that what is hidden from it makes room. */
const ANSWER_KEPT_BYTES = 4096

export interface OutgoingOptions {
  /** Plain HTTP to this machine is taken in demo and development only. */
  readonly allowsLoopback: boolean
  /** From the first packet to the end of the answer. */
  readonly timeoutMs: number
  /** Resolves names, in the form of `dns.lookup`; the system's unless told otherwise. */
  readonly lookup?: LookupFunction
  /** What is not connected to over TLS; everything that is not global unless told otherwise. */
  readonly blocked?: BlockList
  /** Networks of the provider's own in which endpoints may be; what they answer is not kept. */
  readonly allowedNets?: AllowedNets
  /** A forward proxy that every message goes through; it decides about addresses then, and must refuse private ones. */
  readonly proxy?: string
  /** Certificates of authorities that are trusted instead of the public ones. */
  readonly ca?: string
}

/** What is posted. */
export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
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

const poolOf = ({ timeoutMs }: OutgoingOptions) => ({
  headersTimeout: timeoutMs,
  bodyTimeout: timeoutMs,
  connections: 5,
  pipelining: 1,
  keepAliveTimeout: 1000,
})

function makeAgent(blockList: BlockList, options: OutgoingOptions): Agent {
  return new Agent({ ...poolOf(options), connect: makeConnector(blockList, options) })
}

function makeProxy(uri: string, options: OutgoingOptions): ProxyAgent {
  const { ca } = options
  return new ProxyAgent({
    ...poolOf(options),
    uri,
    requestTls: { timeout: CONNECT_TIMEOUT_MS, ...(ca && { ca }) },
    proxyTls: { timeout: CONNECT_TIMEOUT_MS },
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
  // What a forward proxy says to a tunnel that it does not open.
  if (error instanceof Error && error.message.startsWith('Proxy response (403)')) return 'address_refused'
  return codes.some((code) => /Timeout|TIMEOUT|ETIMEDOUT/.test(code)) ? 'timeout' : 'not_connected'
}

/** What came of a message. */
export type Came = Omit<Attempted, 'durationMs'>

const failure = (outcome: Outcome): Came => ({ code: null, outcome, retryAfterMs: null, excerpt: null })

/** Reads an answer to the limit, and keeps its beginning. A status is an answer, even when the rest of it never ends. */
async function readBeginning(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const kept: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk)
      if (length < ANSWER_KEPT_BYTES) kept.push(bytes)
      length += bytes.length
      if (length >= ANSWER_LIMIT_BYTES) break
    }
  } catch {
    // What came until then is what there is.
  }
  return Buffer.concat(kept).subarray(0, ANSWER_KEPT_BYTES)
}

interface Via {
  readonly dispatcher: Dispatcher
  readonly timeoutMs: number
  readonly keepsAnswer: boolean
}

/** How one message goes one way, and what is said when it did not go. */
interface Exchange<Message, Answer> {
  readonly run: (message: Message, via: Via) => Promise<Answer>
  readonly failed: (outcome: Outcome) => Answer
}

async function exchange({ url, headers, body }: Post, via: Via): Promise<Came> {
  const target = new URL(url)
  const { dispatcher } = via
  const signal = AbortSignal.timeout(via.timeoutMs)
  const answer = await request(target, { method: 'POST', headers, body, dispatcher, signal })
  const bytes = await readBeginning(answer.body)
  const contentType = String(answer.headers['content-type'] ?? '')
  return {
    code: answer.statusCode,
    outcome: judge(answer.statusCode),
    retryAfterMs: readRetryAfter(answer.headers['retry-after'], systemClock()),
    excerpt: via.keepsAnswer ? excerptOf({ contentType, bytes, url: target }) : null,
  }
}

const literalOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/** What is asked for. */
export interface Question {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** What came of a question; null where it did not come whole. */
export interface Told {
  readonly outcome: Outcome
  readonly text: string | null
}

/** Reads an answer whole; one that is longer than the limit is none. */
async function fetchText({ url, headers }: Question, { dispatcher, timeoutMs }: Via): Promise<Told> {
  const signal = AbortSignal.timeout(timeoutMs)
  const answer = await request(new URL(url), { method: 'GET', headers, dispatcher, signal })
  const outcome = judge(answer.statusCode)
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of answer.body) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > READ_LIMIT_BYTES) return { outcome, text: null }
    parts.push(bytes)
  }
  return { outcome, text: answer.statusCode === 200 ? Buffer.concat(parts).toString('utf8') : null }
}

/** Every way out that an installation has. */
class WaysOut<Message extends { readonly url: string }, Answer extends { readonly outcome: Outcome }> {
  readonly #options: OutgoingOptions
  readonly #exchange: Exchange<Message, Answer>
  readonly #global: Dispatcher
  readonly #loopback: Agent | null
  readonly #proxy: ProxyAgent | null
  readonly #inside: Agent | null

  constructor(options: OutgoingOptions, one: Exchange<Message, Answer>) {
    const { allowsLoopback, allowedNets, proxy } = options
    this.#options = options
    this.#exchange = one
    this.#global = makeAgent(options.blocked ?? NOT_GLOBAL, options)
    this.#loopback = allowsLoopback ? makeAgent(NOT_LOOPBACK, options) : null
    this.#proxy = proxy === undefined ? null : makeProxy(proxy, options)
    this.#inside = allowedNets && !allowedNets.isEmpty ? makeAgent(allowedNets.blocked, options) : null
  }

  #by(message: Message, dispatcher: Dispatcher, keepsAnswer: boolean): Promise<Answer> {
    const { timeoutMs } = this.#options
    const { run, failed } = this.#exchange
    return run(message, { dispatcher, timeoutMs, keepsAnswer }).catch((error: unknown) =>
      failed(outcomeOf(error)),
    )
  }

  async send(message: Message): Promise<Answer> {
    const target = new URL(message.url)
    if (this.#loopback && isLoopback(target)) return this.#by(message, this.#loopback, true)
    if (target.protocol !== 'https:') return this.#exchange.failed('address_refused')
    if (this.#proxy) {
      const { blocked = NOT_GLOBAL, allowedNets } = this.#options
      const literal = literalOf(target)
      if (isBlocked(blocked, literal) && !allowedNets?.holds(literal))
        return this.#exchange.failed('address_refused')
      return this.#by(message, this.#proxy, !this.#inside)
    }
    const came = await this.#by(message, this.#global, true)
    // Nothing was sent when the address was refused, so another way may be tried.
    const mayGoInside = this.#inside && came.outcome === 'address_refused'
    return mayGoInside ? this.#by(message, this.#inside, false) : came
  }

  async close(): Promise<void> {
    for (const way of [this.#global, this.#loopback, this.#proxy, this.#inside]) await way?.destroy()
  }
}

/** The ways by which messages are posted. */
export const makeWaysOfPosts = (options: OutgoingOptions): WaysOut<Post, Came> =>
  new WaysOut(options, { run: exchange, failed: failure })

/** The ways by which questions are asked. */
export const makeWaysOfQuestions = (options: OutgoingOptions): WaysOut<Question, Told> =>
  new WaysOut(options, { run: fetchText, failed: (outcome) => ({ outcome, text: null }) })
