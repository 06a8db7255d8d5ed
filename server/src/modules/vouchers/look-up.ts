import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { z } from 'zod'
import { readVoucherCode, showVoucherCode } from './code.ts'
import { dayIn, lastDayBefore } from './days.ts'
import { labelOf } from './events.ts'
import { findByCode, readZone } from './issue-store.ts'
import type { SeenVoucher } from './issue-store.ts'
import { stateNow } from './rules.ts'
import type { AgencyVoucher } from './schemas.ts'
import type { IssuingMandate } from './type-store.ts'

/** The days of a voucher, in the time zone of its organisation. */
export function daysOf(voucher: SeenVoucher, zone: string) {
  return {
    issued_on: voucher.issued_at && dayIn(zone, voucher.issued_at),
    expires_on: voucher.expires_at && lastDayBefore(zone, voucher.expires_at),
    redeemed_on: voucher.redeemed_at && dayIn(zone, voucher.redeemed_at),
  }
}

/** One answer for every code that leads nowhere: unknown, mistyped, or of somebody else (E4). */
export function voucherNotFound(): ProblemError {
  return new ProblemError(
    404,
    'VOUCHER_NOT_FOUND',
    'No voucher has this code. Read it again, character by character.',
  )
}

/**
 * What an agency learns of one of its own vouchers by the code, in days and without the person. Throws VOUCHER_NOT_FOUND, the same for
 * unknown, mistyped and foreign codes. Source: E4, E13.
 */
export async function lookUpVoucher(
  mandate: IssuingMandate,
  typed: string,
): Promise<z.input<typeof AgencyVoucher>> {
  const code = readVoucherCode(typed)
  // A mistyped code asks as much of the database as an unknown one, so that they take as long.
  const found = await findByCode(mandate, code ?? 'none')
  const zone = await readZone(mandate)
  if (!found) throw voucherNotFound()
  noteRead(mandate, {
    action: 'voucher.looked_up',
    tenantId: mandate.tenant.id,
    resource: { type: 'voucher', id: found.id, label: labelOf(found.type_label, found.code) },
    rowCount: 1,
  })
  return {
    code: showVoucherCode(found.code),
    status: stateNow(found, mandate.origin.now),
    voucher_type: found.type_code,
    ...daysOf(found, zone),
  }
}
