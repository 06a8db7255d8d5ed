import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of webhooks. */
const WEBHOOK_PROBLEMS = {
  WEBHOOK_NOT_FOUND: {
    status: 404,
    title: 'Webhook endpoint not found',
    cause: 'No webhook endpoint that you can see has this id.',
    remedy: 'Check the id in the list of webhook endpoints.',
  },
  WEBHOOK_DELIVERY_NOT_FOUND: {
    status: 404,
    title: 'Delivery not found',
    cause: 'The webhook endpoint has no delivery with this id; deliveries are kept 30 days.',
    remedy: 'Check the id in the list of deliveries.',
  },
  WEBHOOK_LIMIT_REACHED: {
    status: 409,
    title: 'Too many webhook endpoints',
    cause: 'An organisation has at most 20 webhook endpoints.',
    remedy: 'Delete one that is not used.',
  },
  WEBHOOK_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The webhook endpoint is disabled, or is already as it is asked to be.',
    remedy: 'Read the webhook endpoint; enable it before anything is sent to it.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(WEBHOOK_PROBLEMS)
