export { makeAuditRoutes } from './routes.ts'
export { makeAuditKey, startSealer } from './sealer.ts'
export type { Sealer, SealerOptions } from './sealer.ts'
