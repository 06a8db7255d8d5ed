import './agreements-words.ts'
import type { Agreement } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { formatDate } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { nameOf } from './calls.ts'

function forceText({ effective_from: from, effective_until: until }: Agreement): string {
  if (from === null) return '–'
  return until === null
    ? t('agreements.from', { from: formatDate(from) })
    : t('agreements.from_until', { from: formatDate(from), until: formatDate(until) })
}

type ColumnsOf = {
  /** Whether the list is of more than one partner. */
  ofAll: boolean
  addressOf: (agreement: string) => string
}

/** The columns of a list of agreements. */
export function toColumns({ ofAll, addressOf }: ColumnsOf): Column<Agreement>[] {
  const partner: Column<Agreement> = {
    id: 'partner',
    header: t('agreements.partner'),
    cell: (row) => row.partner_name,
  }
  return [
    {
      id: 'agreement',
      header: t('agreements.agreement'),
      cell: (row) => (
        <GoLink className="thing" to={addressOf(row.agreement_id)}>
          {nameOf(row)}
        </GoLink>
      ),
    },
    ...(ofAll ? [partner] : []),
    {
      id: 'state',
      header: t('agreements.state'),
      cell: (row) => <StatusChip family="agreement" value={row.state} />,
    },
    { id: 'force', header: t('agreements.force'), cell: forceText },
    {
      id: 'until',
      header: t('agreements.until'),
      cell: (row) => <DateText iso={row.state === 'offered' ? row.expires_at : null} />,
    },
    { id: 'changed', header: t('agreements.changed'), cell: (row) => <DateText iso={row.updated_at} /> },
  ]
}
