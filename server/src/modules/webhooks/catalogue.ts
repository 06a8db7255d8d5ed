/** Whose matter an event is: that decides who may hear of it. */
export type About = 'delegation' | 'order' | 'ticket'

interface EventType {
  readonly says: string
  readonly about: About
}

const delegation = (says: string): EventType => ({ says, about: 'delegation' })
const order = (says: string): EventType => ({ says, about: 'order' })
const ticket = (says: string): EventType => ({ says, about: 'ticket' })

/** Every type of event that an endpoint can choose, in the words of the documentation. */
export const EVENT_TYPES = {
  'consent.granted': delegation('A customer let an API client work on its billing accounts.'),
  'consent.changed': delegation('A consent was narrowed, suspended, resumed or confirmed.'),
  'consent.ended': delegation(
    'A consent was ended by the customer, the partner or the provider, or ran out.',
  ),
  'resale.attested': delegation('The provider let a wholesaler manage an end customer.'),
  'resale.suspended': delegation('The management of an end customer was suspended.'),
  'resale.resumed': delegation('The management of an end customer works again.'),
  'resale.revoked': delegation(
    'The management of an end customer was stopped by the customer or the provider.',
  ),
  'resale.ended': delegation('A wholesaler gave up the management of an end customer.'),
  'resale.expired': delegation('The management of an end customer ran out.'),
  'link.expiring': delegation('A link ends soon.'),
  'order.created': order('An order was placed.'),
  'order.changed': order('An order was changed, or made progress.'),
  'order.completed': order('An order was carried out.'),
  'order.cancelled': order('An order was cancelled.'),
  'ticket.opened': ticket('A ticket was opened, and the customer is told.'),
  'ticket.commented': ticket('A ticket was commented on, and the customer is told.'),
} as const satisfies Record<string, EventType>

export type EventTypeName = keyof typeof EVENT_TYPES

const isEventType = (name: string): name is EventTypeName => Object.hasOwn(EVENT_TYPES, name)

/** The names of all types, in the order of the documentation. */
export const EVENT_TYPE_NAMES: readonly EventTypeName[] = Object.keys(EVENT_TYPES).filter(isEventType)

/** What an owner sends to see whether an endpoint works; every endpoint takes it. */
export const TEST_EVENT = 'endpoint.test'

/** The outbox topic under which tickets tell all of their news; the payload says which. */
const TICKET_TOPIC = 'ticket.notify'

/** The topics of the outbox that webhooks take. */
export const TOPICS: readonly string[] = [
  ...EVENT_TYPE_NAMES.filter((name) => EVENT_TYPES[name].about !== 'ticket'),
  TICKET_TOPIC,
]

/** The type of a message; null for one that nobody can choose. */
export function typeOf(topic: string, payload: Readonly<Record<string, unknown>>): EventTypeName | null {
  const name = topic === TICKET_TOPIC ? `ticket.${String(payload['event'])}` : topic
  return isEventType(name) ? name : null
}
