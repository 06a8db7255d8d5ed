import type { z } from 'zod'
import { toMoney } from '#platform/money.ts'
import { isoOf } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { showVoucherCode } from './code.ts'
import { dayIn, lastDayBefore } from './days.ts'
import type { TillVoucher, VoucherBody, VoucherEventBody, VoucherTypeBody } from './schemas.ts'
import type { listHistory, VoucherRow } from './store.ts'
import type { VoucherTypeRow } from './type-store.ts'

/** The public form of a voucher's id. */
export function voucherIdOf(uuid: string): string {
  return publicIdOf('voucher', uuid)
}

function grossOf(row: VoucherRow) {
  return row.gross_minor === null || row.currency === null ? null : toMoney(row.gross_minor, row.currency)
}

/** A voucher as the tenant's own people read it. */
export function toVoucher(row: VoucherRow, zone: string): z.input<typeof VoucherBody> {
  return {
    voucher_id: voucherIdOf(row.id),
    code: showVoucherCode(row.code),
    status: row.status,
    voucher_type: row.type_code,
    voucher_type_label: row.type_label,
    issuer_mode: row.issuer_mode,
    agency_id: row.agency_id && publicIdOf('agency', row.agency_id),
    agency_name: row.agency_name,
    issued_by_label: row.issued_by_label,
    recipient_name: row.first_name === null ? null : `${row.first_name} ${row.last_name ?? ''}`.trim(),
    date_of_birth: row.date_of_birth,
    household_adults: row.household_adults,
    household_children: row.household_children,
    recipient_removed_at: isoOf(row.purged_at),
    recipient_kept_until: row.purge_after.toISOString(),
    requested_at: row.requested_at.toISOString(),
    issued_at: isoOf(row.issued_at),
    expires_on: row.expires_at && lastDayBefore(zone, row.expires_at),
    redeemed_at: isoOf(row.redeemed_at),
    redeemed_place: row.redeemed_place,
    receipt_id: row.receipt_id,
    gross_total: grossOf(row),
    may_reverse: row.may_reverse,
    version: row.version,
  }
}

/** A voucher as the till shows it: nothing about the person. */
export function toTillVoucher(row: VoucherRow, zone: string): z.input<typeof TillVoucher> {
  return {
    voucher_id: voucherIdOf(row.id),
    code: showVoucherCode(row.code),
    status: row.status,
    voucher_type: row.type_code,
    voucher_type_label: row.type_label,
    agency_name: row.agency_name,
    issued_on: row.issued_at && dayIn(zone, row.issued_at),
    expires_on: row.expires_at && lastDayBefore(zone, row.expires_at),
    redeemed_at: isoOf(row.redeemed_at),
    redeemed_place: row.redeemed_place,
    receipt_id: row.receipt_id,
    gross_total: grossOf(row),
    usual_currency: row.usual_currency,
  }
}

/** One line of a voucher's history. */
export function toHistory(
  row: Awaited<ReturnType<typeof listHistory>>[number],
): z.input<typeof VoucherEventBody> {
  return {
    at: row.at.toISOString(),
    action: row.action,
    from_status: row.from_state,
    to_status: row.to_state,
    actor_name: row.actor_name,
    note: row.note,
    receipt_id: row.receipt_id,
    place: row.place,
  }
}

/** A type of voucher. */
export function toVoucherType(row: VoucherTypeRow): z.input<typeof VoucherTypeBody> {
  return {
    voucher_type_id: publicIdOf('voucher_type', row.id),
    code: row.code,
    label: row.label,
    valid_days: row.valid_days,
    duplicate_policy: row.duplicate_policy,
    duplicate_window_days: row.duplicate_window_days,
    yearly_reset: row.yearly_reset,
    keep_recipient_days: row.keep_recipient_days,
    is_active: row.is_active,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
