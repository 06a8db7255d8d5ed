import './problems.ts'

export { makePartnerRoutes } from './routes.ts'
