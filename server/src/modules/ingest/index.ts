export { makeIngestKey } from './key.ts'
export { ingestRoutes } from './routes.ts'
