import type { AgencyReach } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Panel } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatCount, formatInstant } from '../../platform/format.ts'
import { hasWords, t } from '../../platform/words.ts'
import { useTypeLabels } from './calls.ts'

type Credential = AgencyReach['credentials'][number]
type Act = AgencyReach['acts'][number]
type VoucherCount = AgencyReach['vouchers'][number]

const given = { 'vouchers.issue:own': 'key.may_issue', 'vouchers.read:own': 'key.may_read' } as const

function mayText(name: string): string {
  return name === 'vouchers.issue:own' || name === 'vouchers.read:own' ? t(given[name]) : name
}

/** A token that works with an end is one that is being replaced. */
function CredentialChip({ row }: { row: Credential }) {
  if (row.kind === 'agency_key') return <StatusChip family="agency_key" value={row.status} />
  const working = row.open_until === null ? 'current' : 'overlapping'
  const value = row.status === 'active' ? working : row.status === 'expired' ? 'ended' : row.status
  return <StatusChip family="form_token" value={value} />
}

function When({ row }: { row: Credential }) {
  const from = formatInstant(row.open_from)
  if (row.open_until === null) return t('areach.when_open', { from })
  return (
    <>
      {t('areach.when_from', { from })}
      <br />
      {t('areach.when_until', { until: formatInstant(row.open_until) })}
    </>
  )
}

const credentialColumns = (): Column<Credential>[] => [
  {
    id: 'credential',
    header: t('areach.credential'),
    cell: (row) => (
      <>
        {row.kind === 'agency_key'
          ? t('areach.agency_key')
          : t('areach.form_token', { form: row.form_name ?? '' })}
        <div className="small muted mono">{row.label}</div>
      </>
    ),
  },
  { id: 'status', header: t('column.status'), cell: (row) => <CredentialChip row={row} /> },
  { id: 'when', header: t('areach.when'), cell: (row) => <When row={row} /> },
  {
    id: 'may',
    header: t('areach.may'),
    cell: (row) => row.may.map((name) => <div key={name}>{mayText(name)}</div>),
  },
  {
    id: 'sites',
    header: t('areach.sites'),
    cell: (row) =>
      row.origins.length === 0 ? (
        <span className="muted">{t('areach.no_sites')}</span>
      ) : (
        row.origins.map((origin) => <div key={origin}>{origin}</div>)
      ),
  },
]

function ActName({ act }: { act: Act }) {
  const id = `areach.act.${act.action}`
  return (
    <>
      {hasWords(id) ? t(id) : <code className="mono">{act.action}</code>}
      {act.code !== null && <div className="small muted mono">{act.code}</div>}
    </>
  )
}

const actColumns = (): Column<Act>[] => [
  { id: 'what', header: t('areach.what'), cell: (act) => <ActName act={act} /> },
  {
    id: 'outcome',
    header: t('areach.outcome'),
    cell: (act) => <StatusChip family="outcome" value={act.outcome} />,
  },
  { id: 'times', header: t('areach.times'), numeric: true, cell: (act) => formatCount(act.times) },
  { id: 'first', header: t('areach.first'), cell: (act) => formatInstant(act.first_at) },
  { id: 'last', header: t('areach.last'), cell: (act) => formatInstant(act.last_at) },
]

const voucherColumns = (labelOf: (type: string) => string): Column<VoucherCount>[] => [
  { id: 'type', header: t('areach.type'), cell: (row) => labelOf(row.voucher_type) },
  {
    id: 'status',
    header: t('areach.status'),
    cell: (row) => <StatusChip family="voucher" value={row.status} />,
  },
  { id: 'times', header: t('areach.times'), numeric: true, cell: (row) => formatCount(row.times) },
]

function Credentials({ rows }: { rows: readonly Credential[] }) {
  return (
    <Panel title={t('areach.could')}>
      {rows.length === 0 ? (
        <p className="muted">{t('areach.could_none')}</p>
      ) : (
        <DataTable
          caption={t('areach.could')}
          columns={credentialColumns()}
          rows={rows}
          rowId={(row) => row.delegation_id}
        />
      )}
    </Panel>
  )
}

function Acts({ rows }: { rows: readonly Act[] }) {
  return (
    <Panel title={t('areach.did')}>
      {rows.length === 0 ? (
        <p className="muted">{t('areach.did_none')}</p>
      ) : (
        <DataTable
          caption={t('areach.did')}
          columns={actColumns()}
          rows={rows}
          rowId={(act) => `${act.action} ${act.outcome} ${act.code ?? ''}`}
        />
      )}
    </Panel>
  )
}

function Vouchers({ rows }: { rows: readonly VoucherCount[] }) {
  const labelOf = useTypeLabels()
  return (
    <Panel title={t('areach.vouchers')}>
      {rows.length === 0 ? (
        <p className="muted">{t('areach.vouchers_none')}</p>
      ) : (
        <DataTable
          caption={t('areach.vouchers')}
          columns={voucherColumns(labelOf)}
          rows={rows}
          rowId={(row) => `${row.voucher_type} ${row.status}`}
        />
      )}
    </Panel>
  )
}

/** The report in three tables, for the screen and for paper. */
export function ReachReport({ report }: { report: AgencyReach }) {
  const { credentials, acts, vouchers } = report
  if (credentials.length + acts.length + vouchers.length === 0) {
    return (
      <div className="list">
        <Empty title={t('areach.none')} text={t('areach.none_text')} />
      </div>
    )
  }
  return (
    <div className="stack report">
      <p role="status">
        <span className="strong">
          {t('areach.span', { from: formatInstant(report.from), to: formatInstant(report.to) })}
        </span>{' '}
        {t('areach.asked_for', { count: vouchers.reduce((sum, { times }) => sum + times, 0) })}{' '}
        {t('areach.no_person')}
      </p>
      <Credentials rows={credentials} />
      <Acts rows={acts} />
      <Vouchers rows={vouchers} />
    </div>
  )
}
