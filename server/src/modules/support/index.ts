/**
 * Tickets (B7): across tenants, on behalf of one, and a tenant's own, numbered per tenant. The promised time runs in
 * `ticket_sla_clock`, stands still and moves by the exact length of a pause, and how it came about is told step by step
 * in `ticket_sla_step`; a breach is never edited away. Outages and daily usage arrive here too. Promises come from
 * `sla`, groups from `portfolio`, the subscriber that a ticket is about from `billing`.
 */

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
