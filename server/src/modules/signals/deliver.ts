import { randomUUID } from 'node:crypto'
import type { EventIssuer } from '#modules/oauth/index.ts'
import { makeDeliverer } from '#platform/outgoing/deliverer.ts'
import { verdictOn } from '#platform/outgoing/attempts.ts'
import type { Attempted } from '#platform/outgoing/attempts.ts'
import type { Deliverer, DelivererOptions } from '#platform/outgoing/deliverer.ts'
import type { Post } from '#platform/outgoing/ways-out.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
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
/** How long an event waits for a receiver that does not take it. */
const KEPT_DAYS = 7

export interface SignalOptions extends DelivererOptions {
  readonly issuer: EventIssuer
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
    subject: { format: 'opaque', id: publicIdOf('signal_stream', streamId) },
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
  const health = await noteHealth(mandate, event, hasSucceeded)
  // What an address says that the stream has left stops nothing: the next attempt goes to the new one at once.
  const refusal = health && refusalIn(attempted)
  await noteAttempt(mandate, event, {
    status: hasSucceeded ? 'acknowledged' : refusal === null ? 'waiting' : 'refused',
    refusal,
    delayMs: health ? delayAfter(event.attempt, { random, retryAfterMs: attempted.retryAfterMs }) : 0,
  })
  const verdict = health && verdictOn(attempted, health)
  if (verdict === 'gone' || verdict === 'failing') await giveUp(mandate, event.stream_id, verdict)
}

/** A security event token, signed now, with what the receiver wants to be shown. */
async function compose({ vault, issuer }: SignalOptions, event: ClaimedEvent): Promise<Post> {
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
  return { url: event.endpoint_url, headers, body }
}

/** Makes the pusher of one process; begins with `start`. */
export function makeSignals(options: SignalOptions): Deliverer {
  return makeDeliverer<ClaimedEvent>(options, {
    job: WORK.job,
    timeoutMs: TIMEOUT_MS,
    claim: claimDue,
    compose: (event) => compose(options, event),
    settle,
    forget: (mandate, most) => forgetEvents(mandate, { keptDays: KEPT_DAYS, most }),
    makeTopics: (wake) => ({
      [TOPIC]: async (payload, messageId) => {
        await fanOut(options, payload, messageId)
        wake()
      },
    }),
  })
}
