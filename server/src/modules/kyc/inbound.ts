import type { FastifyInstance, FastifyRequest } from 'fastify'
import { keyOfNetwork } from '#platform/limits/admission.ts'
import type { Engine } from '#platform/execution/execute.ts'
import { limitHeaders } from '#platform/limits/limits.ts'
import { ProblemError } from '#platform/problem.ts'
import type { Services } from '#platform/services.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { findVendor } from './adapters.ts'
import { findSecrets, placeOfSecret } from './event-store.ts'
import { judgeSignature } from './signature.ts'
import { takeEvent } from './take-event.ts'
import type { EventResult } from './take-event.ts'

const BODY_LIMIT_BYTES = 16_384
const ACCESS = { public: 'A vendor shows nothing but its signature over the bytes that it sends.' }
/** Checked where there is no key, so that an unknown partner answers like a wrong signature. */
const NO_SECRET = Buffer.alloc(32)

/** Where a vendor sends the events about one partner's checks. */
export const eventPath = (vendor: string, slug: string): string =>
  `/identity-events/${vendor}/${encodeURIComponent(slug)}`

interface Parts {
  readonly engine: Engine
  readonly services: Services
}

const refuseSignature = (): ProblemError =>
  new ProblemError(401, 'SIGNATURE_REFUSED', 'The message carries no valid signature.')

async function admit({ limiter }: Engine, ip: string): Promise<void> {
  const verdict = await limiter.take([{ name: 'identity_event', key: keyOfNetwork(ip) }])
  if (!verdict.admitted)
    throw new ProblemError(429, 'RATE_LIMIT_EXCEEDED', 'The limit of this operation is used up.', {
      headers: limitHeaders(verdict),
    })
}

interface Sent {
  readonly vendor: string
  readonly slug: string
  readonly body: Buffer
}

/** The partner whose key signed the message. Throws SIGNATURE_REFUSED, whatever it is that is wrong. */
function judge(
  { services, engine }: Parts,
  request: FastifyRequest,
  sealed: Awaited<ReturnType<typeof findSecrets>>,
): { readonly partnerId: string; readonly eventId: string; readonly signedAt: Date } {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers
  const secrets = sealed.map((secret) => services.vault.open(secret.sealed, placeOfSecret(secret.id)))
  const message = { id, timestamp, signature, body: bodyOf(request) }
  const verdict = judgeSignature(message, secrets.length > 0 ? secrets : [NO_SECRET], engine.clock())
  const partnerId = sealed[0]?.partnerId
  if (verdict !== 'valid' || partnerId === undefined || typeof id !== 'string') throw refuseSignature()
  return { partnerId, eventId: id, signedAt: new Date(Number(timestamp) * 1000) }
}

const bodyOf = (request: FastifyRequest): Buffer =>
  Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)

async function take(parts: Parts, request: FastifyRequest, sent: Sent): Promise<EventResult> {
  const vendor = findVendor(sent.vendor)
  if (vendor === null) throw refuseSignature()
  return inSystemTransaction(
    parts.engine.database,
    { job: 'identity-checks', requestId: request.id },
    async (mandate) => {
      const sealed = await findSecrets(mandate, vendor, sent.slug)
      const signed = judge(parts, request, sealed)
      const origin = parts.services.publicOrigin()
      return takeEvent(mandate, { ...signed, vendor, body: sent.body, origin })
    },
  )
}

function refuse(result: EventResult): void {
  if (result === 'reused')
    throw new ProblemError(409, 'EVENT_ID_REUSED', 'An event with this id came before with another content.')
  if (result === 'unreadable')
    throw new ProblemError(
      422,
      'VALIDATION_ERROR',
      "The event is not in the vendor's form; nothing was changed.",
      {
        errors: [{ pointer: '/body', code: 'INVALID_EVENT', detail: 'This is no event of the vendor.' }],
      },
    )
}

/**
 * Mounts the address to which vendors send signed events about identity checks. The bytes are judged as they came; what
 * was applied, came before, is older than what is known, or is about nobody we know is answered alike: 204. Source: C8.
 */
export function mountIdentityEvents(app: FastifyInstance, parts: Parts): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, parsed) =>
      parsed(null, body),
    )
    scope.post<{ Params: { vendor: string; partner: string } }>(
      '/identity-events/:vendor/:partner',
      {
        config: {
          access: ACCESS,
          counting: { elsewhere: 'exactly, as `identity_event` of the network' },
          isBounded: true,
        },
        bodyLimit: BODY_LIMIT_BYTES,
      },
      async (request, reply) => {
        await admit(parts.engine, request.ip)
        const { vendor, partner: slug } = request.params
        refuse(await take(parts, request, { vendor, slug, body: bodyOf(request) }))
        return reply.status(204).send()
      },
    )
    done()
  })
}
