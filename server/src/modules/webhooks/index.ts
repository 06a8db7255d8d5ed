import './problems.ts'

export { readAllowedNets } from './allowed-nets.ts'
export { makeWebhooks } from './deliver.ts'
export type { Webhooks } from './deliver.ts'
export { makeReader } from './outgoing.ts'
export type { Reader } from './outgoing.ts'
export { makeWebhookRoutes } from './routes.ts'
