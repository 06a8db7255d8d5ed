/**
 * How the service itself stands, told to the provider's administrators: background work with what waits, runs and
 * failed, and a check of each part that no request touches (`access.background_work`, `access.service_figures`). What
 * programs are told stands elsewhere: `/livez`, `/readyz` and `/metrics` in `platform`. Nothing is changed here, no
 * tenant's data is read, and no other module is called.
 */

export { makeHealthRoutes } from './routes.ts'
export { PURPOSES } from './purposes.ts'
