import { formatInstant } from '@liaison/access'
import { enqueue, runStatements } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { subjectOf } from '#platform/words/letters.ts'
import type { ResaleMandate } from './resale-store.ts'
import type { ResaleRow } from './tables.ts'

export type ResaleNews = 'attested' | 'suspended' | 'resumed' | 'revoked' | 'ended' | 'expired'

type Words = (partner: string, tenant: string, row: ResaleRow) => string

/** What each side is told: first the end customer, then the wholesaler. */
const WORDS: Readonly<Record<ResaleNews, readonly [tenant: Words, partner: Words]>> = {
  attested: [
    (partner, tenant, { agreement_reference: agreement, bans, ends_at: end }) =>
      `${partner} manages ${bans.join(', ')} of ${tenant} under the wholesale agreement ${agreement}, until ${formatInstant(end)}. ${tenant} can stop this at any time.`,
    (_, tenant, { agreement_reference: agreement, bans, ends_at: end }) =>
      `API clients can manage ${bans.join(', ')} of ${tenant} under the wholesale agreement ${agreement}, until ${formatInstant(end)}.`,
  ],
  suspended: [
    (partner) => `The management by ${partner} is suspended.`,
    (_, tenant) => `The management of ${tenant} is suspended.`,
  ],
  resumed: [
    (partner) => `The management by ${partner} works again.`,
    (_, tenant) => `The management of ${tenant} works again.`,
  ],
  revoked: [
    (partner) => `The management by ${partner} was stopped.`,
    (_, tenant) => `The management of ${tenant} was stopped.`,
  ],
  ended: [
    (partner) => `${partner} ended its management.`,
    (_, tenant) => `The management of ${tenant} was ended.`,
  ],
  expired: [
    (partner) => `The management by ${partner} has run out.`,
    (_, tenant) => `The management of ${tenant} has run out.`,
  ],
}

const NOTE = 'What runs goes on, and who pays for it does not change by this.'

/** Tells both sides by mail what happened to a resale, and subscribers the ids. */
export async function announceResale(
  mandate: ResaleMandate,
  row: ResaleRow,
  news: { readonly news: ResaleNews; readonly reason?: string | null | undefined },
): Promise<void> {
  const [toTenant, toPartner] = WORDS[news.news]
  const names = [row.partner_name ?? 'A wholesaler', row.tenant_name ?? 'your organisation'] as const
  const reference = publicIdOf('resale', row.id)
  const reason = news.reason ? `\n\nReason given: "${news.reason}"` : ''
  const mails = [
    { side: 'tenant', sentence: toTenant(...names, row) },
    { side: 'partner', sentence: toPartner(...names, row) },
  ]
  await runStatements(
    mandate,
    mails.map(({ side, sentence }) => ({
      text: 'select access.mail_side($1, $2, $3, $4)',
      values: [
        row.id,
        side,
        subjectOf(sentence, [...names, row.agreement_reference, row.bans.join(', ')]),
        `${sentence}${reason}\n\n${NOTE}\n\nThis mail gives no access by itself. Reference ${reference}.`,
      ],
    })),
  )
  await enqueue(mandate, `resale.${news.news}`, {
    resale_id: row.id,
    tenant_id: row.tenant_id,
    partner_id: row.partner_id,
  })
}
