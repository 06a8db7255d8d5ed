import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { ProgramExportMandate } from '#platform/export-source.ts'
import type { PayoutTables } from './tables.ts'

/** Which rows a file holds: of one partner or of all, of months that are both included, in some states, of one currency; earnings also of some kinds. */
export interface Wanted {
  readonly partnerId: string | null
  readonly from: string | null
  readonly to: string | null
  readonly states: readonly string[] | null
  readonly earningKinds: readonly string[] | null
  readonly currency: string | null
}

/** The next rows, behind the one whose UUID is named. */
export interface Window {
  readonly after: string | null
  readonly limit: number
}

/** How rows of one kind are counted and read: what they come from, which are wanted, and their order, which their ids decide last. */
interface Query {
  readonly columns: RawBuilder<unknown>
  readonly from: RawBuilder<unknown>
  readonly where: (wanted: Wanted) => RawBuilder<unknown>
  /** What the rows are ordered by, newest first, beside their ids. */
  readonly order: RawBuilder<unknown>
  readonly table: RawBuilder<unknown>
}

const allOf = (conditions: readonly (RawBuilder<unknown> | null)[]): RawBuilder<unknown> =>
  sql.join([sql`true`, ...conditions.filter((condition) => condition !== null)], sql` and `)

const isIn = (column: RawBuilder<unknown>, values: readonly string[] | null): RawBuilder<unknown> | null =>
  values === null ? null : sql`${column} = any (${[...values]}::text[])`
const is = (column: RawBuilder<unknown>, value: string | null): RawBuilder<unknown> | null =>
  value === null ? null : sql`${column} = ${value}`

/** The months between two, both included, of a column that holds a day. */
const between = (column: RawBuilder<unknown>, { from, to }: Wanted): RawBuilder<unknown>[] => [
  ...(from === null ? [] : [sql`${column} >= ${from}::date`]),
  ...(to === null ? [] : [sql`${column} < ${to}::date + interval '1 month'`]),
]

/** The same of a column that holds an instant: months begin where the program is at home. */
const betweenInstants = (column: RawBuilder<unknown>, { from, to }: Wanted): RawBuilder<unknown>[] => [
  ...(from === null ? [] : [sql`${column} >= (select access.program_day_begins(${from}::date))`]),
  ...(to === null
    ? []
    : [sql`${column} < (select access.program_day_begins((${to}::date + interval '1 month')::date))`]),
]

async function count(mandate: ProgramExportMandate, query: Query, wanted: Wanted): Promise<number> {
  const { rows } = await sql<{
    total: number
  }>`select count(*) as total from ${query.from} where ${query.where(wanted)}`.execute(
    tables<PayoutTables>(mandate),
  )
  return rows[0]?.total ?? 0
}

async function read<Row>(
  mandate: ProgramExportMandate,
  query: Query,
  { wanted, window }: { readonly wanted: Wanted; readonly window: Window },
): Promise<Row[]> {
  const behind =
    window.after === null
      ? null
      : sql`(${query.order}, x.id) < (select ${query.order}, x.id from ${query.table} x where x.id = ${window.after}::uuid)`
  const { rows } = await sql<Row>`
    select ${query.columns} from ${query.from} where ${allOf([query.where(wanted), behind])}
    order by ${query.order} desc, x.id desc limit ${window.limit}`.execute(tables<PayoutTables>(mandate))
  return rows
}

function makeReader<Row>(query: Query) {
  return {
    count: (mandate: ProgramExportMandate, wanted: Wanted) => count(mandate, query, wanted),
    read: (mandate: ProgramExportMandate, wanted: Wanted, window: Window) =>
      read<Row>(mandate, query, { wanted, window }),
  }
}

/** An earning as a file holds it. */
export interface EarningOut {
  readonly id: string
  readonly partner_name: string
  readonly referral_id: string | null
  readonly occurred_at: Date
  readonly period_month: string
  readonly kind: string
  readonly component: string
  readonly state: string
  readonly available_on: string
  readonly currency: string
  readonly base_minor: number
  readonly amount_minor: number
  readonly payout_item_id: string | null
}

export const earningRows = makeReader<EarningOut>({
  columns: sql`x.id, p.name as partner_name, x.referral_id, x.occurred_at, x.period_month, x.kind, x.component, x.state, x.available_on, x.currency::text as currency, x.base_minor, x.amount_minor, x.payout_item_id`,
  from: sql`earning x join partner p on p.id = x.partner_id`,
  where: (wanted) =>
    allOf([
      is(sql`x.partner_id`, wanted.partnerId),
      ...between(sql`x.period_month`, wanted),
      isIn(sql`x.state`, wanted.states),
      isIn(sql`x.kind`, wanted.earningKinds),
      is(sql`x.currency`, wanted.currency),
    ]),
  order: sql`x.occurred_at`,
  table: sql`earning`,
})

/** A referral as a file holds it: no field of the tenant. */
export interface ReferralOut {
  readonly id: string
  readonly partner_name: string
  readonly method: string
  readonly referred_at: Date
  readonly state: string
}

export const referralRows = makeReader<ReferralOut>({
  columns: sql`x.id, p.name as partner_name, x.method, x.referred_at, x.state`,
  from: sql`referral x join partner p on p.id = x.partner_id`,
  where: (wanted) =>
    allOf([
      is(sql`x.partner_id`, wanted.partnerId),
      ...betweenInstants(sql`x.referred_at`, wanted),
      isIn(sql`x.state`, wanted.states),
    ]),
  order: sql`x.referred_at`,
  table: sql`referral`,
})

/** A statement as a file holds it. */
export interface StatementOut {
  readonly id: string
  readonly partner_name: string
  readonly month: string
  readonly currency: string
  readonly opening_minor: number
  readonly earned_minor: number
  readonly voided_minor: number
  readonly paid_minor: number
  readonly closing_minor: number
}

export const statementRows = makeReader<StatementOut>({
  columns: sql`x.id, p.name as partner_name, x.month, x.currency, x.opening_minor, x.earned_minor, x.voided_minor, x.paid_minor, x.closing_minor`,
  from: sql`earning_statement x join partner p on p.id = x.partner_id`,
  where: (wanted) =>
    allOf([
      is(sql`x.partner_id`, wanted.partnerId),
      ...between(sql`x.month`, wanted),
      is(sql`x.currency`, wanted.currency),
    ]),
  order: sql`x.month`,
  table: sql`earning_statement`,
})

/** A payout as a file holds it. */
export interface PayoutOut {
  readonly id: string
  readonly partner_name: string
  readonly state: string
  readonly currency: string
  readonly amount_minor: number
  readonly row_count: number
  readonly account_label: string
  readonly approved_at: Date | null
  readonly finished_at: Date | null
  readonly rail_ref: string | null
  readonly failure_reason: string | null
}

export const payoutRows = makeReader<PayoutOut>({
  columns: sql`x.id, p.name as partner_name, x.state, x.currency, x.amount_minor, x.row_count, x.account_label, x.approved_at, x.finished_at, x.rail_ref, x.failure_reason`,
  from: sql`payout_item x join partner p on p.id = x.partner_id`,
  where: (wanted) =>
    allOf([
      is(sql`x.partner_id`, wanted.partnerId),
      // As on statements, by the day on which it was paid; what has not ended by the day on which it was built.
      ...between(sql`access.program_day(coalesce(x.finished_at, x.created_at))`, wanted),
      isIn(sql`x.state`, wanted.states),
      is(sql`x.currency`, wanted.currency),
    ]),
  order: sql`x.created_at`,
  table: sql`payout_item`,
})

/** A payout batch as a file holds it. */
export interface BatchOut {
  readonly id: string
  readonly number: number
  readonly state: string
  readonly rail: string
  readonly currency: string
  readonly total_minor: number
  readonly item_count: number
  readonly created_by_name: string
  readonly created_at: Date
  readonly submitted_by_name: string | null
  readonly approved_by_name: string | null
  readonly approved_at: Date | null
  readonly finished_at: Date | null
}

export const batchRows = makeReader<BatchOut>({
  columns: sql`x.id, x.number, x.state, x.rail, x.currency, x.total_minor, x.item_count, x.created_by_name, x.created_at, x.submitted_by_name, x.approved_by_name, x.approved_at, x.finished_at`,
  from: sql`payout_batch x`,
  where: (wanted) =>
    allOf([
      ...betweenInstants(sql`x.created_at`, wanted),
      isIn(sql`x.state`, wanted.states),
      is(sql`x.currency`, wanted.currency),
    ]),
  order: sql`x.created_at`,
  table: sql`payout_batch`,
})
