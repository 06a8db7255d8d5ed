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

/** The pages of one frame. All of a frame is one lazy piece, fetched when the frame is first entered. */
function createFrame<Names extends Pieces>(
  path: string,
  loadPieces: () => Promise<Names>,
  pages: Readonly<Record<string, keyof Names & string>>,
): AnyRoute {
  const load: () => Promise<Pieces> = loadPieces
  const frame = createRoute({
    getParentRoute: () => rootRoute,
    path,
    component: lazyRouteComponent(load, 'Frame'),
  })
  const children = Object.entries(pages).map(([childPath, name]) =>
    createRoute({
      getParentRoute: () => frame,
      path: childPath,
      component: lazyRouteComponent(load, name),
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
  'get-ready': 'ReadyPage',
  'api-terms': 'ApiTermsPage',
  clients: 'ClientsPage',
  'clients/new': 'NewClientPage',
  'clients/$client': 'ClientPage',
  'clients/$client/revoke': 'RevokeClientPage',
  granted: 'GrantedPage',
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
  'access/consents/$consent': 'ConsentPage',
  'access/consents/$consent/stop': 'StopConsentPage',
  'access/resales/$resale': 'ResalePage',
  'access/resales/$resale/stop': 'StopResalePage',
  'access/$link': 'AccessLinkPage',
  'access/$link/stop': 'StopPartnerPage',
  requests: 'RequestsPage',
  activity: 'ActivityPage',
  members: 'MembersPage',
  orders: 'OrdersPage',
  'orders/$order': 'OrderPage',
  services: 'ServicesPage',
  tickets: 'TicketsPage',
  'tickets/new': 'NewTicketPage',
  'tickets/$ticket': 'TicketPage',
  billing: 'BillingPage',
  'billing/invoices/$invoice': 'InvoicePage',
})

const platform = createFrame('/platform', () => import('./frames/platform/index.ts'), {
  '/': 'WorkPage',
  work: 'WorkPage',
  applications: 'ApplicationsPage',
  partners: 'PartnersPage',
  'partners/$par': 'PartnerPage',
  'partners/$par/blast-radius': 'BlastRadiusPage',
  clients: 'ClientsPage',
  'clients/$client': 'ClientPage',
  consents: 'ConsentsPage',
  'consents/$consent': 'ConsentPage',
  resales: 'ResalesPage',
  'resales/new': 'NewResalePage',
  commercial: 'CommercialPage',
  'commercial/new': 'NewCommercialPage',
  keys: 'KeysPage',
  gateways: 'GatewaysPage',
  'gateways/new': 'NewGatewayPage',
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
