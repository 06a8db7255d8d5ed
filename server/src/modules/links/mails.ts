import { encodeId, formatInstant, idFromUuid, ROLE_TITLES } from '@liaison/access'
import { enqueue } from '#platform/mandate.ts'
import { mailSide } from './store.ts'
import type { KnownLink, LinkMandate } from './store.ts'

/** What happened to a link, as the webhooks of the source contract name it. */
export type LinkNews =
  | 'requested'
  | 'invited'
  | 'withdrawn'
  | 'uninvited'
  | 'approved'
  | 'declined'
  | 'activated'
  | 'suspended'
  | 'resumed'
  | 'renewed'
  | 'changed'
  | 'change_asked'
  | 'change_declined'
  | 'expiring'
  | 'expired'
  | 'lapsed'
  | 'revoked'

/** What a message must know of a link. */
export type ToldLink = Pick<
  KnownLink,
  'id' | 'tenant_name' | 'tenant_slug' | 'partner_id' | 'partner_name' | 'access_role' | 'ends_at'
> & { readonly tenant_id: string | null }

interface Parties {
  readonly partner: string
  readonly tenant: string
  readonly role: string
  readonly until: string
}

type Words = (parties: Parties) => string

/** Subject and first sentence of each mail: to the tenant, and to the partner; null where that side needs none. */
const WORDS: Readonly<Record<LinkNews, { readonly tenant: Words | null; readonly partner: Words | null }>> = {
  requested: {
    tenant: ({ partner, tenant, role, until }) =>
      `${partner} asks for access to ${tenant} as ${role}, ${until}. Nothing is shared until you decide.`,
    partner: null,
  },
  invited: {
    tenant: null,
    partner: ({ partner, tenant, role, until }) =>
      `${tenant} invites ${partner} to work in its account as ${role}, ${until}.`,
  },
  // A partner that asked hears only of answers: silence must not tell whether anybody was asked.
  withdrawn: {
    tenant: ({ partner }) => `The request of ${partner} was withdrawn. Nothing is shared.`,
    partner: null,
  },
  uninvited: {
    tenant: null,
    partner: ({ tenant }) => `${tenant} took its invitation back.`,
  },
  approved: {
    tenant: ({ partner, role, until }) => `${partner} has access as ${role}, ${until}.`,
    partner: ({ tenant, role, until }) => `${tenant} allows access as ${role}, ${until}.`,
  },
  declined: {
    tenant: ({ partner }) => `The request of ${partner} was declined. Nothing is shared.`,
    partner: ({ tenant }) => `The request for access to ${tenant} was declined.`,
  },
  activated: {
    tenant: ({ partner, role, until }) => `The access of ${partner} as ${role} has started, ${until}.`,
    partner: ({ tenant, role, until }) => `The access to ${tenant} as ${role} has started, ${until}.`,
  },
  suspended: {
    tenant: ({ partner }) => `The access of ${partner} is suspended.`,
    partner: ({ tenant }) => `The access to ${tenant} is suspended.`,
  },
  resumed: {
    tenant: ({ partner, until }) => `The access of ${partner} works again, ${until}.`,
    partner: ({ tenant, until }) => `The access to ${tenant} works again, ${until}.`,
  },
  renewed: {
    tenant: ({ partner, until }) => `The access of ${partner} was extended, ${until}.`,
    partner: ({ tenant, until }) => `The access to ${tenant} was extended, ${until}.`,
  },
  changed: {
    tenant: ({ partner }) => `What ${partner} can do was changed.`,
    partner: ({ tenant }) => `What can be done in ${tenant} was changed.`,
  },
  change_asked: {
    tenant: ({ partner }) => `${partner} asks to change its access. It keeps what it has until you decide.`,
    partner: null,
  },
  change_declined: {
    tenant: null,
    partner: ({ tenant }) => `${tenant} left the access as it is.`,
  },
  expiring: {
    tenant: ({ partner, until }) => `The access of ${partner} ends soon: ${until}.`,
    partner: ({ tenant, until }) => `The access to ${tenant} ends soon: ${until}.`,
  },
  expired: {
    tenant: ({ partner }) => `The access of ${partner} has ended. It can be renewed for 30 days.`,
    partner: ({ tenant }) => `The access to ${tenant} has ended. ${tenant} can renew it for 30 days.`,
  },
  lapsed: {
    tenant: ({ partner }) => `The request of ${partner} ran out unanswered. Nothing is shared.`,
    partner: null,
  },
  revoked: {
    tenant: ({ partner }) => `The access of ${partner} was stopped.`,
    partner: ({ tenant }) => `The access to ${tenant} was stopped.`,
  },
}

/** What a message adds to the words of its news. */
export interface NewsDetail {
  /** The origin that browsers see; without it the mail names no page. */
  readonly origin?: string
  readonly reason?: string | null | undefined
  readonly endsAt?: Date | null
  /** What the outbox message names besides the link. */
  readonly detail?: Readonly<Record<string, unknown>>
}

function partiesOf(link: ToldLink, endsAt: Date | null): Parties {
  return {
    partner: link.partner_name ?? 'A partner',
    tenant: link.tenant_name ?? link.tenant_slug ?? 'your organisation',
    role: ROLE_TITLES[link.access_role],
    until: endsAt === null ? 'without an end' : `until ${formatInstant(endsAt)}`,
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

/** Tells both sides of a link what happened: a mail to each that it concerns, and subscribers of a coming end. */
export async function announce(
  mandate: LinkMandate,
  link: ToldLink,
  news: NewsDetail & { readonly news: LinkNews },
): Promise<void> {
  const parties = partiesOf(link, news.endsAt === undefined ? link.ends_at : news.endsAt)
  for (const side of ['tenant', 'partner'] as const) {
    const sentence = WORDS[news.news][side]?.(parties)
    if (sentence === undefined) continue
    const subject = sentence.split(/[.,:] /)[0]?.replace(/\.$/, '') ?? sentence
    await mailSide(mandate, link.id, { side, subject, text: bodyOf(sentence, link, { ...news, side }) })
  }
  if (news.news === 'expiring') {
    const ids = { link_id: link.id, tenant_id: link.tenant_id, partner_id: link.partner_id }
    await enqueue(mandate, 'link.expiring', { ...ids, ...news.detail })
  }
}
