import { formatInstant } from '@liaison/access'
import { enqueue, recordEvent, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { AgreementRow } from './store.ts'

/** The stable names of what is done to agreements. */
export type AgreementAction =
  | 'created'
  | 'edited'
  | 'offered'
  | 'signed'
  | 'approved'
  | 'declined'
  | 'rejected'
  | 'withdrawn'
  | 'expired'
  | 'superseded'
  | 'terminated'
  | 'notice_given'
  | 'downloaded'
  | 'warned'

/** What of an agreement is told. */
export type Told = Pick<AgreementRow, 'id' | 'partner_id' | 'version' | 'title'>
type Announced = Told & Pick<AgreementRow, 'partner_name' | 'state' | 'expires_at' | 'terminates_at'>

/** How an agreement is called in sentences, for example `Partner agreement, version 3`. */
export const labelOf = ({ title, version }: Pick<AgreementRow, 'title' | 'version'>): string =>
  `${title}, version ${version}`

/** Records what was done to an agreement, for its partner and the provider. */
export function recordAgreement(
  mandate: Mandate,
  row: Told,
  event: {
    readonly action: AgreementAction
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string | undefined
  },
): void {
  recordEvent(mandate, {
    action: `program.agreement.${event.action}`,
    // What the provider drafts is its own matter until it is offered.
    ...(!['created', 'edited'].includes(event.action) && { partnerId: row.partner_id }),
    resource: { type: 'agreement', id: row.id, label: labelOf(row) },
    ...(event.changes && { changes: event.changes }),
    ...(event.reason !== undefined && { reason: event.reason }),
  })
}

/** What both sides are told by mail and webhook. */
export type News =
  | 'offered'
  | 'signed'
  | 'active'
  | 'declined'
  | 'rejected'
  | 'withdrawn'
  | 'expired'
  | 'expiring'
  | 'superseded'
  | 'terminated'
  | 'notice_given'

interface Facts {
  readonly agreement: string
  readonly partner: string
  readonly until: string
}

interface Letter {
  readonly side: 'partner' | 'provider'
  readonly subject: (facts: Facts) => string
  readonly next: string
}

const LETTERS: Readonly<Record<News, readonly Letter[]>> = {
  offered: [
    {
      side: 'partner',
      subject: ({ agreement }) => `${agreement} waits to be read and signed`,
      next: 'An owner of your organisation reads it and signs it, or declines it with a reason.',
    },
  ],
  signed: [
    {
      side: 'provider',
      subject: ({ agreement, partner }) => `${partner} signed: ${agreement}`,
      next: 'Somebody who neither drafted nor signed it confirms it.',
    },
    {
      side: 'partner',
      subject: ({ agreement }) => `Your signature arrived: ${agreement}`,
      next: 'A person on our side confirms it, usually within one working day. The sealed copy is on the page.',
    },
  ],
  active: [
    {
      side: 'partner',
      subject: ({ agreement }) => `${agreement} is in force`,
      next: 'The sealed copy with its certificate page is on the page of the agreement.',
    },
  ],
  declined: [
    {
      side: 'provider',
      subject: ({ agreement, partner }) => `${partner} declined: ${agreement}`,
      next: 'Read the reason, answer it, and offer a further version when you want to.',
    },
  ],
  rejected: [
    {
      side: 'partner',
      subject: ({ agreement }) => `${agreement} was not confirmed`,
      next: 'Nothing changes. You hear from us when there is a further version.',
    },
  ],
  withdrawn: [
    {
      side: 'partner',
      subject: ({ agreement }) => `${agreement} was withdrawn`,
      next: 'There is nothing to sign. What is in force stays as it is.',
    },
  ],
  expired: [
    {
      side: 'provider',
      subject: ({ agreement, partner }) => `${partner} did not sign in time: ${agreement}`,
      next: 'Offer a further version when you want to.',
    },
  ],
  expiring: [
    {
      side: 'partner',
      subject: ({ agreement, until }) => `${agreement} can be signed until ${until}`,
      next: 'After that the offer is over, and nothing changes.',
    },
  ],
  superseded: [],
  terminated: [
    {
      side: 'partner',
      subject: ({ agreement, until }) => `${agreement} ends on ${until}`,
      next: 'What you earned until then is paid as the agreement says.',
    },
  ],
  notice_given: [
    {
      side: 'provider',
      subject: ({ agreement, partner }) => `${partner} gave notice: ${agreement}`,
      next: 'End the agreement with the day that you agree on.',
    },
  ],
}

function placeOf(
  row: Told,
  { side, origin, news }: { side: 'partner' | 'provider'; origin: string; news: News },
): string {
  const id = publicIdOf('agreement', row.id)
  if (side === 'provider') return `${origin}/platform/agreements/${id}`
  if (news === 'offered' || news === 'expiring') return `${origin}/agreements/${id}/sign`
  return `${origin}/partner/${publicIdOf('partner', row.partner_id)}/agreements/${id}`
}

/** Tells both sides by mail, and the partner's own systems by webhook with ids and the state alone. */
export async function announceAgreement(
  mandate: Mandate,
  row: Announced,
  told: {
    readonly news: News
    readonly origin: string | null
    readonly reason?: string | null | undefined
  },
): Promise<void> {
  const { news, origin, reason } = told
  const facts: Facts = {
    agreement: labelOf(row),
    partner: row.partner_name,
    until: formatInstant(row.terminates_at ?? row.expires_at ?? mandate.origin.now),
  }
  for (const { side, subject, next } of LETTERS[news]) {
    const first = subject(facts)
    const text = [
      `${first}.`,
      next,
      ...(reason ? [`Reason given: "${reason}"`] : []),
      ...(origin === null ? [] : [placeOf(row, { side, origin, news })]),
      PROVIDER_NAME,
    ].join('\n\n')
    await runStatements(mandate, [
      {
        text: 'select access.mail_agreement($1, $2, $3, $4)',
        values: [row.id, side, first, `${text}\n`],
      },
    ])
  }
  if (news === 'expiring') return
  await enqueue(mandate, `agreement.${news}`, {
    agreement_id: row.id,
    partner_id: row.partner_id,
    state: row.state,
  })
}
