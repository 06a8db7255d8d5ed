/** Every address of the portal, so that no page glues one together. Ids are the public, prefixed ones. */

function at(...parts: readonly string[]): string {
  return `/${parts.map((part) => encodeURIComponent(part)).join('/')}`
}

export const partnerPlaces = {
  overview: (par: string) => at('partner', par, 'overview'),
  customers: (par: string) => at('partner', par, 'customers'),
  queue: (par: string) => at('partner', par, 'queue'),
  invoices: (par: string) => at('partner', par, 'billing', 'invoices'),
  links: (par: string) => at('partner', par, 'links'),
  link: (par: string, link: string) => at('partner', par, 'links', link),
  endLink: (par: string, link: string) => at('partner', par, 'links', link, 'end'),
  requestLink: (par: string) => at('partner', par, 'links', 'new'),
  expiring: (par: string) => at('partner', par, 'expiring'),
  team: (par: string) => at('partner', par, 'team'),
  activity: (par: string) => at('partner', par, 'activity'),
  ready: (par: string) => at('partner', par, 'get-ready'),
  apiTerms: (par: string) => at('partner', par, 'api-terms'),
  clients: (par: string) => at('partner', par, 'clients'),
  newClient: (par: string) => at('partner', par, 'clients', 'new'),
  client: (par: string, client: string) => at('partner', par, 'clients', client),
  revokeClient: (par: string, client: string) => at('partner', par, 'clients', client, 'revoke'),
  granted: (par: string) => at('partner', par, 'granted'),
} as const

export const actingPlaces = {
  summary: (par: string, ten: string) => at('partner', par, 't', ten, 'summary'),
  tickets: (par: string, ten: string) => at('partner', par, 't', ten, 'tickets'),
  newTicket: (par: string, ten: string) => at('partner', par, 't', ten, 'tickets', 'new'),
  ticket: (par: string, ten: string, ticket: string) => at('partner', par, 't', ten, 'tickets', ticket),
  billing: (par: string, ten: string) => at('partner', par, 't', ten, 'billing'),
  subscribers: (par: string, ten: string) => at('partner', par, 't', ten, 'subscribers'),
  invoice: (par: string, ten: string, invoice: string) =>
    at('partner', par, 't', ten, 'billing', 'invoices', invoice),
  activity: (par: string, ten: string) => at('partner', par, 't', ten, 'activity'),
} as const

export const orgPlaces = {
  home: (ten: string) => at('org', ten, 'home'),
  access: (ten: string) => at('org', ten, 'access'),
  link: (ten: string, link: string) => at('org', ten, 'access', link),
  stop: (ten: string, link: string) => at('org', ten, 'access', link, 'stop'),
  consent: (ten: string, consent: string) => at('org', ten, 'access', 'consents', consent),
  stopConsent: (ten: string, consent: string) => at('org', ten, 'access', 'consents', consent, 'stop'),
  resale: (ten: string, resale: string) => at('org', ten, 'access', 'resales', resale),
  stopResale: (ten: string, resale: string) => at('org', ten, 'access', 'resales', resale, 'stop'),
  orders: (ten: string) => at('org', ten, 'orders'),
  order: (ten: string, order: string) => at('org', ten, 'orders', order),
  services: (ten: string) => at('org', ten, 'services'),
  clients: (ten: string) => at('org', ten, 'clients'),
  newClient: (ten: string) => at('org', ten, 'clients', 'new'),
  stopAll: (ten: string) => at('org', ten, 'access', 'stop-all'),
  rules: (ten: string) => at('org', ten, 'access', 'rules'),
  requests: (ten: string) => at('org', ten, 'requests'),
  activity: (ten: string) => at('org', ten, 'activity'),
  members: (ten: string) => at('org', ten, 'members'),
  tickets: (ten: string) => at('org', ten, 'tickets'),
  ticket: (ten: string, ticket: string) => at('org', ten, 'tickets', ticket),
  newTicket: (ten: string) => at('org', ten, 'tickets', 'new'),
  billing: (ten: string) => at('org', ten, 'billing'),
  invoice: (ten: string, invoice: string) => at('org', ten, 'billing', 'invoices', invoice),
} as const

export const platformPlaces = {
  work: () => at('platform', 'work'),
  applications: () => at('platform', 'applications'),
  partners: () => at('platform', 'partners'),
  partner: (par: string) => at('platform', 'partners', par),
  tenants: () => at('platform', 'tenants'),
  tenant: (ten: string) => at('platform', 'tenants', ten),
  links: () => at('platform', 'links'),
  link: (link: string) => at('platform', 'links', link),
  blastRadius: (par: string) => at('platform', 'partners', par, 'blast-radius'),
  clients: () => at('platform', 'clients'),
  client: (client: string) => at('platform', 'clients', client),
  consents: () => at('platform', 'consents'),
  consent: (consent: string) => at('platform', 'consents', consent),
  resales: () => at('platform', 'resales'),
  newResale: () => at('platform', 'resales', 'new'),
  commercial: () => at('platform', 'commercial'),
  newCommercial: () => at('platform', 'commercial', 'new'),
  keys: () => at('platform', 'keys'),
  gateways: () => at('platform', 'gateways'),
  newGateway: () => at('platform', 'gateways', 'new'),
  persons: () => at('platform', 'persons'),
  freezes: () => at('platform', 'freezes'),
  activity: () => at('platform', 'activity'),
  explain: () => at('platform', 'explain'),
  request: (explain: string) => at('platform', 'requests', explain),
} as const

/** Pages that the server renders without JavaScript; reached by a full page load. */
export const serverPlaces = {
  account: '/account',
  apply: '/apply',
  choose: '/choose',
  signOut: '/signout',
  signIn: (returnTo: string) => `/signin?return_to=${encodeURIComponent(returnTo)}`,
  stepUp: (returnTo: string) => `/step-up?return_to=${encodeURIComponent(returnTo)}`,
  reviewLink: (link: string) => at('links', link),
} as const
