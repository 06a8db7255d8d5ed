import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { PartnerEntry, PartnerMove, PartnerRow } from './store.ts'

interface Named {
  readonly id: string
  readonly name: string
}

const about = ({ id, name }: Named) => ({
  partnerId: id,
  partnerName: name,
  resource: { type: 'partner', id, label: name },
})

/** A partner was registered. */
export function noteCreation(mandate: Mandate<'platform'>, partner: Named): void {
  recordEvent(mandate, { action: 'partners.create', ...about(partner) })
}

/** A partner was suspended, reactivated or terminated. */
export function noteMove(
  mandate: Mandate<'platform'>,
  partner: Named & { readonly status: string },
  move: Pick<PartnerMove, 'to'> & { readonly name: string; readonly reason: string },
): void {
  recordEvent(mandate, {
    action: `partners.${move.name}`,
    ...about(partner),
    changes: { status: { before: partner.status, after: move.to } },
    reason: move.reason,
  })
}

/** Fields of the entry of a partner got other values. */
export function noteChange(
  mandate: Mandate<'platform' | 'program'>,
  partner: Named & object,
  entry: Partial<PartnerEntry & Pick<PartnerRow, 'approved_website' | 'approved_support_contact'>>,
): void {
  const before = new Map<string, unknown>(Object.entries(partner))
  const changes = Object.entries(entry).flatMap(([field, after]) =>
    JSON.stringify(before.get(field)) === JSON.stringify(after)
      ? []
      : [[field, { before: before.get(field) ?? null, after }] as const],
  )
  recordEvent(mandate, {
    action: 'partners.update',
    ...about(partner),
    changes: Object.fromEntries(changes),
  })
}

/** Tells the partner's own endpoints that its entry got other values; which, they ask for. */
export const tellChange = (
  mandate: Mandate<'platform' | 'program'>,
  partnerId: string,
  status: string,
): Promise<void> => enqueue(mandate, 'partner.changed', { partner_id: partnerId, state: status })
