/** The words of the audit log: each action with what a person reads of it. */

import { says } from './phrase.ts'
import type { Noun, Phrase } from './phrase.ts'
import { AGENCY_PHRASES } from './phrases-agencies.ts'
import { AGREEMENT_PHRASES } from './phrases-agreements.ts'
import { ALERT_PHRASES } from './phrases-alerts.ts'
import { API_PHRASES } from './phrases-api.ts'
import { CONFIGURATION_PHRASES } from './phrases-configuration.ts'
import { EARNING_PHRASES } from './phrases-earnings.ts'
import { EMBED_PHRASES } from './phrases-embed.ts'
import { FEATURE_PHRASES } from './phrases-features.ts'
import { IDENTITY_CHECK_PHRASES } from './phrases-identity-checks.ts'
import { PARTNER_PHRASES } from './phrases-partners.ts'
import { PAYOUT_PHRASES } from './phrases-payouts.ts'
import { PLAN_PHRASES } from './phrases-plans.ts'
import { PORTFOLIO_PHRASES } from './phrases-portfolio.ts'
import { REALM_PHRASES } from './phrases-realms.ts'
import { RISK_PHRASES } from './phrases-risk.ts'
import { REFERRAL_PHRASES } from './phrases-referrals.ts'
import { USAGE_PHRASES } from './phrases-usage.ts'
import { VOUCHER_PHRASES } from './phrases-vouchers.ts'
import { WEBHOOK_PHRASES } from './phrases-webhooks.ts'

const noun = (one: string, many = `${one}s`): Noun => ({ one, many })

const NOUNS = {
  ticket: noun('ticket'),
  invoice: noun('invoice'),
  payment: noun('payment'),
  subscriber: noun('subscriber'),
  tenant: noun('tenant'),
  link: noun('link'),
  member: noun('member'),
  freeze: noun('freeze'),
  event: noun('activity entry', 'activity entries'),
  note: noun('internal note'),
  partner: noun('partner'),
  key: noun('ingest key'),
  balance: noun('balance'),
  usage: noun('usage figure'),
  service: noun('service-level figure'),
} as const

const reads = (about: Noun): Phrase => says('read {x}', about)
const exports = (about: Noun): Phrase => says('exported {x}', about)

/** Every action with its phrase; what is not here is told by the grammar of its name. */
const PHRASES: Readonly<Record<string, Phrase>> = {
  ...API_PHRASES,
  ...AGREEMENT_PHRASES,
  ...ALERT_PHRASES,
  ...CONFIGURATION_PHRASES,
  ...PLAN_PHRASES,
  ...PAYOUT_PHRASES,
  ...PORTFOLIO_PHRASES,
  ...IDENTITY_CHECK_PHRASES,
  ...PARTNER_PHRASES,
  ...AGENCY_PHRASES,
  ...EARNING_PHRASES,
  ...EMBED_PHRASES,
  ...FEATURE_PHRASES,
  ...REALM_PHRASES,
  ...RISK_PHRASES,
  ...USAGE_PHRASES,
  ...VOUCHER_PHRASES,
  ...WEBHOOK_PHRASES,
  ...REFERRAL_PHRASES,
  'tenants.list': says('looked at the overview of tenants'),
  'tenants.read': says('looked at the profile and plan'),
  'tenants.contacts.read': says('read the contact details'),
  'tenants.switch_context': says('looked at what they may do in the account'),
  'tenants.enter': says('came in to work in the account'),
  'billing.read': reads(NOUNS.balance),
  'billing.summary.read': reads(NOUNS.balance),
  'billing.invoices.read': reads(NOUNS.invoice),
  'billing.invoices.export': exports(NOUNS.invoice),
  'billing.payments.read': reads(NOUNS.payment),
  'billing.disputes.create': says('disputed {x}', NOUNS.invoice),
  'billing.disputes.withdraw': says('withdrew the dispute about {x}', NOUNS.invoice),
  'disputes.accept': says('accepted the dispute about {x}', NOUNS.invoice),
  'disputes.reject': says('rejected the dispute about {x}', NOUNS.invoice),
  'billing.reminders.send': says('sent a reminder of {x}', NOUNS.invoice),
  'billing_settings.update': says('changed how reminders of invoices are sent'),
  'fx_rates.write': says('handed exchange rates in'),
  'support.tickets.list': says('listed {x}', NOUNS.ticket),
  'support.tickets.read': reads(NOUNS.ticket),
  'support.tickets.create': says('opened {x}', NOUNS.ticket),
  'support.tickets.update': says('changed {x}', NOUNS.ticket),
  'support.tickets.comment': says('commented on {x}', NOUNS.ticket),
  'support.tickets.assign': says('assigned {x}', NOUNS.ticket),
  'support.tickets.internal_notes.read': reads(NOUNS.note),
  'support.assignees.list': says('looked at who can be given tickets'),
  'support.sla.breach': says('A promised time was missed: {x}', NOUNS.ticket),
  'support.sla.settle': says('The clocks were set: {x}', NOUNS.ticket),
  'support.sla.justify': says('said why the promise of {x} was missed', NOUNS.ticket),
  'sla.policies.read': says('read what is promised for tickets'),
  'sla.policies.write': says('changed what is promised for tickets'),
  'provisioning.subscribers.list': says('listed {x}', NOUNS.subscriber),
  'provisioning.subscribers.read': reads(NOUNS.subscriber),
  'reports.usage.read': reads(NOUNS.usage),
  'reports.sla.read': reads(NOUNS.service),
  'exports.order': says('ordered an export{of}'),
  'exports.invoices': exports(NOUNS.invoice),
  'exports.subscribers': exports(NOUNS.subscriber),
  'exports.tickets': exports(NOUNS.ticket),
  'exports.activity': exports(NOUNS.event),
  'exports.report_sla': says('exported the report on service levels'),
  'exports.report_usage': says('exported the report on usage'),
  'exports.report_revenue': says('exported the report on revenue'),
  'exports.download': says('downloaded an export{of}'),
  'exports.cancel': says('cancelled an export{of}'),
  'exports.stop': says('An export was stopped{of}'),
  'exports.fail': says('An export could not be made{of}'),
  'exports.expire': says('The file of an export was deleted after its time{of}'),
  'audit.read': reads(NOUNS.event),
  'audit.export': exports(NOUNS.event),
  'tenant.profile.read': says('looked at the home page'),
  'tenant.members.read': reads(NOUNS.member),
  'tenant.billing.read': reads(NOUNS.invoice),
  'tenant.tickets.read': reads(NOUNS.ticket),
  'tenant.partner_access.read': says('looked at partner access'),
  'tenant.partner_access.audit.read': reads(NOUNS.event),
  'tenant.partner_access.audit.export': exports(NOUNS.event),
  'partner_org.members.read': reads(NOUNS.member),
  'partner_org.links.read': says('listed {x}', NOUNS.link),
  'partner_org.audit.read': reads(NOUNS.event),
  'partner_org.audit.export': exports(NOUNS.event),
  'tenant.partner_access.policy.write': says('changed the rules for partner access'),
  'tenant.partner_access.stop_all': says('stopped all partner access'),
  'tenant.partner_access.approve': says('approved partner access'),
  'tenant.partner_access.revoke': says('stopped partner access'),
  'reports.revenue.read': says('read the revenue report'),
  'alerts.sla.read': says('read service-level alerts'),
  'alerts.billing.read': says('read billing alerts'),
  'alerts.config.write': says('changed which alerts are sent'),
  'sla.policy.write': says('changed the service-level targets'),
  'partner_org.profile.read': says("looked at the partner's profile"),
  'partner_org.profile.update': says("changed the partner's profile"),
  'partner_org.billing.read': says("read the partner's own billing"),
  'partner_org.agreements.sign': says('signed an agreement'),
  'partner_org.referrals.read_all': says('looked at all referrals'),
  'platform.agreements.draft': says('drafted an agreement'),
  'platform.payouts.run': says('worked on a payout'),
  'platform.risk.resolve': says('decided a warning'),
  'tenant.vouchers.redeem': says('redeemed a voucher'),
  'tenant.vouchers.void': says('voided a voucher'),
  'platform.explain.use': says('asked why access was allowed or refused'),
  'platform.audit.verify': says('verified the audit log'),
  'platform.outbox.read': says('looked at the outbox'),
  'links.request': says('asked for a {link}'),
  'links.invite': says('offered a {link}'),
  'links.withdraw': says('withdrew the request for a {link}'),
  'links.accept': says('accepted the {link}'),
  'links.approve': says('approved the {link}'),
  'links.decline': says('declined the {link}'),
  'links.suspend': says('suspended the {link}'),
  'links.resume': says('resumed the {link}'),
  'links.revoke': says('revoked the {link}'),
  'links.terminate': says('ended the {link}'),
  'links.renew': says('renewed the {link}'),
  'links.change': says('changed the {link}'),
  'links.assign': says('changed who is assigned to the {link}'),
  'links.attest': says('recorded the {link} under a contract'),
  'links.activate': says('The {link} began'),
  'links.expire': says('The {link} ran out'),
  'links.lapse': says('The request for a {link} ran out without an answer'),
  'link_notices.send': says('A reminder was sent that the {link} ends soon'),
  'link_notices.tell': says('A notice about partner access was sent'),
  'link_reviews.ask': says('It was asked whether the {link} is still right'),
  'links.review': says('confirmed that the {link} is still right'),
  'links.handover': says('handed the work of the {link} over'),
  'links.note': says('kept a note about the {link}'),
  'links.check': says('It was checked who gets in under the {link}'),
  'calendars.create': says('made a private calendar address'),
  'calendars.revoke': says('took a private calendar address back'),
  'partner_networks.write': says('changed the networks that the partner works from'),
  'change_requests.request': says('asked to widen the {link}'),
  'change_requests.approve': says('approved the change of the {link}'),
  'change_requests.decline': says('declined the change of the {link}'),
  'change_requests.withdraw': says('withdrew the change of the {link}'),
  'change_requests.lapse': says('The change of the {link} ran out without an answer'),
  'freezes.set': says('froze access{of}'),
  'freezes.request_lift': says('asked to lift the freeze of access{of}'),
  'freezes.lift': says('lifted the freeze of access{of}'),
  'platform.freezes.set': says('froze access{of}'),
  'platform.freezes.lift.request': says('asked to lift the freeze of access{of}'),
  'platform.freezes.lift': says('lifted the freeze of access{of}'),
  'access.explain': says('asked why access was allowed or refused'),
  'identity.sign_in': says('signed in'),
  'identity.sign_in.failed': says('could not sign in'),
  'identity.step_up': says('confirmed who they are'),
  'identity.session.end': says('ended sign-ins'),
  'identity.password.change': says('changed the password'),
  'identity.password.reset_request': says('asked for a new password'),
  'identity.profile.update': says('changed the profile'),
  'identity.factor.add': says('added a second factor'),
  'identity.factor.remove': says('removed a second factor'),
  'identity.factor.reset': says('removed the lost second factors{of}'),
  'identity.factor.renew': says('made new recovery codes'),
  'identity.member.invite': says('invited a member'),
  'identity.member.change_role': says('changed the role of a member'),
  'identity.member.remove': says('removed a member'),
  'identity.member.join': says('joined'),
  'platform.persons.read': says('looked for persons'),
  'platform.persons.export': says('wrote out what is kept of a person'),
  'platform.persons.erase': says('erased a person'),
  'platform.partners.read': reads(NOUNS.partner),
  'platform.tenants.read': reads(NOUNS.tenant),
  'platform.audit.read': reads(NOUNS.event),
  'platform.audit.export': exports(NOUNS.event),
  'platform.audit.checkpoints.read': says('looked at the checkpoints of the audit log'),
}

/** The past tense of the last word of an action's name. */
const VERBS: Readonly<Record<string, string>> = {
  accept: 'accepted',
  acknowledge: 'acknowledged',
  activate: 'activated',
  add: 'added',
  approve: 'approved',
  assign: 'assigned',
  cancel: 'cancelled',
  change: 'changed',
  choose: 'chose',
  close: 'closed',
  comment: 'commented on',
  complete: 'completed',
  confirm: 'confirmed',
  create: 'created',
  decide: 'decided',
  decline: 'declined',
  delete: 'removed',
  end: 'ended',
  expire: 'recorded the end of',
  explain: 'asked for an explanation of',
  export: 'exported',
  freeze: 'froze',
  import: 'handed in',
  invite: 'invited',
  issue: 'issued',
  lapse: 'let lapse',
  lift: 'lifted',
  list: 'looked at the list of',
  manage: 'changed',
  narrow: 'narrowed',
  reactivate: 'reactivated',
  read: 'read',
  remove: 'removed',
  renew: 'renewed',
  request: 'asked for',
  request_lift: 'asked to lift',
  reset: 'reset',
  resume: 'resumed',
  review: 'reviewed',
  revoke: 'revoked',
  seal: 'sealed',
  send: 'sent',
  set: 'set',
  start: 'started',
  submit: 'sent in',
  suspend: 'suspended',
  terminate: 'ended',
  update: 'changed',
  upsert: 'handed in',
  use: 'used',
  verify: 'verified',
  withdraw: 'withdrew',
  write: 'changed',
}

const PAST = new Set(Object.values(VERBS))

/** The phrase that an action's own name makes: its last word is the verb, the one before what it was done to. */
function phraseFromName(action: string): Phrase {
  const words = action.split('.')
  const last = words.at(-1) ?? action
  const before = (words.at(-2) ?? '').replaceAll('_', ' ')
  const singular = before.endsWith('ies') ? `${before.slice(0, -3)}y` : before.replace(/(?<!s)s$/, '')
  const verb = VERBS[last] ?? (PAST.has(last) ? last : undefined)
  if (verb === undefined) return says(`did “${action.replaceAll('_', ' ')}”`)
  return singular === '' ? says(verb) : says(`${verb} {x}`, noun(singular))
}

/** The phrase of an action. */
export function phraseOf(action: string): Phrase {
  return PHRASES[action] ?? phraseFromName(action)
}
