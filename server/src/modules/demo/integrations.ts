import type { Vault } from '#platform/credentials/vault.ts'
import { digestCredential, makeCredential } from '#modules/gateway/index.ts'
import { makeDemoEndpoint } from '#modules/webhooks/index.ts'
import type { DemoDelivery } from '#modules/webhooks/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { DemoConsented } from './consents.ts'
import { addDays, Dice } from './dice.ts'
import type { DemoLink } from './links.ts'
import type { DemoPeople, Making } from './people.ts'
import { deriveKeyText } from './sign-ins.ts'

/** A stream of chance of its own, so that the rest of the world stays as it was before there were integrations. */
const SEED = 20_261_127
const UPSTREAM = { name: 'orders', audience: 'upstream:orders', origin: 'https://api.carrier.example' }
const ROUTES = [
  ['GET', '/v1/customers/{customer_ban}/orders', 'api.orders.read'],
  ['POST', '/v1/customers/{customer_ban}/orders', 'api.orders.create'],
  ['GET', '/v1/customers/{customer_ban}/services', 'api.services.read'],
  ['GET', '/v1/customers/{customer_ban}/invoices', 'api.invoices.read'],
] as const

/** Registers an API of the provider and the gateway before it; returns the credential of the gateway. */
function addGateway({ now, ledger }: Making, dice: Dice, given: { vault: Vault; admin: string }): string {
  const at = addDays(now, -120)
  const { text, hint } = makeCredential(deriveKeyText(given.vault, 'gateway credential'))
  const since = { version: 1, created_at: at, updated_at: at }
  const [gatewayId, upstreamId] = [dice.uuid(at), dice.uuid(at)]
  ledger.add('gateway', {
    id: gatewayId,
    name: 'Edge of the order API',
    credential_hash: `\\x${digestCredential(text).toString('hex')}`,
    credential_hint: hint,
    ip_allow: [],
    is_trusted: false,
    reads_certificates: false,
    status: 'active',
    created_by: given.admin,
    ...since,
  })
  ledger.add('protected_upstream', { id: upstreamId, ...UPSTREAM, ...since })
  for (const [method, path_template, permission] of ROUTES)
    ledger.add('protected_route', { upstream_id: upstreamId, method, path_template, permission })
  ledger.add('gateway_upstream', { gateway_id: gatewayId, upstream_id: upstreamId })
  return text
}

const OK = { code: 204, attempts: 1, ms: 118, excerpt: null }

/** What the application of the partner was told of the consents of its customers. */
function newsOfConsents({ consents }: DemoConsented): DemoDelivery[] {
  const about = (slug: string, state: string) => ({
    delegation_id: publicIdOf('consent', consents.get(slug) ?? ''),
    state,
  })
  return [
    { type: 'consent.ended', hoursAgo: 24 * 24, data: about('elbe-netz', 'revoked'), answer: OK },
    {
      type: 'consent.changed',
      hoursAgo: 3 * 24,
      data: about('cascade-broadband', 'suspended'),
      answer: { code: 204, attempts: 3, ms: 204, excerpt: null },
    },
  ]
}

/** What the customer's own system was told of the links of its partners. */
function newsOfLinks(links: readonly DemoLink[]): DemoDelivery[] {
  return links.slice(0, 3).map(({ id, status }, index) => ({
    type: 'link.changed',
    hoursAgo: (12 - index * 4) * 24,
    data: { delegation_id: publicIdOf('link', id), state: status },
    answer:
      index === 0
        ? { code: 503, attempts: 10, ms: 10_002, excerpt: 'The queue of incoming messages is full.' }
        : OK,
  }))
}

function addEndpoints(
  { now, ledger }: Making,
  dice: Dice,
  given: {
    readonly vault: Vault
    readonly people: DemoPeople
    readonly consented: DemoConsented
    readonly links: readonly DemoLink[]
  },
): void {
  const { vault, people, consented, links } = given
  const tenant = people.tenants.get('acme-fiber')
  if (!tenant) throw new Error('The demo world has no Acme Fiber.')
  const common = { now, vault, uuid: (at: Date) => dice.uuid(at) }
  const made = [
    makeDemoEndpoint({
      ...common,
      owner: { partner_id: consented.partner.id, tenant_id: null },
      by: consented.owner,
      url: 'https://fleet.southbank.example/liaison',
      description: 'Southbank Fleet stops at once where a customer does.',
      types: ['consent.granted', 'consent.changed', 'consent.ended'],
      daysOld: 340,
      deliveries: newsOfConsents(consented),
    }),
    makeDemoEndpoint({
      ...common,
      owner: { partner_id: null, tenant_id: tenant.id },
      by: tenant.adminPerson,
      url: 'https://hooks.acmefiber.example/partners',
      description: 'Who has access, for our own register.',
      types: ['link.activated', 'link.changed', 'link.revoked'],
      daysOld: 200,
      deliveries: newsOfLinks(links.filter((link) => link.tenant === tenant && link.status === 'active')),
    }),
  ]
  for (const [table, rows] of made.flat()) for (const row of rows) ledger.add(table, row)
}

/** Adds how other systems are connected: a gateway before an API of the provider, and webhook endpoints of both sides. */
export function addIntegrations(
  making: Making,
  given: Parameters<typeof addEndpoints>[2],
): { readonly gatewayCredential: string } {
  const dice = new Dice(SEED)
  const [admin] = given.people.platformAdmins
  addEndpoints(making, dice, given)
  return {
    gatewayCredential: addGateway(making, dice, { vault: given.vault, admin: admin?.id ?? '' }),
  }
}
