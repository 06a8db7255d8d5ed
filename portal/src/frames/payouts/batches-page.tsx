import './payouts-words.ts'
import { readBody } from '@liaison/client'
import type { PayoutBatch } from '@liaison/client'

import { BeginButton } from '../../parts/begin-button.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty, Refreshed } from '../../parts/states.tsx'
import { DateText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { choiceField } from '../../platform/filters.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { ProgramExportTools } from '../shared/export-link.tsx'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'
import { AccountChecks } from './account-checks.tsx'
import { DocumentChecks } from './document-checks.tsx'

const states = [
  'any',
  'draft',
  'submitted',
  'approved',
  'processing',
  'completed',
  'partially_failed',
  'cancelled',
] as const
const spec = { state: choiceField(states, 'any'), page: pageField() }

const columns: Column<PayoutBatch>[] = [
  {
    id: 'number',
    header: t('batches.column'),
    cell: (row) => (
      <GoLink className="thing" to={platformPlaces.payout(row.batch_id)}>
        {t('batches.number', { number: row.number })}
      </GoLink>
    ),
  },
  {
    id: 'state',
    header: t('payouts.state'),
    cell: (row) => <StatusChip family="payout_batch" value={row.state} />,
  },
  { id: 'built', header: t('batches.built'), cell: (row) => <DateText iso={row.created_at} /> },
  { id: 'by', header: t('batches.built_by'), cell: (row) => row.created_by.name },
  { id: 'items', header: t('batches.items'), numeric: true, cell: (row) => row.item_count },
  {
    id: 'total',
    header: t('batches.total'),
    numeric: true,
    cell: (row) => <MoneyText money={row.total} />,
  },
]

function Tools() {
  return (
    <>
      <ProgramExportTools kind="payout_batches" />
      <BeginButton act="platform.payout">{t('batches.new')}</BeginButton>
    </>
  )
}

/** Every payout that was built, newest first, and the tax documents that wait to be looked at. */
export function BatchesPage() {
  const filters = useFilters(spec)
  const mayRun = useMay('platform.payouts.run')
  const { values, set, clear, active } = filters
  const query = { ...pagingQuery(values.page), ...optional('state', values.state) }
  const batches = useRead(
    ['payouts', 'batches', query],
    (frame, signal) => readBody(frame.client.GET('/admin/payout-batches', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page title={t('payouts.title')} lead={t('payouts.platform_lead')} tools={<Tools />}>
      <div className="stack">
        <FilterBar active={active} onClear={clear} note={<Refreshed query={batches} />}>
          <Pick
            label={t('payouts.state')}
            value={values.state}
            words={states}
            labelOf={(word) => (word === 'any' ? t('pick.any') : tValue('status.payout_batch', word))}
            onValue={(state) => set({ state, page: 0 })}
          />
        </FilterBar>
        <PagedTable
          query={batches}
          lines={6}
          caption={t('payouts.title')}
          columns={columns}
          rowId={(row) => row.batch_id}
          empty={<Empty title={t('batches.none')} text={t('batches.none_text')} />}
          onPage={(page) => set({ page })}
        />
        {mayRun && <AccountChecks />}
        {mayRun && <DocumentChecks />}
      </div>
    </Page>
  )
}
