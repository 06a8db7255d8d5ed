import type { AuditEvent } from '#platform/audit-event.ts'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { maskVoucherCode } from './code.ts'

/** How an audit event names a voucher: its type and the end of its code, nothing about the person (E13). */
export function labelOf(typeLabel: string, code: string): string {
  return `${typeLabel} ${maskVoucherCode(code)}`
}

/** What is done to a voucher after it was issued. */
export type VoucherNews =
  | 'voucher.review_approved'
  | 'voucher.review_declined'
  | 'voucher.redeemed'
  | 'voucher.redemption_reversed'
  | 'voucher.voided'
  | 'voucher.expired'

/** A voucher as its news name it. */
export interface ToldVoucher {
  readonly id: string
  readonly tenantId: string
  readonly code: string
  readonly typeLabel: string
  readonly agencyId: string | null
  readonly agencyName: string | null
}

function nameAgency({ agencyId, agencyName }: ToldVoucher): Record<string, unknown> {
  return {
    ...(agencyName !== null && { agency: { after: agencyName } }),
    ...(agencyId !== null && { agency_id: { after: agencyId } }),
  }
}

/** The event of a new voucher (E10). */
export function describeIssue(
  voucher: ToldVoucher,
  issue: { readonly status: string; readonly voucherType: string; readonly issuerMode: string },
): AuditEvent {
  return {
    action: issue.status === 'issued' ? 'voucher.issued' : 'voucher.review_requested',
    tenantId: voucher.tenantId,
    resource: { type: 'voucher', id: voucher.id, label: labelOf(voucher.typeLabel, voucher.code) },
    changes: {
      status: { after: issue.status },
      voucher_type: { after: issue.voucherType },
      ...nameAgency(voucher),
      issuer_mode: { after: issue.issuerMode },
    },
  }
}

interface ToldMove {
  readonly action: VoucherNews
  readonly from: string
  readonly to: string
  readonly reason?: string | null
}

/** The event of a move of a voucher (E10). */
export function describeMove(voucher: ToldVoucher, move: ToldMove): AuditEvent {
  return {
    action: move.action,
    tenantId: voucher.tenantId,
    resource: { type: 'voucher', id: voucher.id, label: labelOf(voucher.typeLabel, voucher.code) },
    changes: { status: { before: move.from, after: move.to }, ...nameAgency(voucher) },
    ...(move.reason && { reason: move.reason }),
  }
}

/** Records a move of a voucher and tells those who listen: ids and states, no personal data (E10, E13). */
export async function tellMove(
  mandate: Mandate<'tenant' | 'system'>,
  voucher: ToldVoucher,
  move: ToldMove,
): Promise<void> {
  recordEvent(mandate, describeMove(voucher, move))
  await enqueue(mandate, move.action, {
    tenant_id: voucher.tenantId,
    voucher_id: voucher.id,
    state: move.to,
    ...(voucher.agencyId !== null && { agency_id: voucher.agencyId }),
  })
}

/** Records that a till sent the same redemption again, which changed nothing. */
export function tellRepeated(mandate: Mandate<'tenant'>, voucher: ToldVoucher): void {
  recordEvent(mandate, {
    action: 'voucher.redemption_repeated',
    tenantId: voucher.tenantId,
    resource: { type: 'voucher', id: voucher.id, label: labelOf(voucher.typeLabel, voucher.code) },
  })
}
