import { z } from 'zod'
import { faultOfFuture } from '#platform/item-faults.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { recordSubscription } from './events.ts'
import {
  findOutcome,
  getPaid,
  holdForPayment,
  isOvertaken,
  keepEvent,
  releasePayment,
} from './payment-store.ts'
import type { Outcome, PaidRow } from './payment-store.ts'
import { simulatedPayments } from './payments.ts'
import type { PaymentNews } from './payments.ts'
import { moveSubscription } from './subscription-store.ts'

async function takeFailure(mandate: Mandate<'ingest'>, row: PaidRow): Promise<Outcome> {
  if (row.state === 'unsigned') return 'no_change'
  if (row.state === 'signing') {
    await moveSubscription(mandate, row, { to: 'unsigned', reason: 'failed' })
    return 'ended'
  }
  return (await holdForPayment(mandate, row)) ? 'held' : 'no_change'
}

async function apply(mandate: Mandate<'ingest'>, row: PaidRow, news: PaymentNews): Promise<Outcome> {
  if (await isOvertaken(mandate, row, news.occurredAt)) return 'no_change'
  if (news.kind === 'failed') return takeFailure(mandate, row)
  return (await releasePayment(mandate, row)) ? 'released' : 'no_change'
}

/** Refuses news of what is still to come: whatever is told until then would be older, and change nothing. */
function refuseFuture(mandate: Mandate<'ingest'>, at: string): void {
  const faults = faultOfFuture({ index: 0, pointer: '/body/created', at }, mandate.origin.now)
  if (faults.length > 0)
    throw inputRefused(faults.map(({ pointer, code, detail }) => ({ pointer, code, detail })))
}

/** The route by which a payment service tells of paid and failed charges of subscriptions (C7). */
export const paymentRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/v1/ingest/subscription-payments',
    summary:
      'Tell that a charge for a subscription came in or failed; the same event twice changes nothing more',
    input: { body: simulatedPayments.schema },
    access: { ingest: 'The payment service speaks for the provider; a subscription belongs to no tenant.' },
    limit: 'write',
    problems: ['SUBSCRIPTION_NOT_FOUND'],
    responses: {
      200: z.strictObject({
        outcome: z.enum(['held', 'released', 'ended', 'no_change']).meta({
          description:
            'What it changed; nothing when something later is known already. Signing is confirmed by people, never by a payment.',
        }),
        is_repeated: z.boolean(),
      }),
    },
    async handle({ mandate, body }) {
      const news = simulatedPayments.read(body)
      if (!news) throw new ProblemError(404, 'SUBSCRIPTION_NOT_FOUND', 'No subscription has this id.')
      refuseFuture(mandate, body.created)
      const known = await findOutcome(mandate, news.eventId)
      const row = await getPaid(mandate, news.subscriptionId)
      const outcome = known ?? (await apply(mandate, row, news))
      if (known === null) await keepEvent(mandate, row, { news, outcome })
      recordSubscription(
        mandate,
        { ...row, plan_name: null },
        {
          action: 'pay',
          changes: { payment: { after: news.kind }, outcome: { after: outcome } },
        },
      )
      return { outcome, is_repeated: known !== null }
    },
  }),
]
