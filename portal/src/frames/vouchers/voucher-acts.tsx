import './vouchers-words.ts'
import type { Voucher } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { useMay } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { moveVoucher } from './calls.ts'
import type { VoucherMove } from './calls.ts'

const words = {
  void: 'void',
  'reverse-redemption': 'reverse',
  approve: 'approve',
  decline: 'decline',
} as const satisfies Record<VoucherMove, string>

/** One decision about a voucher: asked for once, with what it does. */
export function VoucherAct({ voucher, to }: { voucher: Voucher; to: VoucherMove }) {
  const name = words[to]
  return (
    <MoveButton
      words={{
        act: t(`voucher.${name}`),
        title: t(`voucher.${name}_title`, { code: voucher.code }),
        effect: t(`voucher.${name}_effect`),
        keep: t('voucher.keep'),
        done: t(`voucher.${name}_done`, { code: voucher.code }),
      }}
      reason={to === 'approve' ? 'optional' : 'required'}
      isApproval={to === 'approve'}
      isDanger={to === 'void' || to === 'decline'}
      move={(reason, frame) => moveVoucher(frame, voucher.voucher_id, { to, reason })}
    />
  )
}

/** What the reader can do with a voucher in its state. */
export function VoucherActs({ voucher }: { voucher: Voucher }) {
  const mayReview = useMay('tenant.vouchers.review')
  const mayVoid = useMay('tenant.vouchers.void')
  return (
    <>
      {mayReview && voucher.status === 'pending_review' && (
        <>
          <VoucherAct voucher={voucher} to="decline" />
          <VoucherAct voucher={voucher} to="approve" />
        </>
      )}
      {mayVoid && voucher.may_reverse && <VoucherAct voucher={voucher} to="reverse-redemption" />}
      {mayVoid && voucher.status === 'issued' && <VoucherAct voucher={voucher} to="void" />}
    </>
  )
}
