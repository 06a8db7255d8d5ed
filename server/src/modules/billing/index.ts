import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeInvoiceRoutes } from './routes-invoices.ts'
import { subscriberRoutes } from './routes-subscribers.ts'

export { dayOf, nextInvoiceOn } from './rules.ts'
export { findSubscriber, subscribersByTenant } from './subscriber-store.ts'
export { lastInvoiceDays, owedByTenant } from './sum-store.ts'

/** Invoices across tenants and of a tenant itself, and the subscribers they are for. */
export function makeBillingRoutes(services: Services): readonly Route[] {
  return [...makeInvoiceRoutes(services), ...subscriberRoutes]
}
