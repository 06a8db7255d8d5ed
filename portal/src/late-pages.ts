import { lazyRouteComponent } from '@tanstack/react-router'

/** A page that is fetched when it is first opened, apart from the piece of its frame: one piece for each thing that the pages are about. */
export type LatePage = ReturnType<typeof lazyRouteComponent>

const loadDeveloper = () => import('./frames/partner/developer.ts')

export function developer(name: keyof Awaited<ReturnType<typeof loadDeveloper>>): LatePage {
  return lazyRouteComponent(loadDeveloper, name)
}

const loadSandbox = () => import('./frames/partner/sandbox.ts')

export const sandbox: LatePage = lazyRouteComponent(loadSandbox, 'SandboxPage')

const loadApps = () => import('./frames/org/apps.ts')

export function apps(name: keyof Awaited<ReturnType<typeof loadApps>>): LatePage {
  return lazyRouteComponent(loadApps, name)
}

const loadWebhooks = () => import('./frames/webhooks/pages.ts')

export function webhooks(name: keyof Awaited<ReturnType<typeof loadWebhooks>>): LatePage {
  return lazyRouteComponent(loadWebhooks, name)
}

const loadAgencies = () => import('./frames/agencies/pages.ts')

export function agencies(name: keyof Awaited<ReturnType<typeof loadAgencies>>): LatePage {
  return lazyRouteComponent(loadAgencies, name)
}

const loadAgencyReach = () => import('./frames/agencies/reach-pages.ts')

export function agencyReach(name: keyof Awaited<ReturnType<typeof loadAgencyReach>>): LatePage {
  return lazyRouteComponent(loadAgencyReach, name)
}

const loadForms = () => import('./frames/agencies/form-pages.ts')

export function forms(name: keyof Awaited<ReturnType<typeof loadForms>>): LatePage {
  return lazyRouteComponent(loadForms, name)
}

const loadVouchers = () => import('./frames/vouchers/pages.ts')

export function vouchers(name: keyof Awaited<ReturnType<typeof loadVouchers>>): LatePage {
  return lazyRouteComponent(loadVouchers, name)
}

const loadRecipients = () => import('./frames/vouchers/recipient-pages.ts')

export function recipients(name: keyof Awaited<ReturnType<typeof loadRecipients>>): LatePage {
  return lazyRouteComponent(loadRecipients, name)
}

const loadReports = () => import('./frames/reports/pages.ts')

export function reports(name: keyof Awaited<ReturnType<typeof loadReports>>): LatePage {
  return lazyRouteComponent(loadReports, name)
}

const loadBilling = () => import('./frames/billing/pages.ts')

export function billing(name: keyof Awaited<ReturnType<typeof loadBilling>>): LatePage {
  return lazyRouteComponent(loadBilling, name)
}

const loadElevations = () => import('./frames/elevations/pages.ts')

export function elevations(name: keyof Awaited<ReturnType<typeof loadElevations>>): LatePage {
  return lazyRouteComponent(loadElevations, name)
}

const loadAccounts = () => import('./frames/accounts/pages.ts')

export function accounts(name: keyof Awaited<ReturnType<typeof loadAccounts>>): LatePage {
  return lazyRouteComponent(loadAccounts, name)
}

const loadLinking = () => import('./frames/linking/pages.ts')

export function linking(name: keyof Awaited<ReturnType<typeof loadLinking>>): LatePage {
  return lazyRouteComponent(loadLinking, name)
}

const loadRules = () => import('./frames/linking/rules.ts')

export const rules: LatePage = lazyRouteComponent(loadRules, 'RulesPage')

const loadLinkingOfPartner = () => import('./frames/linking/partner-pages.ts')

export function linkingOfPartner(name: keyof Awaited<ReturnType<typeof loadLinkingOfPartner>>): LatePage {
  return lazyRouteComponent(loadLinkingOfPartner, name)
}

const loadInviting = () => import('./frames/linking/inviting.ts')

export function inviting(name: keyof Awaited<ReturnType<typeof loadInviting>>): LatePage {
  return lazyRouteComponent(loadInviting, name)
}

const loadExports = () => import('./frames/exports/pages.ts')

export function exported(name: keyof Awaited<ReturnType<typeof loadExports>>): LatePage {
  return lazyRouteComponent(loadExports, name)
}

const loadSla = () => import('./frames/sla/pages.ts')

export function sla(name: keyof Awaited<ReturnType<typeof loadSla>>): LatePage {
  return lazyRouteComponent(loadSla, name)
}

const loadAlerts = () => import('./frames/alerts/pages.ts')

export function alerts(name: keyof Awaited<ReturnType<typeof loadAlerts>>): LatePage {
  return lazyRouteComponent(loadAlerts, name)
}

const loadPortfolio = () => import('./frames/portfolio/pages.ts')

export function portfolio(name: keyof Awaited<ReturnType<typeof loadPortfolio>>): LatePage {
  return lazyRouteComponent(loadPortfolio, name)
}

const loadRecords = () => import('./frames/platform/records.ts')

export function records(name: keyof Awaited<ReturnType<typeof loadRecords>>): LatePage {
  return lazyRouteComponent(loadRecords, name)
}

const loadGateways = () => import('./frames/platform/gateways.ts')

export function gateways(name: keyof Awaited<ReturnType<typeof loadGateways>>): LatePage {
  return lazyRouteComponent(loadGateways, name)
}

const loadOversight = () => import('./frames/platform/oversight.ts')

export function oversight(name: keyof Awaited<ReturnType<typeof loadOversight>>): LatePage {
  return lazyRouteComponent(loadOversight, name)
}

const loadAgreements = () => import('./frames/agreements/pages.ts')

export function agreements(name: keyof Awaited<ReturnType<typeof loadAgreements>>): LatePage {
  return lazyRouteComponent(loadAgreements, name)
}

const loadRisk = () => import('./frames/risk/pages.ts')

export function risk(name: keyof Awaited<ReturnType<typeof loadRisk>>): LatePage {
  return lazyRouteComponent(loadRisk, name)
}

const loadEarnings = () => import('./frames/earnings/pages.ts')

export function earnings(name: keyof Awaited<ReturnType<typeof loadEarnings>>): LatePage {
  return lazyRouteComponent(loadEarnings, name)
}

const loadConfiguration = () => import('./frames/configuration/pages.ts')

export function configuration(name: keyof Awaited<ReturnType<typeof loadConfiguration>>): LatePage {
  return lazyRouteComponent(loadConfiguration, name)
}

const loadFeatures = () => import('./frames/features/pages.ts')

export function features(name: keyof Awaited<ReturnType<typeof loadFeatures>>): LatePage {
  return lazyRouteComponent(loadFeatures, name)
}

const loadIdentity = () => import('./frames/identity/pages.ts')

export function identity(name: keyof Awaited<ReturnType<typeof loadIdentity>>): LatePage {
  return lazyRouteComponent(loadIdentity, name)
}

const loadRegistry = () => import('./frames/registry/pages.ts')

export function registry(name: keyof Awaited<ReturnType<typeof loadRegistry>>): LatePage {
  return lazyRouteComponent(loadRegistry, name)
}

const loadUsage = () => import('./frames/usage/pages.ts')

export function usage(name: keyof Awaited<ReturnType<typeof loadUsage>>): LatePage {
  return lazyRouteComponent(loadUsage, name)
}

const loadReferrals = () => import('./frames/referrals/pages.ts')

export function referrals(name: keyof Awaited<ReturnType<typeof loadReferrals>>): LatePage {
  return lazyRouteComponent(loadReferrals, name)
}

const loadPayouts = () => import('./frames/payouts/pages.ts')

export function payouts(name: keyof Awaited<ReturnType<typeof loadPayouts>>): LatePage {
  return lazyRouteComponent(loadPayouts, name)
}

const loadProgram = () => import('./frames/program/pages.ts')

export function program(name: keyof Awaited<ReturnType<typeof loadProgram>>): LatePage {
  return lazyRouteComponent(loadProgram, name)
}

const loadProgramOfPartner = () => import('./frames/program/partner-tabs.ts')

export function programOfPartner(name: keyof Awaited<ReturnType<typeof loadProgramOfPartner>>): LatePage {
  return lazyRouteComponent(loadProgramOfPartner, name)
}

const loadStatements = () => import('./frames/program/statements.ts')

export function statements(name: keyof Awaited<ReturnType<typeof loadStatements>>): LatePage {
  return lazyRouteComponent(loadStatements, name)
}

const loadPlans = () => import('./frames/plans/pages.ts')

export function plans(name: keyof Awaited<ReturnType<typeof loadPlans>>): LatePage {
  return lazyRouteComponent(loadPlans, name)
}

const loadRealms = () => import('./frames/realms/pages.ts')

export function realms(name: keyof Awaited<ReturnType<typeof loadRealms>>): LatePage {
  return lazyRouteComponent(loadRealms, name)
}

const loadOrders = () => import('./frames/orders/pages.ts')

export function orders(name: keyof Awaited<ReturnType<typeof loadOrders>>): LatePage {
  return lazyRouteComponent(loadOrders, name)
}

const loadHistory = () => import('./frames/history/pages.tsx')

export function accessHistory(name: keyof Awaited<ReturnType<typeof loadHistory>>): LatePage {
  return lazyRouteComponent(loadHistory, name)
}

const loadService = () => import('./frames/service/pages.ts')

export function service(name: keyof Awaited<ReturnType<typeof loadService>>): LatePage {
  return lazyRouteComponent(loadService, name)
}
