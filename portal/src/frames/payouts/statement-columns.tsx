import './payouts-words.ts'
import { readBody } from '@liaison/client'
import type { EarningStatement } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { MoneyText } from '../../parts/values.tsx'
import { GoLink } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { formatMonth } from '../reports/figures.ts'
import { programSideOf } from '../shared/program-side.ts'
import { FileButton, saveBytes } from './parts.tsx'

const formats = ['pdf', 'csv', 'xlsx'] as const

/** The files of a statement, as they were made when its month was closed. */
export function StatementFiles({ statement }: { statement: EarningStatement }) {
  const { month, currency, statement_id: id } = statement
  const write = useWrite(
    (format: (typeof formats)[number], frame) =>
      readBody(
        frame.client.GET(`/${programSideOf(frame)}/statements/{statement_id}/file`, {
          params: { path: { statement_id: id }, query: { format } },
          parseAs: 'blob',
        }),
      ),
    (file: unknown, format) => {
      if (file instanceof Blob) saveBytes(`statement-${month}-${currency}.${format}`, file)
    },
  )
  return (
    <span className="row-acts">
      <WriteProblem error={write.error} />
      {formats.map((format) => (
        <FileButton
          key={format}
          label={t('payouts.file_label', { month, currency, format: format.toUpperCase() })}
          text={format.toUpperCase()}
          write={write}
          onTake={() => write.mutate(format)}
        />
      ))}
    </span>
  )
}

/** The columns of a list of statements; the month leads to its lines. */
export const toStatementColumns = (addressOf: (id: string) => string): Column<EarningStatement>[] => [
  {
    id: 'month',
    header: t('payouts.month'),
    cell: (row) => (
      <GoLink className="thing nowrap" to={addressOf(row.statement_id)}>
        {formatMonth(row.month)} {row.currency}
      </GoLink>
    ),
  },
  {
    id: 'opening',
    header: t('payouts.opening'),
    numeric: true,
    cell: (row) => <MoneyText money={row.opening} />,
  },
  {
    id: 'earned',
    header: t('payouts.earned'),
    numeric: true,
    cell: (row) => <MoneyText money={row.earned} />,
  },
  {
    id: 'voided',
    header: t('payouts.voided'),
    numeric: true,
    cell: (row) => <MoneyText money={row.voided} />,
  },
  { id: 'paid', header: t('payouts.paid'), numeric: true, cell: (row) => <MoneyText money={row.paid} /> },
  {
    id: 'closing',
    header: t('payouts.closing'),
    numeric: true,
    cell: (row) => <MoneyText money={row.closing} />,
  },
  { id: 'file', header: '', cell: (row) => <StatementFiles statement={row} /> },
]
