import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeRecipientRoutes } from './routes-recipients.ts'
import { makeStaffVoucherRoutes } from './routes-vouchers.ts'
import { voucherMoveRoutes } from './routes-moves.ts'
import { voucherTypeRoutes } from './routes-types.ts'

export { recipientIdentities } from './identity.ts'
export { makeIssueVoucher } from './issue.ts'
export type { Issued, IssueVoucher } from './issue.ts'
export { daysOf, lookUpVoucher } from './look-up.ts'
export { makeVoucherCode, showVoucherCode } from './code.ts'
export { AgencyVoucher, hasSomebody, issueFields, NOBODY } from './schemas.ts'
export { runVoucherClock } from './clock.ts'

/** Vouchers for the tenant's own people: types, search, the till, the review. Forms and server keys of agencies come through the module embed. */
export function makeVoucherRoutes(services: Services): readonly Route[] {
  return [
    ...voucherTypeRoutes,
    ...makeStaffVoucherRoutes(services),
    ...makeRecipientRoutes(services),
    ...voucherMoveRoutes,
  ]
}
