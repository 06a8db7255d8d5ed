import type { Route } from '#platform/route.ts'
import './problems.ts'
import { partnerExportRoutes } from './routes-partner.ts'
import { programExportRoutes } from './routes-program.ts'
import { tenantExportRoutes } from './routes-tenant.ts'

export { makeExports, sweepExports } from './runner.ts'
export type { Exports } from './runner.ts'

/** Ordered files: made by a job as the person who ordered them, and handed out to whom their rows are open. */
export const exportRoutes: readonly Route[] = [
  ...partnerExportRoutes,
  ...tenantExportRoutes,
  ...programExportRoutes,
]
