import './vouchers-words.ts'
import type { TillVoucher } from '@liaison/client'

import { MoneyText } from '../../parts/values.tsx'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import type { Tone } from '../../platform/status.ts'
import { t } from '../../platform/words.ts'

/** What the till shows: a voucher as it is, one that it has just redeemed, one that somebody else was quicker with, or none. */
export type Shown = { kind: 'missing' } | { kind: 'found' | 'done' | 'lost'; voucher: TillVoucher }

const tones: Readonly<Record<TillVoucher['status'], Tone>> = {
  pending_review: 'attention',
  issued: 'ok',
  redeemed: 'bad',
  expired: 'bad',
  voided: 'bad',
  declined: 'bad',
}

function TillFacts({ voucher }: { voucher: TillVoucher }) {
  const { redeemed_at: redeemedAt, redeemed_place: place, receipt_id: receipt } = voucher
  return (
    <>
      <p className="till-facts">
        {voucher.voucher_type_label}
        {voucher.agency_name !== null && ` · ${voucher.agency_name}`}
      </p>
      <p className="mono">{voucher.code}</p>
      {voucher.expires_on !== null && redeemedAt === null && (
        <p>{t('vprint.until', { date: formatDate(voucher.expires_on) })}</p>
      )}
      {redeemedAt !== null && (
        <p>
          {[formatDateTime(redeemedAt), place, receipt !== null && t('voucher.event_receipt', { receipt })]
            .filter((part) => part !== null && part !== false)
            .join(' · ')}
        </p>
      )}
      {voucher.gross_total !== null && (
        <p>
          <MoneyText money={voucher.gross_total} />
        </p>
      )}
    </>
  )
}

/** The state of the voucher in large type, with what to do; read out as it changes. */
export function TillState({ shown }: { shown: Shown | null }) {
  if (shown === null)
    return (
      <div className="till-state" role="status">
        <p>{t('till.ask_first')}</p>
      </div>
    )
  if (shown.kind === 'missing')
    return (
      <div className="till-state" data-tone="bad" role="status">
        <h2>{t('till.big.missing')}</h2>
        <p>{t('till.say.missing')}</p>
      </div>
    )
  const { voucher, kind } = shown
  const word = kind === 'done' ? 'done' : voucher.status
  return (
    <div className="till-state" data-tone={kind === 'done' ? 'ok' : tones[voucher.status]} role="status">
      <h2>{t(`till.big.${word}`)}</h2>
      <p>{t(`till.say.${word}`)}</p>
      {kind === 'lost' && <p>{t('till.lost')}</p>}
      <TillFacts voucher={voucher} />
    </div>
  )
}
