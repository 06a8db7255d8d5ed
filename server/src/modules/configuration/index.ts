/**
 * Each partner's configuration (C2): `configuration_key` says what may be set and the bound that nothing passes, every
 * saved version stays in `partner_config_version`, and what decisions read is `configuration_in_force`, which the
 * database alone keeps in step. Branding belongs to it: colours with their contrast, and logos checked when they come
 * in. Other modules ask here for one value in force; what lets one person decide about identities where two did is
 * asked of `approvals` (C8).
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { brandingRoutes } from './routes-branding.ts'
import { makePlatformConfigurationRoutes } from './routes-platform.ts'

/** The configuration of partners: versions, what is in force, and branding. Source: C2. */
export function makeConfigurationRoutes(services: Services): readonly Route[] {
  return [...makePlatformConfigurationRoutes(services), ...brandingRoutes]
}

export { CONFIGURATION_KEYS, isRelaxable } from './keys.ts'
export type { ConfigurationKey } from './keys.ts'
export { readConfigurationInForce } from './read-store.ts'
export { writeConfigurationKeys } from './write-keys.ts'
