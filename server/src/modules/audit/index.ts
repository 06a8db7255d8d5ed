export { makeAuditRoutes } from './routes.ts'
