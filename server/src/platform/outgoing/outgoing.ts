import type { Attempted } from './attempts.ts'
import type { OutgoingOptions, Post, Question } from './ways-out.ts'

/** Posts messages to addresses that somebody else chose. */
export interface Outgoing {
  /** Never rejects: what went wrong is the outcome. */
  post(message: Post): Promise<Attempted>
  close(): Promise<void>
}

/** The client of HTTP is a twentieth of what a start loads, and most processes of a fleet send nothing: it comes with the first message. */
const loadWays = () => import('./ways-out.ts')

/** Something that is made when it is first asked for. */
interface Late<Made> {
  get(): Promise<Made>
  /** What was made until now, without making it. */
  made(): Promise<Made | null>
}

function makeLate<Made>(make: () => Promise<Made>): Late<Made> {
  let made: Promise<Made> | null = null
  return {
    get: () => (made ??= make()),
    made: async () => made,
  }
}

/**
 * Makes what posts. Only global addresses are connected to, and those of the networks that the operator allows, whatever
 * the name or the spelling of the address says; redirects are not followed, because they would lead elsewhere. Source:
 * OWASP API7:2023, access.md section 8, embedded.md section 6.
 */
export function makeOutgoing(options: OutgoingOptions): Outgoing {
  const ways = makeLate(async () => (await loadWays()).makeWaysOfPosts(options))
  return {
    async post(message) {
      const start = performance.now()
      const came = await (await ways.get()).send(message)
      return { ...came, durationMs: Math.round(performance.now() - start) }
    },
    close: async () => (await ways.made())?.close(),
  }
}

/** Asks addresses that the operator chose, under the same rules and by the same ways. */
export interface Reader {
  /** Never rejects: null when the answer did not come whole, in time and with status 200. */
  read(question: Question): Promise<string | null>
  close(): Promise<void>
}

/** Makes what asks. */
export function makeReader(options: OutgoingOptions): Reader {
  const ways = makeLate(async () => (await loadWays()).makeWaysOfQuestions(options))
  return {
    read: async (question) => (await (await ways.get()).send(question)).text,
    close: async () => (await ways.made())?.close(),
  }
}
