/**
 * How the service itself stands, told to the provider's administrators: background work with what waits, runs and
 * failed, and a check of each part that no request touches. What programs are told (liveness, readiness, metrics) is no
 * matter of this module. Nothing is changed here, no tenant's data is read, and no other module is called.
 */

export { makeHealthRoutes } from './routes.ts'
export { PURPOSES } from './purposes.ts'
