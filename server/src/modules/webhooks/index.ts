import './problems.ts'

export { makeWebhooks } from './deliver.ts'
export type { Webhooks } from './deliver.ts'
export { makeWebhookRoutes } from './routes.ts'
