import { encodeId, formatInstant, idFromUuid, ROLE_TITLES } from '@liaison/access'
import { enqueue } from '#platform/mandate.ts'
import { TOPIC_OF, WORDS } from './news-words.ts'
import type { LinkNews, Parties, ToldLink } from './news-words.ts'
import { tellSide } from './store.ts'
import type { LinkMandate } from './store.ts'

export type { LinkNews, ToldLink } from './news-words.ts'

/** What a message adds to the words of its news. */
export interface NewsDetail {
  /** The origin that browsers see; without it the mail names no page. */
  readonly origin?: string
  readonly reason?: string | null | undefined
  readonly endsAt?: Date | null
  /** Who, what or when a sentence is about, in words. */
  readonly about?: string
  /** What the outbox message names besides the link. */
  readonly detail?: Readonly<Record<string, unknown>>
}

/** How a coming end is told: as an end, or as the day on which the link renews itself. */
function endingOf(link: ToldLink, endsAt: Date | null): string {
  if (endsAt === null) return 'has no end'
  const renews = (link.auto_renew_days ?? 0) > 0
  return renews ? `will renew automatically on ${formatInstant(endsAt)}` : `ends on ${formatInstant(endsAt)}`
}

function partiesOf(link: ToldLink, endsAt: Date | null, about: string): Parties {
  return {
    partner: link.partner_name ?? 'A partner',
    tenant: link.tenant_name ?? link.tenant_slug ?? 'your organisation',
    role: ROLE_TITLES[link.access_role],
    until: endsAt === null ? 'without an end' : `until ${formatInstant(endsAt)}`,
    ending: endingOf(link, endsAt),
    about,
  }
}

function bodyOf(
  sentence: string,
  link: ToldLink,
  news: NewsDetail & { readonly side: 'partner' | 'tenant' },
): string {
  const reason = news.reason ? `\n\nReason given: "${news.reason}"` : ''
  const id = encodeId('link', idFromUuid('link', link.id))
  const path =
    news.side === 'tenant' && link.tenant_id !== null
      ? `/links/${id}?org=${encodeId('tenant', idFromUuid('tenant', link.tenant_id))}`
      : `/partner/${encodeId('partner', idFromUuid('partner', link.partner_id))}/links/${id}`
  const place = news.origin === undefined ? '' : `\n\n${news.origin}${path}`
  return `${sentence}${reason}${place}\n\nThis mail gives no access by itself. Reference ${id}.`
}

/** Puts the event of a link where webhooks take it from: ids only. */
export async function publish(
  mandate: LinkMandate,
  link: Pick<ToldLink, 'id' | 'tenant_id' | 'partner_id'>,
  topic: string,
): Promise<void> {
  await enqueue(mandate, topic, { link_id: link.id, tenant_id: link.tenant_id, partner_id: link.partner_id })
}

/** Tells both sides of a link what happened: a mail and a notice in the portal to each that it concerns, and the event that webhooks send. */
export async function announce(
  mandate: LinkMandate,
  link: ToldLink,
  news: NewsDetail & { readonly news: LinkNews },
): Promise<void> {
  const endsAt = news.endsAt === undefined ? link.ends_at : news.endsAt
  const parties = partiesOf(link, endsAt, news.about ?? '')
  for (const side of ['tenant', 'partner'] as const) {
    const sentence = WORDS[news.news][side]?.(parties)
    if (sentence === undefined) continue
    const subject = sentence.split(/[.,:] /)[0]?.replace(/\.$/, '') ?? sentence
    const text = bodyOf(sentence, link, { ...news, side })
    await tellSide(mandate, link.id, { side, news: news.news, sentence, subject, text })
  }
  const topic = TOPIC_OF[news.news]
  if (topic !== undefined) {
    const ids = { link_id: link.id, tenant_id: link.tenant_id, partner_id: link.partner_id }
    await enqueue(mandate, topic, { ...ids, ...news.detail })
  }
}
