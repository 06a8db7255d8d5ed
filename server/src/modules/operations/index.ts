import './problems.ts'

export { operationRoutes } from './routes.ts'
export { OPERATION_TOPIC } from './store.ts'
export { runOperations } from './work.ts'
