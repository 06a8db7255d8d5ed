/** Whose matter an event is: that decides who may hear of it. */
export type About =
  | 'delegation'
  | 'order'
  | 'service'
  | 'ticket'
  | 'export'
  | 'alert'
  | 'account'
  | 'tenant'
  | 'dispute'
  | 'client'
  | 'realm'
  | 'program'
  | 'voucher'
  | 'form'
  | 'checkpoint'

interface EventType {
  readonly says: string
  readonly about: About
}

const delegation = (says: string): EventType => ({ says, about: 'delegation' })
const order = (says: string): EventType => ({ says, about: 'order' })
const service = (says: string): EventType => ({ says, about: 'service' })
const ticket = (says: string): EventType => ({ says, about: 'ticket' })
const alert = (says: string): EventType => ({ says, about: 'alert' })
const account = (says: string): EventType => ({ says, about: 'account' })
const tenant = (says: string): EventType => ({ says, about: 'tenant' })
const dispute = (says: string): EventType => ({ says, about: 'dispute' })
const client = (says: string): EventType => ({ says, about: 'client' })
const realm = (says: string): EventType => ({ says, about: 'realm' })
const program = (says: string): EventType => ({ says, about: 'program' })
const voucher = (says: string): EventType => ({ says, about: 'voucher' })
const form = (says: string): EventType => ({ says, about: 'form' })
const exported = (says: string): EventType => ({ says, about: 'export' })

/** Every type of event that an endpoint can choose, in the words of the documentation. */
export const EVENT_TYPES = {
  'consent.granted': delegation('A customer let an API client work on its billing accounts.'),
  'consent.changed': delegation('A consent was narrowed, widened, suspended, resumed or confirmed.'),
  'consent.ended': delegation(
    'A consent was ended by the customer, the partner or the provider, or ran out.',
  ),
  'access_request.answered': delegation(
    'A customer answered what an API client asked for beyond its consent.',
  ),
  'resale.attested': delegation('The provider let a wholesaler manage an end customer.'),
  'resale.suspended': delegation('The management of an end customer was suspended.'),
  'resale.resumed': delegation('The management of an end customer works again.'),
  'resale.revoked': delegation(
    'The management of an end customer was stopped by the customer or the provider.',
  ),
  'resale.ended': delegation('A wholesaler gave up the management of an end customer.'),
  'resale.expired': delegation('The management of an end customer ran out.'),
  'link.requested': delegation('A partner asked for a link, or was invited to one.'),
  'link.approved': delegation('A link was approved.'),
  'link.declined': delegation('A request for a link was declined.'),
  'link.activated': delegation('A link began to work.'),
  'link.changed': delegation('What a link allows, its end or its review was changed.'),
  'link.expiring': delegation('A link ends soon.'),
  'link.expired': delegation('A link ran out.'),
  'link.suspended': delegation('A link was suspended.'),
  'link.resumed': delegation('A suspended link works again.'),
  'link.revoked': delegation('A link was stopped for good.'),
  'elevation.requested': delegation('Somebody asked for more access for a while.'),
  'elevation.approved': delegation('A colleague of whoever asked for more access approved it.'),
  'elevation.started': delegation('Somebody has more access for a while.'),
  'elevation.denied': delegation('More access for a while was denied.'),
  'elevation.ended': delegation(
    'More access for a while is over: its time ran out, its ticket was finished, or somebody ended it.',
  ),
  'elevation.lapsed': delegation(
    'Nobody answered a request for more access in time, or before its ticket was finished.',
  ),
  'account.attached': account("A subscriber became a partner's account."),
  'account.ended': account("A subscriber is no longer a partner's account."),
  'access.frozen': delegation('The access under a link was frozen.'),
  'order.created': order('An order was placed.'),
  'order.changed': order('An order was changed, or made progress.'),
  'order.completed': order('An order was carried out.'),
  'order.cancelled': order('An order was cancelled.'),
  'service.ended': service('A service that was ordered was ended by the provider.'),
  'ticket.opened': ticket('A ticket was opened, and the customer is told.'),
  'ticket.commented': ticket('A ticket was commented on, and the customer is told.'),
  'partner.tenant.ticket_created': ticket('A ticket was opened.'),
  'partner.tenant.status_changed': ticket('The status of a ticket changed.'),
  'partner.tenant.sla_breach': ticket('A promised time of a ticket was missed.'),
  'partner.tenant.billing_threshold': alert(
    'Money owed to a customer reached the threshold of the link, or is overdue.',
  ),
  'tenant.status_changed': tenant('A customer became active, was suspended or was closed.'),
  'dispute.opened': dispute('A partner disputed an amount of an invoice.'),
  'dispute.answered': dispute('The customer accepted or rejected a dispute.'),
  'dispute.withdrawn': dispute('A partner took a dispute back.'),
  'api_client.changed': client(
    'The keys or settings of an API client changed, or it was stopped, let work again or ended.',
  ),
  'kyc.submitted': realm('An end user sent an identity check in.'),
  'kyc.in_review': realm('The review of an identity check began.'),
  'kyc.verified': realm("An end user's identity was verified."),
  'kyc.resubmit': realm('An end user was asked to correct an identity check.'),
  'kyc.rejected': realm('An identity check was rejected.'),
  'kyc.expired': realm('A verification ran out; the end user is a guest again.'),
  'kyc.revoked': realm('A verification was withdrawn; the end user is a guest again.'),
  'kyc.cancelled': realm('An identity check was taken back, or nobody sent it in for 30 days.'),
  'subscription.signed': realm("An end user's subscription began or runs again."),
  'subscription.changed': realm(
    'The plan of a subscription was changed, or is to change later, or stays after all.',
  ),
  'subscription.suspended': realm('A subscription is held; it opens nothing until every hold is gone.'),
  'subscription.unsigned': realm('A subscription ended, also with the account of its user, or never began.'),
  'partner.changed': program('The entry of the partner in the register was changed.'),
  // While a partner is suspended nothing is delivered to it, so that its suspension is no message either.
  'partner.reactivated': program('The partner works again; nothing was delivered while it was suspended.'),
  'feature.changed': program(
    'What is set about a feature for the partner was changed, by the provider or itself.',
  ),
  'agreement.offered': program('A version of the agreement waits to be read and signed.'),
  'agreement.signed': program('An owner signed the agreement; the provider confirms it next.'),
  'agreement.active': program('The agreement was confirmed and is in force.'),
  'agreement.declined': program('An owner declined the offered version.'),
  'agreement.rejected': program('The provider rejected a signed version.'),
  'agreement.withdrawn': program('The provider withdrew an offered version.'),
  'agreement.expired': program('An offered version was not signed in time.'),
  'agreement.superseded': program('A later version took the place of this one.'),
  'agreement.terminated': program('The provider ended the agreement.'),
  'agreement.notice_given': program('An owner gave notice of the end of the agreement.'),
  'earning.created': program('A payment of a referred tenant was earned on.'),
  'earning.clawed_back': program('A part of an earning, or all of it, was taken back.'),
  'earning.approved': program('An earning was approved to be paid.'),
  'earning.held': program('An earning is on hold.'),
  'earning.voided': program('An earning is void and is never paid.'),
  'earning.paid': program('An earning was paid with a payout.'),
  'payout.approved': program('A payout was approved and is on its way.'),
  'payout.paid': program('The provider recorded a payout as paid.'),
  'payout.failed': program('A payout failed; its earnings count again.'),
  'payout.statement_closed': program('The statement of a month is ready.'),
  'deal.changed': program('A registered deal was approved, rejected, won or lost, or its time is over.'),
  'referral.created': program('A tenant signed up through a code or link of the partner.'),
  'referral.locked': program('A referred tenant paid for the first time; the referral is final.'),
  'referral.voided': program('The provider withdrew a referral before anything was paid.'),
  'form_token.rotated': form('A form token was replaced; the old one works until its overlap ends.'),
  'form_token.revoked': form('A form token was stopped.'),
  'embed.abuse_suspected': form('A form issues far more vouchers than usual.'),
  'voucher.issued': voucher('A voucher was issued.'),
  'voucher.review_requested': voucher('A voucher was asked for and waits for review.'),
  'voucher.review_approved': voucher('A voucher that waited for review was approved and is issued.'),
  'voucher.review_declined': voucher('A voucher that waited for review was declined.'),
  'voucher.redeemed': voucher('A voucher was redeemed.'),
  'voucher.redemption_reversed': voucher('A redemption was taken back; the voucher is good again.'),
  'voucher.voided': voucher('A voucher was voided.'),
  'voucher.expired': voucher('A voucher was not redeemed by its last day.'),
  'alert.raised': alert('An alert was raised, or got worse.'),
  'alert.acknowledged': alert('Somebody took an alert.'),
  'alert.resolved': alert('An alert was closed, or cleared by itself.'),
  'export.completed': exported('An ordered file is ready.'),
  'export.failed': exported('An ordered file was not made.'),
  'audit.checkpoint': {
    says: 'The newest signed checkpoint of the audit log, at most once an hour: keep it elsewhere, and nothing before it can be changed unseen.',
    about: 'checkpoint',
  },
} as const satisfies Record<string, EventType>

export type EventTypeName = keyof typeof EVENT_TYPES

const isEventType = (name: string): name is EventTypeName => Object.hasOwn(EVENT_TYPES, name)

/** The names of all types, in the order of the documentation. */
export const EVENT_TYPE_NAMES: readonly EventTypeName[] = Object.keys(EVENT_TYPES).filter(isEventType)

/** What the one side is never told of: it stays with the other one, and with the provider. */
const UNHEARD: Readonly<Record<'partner' | 'tenant', ReadonlySet<About>>> = {
  partner: new Set(['voucher', 'form']),
  tenant: new Set(['program', 'realm']),
}

/** The names of the types of which an organisation on this side can be told, in the order of the documentation. */
export function eventTypesOf(side: 'partner' | 'tenant'): readonly EventTypeName[] {
  return EVENT_TYPE_NAMES.filter((name) => !UNHEARD[side].has(EVENT_TYPES[name].about))
}

/** What an owner sends to see whether an endpoint works; every endpoint takes it. */
export const TEST_EVENT = 'endpoint.test'

/** What an address has to answer with success before anything else is sent to it. */
export const VERIFY_EVENT = 'endpoint.verify'

/** The outbox topic under which tickets tell all of their news; the payload says which. */
const TICKET_TOPIC = 'ticket.notify'

/** The topics of the outbox that webhooks take. */
export const TOPICS: readonly string[] = [
  ...EVENT_TYPE_NAMES.filter((name) => !name.startsWith('ticket.')),
  TICKET_TOPIC,
]

/** The type of a message; null for one that nobody can choose. */
export function typeOf(topic: string, payload: Readonly<Record<string, unknown>>): EventTypeName | null {
  const name = topic === TICKET_TOPIC ? `ticket.${String(payload['event'])}` : topic
  return isEventType(name) ? name : null
}
