import { publicIdOf } from '#platform/public-id.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { subjectOf, writeLetters } from '#platform/words/letters.ts'
import { readableName } from '#platform/words/names.ts'
import type { Letter } from '#platform/words/letters.ts'
import { enqueue } from '#platform/mandate.ts'
import { TO_PARTNER, TOPIC_OF } from './news-words.ts'
import type { LinkNews, ToldLink } from './news-words.ts'
import { tellPermission } from './rules.ts'
import { mailSecurityContact, tellSide } from './store.ts'
import type { LinkMandate } from './store.ts'
import { LINK_NEWS_WORDS, LINK_WORDS } from './words/index.ts'
import type { Parties, TenantNews } from './words/index.ts'

export type { LinkNews, ToldLink } from './news-words.ts'

/** What a message adds to the words of its news. */
export interface NewsDetail {
  /** The origin that browsers see; without it the mail names no page. */
  readonly origin?: string
  readonly reason?: string | null | undefined
  readonly endsAt?: Date | null
  /** The permissions that a change allowed and took away, by name. */
  readonly turned?: { readonly added: readonly string[]; readonly removed: readonly string[] }
  /** Who, what or when a sentence is about: a moment, or words, which may differ with the language. */
  readonly about?: string | Date | ((language: Language) => string)
  /** What the outbox message names besides the link. */
  readonly detail?: Readonly<Record<string, unknown>>
}

type Told = NewsDetail & { readonly news: LinkNews }

/** How a coming end is told: as an end, or as the day on which the link renews itself. */
function endingOf(link: ToldLink, endsAt: Date | null, language: Language): string {
  const words = LINK_NEWS_WORDS[language]
  if (endsAt === null) return words.neverEnds
  const end = writeInstant(endsAt, language)
  return (link.auto_renew_days ?? 0) > 0 ? words.renewsOn(end) : words.endsOn(end)
}

function aboutOf({ about = '' }: NewsDetail, language: Language): string {
  if (typeof about === 'function') return about(language)
  return about instanceof Date ? writeInstant(about, language) : about
}

function partiesOf(link: ToldLink, told: Told, language: Language): Parties {
  const words = LINK_NEWS_WORDS[language]
  const endsAt = told.endsAt === undefined ? link.ends_at : told.endsAt
  return {
    partner: link.partner_name === null ? words.partner : readableName(link.partner_name, words.partner),
    tenant: link.tenant_name ?? link.tenant_slug ?? words.yourOrganisation,
    role: LINK_WORDS[language].roles[link.access_role],
    until: endsAt === null ? words.endless : words.until(writeInstant(endsAt, language)),
    ending: endingOf(link, endsAt, language),
    about: aboutOf(told, language),
  }
}

const isToTenant = (news: LinkNews): news is TenantNews => news in LINK_NEWS_WORDS.en.sentences

interface Said {
  readonly sentence: string
  readonly subject: string
}

/** The sentence of a piece of news for one side, with its subject; null where it needs none. Partners read English. */
function sayTo(side: Side, link: ToldLink, { told, language }: Saying): Said | null {
  const { news, about } = told
  const parties = partiesOf(link, told, language)
  const write =
    side === 'partner'
      ? TO_PARTNER[news]
      : isToTenant(news)
        ? LINK_NEWS_WORDS[language].sentences[news]
        : undefined
  if (write === undefined) return null
  const sentence = write(parties)
  const names = [parties.partner, parties.tenant, ...(typeof about === 'string' ? [about] : [])]
  return { sentence, subject: subjectOf(sentence, names) }
}

type Side = 'partner' | 'tenant'

/** Of which news both sides are told who did it, and when. */
const TOLD_BY: ReadonlySet<LinkNews> = new Set(['changed', 'suspended', 'resumed', 'revoked'])

/** Who did it, as a side is told: its own people by name, others by their organisation; null where the clock did. */
function doerFor(side: Side, mandate: LinkMandate, said: Parties & { readonly language: Language }) {
  if (mandate.kind === 'system') return null
  if (mandate.kind === 'platform') return LINK_NEWS_WORDS[said.language].provider
  const own = mandate.kind === 'tenant' ? 'tenant' : 'partner'
  if (own === side) return mandate.actor.name
  return own === 'tenant' ? said.tenant : said.partner
}

/** What a change allowed and took away, in sentences. */
function turnedLines({ turned }: Told, language: Language): string[] {
  const words = LINK_NEWS_WORDS[language]
  const { added = [], removed = [] } = turned ?? {}
  const list = (names: readonly string[]) => names.map((name) => tellPermission(name, language)).join('; ')
  return [
    ...(added.length > 0 ? [words.added(list(added))] : []),
    ...(removed.length > 0 ? [words.removed(list(removed))] : []),
  ]
}

/** What a mail says below its first sentence: what it is, by whom and when, until when, and what can be done about it. */
function linesOf(mandate: LinkMandate, link: ToldLink, { told, language, side }: Saying & { side: Side }) {
  if (!TOLD_BY.has(told.news)) return []
  const words = LINK_NEWS_WORDS[language]
  const parties = partiesOf(link, told, language)
  const doer = doerFor(side, mandate, { ...parties, language })
  return [
    ...turnedLines(told, language),
    ...(told.news === 'changed' ? [words.lasts(parties.until)] : []),
    ...(doer === null ? [] : [words.by(doer, writeInstant(mandate.origin.now, language))]),
    ...(side === 'tenant' && told.news === 'changed' ? [words.takeBack] : []),
    ...(side === 'tenant' && told.news === 'revoked' ? [words.keeps(parties.partner)] : []),
  ]
}

interface Saying {
  readonly told: Told
  readonly language: Language
}

function placeOf(link: ToldLink, side: Side): string {
  const id = publicIdOf('link', link.id)
  return side === 'tenant' && link.tenant_id !== null
    ? `/links/${id}?org=${publicIdOf('tenant', link.tenant_id)}`
    : `/partner/${publicIdOf('partner', link.partner_id)}/links/${id}`
}

function letterOf(
  { sentence, subject }: Said,
  link: ToldLink,
  { told, language, side, lines }: Saying & { side: Side; lines: readonly string[] },
): Letter {
  const words = LINK_NEWS_WORDS[language]
  const text = [
    sentence,
    ...lines,
    ...(told.reason ? [words.reason(told.reason)] : []),
    ...(told.origin === undefined ? [] : [`${told.origin}${placeOf(link, side)}`]),
    // Whoever is asked by somebody unknown learns where to tell us.
    ...(side === 'tenant' && told.news === 'requested' && told.origin !== undefined
      ? [words.unknown(`${told.origin}/help#unknown-request`)]
      : []),
    words.reference(publicIdOf('link', link.id)),
  ]
  return { subject, text: text.join('\n\n') }
}

/** What lets a partner in, ends it, or changes what it may do: the security contact is told of it, too. */
const SECURITY_NEWS: ReadonlySet<LinkNews> = new Set([
  'approved',
  'approved_ahead',
  'attested',
  'changed',
  'suspended',
  'resumed',
  'revoked',
])

/** Puts the event of a link where webhooks take it from: ids only. */
export async function publish(
  mandate: LinkMandate,
  link: Pick<ToldLink, 'id' | 'tenant_id' | 'partner_id'>,
  topic: string,
): Promise<void> {
  await enqueue(mandate, topic, { link_id: link.id, tenant_id: link.tenant_id, partner_id: link.partner_id })
}

/**
 * Tells both sides of a link what happened: a mail and a notice in the portal to each that it concerns, and the event that
 * webhooks send. Each administrator of the customer reads the mail in the language that they chose, else in that of the
 * approval; the notice stands in the portal, which is English.
 */
export async function announce(mandate: LinkMandate, link: ToldLink, told: Told): Promise<void> {
  for (const side of ['tenant', 'partner'] as const) {
    const said = sayTo(side, link, { told, language: 'en' })
    if (said === null) continue
    const write = (language: Language): Letter =>
      letterOf(sayTo(side, link, { told, language }) ?? said, link, {
        told,
        language,
        side,
        lines: linesOf(mandate, link, { told, language, side }),
      })
    const letters = side === 'tenant' ? writeLetters(write) : { en: write('en') }
    await tellSide(mandate, link.id, { side, news: told.news, sentence: said.sentence, letters })
    if (side === 'tenant' && SECURITY_NEWS.has(told.news))
      await mailSecurityContact(mandate, link.id, letters)
  }
  const topic = TOPIC_OF[told.news]
  if (topic !== undefined) {
    const ids = { link_id: link.id, tenant_id: link.tenant_id, partner_id: link.partner_id }
    await enqueue(mandate, topic, { ...ids, ...told.detail })
  }
}
