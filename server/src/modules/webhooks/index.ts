/**
 * Signed messages about events (access.md section 8): an outbox row written with the change fans out into
 * `webhook_delivery` rows for each `webhook_endpoint` that may know of it, which is decided then. A job delivers, with
 * retries over days; keys rotate without a gap; addresses of private networks are refused at the connection. Payloads
 * are ids alone; the receiver asks the API. No other module is called.
 */

import './problems.ts'

export { findUrlFault } from './addresses.ts'
export type { AddressRules } from './addresses.ts'
export { readAllowedNets } from './allowed-nets.ts'
export { makeDemoEndpoint } from './demo.ts'
export type { DemoDelivery } from './demo.ts'
export { makeWebhooks } from './deliver.ts'
export { makeDeliverer } from './deliverer.ts'
export type { ClaimLimits, Deliverer, DelivererOptions } from './deliverer.ts'
export { makeOutgoing, makeReader } from './outgoing.ts'
export type { Reader } from './outgoing.ts'
export type { Post } from './ways-out.ts'
export { addressRulesOf, makeWebhookRoutes } from './routes.ts'
export { delayAfter, OUTCOMES, OVERLAP_HOURS, verdictOn } from './rules.ts'
export type { Attempted } from './rules.ts'
export { makeAddress, messageIdOf, RotateBody } from './schemas.ts'
export { makeSealedSecret, signedPost } from './sealed-secret.ts'
export { showPublicKey } from './signing-key.ts'
export { DELIVERY_STATUSES } from './tables.ts'
export type { DeliveryStatus } from './tables.ts'
