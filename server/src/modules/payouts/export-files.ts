import type { ExportCell, ExportColumn } from '#platform/export-source.ts'
import type { Mandate } from '#platform/mandate.ts'
import { toMoney } from '#platform/money.ts'
import { readEarnings, readReferrals } from './export-store.ts'
import type { Span } from './export-store.ts'
import { toId } from './ids.ts'
import { listStatements } from './statement-store.ts'

/** What owners take as a file. */
export const EXPORT_KINDS = ['earnings', 'referrals', 'statements'] as const
export type ExportKind = (typeof EXPORT_KINDS)[number]

/** A table of the own partner. */
export interface Table {
  readonly columns: readonly ExportColumn[]
  readonly rows: readonly (readonly ExportCell[])[]
}

type Named = readonly [key: string, label: string, type: ExportColumn['type'], width: number]

const toColumns = (named: readonly Named[]): ExportColumn[] =>
  named.map(([key, label, type, width]) => ({ key, label, type, width }))

const EARNINGS: readonly ExportColumn[] = [
  ...toColumns([
    ['earning_id', 'Earning', 'text', 5],
    ['occurred_at', 'When', 'instant', 3],
    ['month', 'Month', 'text', 2],
    ['kind', 'Kind', 'text', 2],
    ['component', 'Component', 'text', 3],
    ['state', 'State', 'text', 2],
    ['available_on', 'Available', 'day', 2],
    ['base', 'Of', 'money', 3],
    ['amount', 'Amount', 'money', 3],
    ['currency', 'Currency', 'text', 2],
  ]),
  { key: 'referral_id', label: 'Referral', type: 'text' },
  { key: 'payout_id', label: 'Payout', type: 'text' },
]

async function earningsOf(mandate: Mandate<'program'>, span: Span): Promise<Table> {
  const rows = await readEarnings(mandate, span)
  return {
    columns: EARNINGS,
    rows: rows.map((row) => [
      toId('earning', row.id),
      row.occurred_at,
      row.period_month.slice(0, 7),
      row.kind,
      row.component,
      row.state.replaceAll('_', ' '),
      row.available_on,
      toMoney(row.base_minor, row.currency),
      toMoney(row.amount_minor, row.currency),
      row.currency,
      toId('referral', row.referral_id),
      row.payout_item_id === null ? null : toId('payout_item', row.payout_item_id),
    ]),
  }
}

const REFERRALS: readonly ExportColumn[] = toColumns([
  ['referral_id', 'Referral', 'text', 5],
  ['method', 'How', 'text', 3],
  ['referred_at', 'When', 'instant', 3],
  ['state', 'State', 'text', 3],
])

async function referralsOf(mandate: Mandate<'program'>, span: Span): Promise<Table> {
  const rows = await readReferrals(mandate, span)
  return {
    columns: REFERRALS,
    rows: rows.map((row) => [toId('referral', row.id), row.method, row.referred_at, row.state]),
  }
}

const STATEMENTS: readonly ExportColumn[] = toColumns([
  ['statement_id', 'Statement', 'text', 5],
  ['month', 'Month', 'text', 2],
  ['currency', 'Currency', 'text', 2],
  ['opening', 'Before', 'money', 3],
  ['earned', 'Earned', 'money', 3],
  ['voided', 'Taken off', 'money', 3],
  ['paid', 'Paid out', 'money', 3],
  ['closing', 'After', 'money', 3],
])

async function statementsOf(mandate: Mandate<'program'>, span: Span): Promise<Table> {
  const { rows } = await listStatements(mandate, {}, { limit: span.limit, offset: 0 })
  const chosen = rows.filter(
    ({ month }) => (span.from === null || month >= span.from) && (span.to === null || month <= span.to),
  )
  return {
    columns: STATEMENTS,
    rows: chosen.map((row) => [
      toId('earning_statement', row.id),
      row.month.slice(0, 7),
      row.currency,
      ...[row.opening_minor, row.earned_minor, row.voided_minor, row.paid_minor, row.closing_minor].map(
        (minor) => toMoney(minor, row.currency),
      ),
    ]),
  }
}

const READERS = { earnings: earningsOf, referrals: referralsOf, statements: statementsOf } as const

/** The rows of one kind of the own partner. */
export const readTable = (kind: ExportKind, mandate: Mandate<'program'>, span: Span): Promise<Table> =>
  READERS[kind](mandate, span)
