import './problems.ts'

export { COUNTRY_CODES, parseWebsite } from './entry.ts'
export { registerPartner, slugOf } from './register.ts'
export { makePartnerRoutes } from './routes.ts'
