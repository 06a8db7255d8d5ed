/**
 * A tenant's invoices, payments and subscribers, as the provider's own systems hand them in, read by the tenant and by
 * partners across tenants (B5, B6): ageing per currency, which is never added up across currencies, disputes,
 * reminders. Sums of the past are tables kept in the transaction of each change (`invoice_state`, `billing_month`,
 * `invoice_due`, `invoice_age`), so a board over a thousand tenants adds up rows and not invoices. Groups of tenants come from
 * `portfolio`.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { disputeRoutes } from './routes-disputes.ts'
import { rateRoutes } from './routes-fx.ts'
import { makeInvoiceRoutes } from './routes-invoices.ts'
import { makePaymentRoutes } from './routes-payments.ts'
import { reminderRoutes } from './routes-reminders.ts'
import { subscriberRoutes } from './routes-subscribers.ts'
import { summaryRoutes } from './routes-summary.ts'

export { invoiceExport } from './export-source.ts'
export { subscriberExport } from './export-subscribers.ts'
export { compareSums, moveInvoiceAges } from './clock.ts'
export { findRates } from './fx-store.ts'
export { missingRates, worthIn } from './rules-fx.ts'
export { dayOf, nextInvoiceOn } from './rules.ts'
export { findSubscriber, subscribersByTenant } from './subscriber-store.ts'
export { lastInvoiceDays, owedByTenant } from './sum-store.ts'

/** Invoices, payments, disputes and reminders across tenants and of a tenant itself, and the subscribers they are for. */
export function makeBillingRoutes(services: Services): readonly Route[] {
  return [
    ...summaryRoutes,
    ...makeInvoiceRoutes(services),
    ...makePaymentRoutes(services),
    ...disputeRoutes,
    ...reminderRoutes,
    ...subscriberRoutes,
    ...rateRoutes,
  ]
}
