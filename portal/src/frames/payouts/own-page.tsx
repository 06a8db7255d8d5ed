import './payouts-words.ts'
import { readBody } from '@liaison/client'
import type { Payout, PayoutOutlook } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { numberField } from '../../platform/filters.ts'
import { useFilters } from '../../parts/filter-bar.tsx'
import { formatDate } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { ExportLink, ProgramExportTools } from '../shared/export-link.tsx'
import { pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'
import { OwnAccount } from './own-account.tsx'
import { ObstacleList, FileButton, saveBytes } from './parts.tsx'
import { Statements, Years } from './statements.tsx'
import { TaxDocuments } from './tax-documents.tsx'

const spec = { page: numberField(0, { min: 0, max: 400 }) }

function Amounts({ outlook }: { outlook: PayoutOutlook }) {
  if (outlook.amounts.length === 0) return <p className="muted">{t('payouts.next_nothing')}</p>
  return (
    <ul className="plain">
      {outlook.amounts.map(({ amount, row_count: count, is_ready: isReady, obstacles }) => (
        <li key={amount.currency}>
          <span className="strong">
            <MoneyText money={amount} />
          </span>{' '}
          <span className="muted">{t('payouts.rows', { count })}</span>
          {!isReady && <ObstacleList obstacles={obstacles.filter(({ blocks }) => blocks)} />}
        </li>
      ))}
    </ul>
  )
}

/** When the next payout is meant to be, what is in it, and what is missing. */
function Outlook() {
  const outlook = useRead(['payouts', 'outlook'], (frame, signal) =>
    readBody(frame.client.GET('/program/payout-outlook', { signal })),
  )
  return (
    <Panel title={t('payouts.next')}>
      <Answer query={outlook}>
        {(body) => {
          const missing = body.obstacles.filter(({ blocks }) => blocks)
          const hints = body.obstacles.filter(({ blocks }) => !blocks)
          return (
            <div className="stack tight">
              <p>
                {body.next_payout_on === null
                  ? t('payouts.next_none')
                  : t('payouts.next_on', { day: formatDate(body.next_payout_on) })}
              </p>
              <Amounts outlook={body} />
              {missing.length > 0 && (
                <Note tone="attention">
                  <p className="strong">{t('payouts.missing')}</p>
                  <ObstacleList obstacles={missing} />
                </Note>
              )}
              {hints.length > 0 && (
                <Note>
                  <p className="strong">{t('payouts.hints')}</p>
                  <ObstacleList obstacles={hints} />
                </Note>
              )}
            </div>
          )
        }}
      </Answer>
    </Panel>
  )
}

function Remittance({ payout }: { payout: Payout }) {
  const write = useWrite(
    (format: 'pdf' | 'csv', frame) =>
      readBody(
        frame.client.GET('/program/payouts/{payout_id}/remittance', {
          params: { path: { payout_id: payout.item_id }, query: { format } },
          parseAs: 'blob',
        }),
      ),
    (file: unknown, format) => {
      if (file instanceof Blob) saveBytes(`remittance-${payout.item_id}.${format}`, file)
    },
  )
  return (
    <span className="row-acts">
      {(['pdf', 'csv'] as const).map((format) => (
        <FileButton
          key={format}
          label={t('payouts.remittance_label', { format: format.toUpperCase() })}
          text={format.toUpperCase()}
          write={write}
          onTake={() => write.mutate(format)}
        />
      ))}
    </span>
  )
}

const columns: Column<Payout>[] = [
  { id: 'approved', header: t('payouts.approved'), cell: (row) => <DateText iso={row.approved_at} /> },
  {
    id: 'state',
    header: t('payouts.state'),
    cell: (row) => <StatusChip family="payout_item" value={row.state} />,
  },
  {
    id: 'to',
    header: t('payouts.to'),
    cell: (row) => (
      <>
        {row.account_label}
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
  { id: 'file', header: '', cell: (row) => <Remittance payout={row} /> },
]

function List() {
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const payouts = useRead(
    ['payouts', 'own', query],
    (frame, signal) => readBody(frame.client.GET('/program/payouts', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Panel title={t('payouts.list')}>
      <PagedTable
        query={payouts}
        lines={6}
        caption={t('payouts.list')}
        columns={columns}
        rowId={(row) => row.item_id}
        empty={<Empty title={t('payouts.none')} text={t('payouts.none_text')} />}
        onPage={(page) => set({ page })}
      />
    </Panel>
  )
}

/** What staff read in the place of payouts: whom to ask. */
function OwnersOnly() {
  const summary = useRead(['earnings', 'summary'], (frame, signal) =>
    readBody(frame.client.GET('/program/earnings/summary', { signal })),
  )
  const names = summary.data?.owner_names ?? []
  return (
    <Note>
      <p>
        {names.length === 0
          ? t('payouts.policy_note')
          : t('payouts.policy_note_ask', { names: names.join(', ') })}
      </p>
    </Note>
  )
}

function Tools() {
  return (
    <>
      <ExportLink kind="payouts" label={t('payouts.export_payouts')} />
      <ProgramExportTools kind="statements" label={t('payouts.export_statements')} />
    </>
  )
}

/** What the partner is paid: what comes next, the account, payouts, statements and tax documents. Owners alone. */
export function OwnPayoutsPage() {
  const mayRead = useMay('partner_org.payouts.read')
  const mayExport = useMay('partner_org.earnings.export')
  return (
    <Page title={t('payouts.title')} lead={t('payouts.partner_lead')} tools={mayExport && <Tools />}>
      {mayRead ? (
        <div className="stack">
          <div className="halves">
            <Outlook />
            <OwnAccount />
          </div>
          <List />
          <Statements />
          <TaxDocuments />
          <Years />
        </div>
      ) : (
        <OwnersOnly />
      )}
    </Page>
  )
}
