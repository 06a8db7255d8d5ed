import { CLIENT_REFUSAL_WORDS, PERMISSIONS, REFUSAL_WORDS } from '@liaison/access'
import type { RefusalWords } from '@liaison/access'
import { phraseOf } from './phrases.ts'
import type { Noun } from './phrases/phrase.ts'
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
  /** For whom the person acted. */
  readonly side: 'partner' | 'tenant' | 'provider' | null
}

const NUMBER = new Intl.NumberFormat('en-GB')

function countOf(about: Noun, rows: number): string {
  if (rows === 0) return `no ${about.many}`
  return rows === 1 ? `1 ${about.one}` : `${NUMBER.format(rows)} ${about.many}`
}

function withArticle(word: string): string {
  return `${/^(?!us|uni|eu|one)[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`
}

/** What follows “the” brings no article of its own. */
const withoutArticle = (object: string, the: string): string =>
  the === '' ? object : object.replace(/^an? /, '')

/** One named record: “ticket T-1042”, or “a ticket” when it has no label. */
function singleOf({ label, resourceType }: Told, about: Noun | undefined): string {
  const word = about?.one ?? resourceType?.replaceAll('_', ' ') ?? ''
  if (word === '') return label ?? ''
  if (label === null) return withArticle(word)
  return about?.isQuoted === true ? `${word} “${label}”` : `${word} ${label}`
}

/** What the phrase is about with its article: a number needs none, as in “read 12 users” and “read no users”. */
function objectOf(told: Told, about: Noun | undefined, the: string): string {
  if (!about || told.rows === null || told.label !== null)
    return the + withoutArticle(singleOf(told, about), the)
  return told.repeats > 1 ? the + about.many : countOf(about, told.rows)
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const ACTORS: Readonly<Record<string, string>> = {
  system: 'Liaison itself',
  ingest_key: "The provider's systems",
  stranger: 'Somebody who was not signed in',
}

/** For whom the actor works, unless that is the reader's own organisation. */
function organisationOf(told: Told, viewer: Viewer): string | null {
  const isOfSide = told.actorType === 'person' || told.actorType === 'client'
  if (!isOfSide || told.side === viewer) return null
  if (told.side === 'partner') return told.partnerName
  if (told.side === 'tenant') return told.tenantName
  return told.side === 'provider' && viewer !== 'platform' ? 'the provider' : null
}

function whoOf(told: Told, viewer: Viewer): string {
  // What runs by itself is recorded under the name of its job, which tells a reader nothing.
  const person = told.actorType === 'system' ? null : told.personName
  const named = person ?? ACTORS[told.actorType] ?? 'Somebody'
  const name = told.actorType === 'client' ? `The API client ${named}` : named
  const organisation = organisationOf(told, viewer)
  return organisation === null ? name : `${name} of ${organisation}`
}

/** “link with Northwind MSP” for its tenant, “link of Northwind MSP with Acme Fiber” for the provider. */
function linkOf(told: Told, viewer: Viewer): string {
  const { partnerName: partner, tenantName: tenant } = told
  if (viewer === 'platform' && partner !== null && tenant !== null) return `link of ${partner} with ${tenant}`
  const other = viewer === 'tenant' ? partner : (tenant ?? told.label)
  return other === null || other === organisationOf(told, viewer) ? 'link' : `link with ${other}`
}

function whereOf(told: Told, viewer: Viewer): string {
  const { tenantName: tenant } = told
  if (viewer === 'tenant' || tenant === null || tenant === told.label) return ''
  return tenant === organisationOf(told, viewer) ? '' : ` at ${tenant}`
}

/** Which partner is told, as the provider reads it: each side has alerts of its own. */
function forOf({ partnerName: partner }: Told, viewer: Viewer): string {
  return viewer === 'platform' && partner !== null ? ` for ${partner}` : ''
}

function timesOf({ repeats, rows, label }: Told, about: Noun | undefined): string {
  if (repeats <= 1) return ''
  const total = rows === null || label !== null || !about ? '' : `, ${NUMBER.format(rows)} in all`
  return ` ${NUMBER.format(repeats)} times${total}`
}

/** Refusals were written for the person refused; here somebody else reads them. */
function inThirdPerson(sentence: string): string {
  return sentence
    .replaceAll(/\bit is you\b/g, 'it is them')
    .replaceAll(/\b[Yy]ou are\b/g, 'they are')
    .replaceAll(/\b[Yy]ou do\b/g, 'they do')
    .replaceAll(/\b[Yy]ou have\b/g, 'they have')
    .replaceAll(/\b[Yy]ou\b/g, 'they')
    .replaceAll(/\b[Yy]our\b/g, 'their')
    .replace(/\.$/, '')
}

/** What is told of a refusal, by its code; not every code has words of its own. */
export const REFUSALS: Readonly<Record<string, RefusalWords>> = { ...CLIENT_REFUSAL_WORDS, ...REFUSAL_WORDS }

function refusedSentence(told: Told, who: string, where: string): string {
  const wanted = PERMISSIONS.find((entry) => entry.name === told.permission)?.sentence
  const words = told.code === null ? undefined : REFUSALS[told.code]
  const why = words === undefined ? null : inThirdPerson(words.sentence)
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
  const phrase = phraseOf(told.action)
  const namesTenant = told.tenantName !== null && told.label?.includes(told.tenantName) === true
  const isPlaced = phrase.says.includes('{link}') || (phrase.says.includes('{of}') && namesTenant)
  const done = phrase.says
    .replace('{link}', () => linkOf(told, viewer))
    .replace(/(the )?\{x\}/, (_, the: string = '') => objectOf(told, phrase.noun, the))
    .replace('{of}', () => (told.label === null ? '' : ` (${told.label})`))
    .replace('{for}', () => forOf(told, viewer))
    .trim()
  const subject = /^[A-Z]/.test(phrase.says) ? '' : `${who} `
  const sentence = `${subject}${done}${isPlaced ? '' : where}${timesOf(told, phrase.noun)}`
  return told.outcome === 'error' ? `${sentence}, which failed` : sentence
}
