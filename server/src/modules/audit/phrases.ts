/** The words of the audit log: each action with what a person reads of it. */

/** `one` stands for a single record and `many` for several. */
export interface Noun {
  readonly one: string
  readonly many: string
}

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

/**
 * What follows the person's name; a phrase that begins with a capital letter is a sentence without one. `{x}` becomes the
 * record or how many there were, `{link}` the link with whom it joins, `{of}` whose.
 */
export interface Phrase {
  readonly says: string
  readonly noun?: Noun
}

const says = (text: string, about?: Noun): Phrase => ({ says: text, ...(about && { noun: about }) })
const reads = (about: Noun): Phrase => says('read {x}', about)
const exports = (about: Noun): Phrase => says('exported {x}', about)

/** Every action with its phrase; what is not here is told by the grammar of its name. */
const PHRASES: Readonly<Record<string, Phrase>> = {
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
  'support.tickets.list': says('listed {x}', NOUNS.ticket),
  'support.tickets.read': reads(NOUNS.ticket),
  'support.tickets.create': says('opened {x}', NOUNS.ticket),
  'support.tickets.update': says('changed {x}', NOUNS.ticket),
  'support.tickets.comment': says('commented on {x}', NOUNS.ticket),
  'support.tickets.assign': says('assigned {x}', NOUNS.ticket),
  'support.tickets.internal_notes.read': reads(NOUNS.note),
  'provisioning.subscribers.list': says('listed {x}', NOUNS.subscriber),
  'provisioning.subscribers.read': reads(NOUNS.subscriber),
  'reports.usage.read': reads(NOUNS.usage),
  'reports.sla.read': reads(NOUNS.service),
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
  'identity.member.join': says('joined'),
  'platform.persons.read': says('looked for persons'),
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
  close: 'closed',
  comment: 'commented on',
  confirm: 'confirmed',
  create: 'created',
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
  revoke: 'revoked',
  seal: 'sealed',
  send: 'sent',
  set: 'set',
  start: 'started',
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
