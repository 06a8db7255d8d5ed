import type { IdKind } from '@liaison/access'
import { z } from 'zod'
import type { Database } from '#platform/database.ts'
import type { TopicHandler } from '#platform/jobs.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { EVENT_TYPES, TOPICS, typeOf } from './catalogue.ts'
import { findAudience, insertDeliveries, timeOfMessage } from './delivery-store.ts'

const WORK = { job: 'webhooks' }

const Id = z.uuid().nullish()

/** What is signed for everybody: it names no organisation and no person. */
export const Checkpoint = z.strictObject({
  origin: z.string(),
  size: z.int(),
  root: z.string(),
  note: z.string(),
  sealed_at: z.string(),
})

/** What modules put into the outbox: ids, whatever else they add is not passed on. */
const Payload = z.object({
  tenant_id: Id,
  partner_id: Id,
  delegation_id: Id,
  resale_id: Id,
  link_id: Id,
  account_id: Id,
  client_id: Id,
  access_request_id: Id,
  order_id: Id,
  service_id: Id,
  ticket_id: Id,
  comment_id: Id,
  elevation_id: Id,
  export_id: Id,
  alert_id: Id,
  partner_account_id: Id,
  invoice_id: Id,
  dispute_id: Id,
  identity_check_id: Id,
  subscription_id: Id,
  end_user_id: Id,
  agreement_id: Id,
  earning_id: Id,
  payout_item_id: Id,
  statement_id: Id,
  referral_id: Id,
  voucher_id: Id,
  agency_id: Id,
  form_id: Id,
  form_token_id: Id,
  /** Of the program's records, as the change left them. */
  state: z.string().max(40).nullish(),
  checkpoint: Checkpoint.nullish(),
})

/** The ids that a message tells, with their kinds; that of a delegation depends on the record. */
export const TOLD = [
  ['tenant_id', 'tenant'],
  ['partner_id', 'partner'],
  ['account_id', 'billing_account'],
  ['client_id', 'api_client'],
  ['access_request_id', 'access_request'],
  ['order_id', 'order'],
  ['service_id', 'service'],
  ['ticket_id', 'ticket'],
  ['comment_id', 'comment'],
  ['elevation_id', 'elevation'],
  ['export_id', 'export'],
  ['alert_id', 'alert'],
  ['partner_account_id', 'partner_account'],
  ['invoice_id', 'invoice'],
  ['dispute_id', 'dispute'],
  ['identity_check_id', 'identity_check'],
  ['subscription_id', 'subscription'],
  ['end_user_id', 'end_user'],
  ['agreement_id', 'agreement'],
  ['earning_id', 'earning'],
  ['payout_item_id', 'payout_item'],
  ['statement_id', 'earning_statement'],
  ['referral_id', 'referral'],
  ['voucher_id', 'voucher'],
  ['agency_id', 'agency'],
  ['form_id', 'form'],
  ['form_token_id', 'form_token'],
] as const satisfies readonly (readonly [field: string, kind: IdKind])[]

const DELEGATION_KINDS = { link: 'link', consent: 'consent', resale: 'resale' } as const

function toData(
  payload: z.output<typeof Payload>,
  known: {
    readonly delegationId: string | null
    readonly kind: string | null
    readonly state: string | null
  },
): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  const kind = Object.entries(DELEGATION_KINDS).find(([name]) => name === known.kind)?.[1]
  if (known.delegationId !== null && kind) data['delegation_id'] = publicIdOf(kind, known.delegationId)
  for (const [field, idKind] of TOLD) {
    const uuid = payload[field]
    if (uuid) data[field] = publicIdOf(idKind, uuid)
  }
  return { ...data, ...(payload.checkpoint && { checkpoint: payload.checkpoint }), state: known.state }
}

/**
 * Takes one message of the outbox apart into deliveries: who may hear of it is decided here, in the database, once. A
 * message that comes twice adds nothing.
 */
async function fanOut(
  database: Database,
  message: { readonly topic: string; readonly payload: Record<string, unknown>; readonly id: string },
): Promise<void> {
  const type = typeOf(message.topic, message.payload)
  if (type === null) return
  const payload = Payload.parse(message.payload)
  const delegationId = payload.delegation_id ?? payload.resale_id ?? payload.link_id ?? null
  await inSystemTransaction(database, WORK, async (mandate) => {
    const occurredAt = await timeOfMessage(mandate, message.id)
    const audience = await findAudience(mandate, {
      ...payload,
      type,
      about: EVENT_TYPES[type].about,
      delegation_id: delegationId,
      occurred_at: occurredAt.toISOString(),
    })
    await insertDeliveries(mandate, audience.endpoints, {
      eventId: message.id,
      type,
      occurredAt,
      data: toData(payload, { delegationId, kind: audience.delegation_kind, state: audience.state }),
    })
  })
}

/** The handlers of every topic that webhooks take; `onAdded` hears that something may wait now. */
export function makeTopics(database: Database, onAdded: () => void): Readonly<Record<string, TopicHandler>> {
  return Object.fromEntries(
    TOPICS.map((topic): [string, TopicHandler] => [
      topic,
      async (payload, id) => {
        await fanOut(database, { topic, payload, id })
        onAdded()
      },
    ]),
  )
}
