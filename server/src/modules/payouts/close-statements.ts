import { createHash } from 'node:crypto'
import type { Database } from '#platform/database.ts'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { TopicHandler } from '#platform/jobs.ts'
import type { PdfSealer } from '#platform/sealed-pdf.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { expireDocuments } from './document-store.ts'
import { makeStatementFiles } from './statement-files.ts'
import { sumUp } from './statement-rules.ts'
import {
  allowLongStatement,
  collectLines,
  findDue,
  insertFiles,
  insertStatement,
  isClosed,
  lastMonth,
  openingBalance,
} from './statement-store.ts'
import type { Due, NewFile, NewLine, Sums } from './statement-store.ts'

const WORK = { job: 'payout-clock' }

type Month = Due & { readonly month: string }

/** What a statement says, with its files, as the ledger stood at one moment. */
interface Draft {
  readonly sums: Sums
  readonly lines: readonly NewLine[]
  readonly closedAt: Date
}

/** What the statement would say now, in a ledger that stands still meanwhile; null when there is nothing to state, or no longer. */
async function draft(mandate: Mandate<'system'>, of: Month): Promise<Draft | null> {
  await allowLongStatement(mandate)
  const lines = await collectLines(mandate, of, of.month)
  if (lines.length === 0 || (await isClosed(mandate, of, of.month))) return null
  const sums = sumUp(await openingBalance(mandate, of, of.month), lines)
  return { sums, lines, closedAt: mandate.origin.now }
}

function digestOf({ sums, lines }: Draft): string {
  const digest = createHash('sha256').update(JSON.stringify(sums))
  for (const line of lines) digest.update(JSON.stringify(line))
  return digest.digest('hex')
}

/** Writes the statement whose files were made; not when the ledger says something else than they do. */
async function writeDown(
  mandate: Mandate<'system'>,
  of: Month,
  made: { readonly files: readonly NewFile[]; readonly digest: string },
): Promise<'closed' | 'nothing' | 'changed'> {
  const now = await draft(mandate, of)
  if (!now) return 'nothing'
  if (digestOf(now) !== made.digest) return 'changed'
  const { sums, lines } = now
  const id = await insertStatement(mandate, of, now)
  await insertFiles(mandate, { statementId: id, partnerId: of.partnerId }, made.files)
  recordEvent(mandate, {
    action: 'program.statement.closed',
    partnerId: of.partnerId,
    partnerName: of.partnerName,
    resource: { type: 'earning_statement', id, label: `${of.month.slice(0, 7)} ${of.currency}` },
    changes: { closing_minor: sums.closing, currency: of.currency, lines: lines.length },
  })
  await enqueue(mandate, 'payout.statement_closed', {
    partner_id: of.partnerId,
    statement_id: id,
    state: 'closed',
  })
  return 'closed'
}

/** A ledger that moves while the files are made is looked at so often; after that the next round closes it. */
const ATTEMPTS = 3

/** Closes a month for one partner. The files are made between two transactions: those of a long statement take a while. */
async function closeOne(database: Database, of: Month, sealer: PdfSealer): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const said = await inSystemTransaction(database, WORK, (mandate) => draft(mandate, of))
    if (!said) return false
    const made = { files: await makeStatementFiles(of, said, sealer), digest: digestOf(said) }
    const outcome = await inSystemTransaction(database, WORK, (mandate) => writeDown(mandate, of, made))
    if (outcome !== 'changed') return outcome === 'closed'
  }
  return false
}

/**
 * Closes a month for everybody who has something to state, each in a transaction of its own; the newest month that is over
 * unless another is named. Running it again changes nothing. Answers how many statements it made; one that cannot be made
 * keeps nobody else waiting, and is told at the end. Source: program.md sections 4 and 9.
 */
export async function closeStatements(
  database: Database,
  sealer: PdfSealer,
  month?: string,
): Promise<number> {
  const of = month ?? (await inSystemTransaction(database, WORK, lastMonth))
  const due = await inSystemTransaction(database, WORK, (mandate) => findDue(mandate, of))
  const failures: unknown[] = []
  let closed = 0
  for (const one of due) {
    try {
      if (await closeOne(database, { ...one, month: of }, sealer)) closed += 1
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0)
    throw new AggregateError(
      failures,
      `${failures.length} statements of ${of} could not be made, the first because: ${String(failures[0])}`,
    )
  return closed
}

/** The topic under which the statements of past months are asked for at once. */
const CLOSE_TOPIC = 'payout.close_statements'

function monthBefore(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 2, 1)).toISOString().slice(0, 10)
}

/** The work that transactions ask payouts for: the statements of the last months, the oldest first. */
export function makePayoutTopics(
  database: Database,
  sealer: PdfSealer,
): Readonly<Record<string, TopicHandler>> {
  return {
    async [CLOSE_TOPIC](payload) {
      const count = Math.min(Math.max(Number(payload['months']) || 1, 1), 36)
      const months = [await inSystemTransaction(database, WORK, lastMonth)]
      while (months.length < count) months.unshift(monthBefore(months[0] ?? ''))
      for (const month of months) await closeStatements(database, sealer, month)
    },
  }
}

/** Notes tax documents that ran out. Whether one counts never waits for it. */
async function expire(mandate: Mandate<'system'>): Promise<void> {
  for (const row of await expireDocuments(mandate))
    recordEvent(mandate, {
      action: 'program.tax_document.expired',
      partnerId: row.partner_id,
      resource: { type: 'tax_document', id: row.id, label: row.kind },
    })
}

/** What payouts have done by the clock: months are closed, and tax documents that ran out are noted. */
export async function runPayoutClock(database: Database, sealer: PdfSealer): Promise<number> {
  await inSystemTransaction(database, WORK, expire)
  return closeStatements(database, sealer)
}
