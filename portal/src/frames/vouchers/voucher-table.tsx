import './vouchers-words.ts'
import type { Voucher } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { formatDate } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { issuerText, personText } from './voucher-facts.tsx'

/** The columns of a list of vouchers. */
export function toColumns(addressOf: (voucher: string) => string): Column<Voucher>[] {
  return [
    {
      id: 'code',
      header: t('vouchers.code'),
      cell: (voucher) => (
        <GoLink className="thing mono nowrap" to={addressOf(voucher.voucher_id)}>
          {voucher.code}
        </GoLink>
      ),
    },
    {
      id: 'state',
      header: t('vouchers.state'),
      cell: (voucher) => <StatusChip family="voucher" value={voucher.status} />,
    },
    { id: 'type', header: t('vouchers.type'), cell: (voucher) => voucher.voucher_type_label },
    {
      id: 'person',
      header: t('vouchers.person'),
      cell: (voucher) => (
        <>
          {personText(voucher)}
          {voucher.date_of_birth !== null && (
            <>
              <br />
              <span className="small muted">{formatDate(voucher.date_of_birth)}</span>
            </>
          )}
        </>
      ),
    },
    { id: 'issuer', header: t('vouchers.issuer'), cell: issuerText },
    { id: 'asked', header: t('vouchers.asked'), cell: (voucher) => <DateText iso={voucher.requested_at} /> },
    { id: 'end', header: t('vouchers.last_day'), cell: (voucher) => <DateText iso={voucher.expires_on} /> },
  ]
}
