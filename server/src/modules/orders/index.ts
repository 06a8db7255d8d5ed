/**
 * The API that partners' applications come for (A5, A7): products, orders and services of a customer. Whom an order is
 * billed to follows from `commercial_relationship`, never from the request, and never opens anything; that a wholesaler
 * manages an end customer is a `resale`, a delegation like any other. `service_order` and `service` say for good whose
 * they are, who pays and by which right they came. No other module is called.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeClientOrderRoutes } from './routes-client.ts'
import { commercialRoutes } from './routes-commercial.ts'
import { makeInventoryRoutes } from './routes-inventory.ts'
import { makeOverseeRoutes } from './routes-oversee.ts'
import { makePaidOrderRoutes } from './routes-paid.ts'
import { makePartnerOrderRoutes } from './routes-partner.ts'
import { personOrderRoutes } from './routes-people.ts'
import { productRoutes } from './routes-products.ts'
import { resaleRoutes } from './routes-resale.ts'
import { makeServiceRoutes } from './routes-services.ts'

export { getRelationship, listRelationships } from './commercial-store.ts'
export type { RelationshipRow } from './tables.ts'
export { AGE_DEMO_SERVICES, COMPLETE_DEMO_ORDERS, makeDemoOrders } from './demo-rows.ts'
export { stopResales } from './stop-all.ts'
export { runFulfilment, SimulatedFulfilment } from './fulfilment.ts'

export { runResaleClock } from './resale-clock.ts'

/** Who pays, who manages whom under a wholesale agreement, and the API on which orders and services are worked with. */
export function makeOrderRoutes(services: Services): readonly Route[] {
  return [
    ...commercialRoutes,
    ...resaleRoutes,
    ...productRoutes,
    ...makeClientOrderRoutes(services),
    ...makeInventoryRoutes(services),
    ...makeOverseeRoutes(services),
    ...makeServiceRoutes(services),
    ...makePaidOrderRoutes(services),
    ...personOrderRoutes,
    ...makePartnerOrderRoutes(services),
  ]
}
