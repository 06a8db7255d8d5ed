/**
 * Files that somebody ordered (B6): `export` is made by a job that works as the person who ordered it, its bytes are
 * `export_chunk` rows so that every process can serve them, and each download is decided anew. A module hands over a
 * source of rows and this one makes CSV, XLSX, JSON Lines or PDF of it: `audit`, `billing`, `payouts`, `reports` and
 * `support` have some. Groups of tenants come from `portfolio`.
 */

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
