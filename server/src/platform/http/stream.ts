import { createHash } from 'node:crypto'
import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { listenTo } from '../announcements.ts'
import { acquireDirect } from '../database.ts'
import type { Database } from '../database.ts'
import { open } from '#platform/execution/execute.ts'
import { featuresOf } from '../features.ts'
import type { Answer, Call, Engine } from '#platform/execution/execute.ts'
import { endMandate } from '../mandate.ts'
import type { Mandate } from '../mandate.ts'
import { ProblemError, registerProblems } from '../problem.ts'
import type { Route } from '../route.ts'

registerProblems({
  TOO_MANY_STREAMS: {
    status: 429,
    title: 'Too many open streams',
    cause: 'This sign-in keeps as many streams open as it may, or this process does.',
    remedy: 'Close one, or ask without `Accept: text/event-stream` from time to time.',
  },
})

/** How often each stream shows that it is alive and asks again whether it may still be open; the clock ends access too. */
const HEARTBEAT_MS = 15_000
/** A stream ends after this time and is opened anew, with everything that opening asks for. */
const LONGEST_MS = 600_000
// Over HTTP/1.1 a browser has six connections to one origin; one is left for everything else.
const STREAMS_PER_SESSION = 5
const STREAMS_PER_PROCESS = 256
/** A reader that lets this much pile up is cut off. */
const LARGEST_BACKLOG_BYTES = 16_384
const RELISTEN_MS = 1000

const SUBJECTS = ['partner_id', 'tenant_id', 'person_id'] as const
type Subjects = Partial<Record<(typeof SUBJECTS)[number], string>>

const followed = new WeakMap<Route, string>()

/** Declares that an operation can also be followed: with `Accept: text/event-stream` the answer comes again, under this name, whenever it changes. */
export function stream(event: string, route: Route): Route {
  if (route.method !== 'GET' || !('permission' in route.access))
    throw new Error(`${route.path} is no read with a permission, so it cannot be followed.`)
  followed.set(route, event)
  return route
}

/** Whether the caller asks to follow an operation that can be followed. */
export function asksForStream({ route, request }: Call): boolean {
  return followed.has(route) && (request.headers.accept ?? '').includes('text/event-stream')
}

/** What a change leaves open concerns everybody. */
function concerns(change: Subjects, own: Subjects): boolean {
  return SUBJECTS.every((name) => change[name] === undefined || change[name] === own[name])
}

function subjectsOf(mandate: Mandate): Subjects {
  return {
    ...('partner' in mandate && mandate.partner && { partner_id: mandate.partner.id }),
    ...('tenant' in mandate && { tenant_id: mandate.tenant.id }),
    ...('actor' in mandate && { person_id: mandate.actor.id }),
  }
}

/** Hears whom a change concerns, by their ids in the database; what is left out concerns everybody. */
export type Wake = (change: Subjects) => void

/** A connection that hears of changes; giving it back twice is harmless. */
interface Listening {
  readonly giveBack: () => void
}

/** One connection that hears of changes of access, kept while anybody listens. */
export class Ear {
  readonly #database: Database
  readonly #wakes = new Set<Wake>()
  #listening: Promise<Listening> | null = null

  constructor(database: Database) {
    this.#database = database
  }

  /** From when this resolves, the listener is told of every change that commits. */
  async add(wake: Wake): Promise<void> {
    this.#wakes.add(wake)
    this.#listening ??= this.#listen()
    const tried = this.#listening
    try {
      await tried
    } catch (error) {
      this.#wakes.delete(wake)
      if (this.#listening === tried && this.#wakes.size === 0) this.#listening = null
      throw error
    }
  }

  remove(wake: Wake): void {
    this.#wakes.delete(wake)
    if (this.#wakes.size > 0 || !this.#listening) return
    const ending = this.#listening
    this.#listening = null
    ending.then(
      ({ giveBack }) => giveBack(),
      () => undefined,
    )
  }

  async #listen(): Promise<Listening> {
    const client = await acquireDirect(this.#database, 'liaison_guard')
    let isLent = true
    const giveBack = () => {
      if (isLent) client.release(true)
      isLent = false
    }
    client.once('end', () => {
      if (isLent) this.#listenAgain()
      giveBack()
    })
    try {
      await listenTo(client, 'access_changed', (change) => this.#tell(change))
    } catch (error) {
      giveBack()
      throw error
    }
    return { giveBack }
  }

  /** What was said while nobody listened is unknown, so everybody looks again. */
  #listenAgain(): void {
    if (this.#wakes.size === 0) return
    const again = this.#listen()
    this.#listening = again
    again.then(
      () => this.#tell({}),
      () => setTimeout(() => this.#listening === again && this.#listenAgain(), RELISTEN_MS).unref(),
    )
  }

  #tell(change: Subjects): void {
    for (const wake of this.#wakes) wake(change)
  }
}

function toText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** One open stream. It holds no mandate: each look opens one, decides anew, and ends it. */
class Stream {
  readonly out = new PassThrough({ highWaterMark: LARGEST_BACKLOG_BYTES })
  readonly #engine: Engine
  readonly #call: Call
  readonly #event: string
  readonly #timers: NodeJS.Timeout[]
  /** Unknown until the first look. */
  #own: Subjects | null = null
  #last: string | null = null
  #isLooking = false
  #isAsked = false
  #isWoken = false

  constructor(engine: Engine, call: Call) {
    this.#engine = engine
    this.#call = call
    this.#event = followed.get(call.route) ?? 'changed'
    this.#timers = [
      setInterval(() => this.look(false), HEARTBEAT_MS),
      setTimeout(() => this.end('end', {}), LONGEST_MS),
    ]
    for (const timer of this.#timers) timer.unref()
    this.out.on('close', () => this.#stopTimers())
  }

  readonly wake: Wake = (change) => {
    if (this.#own === null) this.look(false)
    else if (concerns(change, this.#own)) this.look(true)
  }

  /** Decides anew whether the stream may be open; says what holds now if it was woken or if that changed. */
  look(isWoken: boolean): void {
    this.#isWoken ||= isWoken
    this.#isAsked = true
    if (this.#isLooking || this.out.destroyed) return
    this.#isLooking = true
    this.#isAsked = false
    void this.#lookOnce().finally(() => {
      this.#isLooking = false
      if (this.#isAsked) this.look(false)
    })
  }

  /** Says the last word and closes. */
  end(event: string, data: unknown): void {
    this.#stopTimers()
    if (!this.out.writableEnded) this.out.end(toText(event, data))
  }

  async #lookOnce(): Promise<void> {
    const wasWoken = this.#isWoken
    this.#isWoken = false
    try {
      const body = JSON.stringify(await this.#read())
      const isNews = wasWoken || body !== this.#last
      const event = this.#last === null ? 'open' : this.#event
      this.#last = body
      this.#write(isNews ? toText(event, JSON.parse(body)) : ': still open\n\n')
    } catch (error) {
      const told =
        error instanceof ProblemError
          ? { code: error.code, detail: error.message }
          : { code: 'INTERNAL_ERROR' }
      this.end(this.#event, told)
    }
  }

  async #read(): Promise<unknown> {
    const { route, inputs, trace, sessionToken } = this.#call
    const { mandate, transaction } = await open(this.#engine, this.#call)
    try {
      this.#own = subjectsOf(mandate)
      const body = await route.handle({ ...inputs, trace, sessionToken, expectedVersion: 0, mandate })
      return route.responses[200]?.parse(body)
    } finally {
      endMandate(mandate)
      await transaction.rollback()
    }
  }

  #write(text: string): void {
    if (this.out.writableEnded || this.out.destroyed) return
    if (!this.out.write(text)) this.out.destroy()
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }
}

/** The streams of one process. */
export interface Streams {
  /** Sends the answer and whatever follows it. Throws TOO_MANY_STREAMS. */
  follow(call: Call, answer: Answer, reply: FastifyReply): Promise<FastifyReply>
  closeAll(): void
}

/**
 * Keeps answers up to date for those who follow them. A stream opens like any other request: decided, limited, recorded. It is
 * decided anew at every change that concerns its people and at every heartbeat, and closes with the first refusal, so that it
 * outlives neither the access nor the session. Source: managed-tenants.md section 4 (`link.changed`), B11.
 */
export function makeStreams(engine: Engine): Streams {
  const ear = new Ear(engine.database)
  const open = new Map<Stream, string>()
  // Told only once the change decides in this process, so that a stream that looks again sees it.
  const forget = featuresOf(engine.database).onChange((partnerId) => {
    for (const stream of open.keys()) stream.wake(partnerId === null ? {} : { partner_id: partnerId })
  })
  const countOf = (session: string) => [...open.values()].filter((other) => other === session).length
  return {
    async follow(call, answer, reply) {
      const session = createHash('sha256')
        .update(call.sessionToken ?? call.request.headers.authorization ?? '')
        .digest('hex')
      if (open.size >= STREAMS_PER_PROCESS || countOf(session) >= STREAMS_PER_SESSION)
        throw new ProblemError(429, 'TOO_MANY_STREAMS', 'As many streams are open as may be.', {
          headers: { 'Retry-After': '60' },
        })
      const made = new Stream(engine, call)
      open.set(made, session)
      made.out.on('close', () => {
        open.delete(made)
        ear.remove(made.wake)
      })
      try {
        await ear.add(made.wake)
      } catch (error) {
        made.out.destroy()
        throw error
      }
      // The first word is what holds now that changes are heard of; what came before it, the caller reads anew.
      made.look(false)
      return reply
        .headers({ ...answer.headers, 'X-Accel-Buffering': 'no' })
        .type('text/event-stream; charset=utf-8')
        .send(made.out)
    },
    closeAll() {
      forget()
      for (const stream of open.keys()) stream.end('end', {})
    },
  }
}
