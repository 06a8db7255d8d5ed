import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import type { PayoutTables, StatementFormat, StatementTotal } from './tables.ts'

type Reader = Mandate<'platform' | 'program'>

/** For whom a month is to be closed. */
export interface Due {
  readonly partnerId: string
  readonly partnerName: string
  readonly currency: string
}

/** The newest month that is over, as its first day, in the program's own time zone. */
export async function lastMonth(mandate: Mandate<'system'>): Promise<string> {
  const { rows } = await sql<{ month: string }>`select access.last_closed_month() as month`.execute(
    tables<PayoutTables>(mandate),
  )
  return rows[0]?.month ?? ''
}

/** For whom a month is to be closed; empty once it is closed for everybody. */
export async function findDue(mandate: Mandate<'system'>, month: string): Promise<Due[]> {
  const { rows } = await sql<{ partner_id: string; partner_name: string; currency: string }>`
    select * from access.statements_due(${month})`.execute(tables<PayoutTables>(mandate))
  return rows.map((row) => ({
    partnerId: row.partner_id,
    partnerName: row.partner_name,
    currency: row.currency,
  }))
}

/** Whether this month, or a later one, was closed for somebody already. */
export async function isClosed(mandate: Mandate<'system'>, due: Due, month: string): Promise<boolean> {
  const row = await tables<PayoutTables>(mandate)
    .selectFrom('earning_statement')
    .select('id')
    .where('partner_id', '=', due.partnerId)
    .where('currency', '=', due.currency)
    .where('month', '>=', month)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** One line as it will be stated. */
export interface NewLine {
  readonly what: 'earned' | 'voided' | 'paid'
  readonly earning_id: string | null
  readonly payout_item_id: string | null
  readonly day: string
  readonly kind: string
  readonly state: string
  readonly about: string
  readonly base_minor: number | null
  readonly amount_minor: number
}

/**
 * Gives the running transaction the time that a statement of a hundred thousand lines takes; requests have less. Only one
 * partner's ledger waits for it.
 */
export async function allowLongStatement(mandate: Mandate<'system'>): Promise<void> {
  // A bound of a transaction that runs already is set anew only after it was taken away.
  await runStatements(mandate, [
    { text: `select set_config('transaction_timeout', '0', true)`, values: [] },
    {
      text: `select set_config('transaction_timeout', '60s', true), set_config('statement_timeout', '20s', true)`,
      values: [],
    },
  ])
}

/** What a statement would say now. The partner's ledger stands still until the transaction ends. */
export async function collectLines(mandate: Mandate<'system'>, due: Due, month: string): Promise<NewLine[]> {
  await runStatements(mandate, [
    { text: 'select access.lock_ledger(array[$1::uuid])', values: [due.partnerId] },
  ])
  const { rows } = await sql<NewLine>`
    select * from access.statement_lines(${due.partnerId}, ${due.currency}, ${month})`.execute(
    tables<PayoutTables>(mandate),
  )
  return rows
}

/** The balance with which the next statement begins. */
export async function openingBalance(mandate: Mandate<'system'>, due: Due, month: string): Promise<number> {
  const row = await tables<PayoutTables>(mandate)
    .selectFrom('earning_statement')
    .select('closing_minor')
    .where('partner_id', '=', due.partnerId)
    .where('currency', '=', due.currency)
    .where('month', '<', month)
    .orderBy('month', 'desc')
    .executeTakeFirst()
  return row?.closing_minor ?? 0
}

/** What a statement says in sum. */
export interface Sums {
  readonly opening: number
  readonly earned: number
  readonly voided: number
  readonly paid: number
  readonly closing: number
  readonly totals: readonly StatementTotal[]
}

const LINES_AT_ONCE = 5000

/** Writes a statement with its lines. Answers its UUID. */
export async function insertStatement(
  mandate: Mandate<'system'>,
  of: Due & { readonly month: string },
  said: { readonly sums: Sums; readonly lines: readonly NewLine[] },
): Promise<string> {
  const { sums, lines } = said
  const { id } = await tables<PayoutTables>(mandate)
    .insertInto('earning_statement')
    .values({
      partner_id: of.partnerId,
      currency: of.currency,
      month: of.month,
      opening_minor: sums.opening,
      earned_minor: sums.earned,
      voided_minor: sums.voided,
      paid_minor: sums.paid,
      closing_minor: sums.closing,
      line_count: lines.length,
      totals: sql`${JSON.stringify(sums.totals)}::jsonb`,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    const part = JSON.stringify(lines.slice(from, from + LINES_AT_ONCE))
    await sql`
      insert into earning_statement_line (statement_id, partner_id, place, what, earning_id, payout_item_id, day, kind, state, about, base_minor, amount_minor)
      select ${id}::uuid, ${of.partnerId}::uuid, ${from}::integer + i.place, i.what, i.earning_id, i.payout_item_id, i.day, i.kind, i.state, i.about, i.base_minor, i.amount_minor
      from rows from (jsonb_to_recordset(${part}::jsonb) as (what text, earning_id uuid, payout_item_id uuid, day date, kind text, state text, about text, base_minor bigint, amount_minor bigint))
        with ordinality as i (what, earning_id, payout_item_id, day, kind, state, about, base_minor, amount_minor, place)`.execute(
      tables<PayoutTables>(mandate),
    )
  }
  return id
}

/** A file of a statement. */
export interface NewFile {
  readonly format: StatementFormat
  readonly bytes: Buffer
  readonly isSealed: boolean
}

/** Keeps the files of a statement with their digests. */
export async function insertFiles(
  mandate: Mandate<'system'>,
  at: { readonly statementId: string; readonly partnerId: string },
  files: readonly NewFile[],
): Promise<void> {
  await tables<PayoutTables>(mandate)
    .insertInto('earning_statement_file')
    .values(
      files.map(({ format, bytes, isSealed }) => ({
        statement_id: at.statementId,
        partner_id: at.partnerId,
        format,
        bytes,
        is_sealed: isSealed,
        sha256: createHash('sha256').update(bytes).digest(),
      })),
    )
    .execute()
}

function selected(mandate: Reader) {
  return tables<PayoutTables>(mandate)
    .selectFrom('earning_statement as s')
    .innerJoin('partner as p', 'p.id', 's.partner_id')
    .selectAll('s')
    .select('p.name as partner_name')
}

/** A page of statements, newest month first. */
export async function listStatements(
  mandate: Reader,
  filter: { readonly currency?: string | undefined; readonly partnerId?: string | undefined },
  page: { readonly limit: number; readonly offset: number },
) {
  let query = selected(mandate)
  if (filter.currency !== undefined) query = query.where('s.currency', '=', filter.currency)
  if (filter.partnerId !== undefined) query = query.where('s.partner_id', '=', filter.partnerId)
  return readPage(
    query.orderBy('s.month', 'desc').orderBy('p.name').orderBy('s.currency').orderBy('s.id'),
    page,
  )
}

export type StatementRow = Awaited<ReturnType<typeof listStatements>>['rows'][number]

/** One statement. Throws STATEMENT_NOT_FOUND. */
export async function getStatement(mandate: Reader, id: string): Promise<StatementRow> {
  const row = await selected(mandate).where('s.id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'STATEMENT_NOT_FOUND', 'No statement that you can see has this id.')
  return row
}

/** The lines of a statement in their order. */
export function listStatementLines(
  mandate: Reader,
  id: string,
  page: { readonly limit: number; readonly offset: number },
) {
  return tables<PayoutTables>(mandate)
    .selectFrom('earning_statement_line')
    .selectAll()
    .where('statement_id', '=', id)
    .where('place', '>', page.offset)
    .orderBy('place')
    .limit(page.limit)
    .execute()
}

export type StatementLineRow = Awaited<ReturnType<typeof listStatementLines>>[number]

/** What is known of a statement's files, without their bytes. */
export async function listFiles(mandate: Reader, id: string) {
  return tables<PayoutTables>(mandate)
    .selectFrom('earning_statement_file')
    .select(['format', 'sha256', 'is_sealed', sql<number>`octet_length(bytes)`.as('size_bytes')])
    .where('statement_id', '=', id)
    .orderBy('format')
    .execute()
}

/** Bytes of one file of a statement. */
export async function readStatementFile(
  mandate: Reader,
  of: { readonly id: string; readonly format: StatementFormat },
  part: { readonly fromByte: number; readonly count: number },
): Promise<Buffer> {
  const { bytes } = await tables<PayoutTables>(mandate)
    .selectFrom('earning_statement_file')
    .select(
      sql<Buffer>`substring(bytes from ${part.fromByte + 1}::integer for ${part.count}::integer)`.as('bytes'),
    )
    .where('statement_id', '=', of.id)
    .where('format', '=', of.format)
    .executeTakeFirstOrThrow()
  return bytes
}

/** What was paid to the reader's partner in each year and currency, by the day on which it was recorded. */
export async function listYears(mandate: Mandate<'program'>) {
  const { rows } = await sql<{ year: number; currency: string; paid_minor: number; payouts: number }>`
    select extract(year from access.program_day(finished_at))::integer as year, currency, sum(amount_minor)::bigint as paid_minor, count(*) as payouts
    from payout_item where state = 'paid' and partner_id = ${mandate.partner.id} group by 1, 2 order by 1 desc, 2`.execute(
    tables<PayoutTables>(mandate),
  )
  return rows
}
