import './payouts-words.ts'
import { readBody, readTagged } from '@liaison/client'
import type { PayoutBatchDetail, PayoutItem } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { MoneyText, StatusChip } from '../../parts/values.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { BatchActs, BankFile, ItemActs } from './batch-acts.tsx'
import { HandOver } from './hand-over.tsx'
import { ObstacleList } from './parts.tsx'
import { ResultFile } from './result-file.tsx'

function personAt(at: string | null, who: { name: string } | null) {
  return at !== null && t('batch.person_at', { at: formatDateTime(at), name: who?.name ?? '' })
}

const over = new Set(['paid', 'failed', 'cancelled'])

function progressOf({ progress, item_count: all }: PayoutBatchDetail): string {
  const done = progress.reduce((sum, { state, items }) => (over.has(state) ? sum + items : sum), 0)
  return t('batch.progress_text', { done, all })
}

function About({ batch }: { batch: PayoutBatchDetail }) {
  return (
    <Panel title={t('batch.about')}>
      <Facts
        facts={[
          fact(t('payouts.state'), <StatusChip family="payout_batch" value={batch.state} />),
          fact(t('batches.total'), <MoneyText money={batch.total} />),
          fact(t('batches.items'), batch.item_count),
          fact(t('payouts.earnings'), batch.row_count),
          fact(t('batch.progress'), batch.started_at !== null && progressOf(batch)),
          fact(t('batch_form.rail'), tValue('rail', batch.rail)),
          fact(t('batch.cutoff'), formatDateTime(batch.cutoff_at)),
          fact(t('batch_form.note'), batch.note),
          fact(t('batches.built'), personAt(batch.created_at, batch.created_by)),
          fact(t('batch.submitted'), personAt(batch.submitted_at, batch.submitted_by)),
          fact(t('batch.approved'), personAt(batch.approved_at, batch.approved_by)),
          fact(t('batch.started'), batch.started_at !== null && formatDateTime(batch.started_at)),
          fact(t('batch.ended'), batch.finished_at !== null && formatDateTime(batch.finished_at)),
          fact(t('batch.cancel_reason'), batch.cancel_reason),
        ]}
      />
    </Panel>
  )
}

function Waiting({ batch }: { batch: PayoutBatchDetail }) {
  if (batch.state !== 'submitted') return null
  const isVoid = batch.submission_counts === false
  return (
    <Note tone="attention">
      <p className="strong">{t(isVoid ? 'batch.void_title' : 'batch.second_title')}</p>
      <p>
        {isVoid
          ? t('batch.void_text', { name: batch.submitted_by?.name ?? '' })
          : t(batch.is_mine ? 'batch.second_text' : 'batch.own_text')}
      </p>
    </Note>
  )
}

const columnsOf = (mayRun: boolean): Column<PayoutItem>[] => [
  {
    id: 'partner',
    header: t('batch.partner'),
    cell: (row) => (
      <>
        <span className="strong">{row.partner_name}</span>
        <br />
        <span className="small muted">{row.account_label}</span>
      </>
    ),
  },
  {
    id: 'state',
    header: t('payouts.state'),
    cell: (row) => (
      <>
        <StatusChip family="payout_item" value={row.state} />
        {row.failure_reason !== null && <p className="small muted">{row.failure_reason}</p>}
      </>
    ),
  },
  { id: 'reference', header: t('payouts.reference'), cell: (row) => row.reference ?? '–' },
  { id: 'rows', header: t('payouts.earnings'), numeric: true, cell: (row) => row.row_count },
  {
    id: 'amount',
    header: t('payouts.amount'),
    numeric: true,
    cell: (row) => <MoneyText money={row.amount} />,
  },
  ...(mayRun
    ? [
        {
          id: 'acts',
          header: '',
          cell: (row: PayoutItem) => row.state === 'sent' && <ItemActs item={row} />,
        },
      ]
    : []),
]

const spec = { page: pageField() }

function Items({ batchId }: { batchId: string }) {
  const mayRun = useMay('platform.payouts.run')
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const items = useRead(
    ['payouts', 'items', batchId, query],
    (frame, signal) =>
      readBody(
        frame.client.GET('/admin/payout-batches/{batch_id}/items', {
          params: { path: { batch_id: batchId }, query },
          signal,
        }),
      ),
    { keep: true },
  )
  return (
    <Panel title={t('batch.items')}>
      <Answer query={items}>
        {(answer) => (
          <DataTable
            caption={t('batch.items')}
            columns={columnsOf(mayRun)}
            rows={answer.items}
            rowId={(row) => row.item_id}
            paging={pagingOf(answer, (page) => set({ page }))}
          />
        )}
      </Answer>
    </Panel>
  )
}

type Skipped = PayoutBatchDetail['skipped'][number]

const skippedColumns: Column<Skipped>[] = [
  { id: 'partner', header: t('batch.partner'), cell: (row) => row.partner_name },
  { id: 'why', header: t('batch_form.reasons'), cell: (row) => <ObstacleList obstacles={row.obstacles} /> },
  {
    id: 'amount',
    header: t('payouts.amount'),
    numeric: true,
    cell: (row) => <MoneyText money={row.amount} />,
  },
]

function LeftOut({ batch }: { batch: PayoutBatchDetail }) {
  return (
    <Panel title={t('batch.skipped')}>
      {batch.skipped.length === 0 ? (
        <p className="muted">{t('batch.skipped_none')}</p>
      ) : (
        <DataTable
          caption={t('batch.skipped')}
          columns={skippedColumns}
          rows={batch.skipped}
          rowId={(row) => row.partner_id}
        />
      )}
    </Panel>
  )
}

function Parts({ batch }: { batch: PayoutBatchDetail }) {
  const mayRun = useMay('platform.payouts.run')
  const hasFile = batch.started_at !== null && batch.rail !== 'simulated'
  const isOpen = batch.finished_at === null
  return (
    <div className="stack">
      <Waiting batch={batch} />
      <About batch={batch} />
      {mayRun && hasFile && (
        <div className="halves">
          {isOpen && <BankFile batch={batch} />}
          <ResultFile batch={batch} isOpen={isOpen} />
        </div>
      )}
      <HandOver batch={batch} />
      <Items batchId={batch.batch_id} />
      <LeftOut batch={batch} />
    </div>
  )
}

/** One payout: how far it is, who gets what, who was left out and why, and what can be done with it now. */
export function BatchPage() {
  const id = useParam('batch')
  const batch = useRead(['payouts', 'batch', id], (frame, signal) =>
    readTagged(
      frame.client.GET('/admin/payout-batches/{batch_id}', { params: { path: { batch_id: id } }, signal }),
    ),
  )
  const number = batch.data?.body.number
  return (
    <Page
      title={number === undefined ? t('batches.column') : t('batches.number', { number })}
      back={{ to: platformPlaces.payouts(), label: t('batches.back') }}
      tools={batch.data && <BatchActs batch={batch.data.body} etag={batch.data.etag} />}
    >
      <Answer query={batch}>{({ body }) => <Parts batch={body} />}</Answer>
    </Page>
  )
}
