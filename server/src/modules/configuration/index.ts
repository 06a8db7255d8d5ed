import type { Route } from '#platform/route.ts'
import './problems.ts'
import { brandingRoutes } from './routes-branding.ts'
import { platformConfigurationRoutes } from './routes-platform.ts'

/** The configuration of partners: versions, what is in force, and branding. Source: C2. */
export const configurationRoutes: readonly Route[] = [...platformConfigurationRoutes, ...brandingRoutes]

export { CONFIGURATION_KEYS, isRelaxable } from './keys.ts'
export type { ConfigurationKey } from './keys.ts'
export { contrastOf } from './contrast.ts'
export { readConfigurationInForce } from './read-store.ts'
export { writeConfigurationKeys } from './write-keys.ts'
