import { setTimeout as delay } from 'node:timers/promises'
import { encodeId } from '@liaison/access'
import { headersOf, linkedTenant, seededId } from '../bench/seed.ts'
import type { Write } from './checker.ts'
import { PARTNERS } from './world.ts'

const CLIENTS = 8
const REQUEST_TIMEOUT_MS = 15_000
const RETRY_PAUSE_MS = 20

interface OpenWrite {
  readonly key: string
  readonly partner: number
  readonly acknowledged: string[]
  /** Whether an attempt ended without an answer that settles it. */
  isUnknown: boolean
}

/** What one attempt came to; `unknown` may or may not have been done. */
type Attempt = 'acknowledged' | 'found' | 'unknown'

/** What happened to all the clients' requests. */
export interface Tally {
  /** Writes with at least one attempt whose outcome the client never learned. */
  unknown: number
  /** Of those, the writes that had been done, as the repeat with the same key told. */
  foundByKey: number
  /** Answers by status. */
  readonly answers: Map<number, number>
  /** Answers that no fault excuses: neither success, nor "unavailable", nor "still being worked on". */
  readonly unexpected: string[]
}

function countAnswer({ answers }: Tally, status: number): void {
  answers.set(status, (answers.get(status) ?? 0) + 1)
}

function readTicketId(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'ticket_id' in body && typeof body.ticket_id === 'string')
    return body.ticket_id
  throw new Error(`An acknowledgement names no ticket: ${JSON.stringify(body)}`)
}

/** Clients that open tickets and remember exactly what they were told. */
export class Clients {
  readonly tally: Tally = { unknown: 0, foundByKey: 0, answers: new Map(), unexpected: [] }
  readonly #writes: OpenWrite[] = []
  readonly #open = new Set<OpenWrite>()
  readonly #acknowledgements: { readonly sentMs: number; readonly answeredMs: number }[] = []
  #url = ''
  #inFlight = 0
  #serial = 0

  /** Where the server is now. */
  pointTo(url: string): void {
    this.#url = url
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get unsettled(): number {
    return this.#open.size
  }

  /** When the first write that was sent after an instant was acknowledged. Asked so often that a long run must not be read from its beginning. */
  firstAcknowledgedAfter(instantMs: number): number | undefined {
    const from = this.#acknowledgements.findLastIndex(({ answeredMs }) => answeredMs <= instantMs) + 1
    for (let index = from; index < this.#acknowledgements.length; index += 1) {
      const acknowledgement = this.#acknowledgements[index]
      if (acknowledgement && acknowledgement.sentMs > instantMs) return acknowledgement.answeredMs
    }
    return undefined
  }

  /** What the checker compares with the database. */
  get writes(): Write[] {
    return this.#writes.map(({ key, partner, acknowledged }) => {
      const tenant = seededId('tenant', linkedTenant(PARTNERS, partner, 0))
      return { key, tenantId: encodeId('tenant', tenant), acknowledged }
    })
  }

  /** A new write, not yet sent. */
  begin(label: string): OpenWrite {
    this.#serial += 1
    const partner = this.#serial % PARTNERS.count
    const write = { key: `${label}-${this.#serial}`, partner, acknowledged: [], isUnknown: false }
    this.#writes.push(write)
    this.#open.add(write)
    return write
  }

  /** Sends a write once. Without its key a repeat is a new request: that is the fault the positive control plants. */
  async send(write: OpenWrite, withKey = true): Promise<Attempt> {
    this.#inFlight += 1
    try {
      const sentMs = performance.now()
      const response = await fetch(`${this.#url}/api/v1/partner/support/tickets`, {
        method: 'POST',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        headers: {
          ...headersOf(write.partner, linkedTenant(PARTNERS, write.partner, 0)),
          'content-type': 'application/json',
          ...(withKey && { 'idempotency-key': write.key }),
        },
        body: JSON.stringify({
          subject: write.key,
          description: 'Opened under load.',
          priority: 'normal',
          category: 'network',
        }),
      })
      const body: unknown = await response.json()
      countAnswer(this.tally, response.status)
      if (response.status === 201) return this.#settle(write, { body, sentMs, response })
      if (response.status !== 503 && response.status !== 409)
        this.tally.unexpected.push(`${response.status} ${JSON.stringify(body)}`)
    } catch (error) {
      // No answer: the server or the connection died, and only the key can tell what became of the write.
      if (!(error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError))
        throw error
    } finally {
      this.#inFlight -= 1
    }
    if (!write.isUnknown) this.tally.unknown += 1
    write.isUnknown = true
    return 'unknown'
  }

  #settle(
    write: OpenWrite,
    { body, sentMs, response }: { body: unknown; sentMs: number; response: Response },
  ): Attempt {
    write.acknowledged.push(readTicketId(body))
    this.#open.delete(write)
    this.#acknowledgements.push({ sentMs, answeredMs: performance.now() })
    const isReplay = response.headers.get('idempotent-replayed') === 'true'
    if (isReplay && write.isUnknown) this.tally.foundByKey += 1
    return isReplay ? 'found' : 'acknowledged'
  }

  /** Sends until the server has acknowledged it, at most until the deadline. */
  async settle(write: OpenWrite, deadlineMs: number): Promise<void> {
    while ((await this.send(write)) === 'unknown' && performance.now() < deadlineMs)
      await delay(RETRY_PAUSE_MS)
  }

  /** Repeats everything that was not acknowledged, under its own key. */
  async settleAll(deadlineMs: number): Promise<void> {
    const open = [...this.#open]
    await this.#inParallel(async () => {
      for (let write = open.pop(); write; write = open.pop()) await this.settle(write, deadlineMs)
    })
  }

  /** Opens tickets until told to stop; a client whose attempt stays unknown goes away, as after a lost connection. */
  async load(label: string, signal: AbortSignal): Promise<void> {
    await this.#inParallel(async () => {
      while (!signal.aborted) {
        if ((await this.send(this.begin(label))) === 'unknown') return
      }
    })
  }

  /** Opens tickets until told to stop, each until it is acknowledged, whatever happens meanwhile. */
  async loadThrough(label: string, signal: AbortSignal): Promise<void> {
    await this.#inParallel(async () => {
      while (!signal.aborted) {
        const write = this.begin(label)
        while ((await this.send(write)) === 'unknown' && !signal.aborted) await delay(RETRY_PAUSE_MS)
      }
    })
  }

  async #inParallel(work: () => Promise<void>): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, work))
  }
}
