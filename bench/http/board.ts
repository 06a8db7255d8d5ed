import { makeBillingRoutes } from '../../server/src/modules/billing/index.ts'
import { makeSupportRoutes } from '../../server/src/modules/support/index.ts'
import { reportRoutes } from '../../server/src/modules/reports/index.ts'
import { tenantRoutes } from '../../server/src/modules/tenants/index.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { openRoutes } from './liaison.ts'
import type { Server } from './server.ts'

/** One person asks all of it within a minute, more than the others' partners do. */
const LIMIT_SCALE = 100

/** The real server with the modules that the partner's board reads. */
export function openBoard(connection: ConnectionSettings): Promise<Server> {
  return openRoutes(
    connection,
    (services) => [
      ...tenantRoutes,
      ...makeBillingRoutes(services),
      ...makeSupportRoutes(services),
      ...reportRoutes,
    ],
    { limitScale: LIMIT_SCALE },
  )
}
