import { PERMISSIONS, REFUSAL_WORDS } from '@liaison/access'
import type { Viewer } from './rules.ts'

/** What a sentence is made of. */
export interface Told {
  readonly action: string
  readonly outcome: 'allowed' | 'denied' | 'error'
  readonly code: string | null
  readonly actorType: string
  readonly personName: string | null
  readonly partnerName: string | null
  readonly tenantName: string | null
  readonly permission: string | null
  readonly resourceType: string | null
  readonly label: string | null
  readonly rows: number | null
  readonly repeats: number
  /** Whether the person acted for the partner, as opposed to naming it. */
  readonly actsForPartner: boolean
}

/** `one` stands for a single record and `many` for several. */
interface Noun {
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

/** A phrase after the person's name. `{x}` is the label or the counted noun; a phrase without it stands alone. */
interface Phrase {
  readonly says: string
  readonly noun?: Noun
}

const says = (text: string, about?: Noun): Phrase => ({ says: text, ...(about && { noun: about }) })
const reads = (about: Noun): Phrase => says('read {x}', about)
const exports = (about: Noun): Phrase => says('exported {x}', about)

/** Every action with its phrase; what is not here is told by the grammar of its name. */
const PHRASES: Readonly<Record<string, Phrase>> = {
  'tenants.list': says('looked at the list of {x}', NOUNS.tenant),
  'tenants.read': says('looked at the profile and plan'),
  'tenants.contacts.read': says('read the contact details'),
  'tenants.switch_context': says('started working in the account'),
  'billing.read': reads(NOUNS.balance),
  'billing.summary.read': reads(NOUNS.balance),
  'billing.invoices.read': reads(NOUNS.invoice),
  'billing.invoices.export': exports(NOUNS.invoice),
  'billing.payments.read': reads(NOUNS.payment),
  'support.tickets.list': says('looked at the list of {x}', NOUNS.ticket),
  'support.tickets.read': reads(NOUNS.ticket),
  'support.tickets.create': says('opened {x}', NOUNS.ticket),
  'support.tickets.update': says('changed {x}', NOUNS.ticket),
  'support.tickets.comment': says('commented on {x}', NOUNS.ticket),
  'support.tickets.assign': says('assigned {x}', NOUNS.ticket),
  'support.tickets.internal_notes.read': reads(NOUNS.note),
  'provisioning.subscribers.list': says('looked at the list of {x}', NOUNS.subscriber),
  'provisioning.subscribers.read': reads(NOUNS.subscriber),
  'reports.usage.read': reads(NOUNS.usage),
  'reports.sla.read': reads(NOUNS.service),
  'audit.read': reads(NOUNS.event),
  'tenant.profile.read': says('looked at the home page'),
  'tenant.members.read': reads(NOUNS.member),
  'tenant.billing.read': reads(NOUNS.invoice),
  'tenant.tickets.read': reads(NOUNS.ticket),
  'tenant.partner_access.read': says('looked at partner access'),
  'tenant.partner_access.audit.read': reads(NOUNS.event),
  'tenant.partner_access.audit.export': exports(NOUNS.event),
  'partner_org.members.read': reads(NOUNS.member),
  'partner_org.links.read': says('looked at the list of {x}', NOUNS.link),
  'partner_org.audit.read': reads(NOUNS.event),
  'partner_org.audit.export': exports(NOUNS.event),
  'platform.audit.read': reads(NOUNS.event),
  'platform.audit.export': exports(NOUNS.event),
  'platform.audit.checkpoints.read': says('looked at the checkpoints of the audit log'),
}

/** The past tense of the last word of an action's name. */
const VERBS: Readonly<Record<string, string>> = {
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

const NUMBER = new Intl.NumberFormat('en-GB')

function countOf(about: Noun, rows: number): string {
  if (rows === 0) return `no ${about.many}`
  return rows === 1 ? `1 ${about.one}` : `${NUMBER.format(rows)} ${about.many}`
}

function withArticle(word: string): string {
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`
}

/** One named record: “ticket T-1042”, or “a ticket” when it has no label. */
function singleOf({ label, resourceType }: Told, about: Noun | undefined): string {
  const word = about?.one ?? resourceType?.replaceAll('_', ' ') ?? ''
  if (word === '') return label ?? ''
  return label === null ? withArticle(word) : `${word} ${label}`
}

function objectOf(told: Told, about: Noun | undefined): string {
  if (!about || told.rows === null || told.label !== null) return singleOf(told, about)
  return told.repeats > 1 ? about.many : countOf(about, told.rows)
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The phrase that an action's own name makes: its last word is the verb, the one before what it was done to. */
function phraseFromName(action: string): Phrase {
  const words = action.split('.')
  const last = words.at(-1) ?? action
  const before = (words.at(-2) ?? '').replaceAll('_', ' ')
  const singular = before.endsWith('ies') ? `${before.slice(0, -3)}y` : before.replace(/s$/, '')
  const verb = VERBS[last] ?? (PAST.has(last) ? last : undefined)
  if (verb === undefined) return says(`did “${action.replaceAll('_', ' ')}”`)
  return singular === '' ? says(verb) : says(`${verb} {x}`, noun(singular))
}

const ACTORS: Readonly<Record<string, string>> = {
  system: 'Liaison itself',
  ingest_key: "The provider's systems",
  stranger: 'Somebody who was not signed in',
}

/** Who acted, as the reader knows them: one's own organisation is not named. */
function whoOf(told: Told, viewer: Viewer): string {
  const name = told.personName ?? ACTORS[told.actorType] ?? 'Somebody'
  if (told.actorType !== 'person' || !told.actsForPartner || told.partnerName === null) return name
  return viewer === 'partner' ? name : `${name} of ${told.partnerName}`
}

function whereOf(told: Told, viewer: Viewer): string {
  if (viewer === 'tenant' || told.tenantName === null) return ''
  return told.label === told.tenantName ? '' : ` at ${told.tenantName}`
}

function timesOf({ repeats, rows, label }: Told, about: Noun | undefined): string {
  if (repeats <= 1) return ''
  const total = rows === null || label !== null || !about ? '' : `, ${NUMBER.format(rows)} in all`
  return ` ${NUMBER.format(repeats)} times${total}`
}

/** Refusals were written for the person refused; here somebody else reads them. */
function inThirdPerson(sentence: string): string {
  return sentence
    .replaceAll(/\b[Yy]ou are\b/g, 'they are')
    .replaceAll(/\b[Yy]ou do\b/g, 'they do')
    .replaceAll(/\b[Yy]ou have\b/g, 'they have')
    .replaceAll(/\b[Yy]ou\b/g, 'they')
    .replaceAll(/\b[Yy]our\b/g, 'their')
    .replace(/\.$/, '')
}

function isRefusal(code: string): code is keyof typeof REFUSAL_WORDS {
  return Object.hasOwn(REFUSAL_WORDS, code)
}

function refusedSentence(told: Told, who: string, where: string): string {
  const wanted = PERMISSIONS.find((entry) => entry.name === told.permission)?.sentence
  const why =
    told.code !== null && isRefusal(told.code) ? inThirdPerson(REFUSAL_WORDS[told.code].sentence) : null
  const reason = why === null ? '' : `: ${why.charAt(0).toLowerCase()}${why.slice(1)}`
  const times = told.repeats > 1 ? ` ${NUMBER.format(told.repeats)} times` : ''
  const aim = wanted === undefined ? '' : ` (${wanted.charAt(0).toLowerCase()}${wanted.slice(1)})`
  return `${who} was refused${times}${where}${reason}${aim}`
}

/**
 * What happened, in one plain sentence for this reader, for example “Lee Park of Northwind MSP read 50 invoices”.
 * Source: experience.md section 2, “Audit log viewers”.
 */
export function toSentence(told: Told, viewer: Viewer): string {
  const who = capitalised(whoOf(told, viewer))
  const where = whereOf(told, viewer)
  if (told.outcome === 'denied') return refusedSentence(told, who, where)
  const phrase = PHRASES[told.action] ?? phraseFromName(told.action)
  const object = objectOf(told, phrase.noun)
  const done = phrase.says.replace('{x}', object).trim()
  const sentence = `${who} ${done}${where}${timesOf(told, phrase.noun)}`
  return told.outcome === 'error' ? `${sentence}, which failed` : sentence
}
