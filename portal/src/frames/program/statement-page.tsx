import './program-words.ts'
import './program.css'
import '../earnings/earnings.css'
import { readBody } from '@liaison/client'
import type { EarningStatementDetail, EarningStatementLine } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, IdText, MoneyText } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces, platformPlaces } from '../../places.ts'
import { StatementFiles } from '../payouts/statement-columns.tsx'
import { formatMonth } from '../reports/figures.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'
import { programSideOf } from '../shared/program-side.ts'

const spec = { page: pageField() }

const columns: Column<EarningStatementLine>[] = [
  { id: 'day', header: t('statement.day'), cell: (row) => <DateText iso={row.day} /> },
  {
    id: 'what',
    header: t('statement.what'),
    cell: (row) => (
      <>
        {tValue('statement.line', row.what === 'earned' ? row.kind : row.what)}
        <br />
        <span className="small muted">{row.about}</span>
      </>
    ),
  },
  {
    id: 'reference',
    header: t('statement.reference'),
    cell: (row) => <code className="mono breaks">{row.reference}</code>,
  },
  {
    id: 'base',
    header: t('statement.base'),
    numeric: true,
    cell: (row) => (row.base === null ? '–' : <MoneyText money={row.base} />),
  },
  {
    id: 'amount',
    header: t('statement.amount'),
    numeric: true,
    cell: (row) => <MoneyText money={row.amount} />,
  },
]

function Sums({ statement }: { statement: EarningStatementDetail }) {
  return (
    <Panel title={t('statement.sums')}>
      <div className="stack tight">
        <div className="sums">
          <Facts
            facts={[
              fact(t('statement.opening'), <MoneyText money={statement.opening} />),
              fact(t('statement.earned'), <MoneyText money={statement.earned} />),
              fact(t('statement.voided'), <MoneyText money={statement.voided} />),
              fact(t('statement.paid'), <MoneyText money={statement.paid} />),
              fact(t('statement.closing'), <b>{<MoneyText money={statement.closing} />}</b>),
            ]}
          />
        </div>
        <p className="small muted">{t('statement.closed', { at: formatDateTime(statement.closed_at) })}</p>
      </div>
    </Panel>
  )
}

function Files({ statement }: { statement: EarningStatementDetail }) {
  return (
    <Panel title={t('statement.files')}>
      <div className="stack tight">
        <StatementFiles statement={statement} />
        <details>
          <summary>{t('statement.digests')}</summary>
          <div className="digests">
            <Facts
              facts={statement.files.map((file) =>
                fact(
                  t(file.is_sealed ? 'statement.sealed' : 'statement.plain', {
                    format: file.format.toUpperCase(),
                  }),
                  <IdText id={file.sha256} />,
                ),
              )}
            />
          </div>
        </details>
      </div>
    </Panel>
  )
}

function Lines({ id }: { id: string }) {
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const lines = useRead(
    ['payouts', 'statement-lines', id, query],
    (frame, signal) =>
      readBody(
        frame.client.GET(`/${programSideOf(frame)}/statements/{statement_id}/lines`, {
          params: { path: { statement_id: id }, query },
          signal,
        }),
      ),
    { keep: true },
  )
  return (
    <Panel title={t('statement.lines')}>
      <PagedTable
        query={lines}
        lines={6}
        caption={t('statement.lines')}
        columns={columns}
        rowId={(row) => String(row.place)}
        empty={<Empty title={t('statement.none')} text={t('statement.none_text')} />}
        onPage={(page) => set({ page })}
      />
    </Panel>
  )
}

function useStatement(id: string) {
  return useRead(['payouts', 'statement', id], (frame, signal) =>
    readBody(
      frame.client.GET(`/${programSideOf(frame)}/statements/{statement_id}`, {
        params: { path: { statement_id: id } },
        signal,
      }),
    ),
  )
}

type StatementProps = { id: string; back: (of?: EarningStatementDetail) => { to: string; label: string } }

function Statement({ id, back }: StatementProps) {
  const statement = useStatement(id)
  const found = statement.data
  const title =
    found === undefined
      ? t('statement.title')
      : t('statement.of', { month: formatMonth(found.month), currency: found.currency })
  return (
    <Page title={title} lead={found?.partner_name} back={back(found)}>
      <Answer query={statement} lines={8}>
        {(body) => (
          <div className="stack">
            <div className="halves">
              <Sums statement={body} />
              <Files statement={body} />
            </div>
            <Lines id={id} />
          </div>
        )}
      </Answer>
    </Page>
  )
}

/** One monthly statement of the own organisation, line by line. */
export function OwnStatementPage() {
  const { partnerId } = useFrame()
  const id = useParam('statement')
  return (
    <Statement id={id} back={() => ({ to: partnerPlaces.payouts(partnerId), label: t('statement.back') })} />
  )
}

/** One monthly statement of a partner, line by line, for the provider. */
export function PlatformStatementPage() {
  const id = useParam('statement')
  const back = (of?: EarningStatementDetail) =>
    of === undefined
      ? { to: platformPlaces.partners(), label: t('nav.partners') }
      : { to: platformPlaces.partnerPart(of.partner_id, 'payouts'), label: of.partner_name }
  return <Statement id={id} back={back} />
}
