export { revenueExport, slaExport, usageExport } from './export-source.ts'
export { reportRoutes } from './routes.ts'
export { readRecentUptime } from './timelines.ts'
