/**
 * Uptime, usage and revenue across tenants (B8), each with what is not known: without a `monitoring_period` the absence
 * of outages proves nothing, and a missing figure is null. Months are sums kept beside their rows (`usage_month`), the
 * use by programs is counted from the audit log into `partner_use_day`. What a currency is worth comes from `billing`,
 * groups of tenants from `portfolio`.
 */

export { revenueExport, slaExport, usageExport } from './export-source.ts'
export { comparePromises, joinPromises } from './promise-sums.ts'
export { reportRoutes } from './routes.ts'
export { readRecentUptime } from './timelines.ts'
