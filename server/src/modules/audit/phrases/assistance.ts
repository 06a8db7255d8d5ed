import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const CASE = { one: 'support case', many: 'support cases' }

/** What the provider's support asked for and looked at, and what the tenant said. */
export const ASSISTANCE_PHRASES: Readonly<Record<string, Phrase>> = {
  'platform.assistance.oversee': says("looked at support's access to tenants"),
  'assistance.request': says('asked to look at the data for the {x}', CASE),
  'assistance.start': says('began to look at the data for the {x}, as allowed beforehand', CASE),
  'assistance.approve_first': says('allowed support to look for the {x}, as the first of two', CASE),
  'assistance.approve': says('allowed support to look for the {x}', CASE),
  'assistance.decline': says('declined that support looks for the {x}', CASE),
  'assistance.withdraw': says('took back the request to look for the {x}', CASE),
  'assistance.end': says("ended support's access for the {x}", CASE),
  'assistance.lapse': says('Nobody answered whether support may look{of}'),
  'assistance.rule.change': says('changed whether support is let in'),
  'assistance.invoices.read': says('looked at invoices for the {x}', CASE),
  'assistance.payments.read': says('looked at payments for the {x}', CASE),
  'assistance.tickets.read': says('looked at tickets for the {x}', CASE),
  'assistance.ticket.read': says('opened the {x} for a support case', { one: 'ticket', many: 'tickets' }),
  'assistance.orders.read': says('looked at orders for the {x}', CASE),
}
