import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Request } from 'autocannon'
import { percentile } from '../statistics.ts'
import { answerParent } from './child.ts'

/**
 * Requests at a fixed rate, whether or not earlier ones were answered: callers who do not know of each other do not
 * slow down because a server is busy, and a load generator that waits would hide the overload.
 */
export interface OpenLoopOrder {
  readonly url: string
  readonly perSecond: number
  readonly seconds: number
  readonly requests: readonly Request[]
}

/** What came of it; times in milliseconds from the moment when a request was due. */
export interface OpenLoopReport {
  readonly offeredPerSecond: number
  readonly acceptedPerSecond: number
  /** Refused with 503 and `Retry-After`. */
  readonly shedPerSecond: number
  /** Due while every caller was still waiting for an answer, so nobody sent it. Not among the offered. */
  readonly unsentPerSecond: number
  /** Any other answer, or none. */
  readonly failed: number
  readonly p50: number
  readonly p99: number
}

const TICK_MS = 4
/**
 * As many callers as there can be. Without an end the generator opens connections until the system has no more ports, and
 * what then fails never reached the server. So many that a server that takes all of them in lets them wait too long.
 */
const MOST_LINES = 2000
const DRAIN_MS = 10_000
const HEAD_END = Buffer.from('\r\n\r\n')

interface Outcome {
  readonly status: number
  /** Whether a refusal says when to come again. */
  readonly hasRetryAfter: boolean
  readonly dueMs: number
}

/** One connection that carries one request at a time. */
class Line {
  readonly #socket: Socket
  readonly #settle: (line: Line, outcome: Outcome) => void
  #dueMs = 0
  #isBusy = false
  #received: Buffer = Buffer.alloc(0)
  isOpen = true

  constructor(target: URL, settle: (line: Line, outcome: Outcome) => void) {
    this.#settle = settle
    this.#socket = connect(Number(target.port), target.hostname)
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (chunk) => this.#hear(chunk))
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => this.#close())
  }

  send(request: Buffer, dueMs: number): void {
    this.#dueMs = dueMs
    this.#isBusy = true
    this.#socket.write(request)
  }

  end(): void {
    this.#socket.destroy()
  }

  #close(): void {
    this.isOpen = false
    this.#finish(0, false)
  }

  #finish(status: number, hasRetryAfter: boolean): void {
    if (!this.#isBusy) return
    this.#isBusy = false
    this.#settle(this, { status, hasRetryAfter, dueMs: this.#dueMs })
  }

  #hear(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const headEnd = this.#received.indexOf(HEAD_END)
    if (headEnd < 0) return
    const head = this.#received.toString('latin1', 0, headEnd)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (this.#received.length < headEnd + HEAD_END.length + length) return
    this.#received = Buffer.alloc(0)
    this.#finish(Number(head.slice(9, 12)), /\r\nretry-after: [1-9]\d*(\r\n|$)/i.test(head))
  }
}

function toBytes(request: Request, host: string): Buffer {
  const fields = Object.entries({ host, ...request.headers }).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(
    `${request.method ?? 'GET'} ${request.path ?? '/'} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`,
  )
}

class Generator {
  readonly #target: URL
  readonly #requests: readonly Buffer[]
  readonly #idle: Line[] = []
  readonly #lines = new Set<Line>()
  readonly #acceptedMs: number[] = []
  #due = 0
  #unsent = 0
  #waiting = 0
  #shed = 0
  #failed = 0

  constructor({ url, requests }: OpenLoopOrder) {
    this.#target = new URL(url)
    this.#requests = requests.map((request) => toBytes(request, this.#target.host))
  }

  #takeLine(): Line | null {
    for (let line = this.#idle.pop(); line; line = this.#idle.pop()) if (line.isOpen) return line
    if (this.#lines.size >= MOST_LINES) return null
    const made = new Line(this.#target, (line, outcome) => this.#note(line, outcome))
    this.#lines.add(made)
    return made
  }

  #note(line: Line, { status, hasRetryAfter, dueMs }: Outcome): void {
    this.#waiting -= 1
    if (status === 200) this.#acceptedMs.push(performance.now() - dueMs)
    else if (status === 503 && hasRetryAfter) this.#shed += 1
    else this.#failed += 1
    if (line.isOpen) this.#idle.push(line)
    else this.#lines.delete(line)
  }

  #sendDue(startedMs: number, perSecond: number): void {
    const due = ((performance.now() - startedMs) / 1000) * perSecond
    for (; this.#due < due; this.#due += 1) {
      const request = this.#requests[this.#due % this.#requests.length]
      if (!request) throw new Error('There is nothing to send.')
      const line = this.#takeLine()
      if (!line) {
        this.#unsent += 1
        continue
      }
      this.#waiting += 1
      line.send(request, startedMs + (this.#due / perSecond) * 1000)
    }
  }

  async run({ perSecond, seconds }: OpenLoopOrder): Promise<OpenLoopReport> {
    const startedMs = performance.now()
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        this.#sendDue(startedMs, perSecond)
        if (performance.now() - startedMs < seconds * 1000) return
        clearInterval(timer)
        resolve()
      }, TICK_MS)
    })
    const elapsedSeconds = (performance.now() - startedMs) / 1000
    await this.#drain()
    for (const line of this.#lines) line.end()
    return {
      offeredPerSecond: (this.#due - this.#unsent) / elapsedSeconds,
      acceptedPerSecond: this.#acceptedMs.length / elapsedSeconds,
      shedPerSecond: this.#shed / elapsedSeconds,
      unsentPerSecond: this.#unsent / elapsedSeconds,
      failed: this.#failed,
      p50: percentile(this.#acceptedMs, 0.5),
      p99: percentile(this.#acceptedMs, 0.99),
    }
  }

  /** Waits for the last answers; what has none by then counts as failed. */
  async #drain(): Promise<void> {
    const endsMs = performance.now() + DRAIN_MS
    while (this.#waiting > 0 && performance.now() < endsMs)
      await new Promise((resolve) => {
        setTimeout(resolve, TICK_MS)
      })
    this.#failed += this.#waiting
  }
}

answerParent(
  (order: OpenLoopOrder) => new Generator(order).run(order),
  () => Promise.resolve(),
)
