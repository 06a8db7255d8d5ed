import type { IdKind } from '@liaison/access'
import { z } from 'zod'
import type { SentMessage } from '#platform/openapi/webhooks.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES, eventTypesOf, TEST_EVENT, VERIFY_EVENT } from './catalogue.ts'
import { Checkpoint, TOLD } from './fan-out.ts'

const idField = ([field]: readonly [field: string, kind: IdKind]): [string, z.ZodType] => [
  field,
  z.string().optional(),
]

const Data = z
  .strictObject({
    delegation_id: z.string().optional().meta({ description: 'The id of a link, a consent or a resale.' }),
    ...Object.fromEntries(TOLD.map(idField)),
    checkpoint: Checkpoint.optional(),
    state: z.string().nullable(),
  })
  .meta({
    id: 'WebhookData',
    description:
      'Ids, and the state that the record had when the message was prepared. Ask the API for the rest, with your own rights.',
  })

const Own = z.strictObject({ endpoint_id: z.string() }).meta({ id: 'WebhookOfEndpoint' })

const bodyOf = (type: string, data: z.ZodType) =>
  z.strictObject({
    type: z.literal(type),
    timestamp: z.string().meta({ format: 'date-time', description: 'When it happened.' }),
    data,
  })

const PARTNERS = new Set(eventTypesOf('partner'))
const ORGANISATIONS = new Set(eventTypesOf('tenant'))

function hearersOf(type: (typeof EVENT_TYPE_NAMES)[number]): string {
  const sides = [
    ...(PARTNERS.has(type) ? ['partners'] : []),
    ...(ORGANISATIONS.has(type) ? ['organisations'] : []),
  ]
  return `${sides.join(' and ')} that chose it`
}

const own = (type: string, says: string): SentMessage => ({
  type,
  says,
  heardBy: 'whoever owns the endpoint, whatever it chose',
  body: bodyOf(type, Own),
})

/** Every message that an endpoint can be sent, for the OpenAPI document. */
export const SENT_MESSAGES: readonly SentMessage[] = [
  own(VERIFY_EVENT, 'A new or changed address has to answer this one before anything else is sent to it.'),
  own(TEST_EVENT, 'An owner tries the endpoint.'),
  ...EVENT_TYPE_NAMES.map((type) => ({
    type,
    says: EVENT_TYPES[type].says,
    heardBy: hearersOf(type),
    body: bodyOf(type, Data),
  })),
]
