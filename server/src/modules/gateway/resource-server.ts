import type { IncomingMessage } from 'node:http'
import { isIpAllowed } from '@liaison/access'
import type { Permission } from '@liaison/access'
import { z } from 'zod'
import type { Database } from '#platform/database.ts'
import { toAvailabilityProblem } from '#platform/transaction.ts'
import { readCredential } from './credential.ts'
import { isClientPermission } from './store.ts'

const Entered = z
  .object({
    id: z.string(),
    name: z.string(),
    ip_allow: z.array(z.string()),
    permissions: z.array(
      z.custom<Permission>((name) => typeof name === 'string' && isClientPermission(name)),
    ),
  })
  .nullable()

/** A registered gateway or API that asks about tokens. */
export interface ResourceServer {
  /** The UUID of the gateway. */
  readonly id: string
  readonly name: string
  /** The digest of the credential that it showed. */
  readonly credential: Buffer
  /** What the routes that it stands before ask for; it learns of no token that could open none of them. */
  readonly permissions: readonly Permission[]
}

/** Finds the resource server behind a request's `Authorization: Bearer` credential; null for anything else (RFC 7662 section 2.1). */
export type ResourceServers = (request: IncomingMessage) => Promise<ResourceServer | null>

const ENTER = {
  name: 'gateway_enter_resource_server',
  text: 'select access.enter_resource_server($1) as entered',
}

/** The registered gateways, as resource servers that introspect. Throws DEPENDENCY_UNAVAILABLE. */
export function makeResourceServers(database: Database): ResourceServers {
  return async ({ headers, socket }) => {
    const digest = readCredential(headers.authorization)
    if (digest === null) return null
    try {
      const { rows } = await database
        .pool('liaison_auth')
        .query<Record<string, unknown>>({ ...ENTER, values: [digest] })
      const found = Entered.parse(rows[0]?.['entered'] ?? null)
      // The peer itself, not what a proxy says of it: this server's own proxies are no gateways.
      const isFromThere =
        found && (found.ip_allow.length === 0 || isIpAllowed(socket.remoteAddress ?? '', found.ip_allow))
      return isFromThere ? { ...found, credential: digest } : null
    } catch (error) {
      throw toAvailabilityProblem(error)
    }
  }
}
