import './payouts-words.ts'
import { readBody } from '@liaison/client'
import type { PayoutYear } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { MoneyText } from '../../parts/values.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { numberField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { PagedTable } from '../shared/paged-table.tsx'
import { toStatementColumns } from './statement-columns.tsx'

/** How many statements are shown at once, among other things on the page. */
const FEW = 8
const spec = { statements: numberField(0, { min: 0, max: 400 }) }

/** The monthly statements of the partner, newest first. */
export function Statements() {
  const { partnerId } = useFrame()
  const columns = useMemo(
    () => toStatementColumns((id) => partnerPlaces.statement(partnerId, id)),
    [partnerId],
  )
  const { values, set } = useFilters(spec)
  const query = { limit: FEW, offset: values.statements * FEW }
  const statements = useRead(
    ['payouts', 'statements', query],
    (frame, signal) => readBody(frame.client.GET('/program/statements', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Panel title={t('payouts.statements')}>
      <PagedTable
        query={statements}
        lines={6}
        caption={t('payouts.statements')}
        columns={columns}
        rowId={(row) => row.statement_id}
        empty={<Empty title={t('payouts.statements_none')} text={t('payouts.statements_text')} />}
        onPage={(page) => set({ statements: page })}
      />
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
