/**
 * Signed messages about events (access.md section 8): an outbox row written with the change fans out into
 * `webhook_delivery` rows for each `webhook_endpoint` that may know of it, which is decided then. A job delivers
 * them by the platform's outgoing messages, with retries over days; keys rotate without a gap. Payloads are ids alone; the
 * receiver asks the API. No other module is called.
 */

import './problems.ts'

export { makeDemoEndpoint } from './demo.ts'
export type { DemoDelivery } from './demo.ts'
export { SENT_MESSAGES } from './described.ts'
export { makeWebhooks } from './deliver.ts'
export { makeWebhookRoutes } from './routes.ts'
