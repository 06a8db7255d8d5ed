import type { ReactNode } from 'react'

/** What a file of pages exports: each page by its name. */
export type Pieces = Readonly<Record<string, () => ReactNode>>

/** A page that is fetched when it is first opened, apart from the piece of its frame: one piece for each thing that the pages are about. */
export type LatePage = { readonly load: () => Promise<Pieces>; readonly name: string }

/** Names a page of a piece that is fetched by this. */
export function late<Names extends Pieces>(
  load: () => Promise<Names>,
): (name: keyof Names & string) => LatePage {
  const loadPieces: () => Promise<Pieces> = load
  return (name) => ({ load: loadPieces, name })
}

export const developer = late(() => import('./frames/partner/developer.ts'))
export const grantedConsent = late(() => import('./frames/partner/granted-consent.ts'))('GrantedConsentPage')
export const asking = late(() => import('./frames/partner/asking.ts'))
export const customers = late(() => import('./frames/customers/pages.ts'))
export const calls = late(() => import('./frames/partner/calls.ts'))('CallsPage')
export const profile = late(() => import('./frames/registry/profile.ts'))('ProfilePage')
export const sandbox = late(() => import('./frames/partner/sandbox.ts'))('SandboxPage')
export const apps = late(() => import('./frames/org/apps.ts'))
export const webhooks = late(() => import('./frames/webhooks/pages.ts'))
export const agencies = late(() => import('./frames/agencies/pages.ts'))
export const agencyReach = late(() => import('./frames/agencies/reach-pages.ts'))
export const forms = late(() => import('./frames/agencies/form-pages.ts'))
export const vouchers = late(() => import('./frames/vouchers/pages.ts'))
export const recipients = late(() => import('./frames/vouchers/recipient-pages.ts'))
export const reports = late(() => import('./frames/reports/pages.ts'))
export const billing = late(() => import('./frames/billing/pages.ts'))
export const elevations = late(() => import('./frames/elevations/pages.ts'))
export const assistance = late(() => import('./frames/assistance/pages.ts'))
export const ownSupport = late(() => import('./frames/assistance/org.ts'))('SupportPage')
export const accounts = late(() => import('./frames/accounts/pages.ts'))
export const linking = late(() => import('./frames/linking/pages.ts'))
export const oneLink = late(() => import('./frames/linking/link-pages.ts'))
export const stopping = late(() => import('./frames/org/stopping-pages.ts'))
export const rules = late(() => import('./frames/linking/rules.ts'))('RulesPage')
export const linkingOfPartner = late(() => import('./frames/linking/partner-pages.ts'))
export const inviting = late(() => import('./frames/linking/inviting.ts'))
export const exported = late(() => import('./frames/exports/pages.ts'))
export const sla = late(() => import('./frames/sla/pages.ts'))
export const alerts = late(() => import('./frames/alerts/pages.ts'))
export const portfolio = late(() => import('./frames/portfolio/pages.ts'))
export const records = late(() => import('./frames/platform/records.ts'))
export const gateways = late(() => import('./frames/platform/gateways.ts'))
export const oversight = late(() => import('./frames/platform/oversight.ts'))
export const agreements = late(() => import('./frames/agreements/pages.ts'))
export const risk = late(() => import('./frames/risk/pages.ts'))
export const earnings = late(() => import('./frames/earnings/pages.ts'))
export const configuration = late(() => import('./frames/configuration/pages.ts'))
export const features = late(() => import('./frames/features/pages.ts'))
export const identity = late(() => import('./frames/identity/pages.ts'))
export const registry = late(() => import('./frames/registry/pages.ts'))
export const usage = late(() => import('./frames/usage/pages.ts'))
export const deals = late(() => import('./frames/deals/pages.ts'))
export const leaderboard = late(() => import('./frames/leaderboard/pages.ts'))
export const referrals = late(() => import('./frames/referrals/pages.ts'))
export const payouts = late(() => import('./frames/payouts/pages.ts'))
export const program = late(() => import('./frames/program/pages.ts'))
export const programOfPartner = late(() => import('./frames/program/partner-tabs.ts'))
export const statements = late(() => import('./frames/program/statements.ts'))
export const plans = late(() => import('./frames/plans/pages.ts'))
export const realms = late(() => import('./frames/realms/pages.ts'))
export const orders = late(() => import('./frames/orders/pages.ts'))
export const accessHistory = late(() => import('./frames/history/pages.tsx'))
export const service = late(() => import('./frames/service/pages.ts'))
