import { encodeId, idFromUuid } from '@liaison/access'
import type { Database } from '#platform/database.ts'
import { DueWork } from '#platform/due-work.ts'
import { systemClock } from '#platform/clock.ts'
import type { TopicHandler } from '#platform/jobs.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Vault } from '#platform/vault.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { placeOfSecret, placeOfSeed } from './acts.ts'
import { VERIFY_EVENT } from './catalogue.ts'
import {
  claimDue,
  findSecrets,
  forgetDeliveries,
  mailOwners,
  noteAttempt,
  noteHealth,
  noteVerified,
  stopEndpoint,
} from './delivery-store.ts'
import type { ClaimedDelivery } from './delivery-store.ts'
import { makeTopics } from './fan-out.ts'
import { makeOutgoing } from './outgoing.ts'
import type { OutgoingOptions } from './outgoing.ts'
import { delayAfter, signMessage, verdictOn } from './rules.ts'
import type { Attempted } from './rules.ts'
import { KEPT_DAYS, messageIdOf } from './schemas.ts'

const WORK = { job: 'webhooks' }

const TIMEOUT_MS = 15_000
/** Longer than an attempt can last, so that nothing is tried twice at once. */
const CLAIM_SECONDS = 60
const MOST_AT_ONCE = 50
const MOST_PER_ENDPOINT = 5

export interface WebhookOptions extends Partial<OutgoingOptions> {
  readonly database: Database
  readonly vault: Vault
  readonly onError: (error: Error, where: string) => void
  /** In [0, 1); spreads repetitions. */
  readonly random?: () => number
}

/** The part of webhooks that no request waits for. */
export interface Webhooks {
  /** The handlers of the outbox's topics that subscribers can choose. */
  readonly topics: Readonly<Record<string, TopicHandler>>
  /** Delivers what is due, and what becomes due meanwhile; resolves when nothing is. */
  deliverDue(): Promise<void>
  /** Forgets deliveries after 30 days. */
  sweep(): Promise<void>
  /** Looks for due deliveries every second from now on. */
  start(): void
  /** Ends after the attempts that are under way. */
  stop(): Promise<void>
}

const STOPPED = {
  gone: 'it answered that it is gone (410)',
  failing: 'nothing could be delivered to it for five days',
} as const

async function giveUp(mandate: Mandate<'system'>, endpointId: string, reason: 'gone' | 'failing') {
  const endpoint = await stopEndpoint(mandate, endpointId, reason)
  if (!endpoint) return
  const { origin } = new URL(endpoint.url)
  recordEvent(mandate, {
    action: 'webhooks.give_up',
    ...(endpoint.partner_id !== null && { partnerId: endpoint.partner_id }),
    ...(endpoint.tenant_id !== null && { tenantId: endpoint.tenant_id }),
    resource: { type: 'webhook_endpoint', id: endpoint.id, label: origin },
    changes: { status: { before: 'active', after: 'disabled' }, reason },
  })
  const id = encodeId('webhook_endpoint', idFromUuid('webhook_endpoint', endpoint.id))
  await mailOwners(mandate, endpointId, {
    subject: `The webhook endpoint at ${origin} was disabled`,
    text: `Messages are no longer sent to ${origin}, because ${STOPPED[reason]}.\n\nRepair it, enable it again, and replay what was missed: deliveries are kept ${KEPT_DAYS} days. Reference ${id}.`,
  })
}

/** The body of a message: type, time and ids (Standard Webhooks, "thin payloads"). */
function bodyOf(delivery: ClaimedDelivery): string {
  const { event_type: type, occurred_at: at, data } = delivery
  return JSON.stringify({ type, timestamp: at.toISOString(), data })
}

class Deliverer implements Webhooks {
  readonly topics: Readonly<Record<string, TopicHandler>>
  readonly #options: WebhookOptions
  readonly #outgoing: ReturnType<typeof makeOutgoing>
  readonly #work: DueWork<ClaimedDelivery>

  constructor(options: WebhookOptions) {
    this.#options = options
    this.#outgoing = makeOutgoing({ allowsLoopback: false, timeoutMs: TIMEOUT_MS, ...options })
    this.#work = new DueWork({
      mostAtOnce: MOST_AT_ONCE,
      claim: (most) =>
        inSystemTransaction(options.database, WORK, (mandate) =>
          claimDue(mandate, { most, perEndpoint: MOST_PER_ENDPOINT, claimSeconds: CLAIM_SECONDS }),
        ),
      carryOut: (delivery) => this.#attempt(delivery),
      onError: (error) => options.onError(error, 'webhooks'),
    })
    this.topics = makeTopics(options.database, () => this.#work.wake())
  }

  async #attempt(delivery: ClaimedDelivery): Promise<void> {
    const { database, vault, random = Math.random } = this.#options
    const sealed = await inSystemTransaction(database, WORK, (mandate) =>
      findSecrets(mandate, delivery.endpoint_id),
    )
    const body = bodyOf(delivery)
    const secrets = sealed.map((row) => vault.open(row.sealed_secret, placeOfSecret(row.id)))
    const seeds = sealed.flatMap(({ id, sealed_signing_key: seed }) =>
      seed === null ? [] : [vault.open(seed, placeOfSeed(id))],
    )
    const message = { id: messageIdOf(delivery.event_id), timestamp: systemClock(), body }
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Liaison-Webhooks/1',
      ...signMessage(message, secrets, seeds),
    }
    const attempted = await this.#outgoing.post({ url: delivery.url, headers, body })
    await inSystemTransaction(database, WORK, (mandate) =>
      settle(mandate, { delivery, attempted, random: random() }),
    )
  }

  deliverDue(): Promise<void> {
    return this.#work.drain()
  }

  async sweep(): Promise<void> {
    await inSystemTransaction(this.#options.database, WORK, (mandate) => forgetDeliveries(mandate, KEPT_DAYS))
  }

  start(): void {
    this.#work.start()
  }

  async stop(): Promise<void> {
    await this.#work.stop()
    await this.#outgoing.close()
  }
}

async function takeAnswer(mandate: Mandate<'system'>, delivery: ClaimedDelivery): Promise<void> {
  const endpoint = await noteVerified(mandate, delivery)
  if (!endpoint) return
  recordEvent(mandate, {
    action: 'webhooks.verify',
    ...(endpoint.partner_id !== null && { partnerId: endpoint.partner_id }),
    ...(endpoint.tenant_id !== null && { tenantId: endpoint.tenant_id }),
    resource: { type: 'webhook_endpoint', id: endpoint.id, label: new URL(endpoint.url).origin },
  })
}

async function settle(
  mandate: Mandate<'system'>,
  came: {
    readonly delivery: ClaimedDelivery
    readonly attempted: Attempted
    readonly random: number
  },
): Promise<void> {
  const { delivery, attempted, random } = came
  const delayMs =
    attempted.outcome === 'gone'
      ? null
      : delayAfter(delivery.attempt, { random, retryAfterMs: attempted.retryAfterMs })
  await noteAttempt(mandate, delivery, { attempted, delayMs })
  const hasSucceeded = attempted.outcome === 'delivered'
  const health = await noteHealth(mandate, delivery.endpoint_id, hasSucceeded)
  if (hasSucceeded && delivery.event_type === VERIFY_EVENT) await takeAnswer(mandate, delivery)
  const verdict = verdictOn(attempted, health)
  if (verdict !== 'keeps') await giveUp(mandate, delivery.endpoint_id, verdict)
}

/** Makes the deliverer of one process; any number of processes share the work. Begins with `start`. */
export function makeWebhooks(options: WebhookOptions): Webhooks {
  return new Deliverer(options)
}
