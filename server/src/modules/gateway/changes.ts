import { PassThrough } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '#platform/database.ts'
import type { Limiter } from '#platform/limits/limits.ts'
import { releaseRequest } from '#platform/limits/load-shedding.ts'
import { countStranger } from '#platform/limits/open-door.ts'
import { ProblemError } from '#platform/problem.ts'
import { Ear } from '#platform/http/stream.ts'
import type { Wake } from '#platform/http/stream.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { makeResourceServers } from './resource-server.ts'
import type { ResourceServers } from './resource-server.ts'

const HEARTBEAT_MS = 15_000
/** A stream ends after this time and is opened anew, with all that opening asks for. */
const LONGEST_MS = 600_000
const MOST_STREAMS = 64
/** A reader that lets this much pile up is cut off; it opens anew and forgets everything. */
const LARGEST_BACKLOG_BYTES = 65_536

/** Whom a change concerns, by the ids that tokens carry. What concerns one person alone is told as concerning everybody. */
function toText(change: Parameters<Wake>[0]): string {
  const { partner_id: partner, tenant_id: tenant } = change
  const told = {
    ...(partner !== undefined && { partner_id: publicIdOf('partner', partner) }),
    ...(tenant !== undefined && { customer_id: publicIdOf('tenant', tenant) }),
  }
  return `event: changed\ndata: ${JSON.stringify(told)}\n\n`
}

class Follower {
  readonly out = new PassThrough({ highWaterMark: LARGEST_BACKLOG_BYTES })
  readonly wake: Wake = (change) => this.write(toText(change))

  write(text: string): void {
    if (this.out.writableEnded || this.out.destroyed) return
    if (!this.out.write(text)) this.out.destroy()
  }
}

interface Parts {
  readonly database: Database
  readonly limiter: Limiter
}

/** The streams of one process. */
class ChangeStreams {
  readonly #findServer: ResourceServers
  readonly #ear: Ear
  readonly #limiter: Limiter
  readonly #followers = new Set<Follower>()

  constructor({ database, limiter }: Parts) {
    this.#findServer = makeResourceServers(database)
    this.#ear = new Ear(database)
    this.#limiter = limiter
  }

  /** Opens a stream. Throws GATEWAY_UNAUTHORIZED and TOO_MANY_STREAMS. */
  async open(request: FastifyRequest): Promise<PassThrough> {
    await this.#requireServer(request)
    if (this.#followers.size >= MOST_STREAMS)
      throw new ProblemError(429, 'TOO_MANY_STREAMS', 'As many streams are open as may be.', {
        headers: { 'Retry-After': '60' },
      })
    const follower = new Follower()
    this.#followers.add(follower)
    follower.out.on('close', () => {
      this.#followers.delete(follower)
      this.#ear.remove(follower.wake)
    })
    try {
      await this.#ear.add(follower.wake)
    } catch (error) {
      follower.out.destroy()
      throw error
    }
    this.#keepOpen(request, follower)
    // From here on every change is heard; what came before is unknown to the reader.
    follower.write('event: open\ndata: {}\n\n')
    return follower.out
  }

  closeAll(): void {
    for (const { out } of this.#followers) out.end()
  }

  async #requireServer({ raw, ip }: FastifyRequest): Promise<void> {
    if (await this.#findServer(raw)) return
    await countStranger(this.#limiter, 'gateway', ip)
    throw new ProblemError(401, 'GATEWAY_UNAUTHORIZED', 'This gateway is not known here.', {
      headers: { 'WWW-Authenticate': 'Bearer realm="gateway"' },
    })
  }

  /** Shows from time to time that the stream is alive, for as long as the credential counts. */
  #keepOpen(request: FastifyRequest, follower: Follower): void {
    const { out } = follower
    const beat = setInterval(() => {
      this.#requireServer(request).then(
        () => follower.write(': still open\n\n'),
        () => out.end(),
      )
    }, HEARTBEAT_MS)
    const end = setTimeout(() => out.end(), LONGEST_MS)
    out.on('close', () => {
      clearInterval(beat)
      clearTimeout(end)
    })
  }
}

/**
 * Mounts the stream on which registered gateways and APIs hear that access changed, so that what they keep of it can go
 * at once. It tells ids only, and closes when its credential counts no more. Source: delegation.md section 5, mode B.
 */
export function mountChanges(app: FastifyInstance, parts: Parts): void {
  const streams = new ChangeStreams(parts)
  const follow = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const out = await streams.open(request)
    // It waits; it takes no place from requests that work.
    releaseRequest(app, request)
    return reply.header('X-Accel-Buffering', 'no').type('text/event-stream; charset=utf-8').send(out)
  }
  app.get(
    '/gateway/v1/changes',
    {
      config: {
        access: { public: 'The gateway authenticates with its credential.' },
        counting: {
          elsewhere: 'as many streams as a process keeps; as `stranger` of the network for no gateway',
        },
        isBounded: true,
      },
    },
    (request, reply) => follow(request, reply),
  )
  app.addHook('preClose', () => {
    streams.closeAll()
    return Promise.resolve()
  })
}
