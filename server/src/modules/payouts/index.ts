/**
 * How partners are paid (D7): `payout_account` and `tax_document` decide readiness, a `payout_batch` is built by one
 * person and approved by another, results come by hand, file or webhook and are taken once. Each month closes as an
 * `earning_statement` whose numbers and sealed files never change; what comes later is on a later one. It reads
 * earnings by SQL on rows that the policies open. A batch of the rail "external" reaches the provider's finance system by a
 * signed message. No other module is called.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeAccountRoutes } from './routes-accounts.ts'
import { makeBatchRoutes } from './routes-batches.ts'
import { makeDocumentRoutes } from './routes-documents.ts'
import { makeFileRoutes } from './routes-files.ts'
import { partnerPayoutRoutes } from './routes-partner.ts'
import { makeReceiverRoutes } from './routes-receiver.ts'
import { resultRoutes } from './routes-results.ts'
import { statementRoutes } from './routes-statements.ts'

export { programExports } from './export-sources.ts'
export { makePayoutSender } from './hand-over.ts'
export { makeReceiverTester } from './receiver-test.ts'
export { closeStatements, makePayoutTopics, runPayoutClock } from './close-statements.ts'
export { nextPayoutDay } from './rules.ts'

/** Payouts, payout accounts, tax documents and statements (D7). */
export const makePayoutRoutes = (services: Services): readonly Route[] => [
  ...makeBatchRoutes(services),
  ...makeAccountRoutes(services),
  ...makeDocumentRoutes(services),
  ...partnerPayoutRoutes,
  ...statementRoutes,
  ...makeFileRoutes(services),
  ...makeReceiverRoutes(services),
  ...resultRoutes,
]
