import type { z } from 'zod'
import { withBoundsOfAnswer } from './bounds.ts'
import { toOutputJsonSchema } from './response-schema.ts'

type Json = Record<string, unknown>

/** A message that the product sends by itself, as its receiver meets it. */
export interface SentMessage {
  /** `consent.granted` */
  readonly type: string
  /** When it is sent. */
  readonly says: string
  /** Whose endpoints are sent it. */
  readonly heardBy: string
  readonly body: z.ZodType
}

const LONGEST_HEADER = 1000

const header = (name: string, description: string): Json => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string', maxLength: LONGEST_HEADER },
})

/** The header fields of every message (Standard Webhooks), as components. */
export const SENT_HEADERS: Readonly<Record<string, Json>> = {
  WebhookId: header('webhook-id', 'The same for every attempt: a message that comes twice is known by it.'),
  WebhookTimestamp: header(
    'webhook-timestamp',
    'When this attempt was signed, in seconds since 1970; refuse what is older than five minutes.',
  ),
  WebhookSignature: header(
    'webhook-signature',
    'Signatures of `id.timestamp.body`, separated by spaces: `v1,…` (HMAC with the secret of the endpoint) and `v1a,…` (Ed25519).',
  ),
}

/** What an answer to a message means, as components. */
export const RECEIVED: Readonly<Record<string, Json>> = {
  WebhookTaken: { description: 'It arrived and is not sent again.' },
  WebhookGone: { description: 'The endpoint is disabled, and its owners are told.' },
  WebhookRepeated: {
    description: 'It is sent again, later and later, for days. Redirects are not followed.',
  },
}

const refer = (kind: string, name: string): Json => ({ $ref: `#/components/${kind}/${name}` })

/** `consent.granted` as `onConsentGranted`. */
function operationIdOf(type: string): string {
  const words = type.split(/[._]/)
  return `on${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`
}

/** One message as OpenAPI 3.1 describes it in `webhooks`. */
export const toWebhook = ({ type, says, heardBy, body }: SentMessage): Json => ({
  post: {
    operationId: operationIdOf(type),
    summary: says,
    description: `Sent to endpoints of ${heardBy}.`,
    tags: ['webhooks'],
    security: [],
    parameters: Object.keys(SENT_HEADERS).map((name) => refer('parameters', name)),
    requestBody: {
      required: true,
      content: { 'application/json': { schema: withBoundsOfAnswer(toOutputJsonSchema(body)) } },
    },
    responses: {
      '2XX': refer('responses', 'WebhookTaken'),
      '410': refer('responses', 'WebhookGone'),
      default: refer('responses', 'WebhookRepeated'),
    },
  },
})
