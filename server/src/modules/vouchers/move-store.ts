import { sql } from 'kysely'
import { guardedBy } from '#platform/guarded.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { VoucherState, VoucherTables } from './tables.ts'

type Staff = Mandate<'tenant'>

/** What a till notes of a redemption. */
export interface Redemption {
  readonly receiptId: string
  readonly place: string | null
  readonly gross: { readonly amount_minor: number; readonly currency: string } | null
}

/**
 * Redeems an issued voucher that has not expired; tells whether it did. Of any number of tills at one moment exactly one
 * is told so: the others wait for its row and then find it redeemed. Source: E9.
 */
export async function redeemByCode(mandate: Staff, code: string, redemption: Redemption): Promise<boolean> {
  const row = await tables<VoucherTables>(mandate)
    .updateTable('voucher')
    .set({
      status: 'redeemed',
      receipt_id: redemption.receiptId,
      redeemed_place: redemption.place,
      gross_minor: redemption.gross?.amount_minor ?? null,
      currency: redemption.gross?.currency ?? null,
      move_note: null,
    })
    .where('tenant_id', '=', mandate.tenant.id)
    .where('code', '=', code)
    .where('status', '=', 'issued')
    .where('expires_at', '>', sql<Date>`statement_timestamp()`)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
const guarded = guardedBy({
  voucher_transition: ['VOUCHER_STATE_CONFLICT', 'This is not done in the state of the voucher.'],
  voucher_expired: ['VOUCHER_EXPIRED', 'The last day of the voucher is over.'],
  voucher_reversal_late: [
    'VOUCHER_REVERSAL_LATE',
    'A redemption is taken back on the day it was made; that day is over.',
  ],
})

/**
 * Moves a voucher from a state it must be in, with the reason. Throws VOUCHER_STATE_CONFLICT, VOUCHER_EXPIRED,
 * VOUCHER_REVERSAL_LATE.
 */
export async function moveVoucher(
  mandate: Staff,
  id: string,
  move: { readonly from: VoucherState; readonly to: VoucherState; readonly note: string | null },
): Promise<void> {
  const moved = await guarded(
    tables<VoucherTables>(mandate)
      .updateTable('voucher')
      .set({ status: move.to, move_note: move.note })
      .where('tenant_id', '=', mandate.tenant.id)
      .where('id', '=', id)
      .where('status', '=', move.from)
      .returning('id')
      .executeTakeFirst(),
  )
  if (!moved)
    throw new ProblemError(409, 'VOUCHER_STATE_CONFLICT', 'This is not done in the state of the voucher.')
}
