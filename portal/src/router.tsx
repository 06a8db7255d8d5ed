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

const loadOversight = () => import('./frames/platform/oversight.ts')

function oversight(name: keyof Awaited<ReturnType<typeof loadOversight>>): LatePage {
  return lazyRouteComponent(loadOversight, name)
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
  'billing/invoices': 'InvoicesPage',
  links: 'LinksPage',
  'links/new': 'RequestLinkPage',
  'links/$link': 'LinkPage',
  'links/$link/end': 'EndLinkPage',
  expiring: 'ExpiringPage',
  team: 'TeamPage',
  activity: 'ActivityPage',
  'get-ready': developer('ReadyPage'),
  'api-terms': developer('ApiTermsPage'),
  clients: developer('ClientsPage'),
  'clients/new': developer('NewClientPage'),
  'clients/$client': developer('ClientPage'),
  'clients/$client/revoke': developer('RevokeClientPage'),
  granted: developer('GrantedPage'),
})

const acting = createFrame('/partner/$par/t/$ten', () => import('./frames/acting/index.ts'), {
  '/': 'SummaryPage',
  summary: 'SummaryPage',
  tickets: 'TicketsPage',
  'tickets/new': 'NewTicketPage',
  'tickets/$ticket': 'TicketPage',
  billing: 'BillingPage',
  'billing/invoices/$invoice': 'InvoicePage',
  subscribers: 'SubscribersPage',
  activity: 'ActivityPage',
})

const org = createFrame('/org/$ten', () => import('./frames/org/index.ts'), {
  '/': 'HomePage',
  home: 'HomePage',
  access: 'AccessPage',
  'access/stop-all': 'StopAllPage',
  'access/rules': 'RulesPage',
  'access/consents/$consent': apps('ConsentPage'),
  'access/consents/$consent/stop': apps('StopConsentPage'),
  'access/resales/$resale': apps('ResalePage'),
  'access/resales/$resale/stop': apps('StopResalePage'),
  'access/$link': 'AccessLinkPage',
  'access/$link/stop': 'StopPartnerPage',
  requests: 'RequestsPage',
  activity: 'ActivityPage',
  members: 'MembersPage',
  clients: apps('ClientsPage'),
  'clients/new': apps('NewClientPage'),
  orders: apps('OrdersPage'),
  'orders/$order': apps('OrderPage'),
  services: apps('ServicesPage'),
  tickets: 'TicketsPage',
  'tickets/new': 'NewTicketPage',
  'tickets/$ticket': 'TicketPage',
  billing: 'BillingPage',
  'billing/invoices/$invoice': 'InvoicePage',
})

const platform = createFrame('/platform', () => import('./frames/platform/index.ts'), {
  '/': 'WorkPage',
  work: 'WorkPage',
  applications: lazyRouteComponent(() => import('./frames/platform/applications.ts'), 'ApplicationsPage'),
  partners: 'PartnersPage',
  'partners/$par': 'PartnerPage',
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
  tenants: 'TenantsPage',
  'tenants/$ten': 'TenantPage',
  links: 'LinksPage',
  'links/$link': 'LinkPage',
  persons: 'PersonsPage',
  freezes: 'FreezesPage',
  activity: 'ActivityPage',
  explain: 'ExplainPage',
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
