/**
 * Vouchers of a tenant (E9, E13): types, codes with a check character, issue, look-up, the till that redeems once, the
 * review of duplicates. Moves and history are enforced by triggers (`voucher_event`); whom a voucher is for stands in
 * `voucher_recipient` alone, which a form can write and never read, and which is purged. Routes here are for the
 * tenant's own people; forms and servers come through `embed`. No other module is called.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeRecipientRoutes } from './routes-recipients.ts'
import { makeStaffVoucherRoutes } from './routes-vouchers.ts'
import { voucherMoveRoutes } from './routes-moves.ts'
import { voucherTypeRoutes } from './routes-types.ts'

export { describeIssue, describeMove } from './events.ts'
export type { ToldVoucher, VoucherNews } from './events.ts'
export { recipientIdentities } from './identity.ts'
export { makeIssueVoucher } from './issue.ts'
export type { Issued, IssueVoucher } from './issue.ts'
export { daysOf, lookUpVoucher } from './look-up.ts'
export { makeVoucherCode, readVoucherCode, showVoucherCode } from './code.ts'
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
