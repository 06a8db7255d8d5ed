import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { MoneyInput } from '#platform/money.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { readVoucherCode } from './code.ts'
import { tellMove, tellRepeated } from './events.ts'
import type { ToldVoucher, VoucherNews } from './events.ts'
import { readZone } from './issue-store.ts'
import { voucherNotFound } from './look-up.ts'
import { moveVoucher, redeemByCode } from './move-store.ts'
import { describeVoucher, VoucherParams, VOUCHERS } from './routes-vouchers.ts'
import { TillVoucher, VoucherDetail } from './schemas.ts'
import { findVoucher, getVoucher } from './store.ts'
import type { VoucherRow } from './store.ts'
import type { VoucherState } from './tables.ts'
import { toTillVoucher } from './view.ts'

const RedeemInput = z.strictObject({
  receipt_id: plainText(1, 60).transform((text) => text.trim()),
  place: plainText(1, 60)
    .transform((text) => text.trim())
    .optional()
    .meta({ description: 'Which till or shop, for whoever finds the voucher redeemed.' }),
  gross_total: MoneyInput.refine(({ amount_minor }) => amount_minor >= 0, {
    path: ['amount_minor'],
    message: 'must not be negative',
    params: { code: 'OUT_OF_RANGE' },
  }).optional(),
})

function toTold(row: VoucherRow): ToldVoucher {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    code: row.code,
    typeLabel: row.type_label,
    agencyId: row.agency_id,
    agencyName: row.agency_name,
  }
}

function refuseRedemption(row: VoucherRow): never {
  if (row.status === 'redeemed')
    throw new ProblemError(409, 'ALREADY_REDEEMED', 'This voucher was redeemed before.', {
      details: {
        redeemed_at: row.redeemed_at?.toISOString() ?? null,
        place: row.redeemed_place,
        receipt_id: row.receipt_id,
      },
    })
  if (row.status === 'expired')
    throw new ProblemError(409, 'VOUCHER_EXPIRED', 'The last day of the voucher is over.')
  throw new ProblemError(
    409,
    'VOUCHER_STATE_CONFLICT',
    `A voucher that is ${row.status.replace('_', ' ')} is not redeemed.`,
  )
}

/** Redeems once; the same receipt again is answered with what is on record. */
async function redeem(mandate: Mandate<'tenant'>, typed: string, body: z.output<typeof RedeemInput>) {
  const code = readVoucherCode(typed)
  if (code === null) throw voucherNotFound()
  const isRedeemed = await redeemByCode(mandate, code, {
    receiptId: body.receipt_id,
    place: body.place ?? null,
    gross: body.gross_total ?? null,
  })
  const row = await findVoucher(mandate, code)
  if (!row) throw voucherNotFound()
  const isRepeated = !isRedeemed && row.status === 'redeemed' && row.receipt_id === body.receipt_id
  if (!isRedeemed && !isRepeated) refuseRedemption(row)
  if (isRepeated) tellRepeated(mandate, toTold(row))
  else await tellMove(mandate, toTold(row), { action: 'voucher.redeemed', from: 'issued', to: 'redeemed' })
  return row
}

interface Move {
  readonly path: string
  readonly summary: string
  readonly permission: 'tenant.vouchers.void' | 'tenant.vouchers.review'
  readonly action: VoucherNews
  readonly from: VoucherState
  readonly to: VoucherState
  /** Whether it is also told why. */
  readonly needsReason: boolean
}

const MOVES: readonly Move[] = [
  {
    path: 'void',
    summary: 'Void an issued voucher, for a reason',
    permission: 'tenant.vouchers.void',
    action: 'voucher.voided',
    from: 'issued',
    to: 'voided',
    needsReason: true,
  },
  {
    path: 'reverse-redemption',
    summary: 'Take a redemption back on the day it was made, for a reason',
    permission: 'tenant.vouchers.void',
    action: 'voucher.redemption_reversed',
    from: 'redeemed',
    to: 'issued',
    needsReason: true,
  },
  {
    path: 'approve',
    summary: 'Approve a voucher that waits for review: it is issued now',
    permission: 'tenant.vouchers.review',
    action: 'voucher.review_approved',
    from: 'pending_review',
    to: 'issued',
    needsReason: false,
  },
  {
    path: 'decline',
    summary: 'Decline a voucher that waits for review, for a reason',
    permission: 'tenant.vouchers.review',
    action: 'voucher.review_declined',
    from: 'pending_review',
    to: 'declined',
    needsReason: true,
  },
]

const reason = () => plainText(1, 500).transform((text) => text.trim())

function makeMoveRoute(move: Move): Route {
  return route({
    method: 'POST',
    path: `${VOUCHERS}/:voucher_id/${move.path}` as const,
    summary: move.summary,
    input: {
      params: VoucherParams,
      body: z.strictObject({ reason: move.needsReason ? reason() : reason().optional() }),
    },
    access: { permission: move.permission },
    limit: 'write',
    problems: ['VOUCHER_NOT_FOUND', 'VOUCHER_STATE_CONFLICT', 'VOUCHER_EXPIRED', 'VOUCHER_REVERSAL_LATE'],
    responses: { 200: VoucherDetail },
    async handle({ mandate, params, body }) {
      const before = await getVoucher(mandate, params.voucher_id)
      const note = body.reason ?? null
      await moveVoucher(mandate, before.id, { from: move.from, to: move.to, note })
      await tellMove(mandate, toTold(before), {
        action: move.action,
        from: move.from,
        to: move.to,
        reason: note,
      })
      return describeVoucher(mandate, await getVoucher(mandate, params.voucher_id))
    },
  })
}

/** The routes by which the till redeems and others decide about vouchers (E9). */
export const voucherMoveRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${VOUCHERS}/:code/redeem`,
    summary: 'Redeem a voucher by its code, once; the same receipt again changes nothing',
    input: { params: z.strictObject({ code: z.string().min(1).max(60) }), body: RedeemInput },
    access: { permission: 'tenant.vouchers.redeem' },
    limit: 'write',
    problems: ['VOUCHER_NOT_FOUND', 'ALREADY_REDEEMED', 'VOUCHER_EXPIRED', 'VOUCHER_STATE_CONFLICT'],
    responses: { 200: TillVoucher },
    async handle({ mandate, params, body }) {
      const row = await redeem(mandate, params.code, body)
      return toTillVoucher(row, await readZone(mandate))
    },
  }),
  ...MOVES.map(makeMoveRoute),
]
