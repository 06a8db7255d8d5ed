import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { releaseRequest } from '#platform/limits/load-shedding.ts'
import { readBody } from './configuration.ts'
import { claimsOfToken } from './events.ts'
import { asReceiver, audienceOf, requireReceiver } from './receiver.ts'
import type { Demand, Receiver, SignalParts } from './receiver.ts'
import { listWaiting, noteSaid } from './stream-store.ts'
import type { Said } from './stream-store.ts'
import { requireStream } from './stream-endpoints.ts'

const MOST_EVENTS = 100
const LOOK_INTERVAL_MS = 500
const LONGEST_MS = 20_000
/** Polls that wait for events in one process; those beyond are answered at once. */
const MOST_WAITING = 64

const Uuid = z.uuid()

/** A poll (RFC 8936 section 2.4). */
const Poll = z.object({
  maxEvents: z.int().min(0).optional(),
  returnImmediately: z.boolean().optional(),
  ack: z.array(z.string().max(200)).max(1000).optional(),
  setErrs: z
    .record(
      z.string().max(200),
      z.object({ err: z.string().max(100), description: z.string().max(1000).optional() }),
    )
    .optional(),
})
type Poll = z.output<typeof Poll>

/** What a poll says of events that came before; an id that is none of ours says nothing. */
function saidIn({ ack = [], setErrs = {} }: Poll): Said[] {
  const said = [
    ...ack.map((id) => ({ id, refusal: null })),
    ...Object.entries(setErrs).map(([id, { err }]) => ({ id, refusal: err })),
  ]
  const isKnown = ({ id }: Said) => Uuid.safeParse(id).success
  return [...new Map(said.filter(isKnown).map((one) => [one.id, one])).values()]
}

type PollRequest = FastifyRequest<{ Params: { stream_id: string } }>

interface Asking {
  readonly receiver: Receiver
  readonly request: PollRequest
  readonly poll: Poll
}

const READ: Demand = { scopes: ['ssf.read', 'ssf.manage'], limit: 'detail' }

interface Answer {
  readonly sets: Record<string, string>
  readonly moreAvailable?: true
}

/** The polls of one process. */
export class Polls {
  readonly #parts: SignalParts
  readonly #ending = new AbortController()
  #waiting = 0

  constructor(parts: SignalParts) {
    this.#parts = parts
  }

  /** Those that wait are answered with nothing. */
  end(): void {
    this.#ending.abort()
  }

  /** `POST /ssf/poll/{stream_id}`: takes acknowledgements, and hands out what waits, oldest first, until it is acknowledged. */
  async answer(app: FastifyInstance, request: PollRequest): Promise<Answer> {
    const receiver = await requireReceiver(this.#parts, request, READ)
    const poll = readBody(Poll, request.body)
    const asking = { receiver, request, poll }
    const first = await this.#look(asking, saidIn(poll))
    const isAnswered = Object.keys(first.sets).length > 0 || poll.maxEvents === 0
    if (isAnswered || poll.returnImmediately === true || this.#waiting >= MOST_WAITING) return first
    // It waits; it takes no place from requests that work.
    releaseRequest(app, request)
    this.#waiting += 1
    try {
      return await this.#waitFor(asking)
    } finally {
      this.#waiting -= 1
    }
  }

  async #waitFor(asking: Asking): Promise<Answer> {
    const { signal } = this.#ending
    const untilMs = performance.now() + LONGEST_MS
    while (performance.now() < untilMs) {
      await wait(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => undefined)
      if (signal.aborted || asking.request.raw.socket.destroyed) break
      const answer = await this.#look(asking, [])
      if (Object.keys(answer.sets).length > 0) return answer
    }
    return { sets: {} }
  }

  async #look(asking: Asking, said: readonly Said[]): Promise<Answer> {
    const { issuer } = this.#parts
    const { poll, receiver, request } = asking
    const most = Math.min(poll.maxEvents ?? MOST_EVENTS, MOST_EVENTS)
    const found = await asReceiver(this.#parts, asking, async (work) => {
      const stream = await requireStream(work, request.params.stream_id)
      await noteSaid(work, stream.id, said)
      const isOpen = stream.delivery === 'poll' && stream.status === 'enabled'
      return isOpen ? listWaiting(work, stream.id, most) : []
    })
    const terms = { issuer: issuer.issuer(), audience: audienceOf(receiver) }
    const sets: Record<string, string> = {}
    for (const event of found.slice(0, most)) sets[event.id] = await issuer.sign(claimsOfToken(event, terms))
    return { sets, ...(found.length > most && { moreAvailable: true as const }) }
  }
}
