import './problems.ts'

export { readAllowedNets } from './allowed-nets.ts'
export { makeWebhooks } from './deliver.ts'
export type { Webhooks } from './deliver.ts'
export { makeWebhookRoutes } from './routes.ts'
