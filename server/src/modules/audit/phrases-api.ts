import { says } from './phrase.ts'
import type { Noun, Phrase } from './phrase.ts'

const noun = (one: string, many = `${one}s`): Noun => ({ one, many })

const ORDER = noun('order')
const SERVICE = noun('service')
const CONSENT = noun('access of an API client', 'accesses of API clients')
const CLIENT = noun('API client')
const RESALE = noun('resale')
const PAYER = noun('payer of a billing account', 'payers of billing accounts')

/** What API clients do, and what is done to their access. */
export const API_PHRASES: Readonly<Record<string, Phrase>> = {
  'api.orders.create': says('placed {x}', ORDER),
  'api.orders.read': says('read {x}', ORDER),
  'orders.create': says('placed {x}', ORDER),
  'orders.read': says('read {x}', ORDER),
  'orders.list': says('listed {x}', ORDER),
  'access.list': says('looked who has access'),
  'orders.accounts.list': says('looked for which accounts can be ordered'),
  'orders.progress': says('took up {x}', ORDER),
  'orders.reject': says('rejected {x}', ORDER),
  'services.read': says('read {x}', SERVICE),
  'services.list': says('listed {x}', SERVICE),
  'accounts.read': says('looked at the billing account and who pays'),
  'products.list': says('looked at the products on offer'),
  'products.set': says('set the price of {x}', noun('product')),
  'invoices.list': says('listed {x}', noun('invoice')),
  'consents.approve': says('allowed the {x}', CONSENT),
  'consents.request': says('asked for the {x}', CONSENT),
  'consents.decline': says('did not allow the {x}', CONSENT),
  'consents.change': says('narrowed the {x}', CONSENT),
  'consents.confirm': says('confirmed the {x}', CONSENT),
  'consents.suspend': says('suspended the {x}', CONSENT),
  'consents.resume': says('resumed the {x}', CONSENT),
  'consents.revoke': says('stopped the {x}', CONSENT),
  'consents.terminate': says('gave up the {x}', CONSENT),
  'consents.expire': says('The access of an API client ran out{of}'),
  'consents.lapse': says('A request for access ran out without an answer{of}'),
  'consent_requests.lapse': says('A request for access ran out without an answer{of}'),
  'consent_notices.send': says('A reminder was sent that the access of an API client ends soon{of}'),
  'resales.attest': says('recorded the {x} under a wholesale agreement', RESALE),
  'resales.expire': says('The resale ran out{of}'),
  'commercial.create': says('set the {x}', PAYER),
  'commercial.change': says('changed the {x}', PAYER),
  'commercial.suspend': says('suspended the {x}', PAYER),
  'commercial.resume': says('resumed the {x}', PAYER),
  'commercial.end': says('ended the {x}', PAYER),
  'clients.create': says('created the {x}', CLIENT),
  'clients.change': says('changed the {x}', CLIENT),
  'clients.request_live': says('asked for live use of the {x}', CLIENT),
  'clients.approve_live': says('allowed live use of the {x}', CLIENT),
  'clients.suspend': says('suspended the {x}', CLIENT),
  'clients.resume': says('resumed the {x}', CLIENT),
  'clients.revoke': says('revoked the {x}', CLIENT),
  'api_terms.accept': says('accepted the API terms'),
  'gateway.decide': says('called the API through a gateway'),
  'oauth.grant.begin': says('connected the {x}', CLIENT),
  'oauth.grant.end': says('ended the connection of the {x}', CLIENT),
  'oauth.grant.replay': says('A code was presented twice, so its connection was ended{of}'),
  'oauth.token.issue': says('got an access token'),
  'oauth.token.refused': says('was refused an access token'),
  'oauth.token.revoke': says('gave an access token back'),
  'oauth.proof_key.change': says('began to prove possession with another key'),
  'oauth.request.refused': says('asked for access in a way that was refused'),
  'oauth.introspection.refused': says('asked about a token of somebody else'),
  'oauth.revocation.refused': says('tried to give back a token of somebody else'),
  'platform.signing_keys.create': says('made the keys that sign access tokens'),
  'platform.signing_keys.rotate': says('rotated the keys that sign access tokens'),
  'platform.gateways.create': says('registered {x}', noun('gateway')),
  'platform.gateways.rotate': says('made a new credential for {x}', noun('gateway')),
  'platform.gateways.disable': says('disabled {x}', noun('gateway')),
  'platform.gateways.enable': says('enabled {x}', noun('gateway')),
  'platform.upstreams.put': says('registered the API behind the gateways{of}'),
  'platform.commercial.read': says('looked at who pays'),
  'platform.partners.blast_radius.read': says('read what the partner could reach'),
}
