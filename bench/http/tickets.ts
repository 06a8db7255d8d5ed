import { makeSupportRoutes } from '../../server/src/modules/support/index.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { openRoutes, UNLIMITED } from './liaison.ts'
import type { Server } from './server.ts'

/** The real server around tickets, without rate limits: a partner opens fewer in a minute than a benchmark in a second. */
export function openTickets(connection: ConnectionSettings): Promise<Server> {
  return openRoutes(connection, makeSupportRoutes, { limitScale: UNLIMITED })
}
