/**
 * The register of partners (C1, D1): `partner` with its one lifecycle, so that suspending it stops people, clients,
 * links and user base at their next request, and `partner_member` with the last owner protected. The checks of program
 * roles by name (D3) are here: user, owner, this partner, this partner's owner. A new partner's owner is invited by
 * `identity`; its end waits for a second person at `approvals`.
 */

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
