import { encodeId, formatInstant, idFromUuid } from '@liaison/access'
import { readableName } from './names.ts'
import { payerSentence, sentencesOf } from './rules.ts'
import { mailSide } from './store.ts'
import type { ConsentMandate } from './store.ts'
import type { ConsentRow } from './tables.ts'

/** What happened to a consent that people are told. */
export type ConsentNews =
  | 'granted'
  | 'waiting'
  | 'declined'
  | 'narrowed'
  | 'suspended'
  | 'resumed'
  | 'stopped'
  | 'confirmed'
  | 'approver_left'
  | 'expiring'
  | 'expired'
  | 'lapsed'

interface Parties {
  readonly partner: string
  readonly client: string
  readonly tenant: string
  readonly until: string
}

type Words = (parties: Parties) => string

/** The first sentence of each mail, which is its subject too: to the tenant, and to the partner; null where that side needs none. */
const WORDS: Readonly<Record<ConsentNews, { readonly tenant: Words; readonly partner: Words | null }>> = {
  granted: {
    tenant: ({ partner, client, tenant }) => `${partner} has access to accounts of ${tenant} with ${client}`,
    partner: ({ client, tenant }) => `${tenant} allows ${client} access to its accounts`,
  },
  waiting: {
    tenant: ({ partner, tenant }) =>
      `A second person must decide about the access of ${partner} to ${tenant}`,
    partner: null,
  },
  declined: {
    tenant: ({ partner, tenant }) => `${partner} gets no access to ${tenant}: it was not allowed`,
    partner: null,
  },
  narrowed: {
    tenant: ({ partner, client }) => `What ${partner} can do with ${client} was narrowed`,
    partner: ({ tenant, client }) => `What ${client} can do for ${tenant} was narrowed`,
  },
  suspended: {
    tenant: ({ partner, client }) => `The access of ${partner} with ${client} is suspended`,
    partner: ({ tenant, client }) => `The access of ${client} to ${tenant} is suspended`,
  },
  resumed: {
    tenant: ({ partner, client }) => `The access of ${partner} with ${client} works again`,
    partner: ({ tenant, client }) => `The access of ${client} to ${tenant} works again`,
  },
  stopped: {
    tenant: ({ partner, client }) => `The access of ${partner} with ${client} was stopped`,
    partner: ({ tenant, client }) => `The access of ${client} to ${tenant} was stopped`,
  },
  confirmed: {
    tenant: ({ partner, client }) => `The access of ${partner} with ${client} was confirmed again`,
    partner: null,
  },
  approver_left: {
    tenant: ({ partner }) => `Whoever allowed the access of ${partner} has left: confirm it within 14 days`,
    partner: null,
  },
  expiring: {
    tenant: ({ partner, client, until }) => `The access of ${partner} with ${client} ends soon: ${until}`,
    partner: ({ tenant, client, until }) => `The access of ${client} to ${tenant} ends soon: ${until}`,
  },
  expired: {
    tenant: ({ partner, client }) => `The access of ${partner} with ${client} has ended`,
    partner: ({ tenant, client }) => `The access of ${client} to ${tenant} has ended`,
  },
  lapsed: {
    tenant: ({ partner, tenant }) =>
      `Nobody decided as the second person about the access of ${partner} to ${tenant}`,
    partner: null,
  },
}

export interface NewsDetail {
  /** The origin that browsers see; without it the mail names no page. */
  readonly origin?: string
  readonly reason?: string | null | undefined
  /** The request that waits for a second approver. */
  readonly requestId?: string
}

/** The mails that say all of what a consent allows. */
const RECEIPTS: ReadonlySet<ConsentNews> = new Set(['granted', 'waiting', 'narrowed', 'expiring'])

function receiptLines(row: ConsentRow): string[] {
  const { can } = sentencesOf(row.actions)
  return [
    'What it can do:',
    ...can.map((sentence) => `- ${sentence}`),
    'On which accounts, and who pays:',
    ...row.card.accounts.map(
      (account) => `- ${account.name ?? ''} ${account.ban}: ${payerSentence(account, row.tenant_id)}`,
    ),
    `Until ${formatInstant(row.ends_at)}; then it stops by itself.`,
    ...(row.purpose === null ? [] : [`Why, in its own words: "${row.purpose}"`]),
    ...(row.approved_by_name === null
      ? []
      : [
          `Allowed by ${row.approved_by_name}${row.first_approved_by_name === null ? '' : ` and ${row.first_approved_by_name}`}.`,
        ]),
    'You can change or stop this at any time under Partner access; it takes effect on the next call. Check with the partner what it does with what it already read.',
  ]
}

function placeOf(row: ConsentRow, side: 'partner' | 'tenant', detail: NewsDetail): string[] {
  if (detail.origin === undefined) return []
  const tenant = encodeId('tenant', idFromUuid('tenant', row.tenant_id))
  if (side === 'partner')
    return [
      `${detail.origin}/partner/${encodeId('partner', idFromUuid('partner', row.partner_id))}/customers`,
    ]
  return detail.requestId === undefined
    ? [`${detail.origin}/org/${tenant}/access`]
    : [
        `${detail.origin}/consent/${encodeId('consent_request', idFromUuid('consent_request', detail.requestId))}/review?org=${tenant}`,
      ]
}

/** Tells both sides what happened to a consent: a mail to each that it concerns. The approval's mail is the receipt. */
export async function tellConsent(
  mandate: ConsentMandate,
  row: ConsentRow,
  detail: NewsDetail & { readonly news: ConsentNews },
): Promise<void> {
  const { news, reason } = detail
  const parties = {
    partner: readableName(row.partner_name ?? ''),
    client: readableName(row.card.client.name),
    tenant: row.tenant_name ?? 'your organisation',
    until: formatInstant(row.ends_at),
  }
  for (const side of ['tenant', 'partner'] as const) {
    const subject = WORDS[news][side]?.(parties)
    if (subject === undefined) continue
    const isReceipt = side === 'tenant' && RECEIPTS.has(news)
    const text = [
      `${subject}.`,
      ...(isReceipt ? receiptLines(row) : []),
      ...(reason ? [`Reason given: "${reason}"`] : []),
      ...placeOf(row, side, detail),
      `This mail gives no access by itself. Reference ${encodeId('consent', idFromUuid('consent', row.id))}.`,
    ].join('\n\n')
    await mailSide(mandate, row.id, { side, subject, text })
  }
}
