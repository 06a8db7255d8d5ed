import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import type { AnyRoute } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { Home } from './frames/home.tsx'
import { Broken } from './frames/broken.tsx'
import { NotFound } from './frames/not-found.tsx'
import { parseSearch, stringifySearch } from './platform/filters.ts'
import { Root } from './root.tsx'

const rootRoute = createRootRoute({ component: Root, notFoundComponent: NotFound })
const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: Home })

type Pieces = Readonly<Record<string, () => ReactNode>>

/** A page that is fetched when it is first opened, apart from the piece of its frame. */
type LatePage = ReturnType<typeof lazyRouteComponent>

const loadDeveloper = () => import('./frames/partner/developer.ts')

function developer(name: keyof Awaited<ReturnType<typeof loadDeveloper>>): LatePage {
  return lazyRouteComponent(loadDeveloper, name)
}

const loadApps = () => import('./frames/org/apps.ts')

function apps(name: keyof Awaited<ReturnType<typeof loadApps>>): LatePage {
  return lazyRouteComponent(loadApps, name)
}

const ActingNewTicketPage = lazyRouteComponent(
  () => import('./frames/acting/new-ticket-page.tsx'),
  'NewTicketPage',
)
const ActingTicketPage = lazyRouteComponent(() => import('./frames/acting/ticket-page.tsx'), 'TicketPage')
const OrgTicketPage = lazyRouteComponent(() => import('./frames/org/ticket-page.tsx'), 'TicketPage')
const RequestLinkPage = lazyRouteComponent(
  () => import('./frames/partner/request-link-page.tsx'),
  'RequestLinkPage',
)
const ExplainPage = lazyRouteComponent(() => import('./frames/platform/explain-page.tsx'), 'ExplainPage')
const PartnerActivityPage = lazyRouteComponent(
  () => import('./frames/partner/activity-page.tsx'),
  'ActivityPage',
)
const PartnerLinksPage = lazyRouteComponent(() => import('./frames/partner/links-page.tsx'), 'LinksPage')
const OrgNewTicketPage = lazyRouteComponent(() => import('./frames/org/new-ticket-page.tsx'), 'NewTicketPage')
const OrgMembersPage = lazyRouteComponent(() => import('./frames/org/members-page.tsx'), 'MembersPage')
const OrgRequestsPage = lazyRouteComponent(() => import('./frames/org/requests-page.tsx'), 'RequestsPage')

const loadWebhooks = () => import('./frames/webhooks/pages.ts')

function webhooks(name: keyof Awaited<ReturnType<typeof loadWebhooks>>): LatePage {
  return lazyRouteComponent(loadWebhooks, name)
}

const loadReports = () => import('./frames/reports/pages.ts')

function reports(name: keyof Awaited<ReturnType<typeof loadReports>>): LatePage {
  return lazyRouteComponent(loadReports, name)
}

const loadBilling = () => import('./frames/billing/pages.ts')

function billing(name: keyof Awaited<ReturnType<typeof loadBilling>>): LatePage {
  return lazyRouteComponent(loadBilling, name)
}

const loadElevations = () => import('./frames/elevations/pages.ts')

function elevations(name: keyof Awaited<ReturnType<typeof loadElevations>>): LatePage {
  return lazyRouteComponent(loadElevations, name)
}

const loadAccounts = () => import('./frames/accounts/pages.ts')

function accounts(name: keyof Awaited<ReturnType<typeof loadAccounts>>): LatePage {
  return lazyRouteComponent(loadAccounts, name)
}

const loadLinking = () => import('./frames/linking/pages.ts')

function linking(name: keyof Awaited<ReturnType<typeof loadLinking>>): LatePage {
  return lazyRouteComponent(loadLinking, name)
}

const loadExports = () => import('./frames/exports/pages.ts')

function exported(name: keyof Awaited<ReturnType<typeof loadExports>>): LatePage {
  return lazyRouteComponent(loadExports, name)
}

const loadSla = () => import('./frames/sla/pages.ts')

function sla(name: keyof Awaited<ReturnType<typeof loadSla>>): LatePage {
  return lazyRouteComponent(loadSla, name)
}

const loadAlerts = () => import('./frames/alerts/pages.ts')

function alerts(name: keyof Awaited<ReturnType<typeof loadAlerts>>): LatePage {
  return lazyRouteComponent(loadAlerts, name)
}

const loadPortfolio = () => import('./frames/portfolio/pages.ts')

function portfolio(name: keyof Awaited<ReturnType<typeof loadPortfolio>>): LatePage {
  return lazyRouteComponent(loadPortfolio, name)
}

const loadOversight = () => import('./frames/platform/oversight.ts')

function oversight(name: keyof Awaited<ReturnType<typeof loadOversight>>): LatePage {
  return lazyRouteComponent(loadOversight, name)
}

const loadConfiguration = () => import('./frames/configuration/pages.ts')

function configuration(name: keyof Awaited<ReturnType<typeof loadConfiguration>>): LatePage {
  return lazyRouteComponent(loadConfiguration, name)
}

const loadFeatures = () => import('./frames/features/pages.ts')

function features(name: keyof Awaited<ReturnType<typeof loadFeatures>>): LatePage {
  return lazyRouteComponent(loadFeatures, name)
}

const loadIdentity = () => import('./frames/identity/pages.ts')

function identity(name: keyof Awaited<ReturnType<typeof loadIdentity>>): LatePage {
  return lazyRouteComponent(loadIdentity, name)
}

const loadRegistry = () => import('./frames/registry/pages.ts')

function registry(name: keyof Awaited<ReturnType<typeof loadRegistry>>): LatePage {
  return lazyRouteComponent(loadRegistry, name)
}

const loadUsage = () => import('./frames/usage/pages.ts')

function usage(name: keyof Awaited<ReturnType<typeof loadUsage>>): LatePage {
  return lazyRouteComponent(loadUsage, name)
}

const loadPlans = () => import('./frames/plans/pages.ts')

function plans(name: keyof Awaited<ReturnType<typeof loadPlans>>): LatePage {
  return lazyRouteComponent(loadPlans, name)
}

const loadRealms = () => import('./frames/realms/pages.ts')

function realms(name: keyof Awaited<ReturnType<typeof loadRealms>>): LatePage {
  return lazyRouteComponent(loadRealms, name)
}

/** The pages of one frame. What daily work needs of it is one lazy piece, fetched when the frame is first entered. */
function createFrame<Names extends Pieces>(
  path: string,
  loadPieces: () => Promise<Names>,
  pages: Readonly<Record<string, (keyof Names & string) | LatePage>>,
): AnyRoute {
  const load: () => Promise<Pieces> = loadPieces
  const frame = createRoute({
    getParentRoute: () => rootRoute,
    path,
    component: lazyRouteComponent(load, 'Frame'),
  })
  const children = Object.entries(pages).map(([childPath, page]) =>
    createRoute({
      getParentRoute: () => frame,
      path: childPath,
      component: typeof page === 'string' ? lazyRouteComponent(load, page) : page,
    }),
  )
  return frame.addChildren(children)
}

const partner = createFrame('/partner/$par', () => import('./frames/partner/index.ts'), {
  '/': 'TenantsPage',
  overview: 'OverviewPage',
  customers: 'TenantsPage',
  queue: 'QueuePage',
  billing: billing('MoneyPage'),
  'billing/invoices': billing('PartnerInvoicesPage'),
  'billing/disputes': billing('PartnerDisputesPage'),
  'billing/payments': billing('PartnerPaymentsPage'),
  'reports/sla': reports('SlaPage'),
  'reports/usage': reports('UsagePage'),
  'reports/revenue': reports('RevenuePage'),
  'reports/compare': reports('ComparePage'),
  links: PartnerLinksPage,
  'links/new': RequestLinkPage,
  'links/$link': linking('LinkPage'),
  'links/$link/end': linking('EndLinkPage'),
  notices: linking('PartnerNewsPage'),
  networks: linking('NetworksPage'),
  'links/indirect': linking('IndirectPage'),
  'links/many': portfolio('ManyLinksPage'),
  expiring: portfolio('ExpiringPage'),
  elevations: elevations('PartnerElevationsPage'),
  'elevations/new': elevations('AskPage'),
  freezes: elevations('PartnerFreezesPage'),
  accounts: accounts('PartnerAccountsPage'),
  'users/usage': usage('UsagePage'),
  'users/usage/$user': usage('UserUsagePage'),
  team: portfolio('MatrixPage'),
  teams: portfolio('TeamsPage'),
  'teams/$team': portfolio('TeamPage'),
  alerts: alerts('PartnerAlertsPage'),
  'alerts/rules': alerts('AlertRulesPage'),
  groups: portfolio('GroupsPage'),
  'groups/$group': portfolio('GroupPage'),
  activity: PartnerActivityPage,
  'get-ready': developer('ReadyPage'),
  profile: registry('ProfilePage'),
  'settings/branding': configuration('BrandingPage'),
  'api-terms': developer('ApiTermsPage'),
  clients: developer('ClientsPage'),
  'clients/new': developer('NewClientPage'),
  'clients/$client': developer('ClientPage'),
  'clients/$client/revoke': developer('RevokeClientPage'),
  granted: developer('GrantedPage'),
  'settings/features': features('OwnFeaturesPage'),
  'settings/plans': plans('OwnPlansPage'),
  'settings/plans/new': plans('NewOwnPlanPage'),
  'settings/plans/$plan': plans('OwnPlanPage'),
  'users/subscriptions': plans('SubscriptionsPage'),
  'users/subscriptions/$subscription': plans('SubscriptionPage'),
  users: realms('UsersPage'),
  'users/$user': realms('UserPage'),
  exports: exported('ExportsPage'),
  'exports/new': exported('NewExportPage'),
  'users/identity-checks': identity('ChecksPage'),
  'users/identity-checks/$check': identity('CheckPage'),
  webhooks: webhooks('WebhooksPage'),
  'webhooks/new': webhooks('NewWebhookPage'),
  'webhooks/$endpoint': webhooks('WebhookPage'),
})

const acting = createFrame('/partner/$par/t/$ten', () => import('./frames/acting/index.ts'), {
  '/': 'SummaryPage',
  summary: 'SummaryPage',
  tickets: 'TicketsPage',
  'tickets/new': ActingNewTicketPage,
  'tickets/$ticket': ActingTicketPage,
  'service-levels': sla('ActingSlaPage'),
  billing: billing('ActingBillingPage'),
  'billing/invoices/$invoice': billing('ActingInvoicePage'),
  subscribers: 'SubscribersPage',
  reports: reports('ActingReportPage'),
  activity: 'ActivityPage',
})

const org = createFrame('/org/$ten', () => import('./frames/org/index.ts'), {
  '/': 'HomePage',
  home: 'HomePage',
  access: linking('AccessPage'),
  'access/stop-all': linking('StopAllPage'),
  'access/rules': linking('RulesPage'),
  'access/visits': linking('VisitsPage'),
  'access/notices': linking('OrgNewsPage'),
  'access/elevations': elevations('OrgElevationsPage'),
  'access/freezes': elevations('OrgFreezesPage'),
  'access/accounts': accounts('OrgAccountsPage'),
  'access/consents/$consent': apps('ConsentPage'),
  'access/consents/$consent/stop': apps('StopConsentPage'),
  'access/resales/$resale': apps('ResalePage'),
  'access/resales/$resale/stop': apps('StopResalePage'),
  'access/$link': linking('AccessLinkPage'),
  'access/$link/handover': linking('HandOverPage'),
  'access/$link/stop': linking('StopPartnerPage'),
  requests: OrgRequestsPage,
  activity: 'ActivityPage',
  alerts: alerts('OrgAlertsPage'),
  reports: reports('OwnReportPage'),
  members: OrgMembersPage,
  clients: apps('ClientsPage'),
  'clients/new': apps('NewClientPage'),
  exports: exported('ExportsPage'),
  'exports/new': exported('NewExportPage'),
  webhooks: webhooks('WebhooksPage'),
  'webhooks/new': webhooks('NewWebhookPage'),
  'webhooks/$endpoint': webhooks('WebhookPage'),
  orders: apps('OrdersPage'),
  'orders/$order': apps('OrderPage'),
  services: apps('ServicesPage'),
  tickets: 'TicketsPage',
  'tickets/new': OrgNewTicketPage,
  'tickets/$ticket': OrgTicketPage,
  'service-levels': sla('OrgSlaPage'),
  'service-levels/$link': sla('LinkSlaPage'),
  billing: billing('OrgBillingPage'),
  'billing/disputes': billing('OrgDisputesPage'),
  'billing/payments': billing('OrgPaymentsPage'),
  'billing/reminders': billing('ReminderPage'),
  'billing/invoices/$invoice': billing('OrgInvoicePage'),
})

const platform = createFrame('/platform', () => import('./frames/platform/index.ts'), {
  '/': 'WorkPage',
  work: 'WorkPage',
  'identity-checks': identity('FiguresPage'),
  applications: registry('ApplicationsPage'),
  'applications/$ref': registry('ApplicationPage'),
  alerts: alerts('PlatformAlertsPage'),
  partners: registry('PartnersPage'),
  'partners/new': registry('NewPartnerPage'),
  'partners/$par': registry('PartnerPage'),
  'partners/$par/edit': registry('EditPartnerPage'),
  'partners/$par/people': registry('PartnerPeoplePage'),
  'partners/$par/links': registry('PartnerLinksPage'),
  'partners/$par/clients': registry('PartnerClientsPage'),
  'partners/$par/consents': registry('PartnerConsentsPage'),
  'partners/$par/usage': usage('PartnerUsagePage'),
  'partners/$par/activity': registry('PartnerActivityPage'),
  'partners/$par/configuration': configuration('ConfigurationPage'),
  'partners/$par/realm': realms('RealmPage'),
  'partners/$par/terminate': registry('TerminatePage'),
  'partners/$par/blast-radius': oversight('BlastRadiusPage'),
  clients: oversight('ClientsPage'),
  'clients/$client': oversight('ClientPage'),
  consents: oversight('ConsentsPage'),
  'consents/$consent': oversight('ConsentPage'),
  resales: oversight('ResalesPage'),
  'resales/new': oversight('NewResalePage'),
  commercial: oversight('CommercialPage'),
  'commercial/new': oversight('NewCommercialPage'),
  keys: oversight('KeysPage'),
  gateways: oversight('GatewaysPage'),
  'gateways/new': oversight('NewGatewayPage'),
  'catalogue/plans': plans('CataloguePage'),
  'catalogue/plans/new': plans('NewCataloguePlanPage'),
  'catalogue/plans/$plan': plans('CataloguePlanPage'),
  'partners/$par/plans': plans('PlansOfPartnerPage'),
  'catalogue/features': features('FeaturesPage'),
  'catalogue/features/new': features('NewFeaturePage'),
  'catalogue/features/$key': features('FeaturePage'),
  'catalogue/features/$key/change': features('ChangeFeaturePage'),
  'partners/$par/features': features('PartnerFeaturesPage'),
  tenants: 'TenantsPage',
  'tenants/$ten': 'TenantPage',
  links: 'LinksPage',
  'links/$link': 'LinkPage',
  persons: 'PersonsPage',
  freezes: 'FreezesPage',
  activity: 'ActivityPage',
  explain: ExplainPage,
  'explain/grid': elevations('GridPage'),
  'requests/$explain': 'RequestPage',
})

export const router = createRouter({
  routeTree: rootRoute.addChildren([homeRoute, partner, acting, org, platform]),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
})
