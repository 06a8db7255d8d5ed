import './vouchers-words.ts'
import type { Voucher } from '@liaison/client'

import { fact, Facts } from '../../parts/page.tsx'
import { MoneyText, StatusChip } from '../../parts/values.tsx'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'

type VoucherProps = { voucher: Voucher }

/** Whom a voucher is for, in one line. */
export function personText(voucher: Voucher): string {
  return voucher.recipient_name ?? t('vouchers.removed')
}

/** Who issued a voucher, in one line. */
export function issuerText(voucher: Voucher): string {
  return voucher.agency_name ?? t('vouchers.own_people')
}

/** Whom a voucher is for, while that is kept. */
export function PersonFacts({ voucher }: VoucherProps) {
  const { household_adults: adults, household_children: children } = voucher
  if (voucher.recipient_removed_at !== null)
    return <p>{t('voucher.removed_on', { date: formatDate(voucher.recipient_removed_at) })}</p>
  return (
    <>
      <Facts
        facts={[
          fact(t('voucher.name'), voucher.recipient_name),
          fact(t('voucher.born'), formatDate(voucher.date_of_birth)),
          fact(
            t('voucher.household'),
            adults !== null && children !== null && t('voucher.household_count', { adults, children }),
          ),
        ]}
      />
      <p className="small muted">
        {t('voucher.kept_until', { date: formatDate(voucher.recipient_kept_until) })}
      </p>
    </>
  )
}

/** What a voucher is and what became of it. */
export function VoucherFacts({ voucher }: VoucherProps) {
  return (
    <Facts
      facts={[
        fact(t('vouchers.state'), <StatusChip family="voucher" value={voucher.status} />),
        fact(t('vouchers.type'), voucher.voucher_type_label),
        fact(t('voucher.mode'), t(`voucher.mode.${voucher.issuer_mode}`)),
        fact(t('voucher.agency'), voucher.agency_name),
        fact(t('voucher.by'), voucher.issued_by_label),
        fact(t('vouchers.asked'), formatDateTime(voucher.requested_at)),
        fact(t('voucher.issued'), formatDateTime(voucher.issued_at)),
        fact(t('vouchers.last_day'), formatDate(voucher.expires_on)),
        fact(t('voucher.redeemed'), formatDateTime(voucher.redeemed_at)),
        fact(t('voucher.place'), voucher.redeemed_place),
        fact(t('voucher.receipt'), voucher.receipt_id),
        fact(t('voucher.amount'), voucher.gross_total !== null && <MoneyText money={voucher.gross_total} />),
      ]}
    />
  )
}
