export { auditCommands, checkpointFileIn, exportLog, verifyDatabase } from './commands.ts'
export { activityExport } from './export-source.ts'
export { makeAuditRoutes } from './routes.ts'
export { makeAuditKey, startSealer } from './sealer.ts'
