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
  partners: () => at('platform', 'partners'),
  partner: (par: string) => at('platform', 'partners', par),
  tenants: () => at('platform', 'tenants'),
  tenant: (ten: string) => at('platform', 'tenants', ten),
  links: () => at('platform', 'links'),
  link: (link: string) => at('platform', 'links', link),
  persons: () => at('platform', 'persons'),
  freezes: () => at('platform', 'freezes'),
  activity: () => at('platform', 'activity'),
  explain: () => at('platform', 'explain'),
  request: (explain: string) => at('platform', 'requests', explain),
} as const

/** Pages that the server renders without JavaScript; reached by a full page load. */
export const serverPlaces = {
  account: '/account',
  choose: '/choose',
  signOut: '/signout',
  signIn: (returnTo: string) => `/signin?return_to=${encodeURIComponent(returnTo)}`,
  stepUp: (returnTo: string) => `/step-up?return_to=${encodeURIComponent(returnTo)}`,
  reviewLink: (link: string) => at('links', link),
} as const
