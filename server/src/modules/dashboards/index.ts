/**
 * The embedded dashboard (D12): a product of the provider shows a partner, who is signed in there, its own figures in a
 * frame. With a key that may, its server asks for a token of one partner, `dashboard_token`, for a quarter of an hour;
 * the frame shows sums and the partner's link, on sites that the settings of the program name. The frame's machinery is
 * that of `embed`, the next payout is reckoned by `payouts`.
 */

import './problems.ts'

export { mountDashboard } from './mount.ts'
export { makeDashboardRoutes } from './routes.ts'
