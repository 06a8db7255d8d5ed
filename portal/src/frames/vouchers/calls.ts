import { readBody } from '@liaison/client'

import type { Frame } from '../../platform/frame.ts'

/** What is decided about one voucher. */
export type VoucherMove = 'void' | 'reverse-redemption' | 'approve' | 'decline'

/** Moves a voucher; the reason is asked for wherever something is taken away. */
export function moveVoucher({ client }: Frame, id: string, move: { to: VoucherMove; reason: string }) {
  const params = { path: { voucher_id: id } }
  const { to, reason } = move
  if (to === 'approve')
    return readBody(
      client.POST('/tenant/vouchers/{voucher_id}/approve', { params, body: reason === '' ? {} : { reason } }),
    )
  return readBody(client.POST(`/tenant/vouchers/{voucher_id}/${to}`, { params, body: { reason } }))
}

/** One voucher with its history and what else the person has. */
export function readVoucher({ client }: Frame, id: string, signal: AbortSignal) {
  return readBody(
    client.GET('/tenant/vouchers/{voucher_id}', { params: { path: { voucher_id: id } }, signal }),
  )
}

/** The types of vouchers of the organisation. */
export function readTypes({ client }: Frame, signal: AbortSignal) {
  return readBody(client.GET('/tenant/voucher-types', { signal }))
}
