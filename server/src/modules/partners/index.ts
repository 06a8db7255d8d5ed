import './problems.ts'

export {
  requirePartnerAccess,
  requirePartnerAccessBySlug,
  requirePartnerOwner,
  requirePartnerOwnerAccess,
  requirePartnerUser,
} from './access.ts'
export { COUNTRY_CODES, parseWebsite } from './entry.ts'
export { registerPartner, slugOf } from './register.ts'
export { makePartnerRoutes } from './routes.ts'
