import './problems.ts'

export { partnerRoutes } from './routes.ts'
