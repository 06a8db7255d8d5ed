import { formatInstant } from '@liaison/access'
import { enqueue, recordEvent, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { DealRow } from './store.ts'

/** What of a deal is told. */
type Told = Pick<DealRow, 'id' | 'partner_id' | 'company_name' | 'state' | 'protected_until'>

/** The stable names of what is done to registered deals; `won` is recorded where the sign-up is taken. */
export type DealAction = 'registered' | 'withdrawn' | 'approved' | 'rejected' | 'ended' | 'expired'

interface Event {
  readonly action: DealAction
  readonly before?: string
  readonly reason?: string
}

/** Records what was done to a deal, for its partner and the provider. */
export function recordDeal(mandate: Mandate, row: Told, event: Event): void {
  recordEvent(mandate, {
    action: `program.deal.${event.action}`,
    partnerId: row.partner_id,
    resource: { type: 'deal_registration', id: row.id, label: row.company_name },
    changes: { state: { ...(event.before !== undefined && { before: event.before }), after: row.state } },
    ...(event.reason !== undefined && { reason: event.reason }),
  })
}

interface Letter {
  readonly side: 'partner' | 'provider'
  readonly subject: (company: string) => string
  readonly next: (until: string) => string
}

const LETTERS: Readonly<Partial<Record<DealAction, Letter>>> = {
  registered: {
    side: 'provider',
    subject: (company) => `A partner registered a deal: ${company}`,
    next: () => 'Look who else knows the prospect, and approve it or reject it with a reason.',
  },
  approved: {
    side: 'partner',
    subject: (company) => `Your deal is approved: ${company}`,
    next: (until) => `If the prospect signs up until ${until}, it counts as yours, whatever code it uses.`,
  },
  rejected: {
    side: 'partner',
    subject: (company) => `Your deal was not approved: ${company}`,
    next: () => 'You can still refer the prospect with a code or a link.',
  },
  ended: {
    side: 'partner',
    subject: (company) => `Your deal is no longer protected: ${company}`,
    next: () => 'You can still refer the prospect with a code or a link.',
  },
  expired: {
    side: 'partner',
    subject: (company) => `The time of your deal is over: ${company}`,
    next: () => 'Nobody signed up in time. You can register the prospect again.',
  },
}

function pageOf({ id, partner_id: partner }: Told, side: Letter['side'], origin: string): string {
  if (side === 'partner') return `${origin}/partner/${publicIdOf('partner', partner)}/deals`
  return `${origin}/platform/deals/${publicIdOf('deal', id)}`
}

/** Tells whom it concerns by mail, and the partner's own systems by webhook with ids and the state alone. */
export async function announceDeal(
  mandate: Mandate,
  row: Told,
  told: { readonly action: DealAction; readonly origin: string | null; readonly reason?: string },
): Promise<void> {
  const letter = LETTERS[told.action]
  if (letter) {
    const subject = letter.subject(row.company_name)
    const text = [
      `${subject}.`,
      ...(told.reason === undefined ? [] : [`Reason given: "${told.reason}"`]),
      letter.next(formatInstant(row.protected_until ?? mandate.origin.now)),
      ...(told.origin === null ? [] : [pageOf(row, letter.side, told.origin)]),
      PROVIDER_NAME,
    ].join('\n\n')
    await runStatements(mandate, [
      {
        text: 'select access.mail_deal($1, $2, $3, $4)',
        values: [row.id, letter.side, subject, `${text}\n`],
      },
    ])
  }
  if (told.action === 'registered') return
  await enqueue(mandate, 'deal.changed', { deal_id: row.id, partner_id: row.partner_id, state: row.state })
}
