import { Button } from '@mantine/core'
import type { KeptOfRecipient } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { formatDate } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'

type Kept = KeptOfRecipient['items'][number]

const columns = (): Column<Kept>[] => [
  {
    id: 'voucher',
    header: t('recip.voucher'),
    cell: (row) => (
      <>
        {row.voucher_type_label}
        <div className="small muted mono">{row.code}</div>
      </>
    ),
  },
  {
    id: 'state',
    header: t('recip.state'),
    cell: (row) => <StatusChip family="voucher" value={row.status} />,
  },
  { id: 'asked', header: t('recip.asked'), cell: (row) => <DateText iso={row.requested_at} /> },
  { id: 'agency', header: t('recip.agency'), cell: (row) => row.agency_name ?? t('recip.own_people') },
  {
    id: 'redeemed',
    header: t('recip.redeemed'),
    cell: (row) => (
      <>
        <DateText iso={row.redeemed_at} />
        {row.redeemed_place !== null && <div className="small muted">{row.redeemed_place}</div>}
      </>
    ),
  },
  {
    id: 'kept',
    header: t('recip.kept'),
    cell: ({ recipient }) =>
      recipient === null ? (
        <span className="muted">{t('recip.kept_removed')}</span>
      ) : (
        t('recip.kept_text', {
          first: recipient.first_name,
          last: recipient.last_name,
          adults: recipient.household_adults,
          children: recipient.household_children,
          date: formatDate(recipient.kept_until),
        })
      ),
  },
]

function saveKept(kept: KeptOfRecipient): void {
  const bytes = new Blob([JSON.stringify(kept, null, 2)], { type: 'application/json' })
  const address = URL.createObjectURL(bytes)
  const link = document.createElement('a')
  link.href = address
  // No name of a person: the name of a file is read by more people than its content.
  link.download = 'what-is-kept.json'
  link.click()
  URL.revokeObjectURL(address)
}

/** What is kept of one person, voucher by voucher, to be read, printed or handed out as a file. */
export function KeptVouchers({ kept }: { kept: KeptOfRecipient }) {
  return (
    <div className="stack">
      <DataTable
        caption={t('recip.list')}
        columns={columns()}
        rows={kept.items}
        rowId={(row) => row.voucher_id}
      />
      <p className="small muted no-print">{t('recip.file_about')}</p>
      <div className="row no-print">
        <Button onClick={() => saveKept(kept)}>{t('recip.file')}</Button>
        <Button variant="default" onClick={() => window.print()}>
          {t('recip.print')}
        </Button>
      </div>
    </div>
  )
}
