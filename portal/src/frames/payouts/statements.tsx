import './payouts-words.ts'
import { readBody } from '@liaison/client'
import type { EarningStatement, PayoutYear } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { MoneyText } from '../../parts/values.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { FileButton, saveBytes } from './parts.tsx'

const formats = ['pdf', 'csv', 'xlsx'] as const

function Files({ statement }: { statement: EarningStatement }) {
  const { month, currency, statement_id: id } = statement
  const write = useWrite(
    (format: (typeof formats)[number], frame) =>
      readBody(
        frame.client.GET('/program/statements/{statement_id}/file', {
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

const columns: Column<EarningStatement>[] = [
  {
    id: 'month',
    header: t('payouts.month'),
    cell: (row) => (
      <span className="strong nowrap">
        {row.month} {row.currency}
      </span>
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
  { id: 'file', header: '', cell: (row) => <Files statement={row} /> },
]

/** The monthly statements of the partner, newest first. */
export function Statements() {
  const statements = useRead(['payouts', 'statements'], (frame, signal) =>
    readBody(frame.client.GET('/program/statements', { params: { query: { limit: 24 } }, signal })),
  )
  return (
    <Panel title={t('payouts.statements')}>
      <Answer query={statements}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('payouts.statements_none')} text={t('payouts.statements_text')} />
          ) : (
            <DataTable
              caption={t('payouts.statements')}
              columns={columns}
              rows={items}
              rowId={(row) => row.statement_id}
            />
          )
        }
      </Answer>
    </Panel>
  )
}

const yearColumns: Column<PayoutYear>[] = [
  { id: 'year', header: t('payouts.year'), cell: (row) => row.year },
  { id: 'count', header: t('payouts.count'), numeric: true, cell: (row) => row.payout_count },
  { id: 'paid', header: t('payouts.paid'), numeric: true, cell: (row) => <MoneyText money={row.paid} /> },
]

/** What was paid out in each year. */
export function Years() {
  const years = useRead(['payouts', 'years'], (frame, signal) =>
    readBody(frame.client.GET('/program/tax-years', { signal })),
  )
  return (
    <Answer query={years}>
      {({ items }) =>
        items.length > 0 && (
          <Panel title={t('payouts.years')}>
            <div className="stack tight">
              <p className="muted">{t('payouts.years_text')}</p>
              <DataTable
                caption={t('payouts.years')}
                columns={yearColumns}
                rows={items}
                rowId={(row) => `${String(row.year)} ${row.paid.currency}`}
              />
            </div>
          </Panel>
        )
      }
    </Answer>
  )
}
