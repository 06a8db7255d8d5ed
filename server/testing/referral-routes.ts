import { ingestRoutes } from '#modules/ingest/index.ts'
import { makeReferralRoutes } from '#modules/referrals/index.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'

/** The routes of referrals, with those by which the provider hands tenants in. */
export function makeIngestTestRoutes(services: Services): readonly Route[] {
  return [...makeReferralRoutes(services), ...ingestRoutes]
}
