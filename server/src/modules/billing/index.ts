import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeInvoiceRoutes } from './routes-invoices.ts'
import { subscriberRoutes } from './routes-subscribers.ts'

export { narrowReach, reachOf, Scope, toScope } from './reach.ts'
export type { Reach, ReadingMandate } from './reach.ts'
export { dayOf, nextInvoiceOn } from './rules.ts'
export { countSubscribers, findSubscriber } from './subscriber-store.ts'
export { findLastInvoiceDays, sumOwedByTenant } from './sum-store.ts'

/** Invoices across tenants and of a tenant itself, and the subscribers they are for. */
export function makeBillingRoutes(services: Services): readonly Route[] {
  return [...makeInvoiceRoutes(services), ...subscriberRoutes]
}
