import { decodeId } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { z } from 'zod'

/** What a payment service tells of a subscription, whatever its own words are. */
export interface PaymentNews {
  /** The service's own id of the event: the same one twice has no further effect. */
  readonly eventId: string
  readonly subscriptionId: IdOf<'subscription'>
  readonly kind: 'paid' | 'failed'
  readonly occurredAt: Date
}

/** Reads the events of one payment service. */
export interface PaymentAdapter<Schema extends z.ZodType> {
  readonly schema: Schema
  /** The news in an event; null when it names no subscription of ours. */
  readonly read: (event: z.output<Schema>) => PaymentNews | null
}

const Simulated = z.strictObject({
  id: z.string().min(1).max(200),
  type: z.enum(['charge.succeeded', 'charge.failed']),
  created: z.iso.datetime(),
  data: z.strictObject({ subscription: z.string().max(40) }),
})

/** A payment service for development: whoever holds a key of the provider's systems plays it. */
export const simulatedPayments: PaymentAdapter<typeof Simulated> = {
  schema: Simulated,
  read(event) {
    const subscriptionId = decodeId('subscription', event.data.subscription)
    if (subscriptionId === null) return null
    return {
      eventId: event.id,
      subscriptionId,
      kind: event.type === 'charge.succeeded' ? 'paid' : 'failed',
      occurredAt: new Date(event.created),
    }
  },
}
