import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { signedPost } from '#platform/outgoing/sealed-secret.ts'
import { makeDeliverer } from '#platform/outgoing/deliverer.ts'
import type { Deliverer, DelivererOptions } from '#platform/outgoing/deliverer.ts'
import type { Post } from '#platform/outgoing/ways-out.ts'
import { delayAfter, verdictOn } from '#platform/outgoing/attempts.ts'
import type { Attempted } from '#platform/outgoing/attempts.ts'
import { messageIdOf } from '#platform/outgoing/signatures.ts'
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
import { KEPT_DAYS } from './schemas.ts'
import { ENDPOINT_PLACES } from './secret-places.ts'

const WORK = { job: 'webhooks' }

const TIMEOUT_MS = 15_000

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
  const id = publicIdOf('webhook_endpoint', endpoint.id)
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

/** How an attempt went, and the chance that spreads the next ones. */
interface Came {
  readonly attempted: Attempted
  readonly random: number
}

function delayOf({ attempt }: ClaimedDelivery, { attempted, random }: Came): number | null {
  return attempted.outcome === 'gone'
    ? null
    : delayAfter(attempt, { random, retryAfterMs: attempted.retryAfterMs })
}

async function settle(
  mandate: Mandate<'system'>,
  delivery: ClaimedDelivery,
  { attempted, random }: Came,
): Promise<void> {
  const hasSucceeded = attempted.outcome === 'delivered'
  const health = await noteHealth(mandate, delivery, hasSucceeded)
  await noteAttempt(mandate, delivery, {
    attempted,
    delayMs: health ? delayOf(delivery, { attempted, random }) : 0,
  })
  // What an address says that the endpoint has left stops nothing: the next attempt goes to the new one.
  if (!health) return
  if (hasSucceeded && delivery.event_type === VERIFY_EVENT) await takeAnswer(mandate, delivery)
  const verdict = verdictOn(attempted, health)
  if (verdict !== 'keeps') await giveUp(mandate, delivery.endpoint_id, verdict)
}

/** A message signed with the keys that the endpoint has now. */
async function compose({ database, vault }: DelivererOptions, delivery: ClaimedDelivery): Promise<Post> {
  const sealed = await inSystemTransaction(database, WORK, (mandate) =>
    findSecrets(mandate, delivery.endpoint_id),
  )
  const message = { url: delivery.url, id: messageIdOf(delivery.event_id), body: bodyOf(delivery) }
  return signedPost(message, { vault, kept: sealed, places: ENDPOINT_PLACES })
}

/** Makes the deliverer of webhooks of one process; begins with `start`. */
export function makeWebhooks(options: DelivererOptions): Deliverer {
  return makeDeliverer<ClaimedDelivery>(options, {
    job: WORK.job,
    timeoutMs: TIMEOUT_MS,
    claim: claimDue,
    compose: (delivery) => compose(options, delivery),
    settle,
    forget: (mandate, most) => forgetDeliveries(mandate, { keptDays: KEPT_DAYS, most }),
    makeTopics: (wake) => makeTopics(options.database, wake),
  })
}
