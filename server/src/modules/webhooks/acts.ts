import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { makeSealedSecret } from '#platform/outgoing/sealed-secret.ts'
import type { DeliveryStatus } from '#platform/outgoing/attempts.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { TEST_EVENT, VERIFY_EVENT } from './catalogue.ts'
import {
  deleteEndpoint,
  getDelivery,
  getEndpoint,
  insertEndpoint,
  insertOwn,
  makeSecretId,
  replaceSecret,
  replayOne,
  replayRange,
  setEndpointStatus,
  touchEndpoint,
  updateEndpoint,
} from './store.ts'
import type { DeliveryRow, EndpointRow, EndpointSettings, OwnerMandate } from './store.ts'
import { ENDPOINT_PLACES } from './secret-places.ts'

type WebhookAction =
  | 'webhooks.create'
  | 'webhooks.change'
  | 'webhooks.rotate_secret'
  | 'webhooks.enable'
  | 'webhooks.disable'
  | 'webhooks.delete'
  | 'webhooks.test'
  | 'webhooks.replay'

/** An address as it may be told: what follows the path often holds a secret of the receiver. */
const tell = (url: string): string => new URL(url).origin

function note(
  mandate: OwnerMandate,
  row: EndpointRow,
  event: { readonly action: WebhookAction; readonly changes?: Readonly<Record<string, unknown>> },
): void {
  recordEvent(mandate, {
    ...event,
    ...(row.partner_id !== null && { partnerId: row.partner_id }),
    ...(row.tenant_id !== null && { tenantId: row.tenant_id }),
    resource: { type: 'webhook_endpoint', id: row.id, label: tell(row.url) },
  })
}

async function renewSecret(
  { mandate, vault }: { mandate: OwnerMandate; vault: Vault },
  endpointId: string,
  overlapHours: number,
): Promise<string> {
  const { shown, ...sealed } = makeSealedSecret(vault, await makeSecretId(mandate), ENDPOINT_PLACES)
  await replaceSecret(mandate, endpointId, { ...sealed, overlapHours })
  return shown
}

/** Who does something, and what opens secrets. */
export interface Doing {
  readonly mandate: OwnerMandate
  readonly vault: Vault
}

/** Sends a message about the endpoint itself; `endpoint.verify` is the one that an address has to answer first. */
function sendOwn(mandate: OwnerMandate, id: string, eventType: string): Promise<string> {
  const data = { endpoint_id: publicIdOf('webhook_endpoint', id) }
  return insertOwn(mandate, id, { eventType, data })
}

const askToAnswer = (mandate: OwnerMandate, id: string) => sendOwn(mandate, id, VERIFY_EVENT)

/** Adds an endpoint; its secret is told here and never again. Nothing but `endpoint.verify` is sent until that is answered. */
export async function create(
  { mandate, vault }: Doing,
  settings: EndpointSettings,
): Promise<{ row: EndpointRow; secret: string }> {
  const id = await insertEndpoint(mandate, settings)
  const secret = await renewSecret({ mandate, vault }, id, 0)
  await askToAnswer(mandate, id)
  const row = await getEndpoint(mandate, id)
  note(mandate, row, { action: 'webhooks.create', changes: { event_types: row.event_types } })
  return { row, secret }
}

/** Changes an endpoint in the version that was read. Throws PRECONDITION_FAILED. */
export async function change(
  mandate: OwnerMandate,
  endpoint: { readonly id: string; readonly expectedVersion: number },
  wanted: { readonly [K in keyof EndpointSettings]?: EndpointSettings[K] | undefined },
): Promise<EndpointRow> {
  const before = await getEndpoint(mandate, endpoint.id)
  const settings = {
    url: wanted.url ?? before.url,
    description: wanted.description === undefined ? before.description : wanted.description,
    event_types: wanted.event_types ?? before.event_types,
  }
  await updateEndpoint(mandate, { id: before.id, version: endpoint.expectedVersion }, settings)
  if (before.url !== settings.url && before.status === 'active') await askToAnswer(mandate, before.id)
  const after = await getEndpoint(mandate, before.id)
  note(mandate, after, {
    action: 'webhooks.change',
    changes: {
      ...(before.url !== after.url && { address: { before: tell(before.url), after: tell(after.url) } }),
      event_types: { before: before.event_types, after: after.event_types },
    },
  })
  return after
}

/** Puts a new secret in force; both sign during the overlap. */
export async function rotate(
  { mandate, vault }: Doing,
  id: string,
  overlapHours: number,
): Promise<{ row: EndpointRow; secret: string }> {
  await getEndpoint(mandate, id)
  await touchEndpoint(mandate, id)
  const secret = await renewSecret({ mandate, vault }, id, overlapHours)
  const row = await getEndpoint(mandate, id)
  note(mandate, row, { action: 'webhooks.rotate_secret', changes: { overlap_hours: overlapHours } })
  return { row, secret }
}

/** Stops an endpoint, or starts it again. What waited when it was stopped is cancelled and can be replayed. */
export async function switchTo(
  mandate: OwnerMandate,
  id: string,
  status: 'active' | 'disabled',
): Promise<EndpointRow> {
  const before = await getEndpoint(mandate, id)
  await setEndpointStatus(mandate, id, status)
  if (status === 'active' && before.verified_at === null) await askToAnswer(mandate, id)
  note(mandate, before, {
    action: status === 'active' ? 'webhooks.enable' : 'webhooks.disable',
    changes: { status: { before: before.status, after: status } },
  })
  return getEndpoint(mandate, id)
}

/** Removes an endpoint with its log of deliveries. */
export async function remove(mandate: OwnerMandate, id: string): Promise<void> {
  const row = await getEndpoint(mandate, id)
  await deleteEndpoint(mandate, id)
  note(mandate, row, { action: 'webhooks.delete' })
}

async function getActive(mandate: OwnerMandate, id: string): Promise<EndpointRow> {
  const row = await getEndpoint(mandate, id)
  if (row.status !== 'active')
    throw new ProblemError(409, 'WEBHOOK_STATE_CONFLICT', 'The webhook endpoint is disabled.')
  return row
}

/**
 * Sends an event that says nothing, to see whether the endpoint takes and verifies it. One that has not answered
 * `endpoint.verify` yet is asked again instead.
 */
export async function sendTest(mandate: OwnerMandate, id: string): Promise<DeliveryRow> {
  const row = await getActive(mandate, id)
  const deliveryId = await sendOwn(mandate, id, row.verified_at === null ? VERIFY_EVENT : TEST_EVENT)
  note(mandate, row, { action: 'webhooks.test' })
  return getDelivery(mandate, id, deliveryId)
}

/** Has one delivery tried again, under the same `webhook-id`. */
export async function replay(mandate: OwnerMandate, id: string, deliveryId: string): Promise<DeliveryRow> {
  const row = await getActive(mandate, id)
  const delivery = await getDelivery(mandate, id, deliveryId)
  await replayOne(mandate, id, delivery.id)
  note(mandate, row, { action: 'webhooks.replay', changes: { deliveries: 1 } })
  return getDelivery(mandate, id, deliveryId)
}

/** Has the deliveries of a range of time tried again; returns how many. */
export async function replaySince(
  mandate: OwnerMandate,
  id: string,
  range: { readonly since: Date; readonly until: Date; readonly statuses: readonly DeliveryStatus[] },
): Promise<number> {
  const row = await getActive(mandate, id)
  const count = await replayRange(mandate, id, range)
  note(mandate, row, { action: 'webhooks.replay', changes: { deliveries: count } })
  return count
}
