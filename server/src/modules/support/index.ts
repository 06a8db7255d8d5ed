import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makePartnerTicketRoutes } from './routes-partner.ts'
import { makeTenantTicketRoutes } from './routes-tenant.ts'

export { ticketExport } from './export-source.ts'
export { breachesByTenant, standingByTenant } from './list-store.ts'

export { makeTicketTopics, runSlaClock } from './sweeping.ts'

/** Tickets: across tenants, on behalf of one, and a tenant's own. */
export function makeSupportRoutes(services: Services): readonly Route[] {
  return [...makePartnerTicketRoutes(services), ...makeTenantTicketRoutes(services)]
}
