import { randomUUID } from 'node:crypto'
import { idFromUuid, encodeId } from '@liaison/access'
import { makeOutgoing, verdictOn } from '#modules/webhooks/index.ts'
import type { Attempted, Outgoing, OutgoingOptions } from '#modules/webhooks/index.ts'
import type { EventIssuer } from '#modules/oauth/index.ts'
import type { Database } from '#platform/database.ts'
import { DueWork } from '#platform/due-work.ts'
import type { TopicHandler } from '#platform/jobs.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Vault } from '#platform/vault.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import {
  claimDue,
  findAudience,
  forgetEvents,
  insertEvent,
  noteAttempt,
  noteHealth,
  stopStream,
  timeOfMessage,
} from './delivery-store.ts'
import type { ClaimedEvent } from './delivery-store.ts'
import { claimsOfToken, STREAM_UPDATED } from './events.ts'
import { audienceOf } from './receiver.ts'
import { Change, delayAfter, eventOf, refusalIn, subjectOf } from './rules.ts'
import { placeOfAuthorization } from './stream-endpoints.ts'

const WORK = { job: 'signals' }

/** The topic of the outbox under which the database tells of changes. */
const TOPIC = 'signals.changed'
const TIMEOUT_MS = 10_000
/** Longer than an attempt can last, so that nothing is pushed twice at once. */
const CLAIM_SECONDS = 60
const MOST_AT_ONCE = 50
const MOST_PER_STREAM = 5
/** How long an event waits for a receiver that does not take it. */
const KEPT_DAYS = 7

export interface SignalOptions extends Partial<OutgoingOptions> {
  readonly database: Database
  readonly vault: Vault
  readonly issuer: EventIssuer
  readonly onError: (error: Error, where: string) => void
  /** In [0, 1); spreads repetitions. */
  readonly random?: () => number
}

/** The part of signals that no request waits for. */
export interface Signals {
  readonly topics: Readonly<Record<string, TopicHandler>>
  /** Pushes what is due, and what becomes due meanwhile; resolves when nothing is. */
  deliverDue(): Promise<void>
  /** Forgets events after seven days. */
  sweep(): Promise<void>
  /** Looks for due events every second from now on. */
  start(): void
  /** Ends after the attempts that are under way. */
  stop(): Promise<void>
}

const WHY = {
  gone: 'The receiver answered that it is gone (410).',
  failing: 'Nothing could be delivered for five days.',
} as const

async function giveUp(mandate: Mandate<'system'>, streamId: string, why: 'gone' | 'failing'): Promise<void> {
  const stopped = await stopStream(mandate, streamId, WHY[why])
  if (!stopped) return
  recordEvent(mandate, {
    action: 'signals.streams.give_up',
    ...(stopped.partner_id !== null && { partnerId: stopped.partner_id }),
    resource: { type: 'signal_stream', id: streamId },
    changes: { status: { before: 'enabled', after: 'disabled' }, reason: why },
  })
  // Who said to be gone is asked no more.
  if (why === 'gone') return
  await insertEvent(mandate, {
    streamId,
    messageId: randomUUID(),
    type: STREAM_UPDATED,
    subject: { format: 'opaque', id: encodeId('signal_stream', idFromUuid('signal_stream', streamId)) },
    claims: { status: 'disabled', reason: WHY[why] },
    occurredAt: mandate.origin.now,
  })
}

/** Takes one message of the outbox apart into events for streams. A message that comes twice adds nothing. */
async function fanOut(
  { database, issuer }: Pick<SignalOptions, 'database' | 'issuer'>,
  payload: Record<string, unknown>,
  messageId: string,
): Promise<void> {
  const change = Change.parse(payload)
  await inSystemTransaction(database, WORK, async (mandate) => {
    const [audience, occurredAt] = [
      await findAudience(mandate, change),
      await timeOfMessage(mandate, messageId),
    ]
    const { type, claims } = eventOf(change, { ...audience, occurredAt })
    for (const stream of audience.streams) {
      if (!stream.events.includes(type)) continue
      const subject = subjectOf(change, {
        ...audience,
        streamPartnerId: stream.partner_id,
        tokenIssuer: issuer.tokenIssuer(),
      })
      await insertEvent(mandate, { streamId: stream.id, messageId, type, subject, claims, occurredAt })
    }
  })
}

async function settle(
  mandate: Mandate<'system'>,
  event: ClaimedEvent,
  came: { readonly attempted: Attempted; readonly random: number },
): Promise<void> {
  const { attempted, random } = came
  const hasSucceeded = attempted.outcome === 'delivered'
  const refusal = refusalIn(attempted)
  await noteAttempt(mandate, event, {
    status: hasSucceeded ? 'acknowledged' : refusal === null ? 'waiting' : 'refused',
    refusal,
    delayMs: delayAfter(event.attempt, { random, retryAfterMs: attempted.retryAfterMs }),
  })
  const health = await noteHealth(mandate, event.stream_id, hasSucceeded)
  const verdict = verdictOn(attempted, health)
  if (verdict !== 'keeps') await giveUp(mandate, event.stream_id, verdict)
}

class Deliverer implements Signals {
  readonly topics: Readonly<Record<string, TopicHandler>>
  readonly #options: SignalOptions
  readonly #outgoing: Outgoing
  readonly #work: DueWork<ClaimedEvent>

  constructor(options: SignalOptions) {
    this.#options = options
    this.#outgoing = makeOutgoing({ allowsLoopback: false, timeoutMs: TIMEOUT_MS, ...options })
    this.#work = new DueWork({
      mostAtOnce: MOST_AT_ONCE,
      claim: (most) =>
        inSystemTransaction(options.database, WORK, (mandate) =>
          claimDue(mandate, { most, perStream: MOST_PER_STREAM, claimSeconds: CLAIM_SECONDS }),
        ),
      carryOut: (event) => this.#attempt(event),
      onError: (error) => options.onError(error, 'signals'),
    })
    this.topics = {
      [TOPIC]: async (payload, messageId) => {
        await fanOut(options, payload, messageId)
        this.#work.wake()
      },
    }
  }

  async #attempt(event: ClaimedEvent): Promise<void> {
    const { database, vault, issuer, random = Math.random } = this.#options
    const { sealed_authorization: sealed, gateway_id: gatewayId, client_id: clientId } = event
    const audience =
      gatewayId === null
        ? audienceOf({ kind: 'client', id: clientId ?? '' })
        : audienceOf({ kind: 'gateway', id: gatewayId })
    const body = await issuer.sign(claimsOfToken(event, { issuer: issuer.issuer(), audience }))
    const headers = {
      'content-type': 'application/secevent+jwt',
      accept: 'application/json',
      'user-agent': 'Liaison-Signals/1',
      ...(sealed && { authorization: vault.open(sealed, placeOfAuthorization(event.stream_id)).toString() }),
    }
    const attempted = await this.#outgoing.post({ url: event.endpoint_url, headers, body })
    await inSystemTransaction(database, WORK, (mandate) =>
      settle(mandate, event, { attempted, random: random() }),
    )
  }

  deliverDue(): Promise<void> {
    return this.#work.drain()
  }

  async sweep(): Promise<void> {
    await inSystemTransaction(this.#options.database, WORK, (mandate) => forgetEvents(mandate, KEPT_DAYS))
  }

  start(): void {
    this.#work.start()
  }

  async stop(): Promise<void> {
    await this.#work.stop()
    await this.#outgoing.close()
  }
}

/** Makes the pusher of one process; any number of processes share the work. Begins with `start`. */
export function makeSignals(options: SignalOptions): Signals {
  return new Deliverer(options)
}
