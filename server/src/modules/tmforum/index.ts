/**
 * The records of access in the words of the TM Forum, to be read only (A16): who pays for what as Party Roles (TMF669
 * v5), from `commercial_relationship` of `orders`; who may do what as Permissions (TMF672 v4), from every `delegation`
 * that was granted. Nothing of its own is kept here.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makePartyRoleRoutes } from './routes-party-role.ts'
import { makePermissionRoutes } from './routes-permission.ts'

/** The read-only views of the TM Forum: for the provider, and permissions for the tenant that gave them, too. */
export function makeTmForumRoutes(services: Services): readonly Route[] {
  return [...makePartyRoleRoutes(services), ...makePermissionRoutes(services)]
}
