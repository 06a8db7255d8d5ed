import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeAccountRoutes } from './routes-accounts.ts'
import { makeBatchRoutes } from './routes-batches.ts'
import { makeDocumentRoutes } from './routes-documents.ts'
import { makeFileRoutes } from './routes-files.ts'
import { partnerPayoutRoutes } from './routes-partner.ts'
import { resultRoutes } from './routes-results.ts'
import { statementRoutes } from './routes-statements.ts'

export { programExports } from './export-sources.ts'
export { closeStatements, makePayoutTopics, runPayoutClock } from './close-statements.ts'

/** Payouts, payout accounts, tax documents and statements (D7). */
export const makePayoutRoutes = (services: Services): readonly Route[] => [
  ...makeBatchRoutes(services),
  ...makeAccountRoutes(services),
  ...makeDocumentRoutes(services),
  ...partnerPayoutRoutes,
  ...statementRoutes,
  ...makeFileRoutes(services),
  ...resultRoutes,
]
