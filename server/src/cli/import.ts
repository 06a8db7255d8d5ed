import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import {
  attestLinks,
  BadRowsError,
  findTenantIds,
  importRows,
  parseMapping,
  readMappedRows,
  readTelco,
  sizeOf,
  TELCO_SOURCE,
  UnreadableError,
} from '#modules/ingest/index.ts'
import type { BadRow, ImportCounts, IncomingRow } from '#modules/ingest/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import { actAsOperator, ingestAsOperator } from '#platform/operator.ts'
import { openReport, toSentence } from './bad-rows.ts'
import type { BadRowReport } from './bad-rows.ts'
import { CommandError, STATUS, UsageError, writeJson } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { importProgram } from './import-program.ts'
import { startProgress } from './progress.ts'

const HELP = `import --mapping FILE.json FILE…            any CSV file, by a mapping of columns to fields
import telco --subscribers FILE [--complaints FILE] [--as-of YYYY-MM]
       [--partner SLUG [--attest REFERENCE --role msp_support|msp_billing]]
import program --partners FILE [--codes FILE] [--referrals FILE [--source SOURCE]]
       [--from rewardful|affonso] [--apply] [--report FILE] [--json]
  partners, codes and referrals of another partner program; changes nothing without --apply
  --dry-run         checks everything and changes nothing
  --skip-bad-rows   takes the good rows although others are bad; without it one bad row refuses all
  --report FILE     writes every bad row to FILE (CSV, or JSON Lines for .json and .jsonl) instead of the screen
  --json            one JSON document at the end, bad rows included
  Everything happens in one transaction: an import that fails or is stopped leaves nothing behind. Running it again
  changes nothing. Ends with status 1 when there was a bad row. docs/import.md describes mappings and the example.`

const OPTIONS = {
  mapping: { type: 'string' },
  subscribers: { type: 'string' },
  complaints: { type: 'string' },
  'as-of': { type: 'string' },
  partner: { type: 'string' },
  attest: { type: 'string' },
  role: { type: 'string' },
  'dry-run': { type: 'boolean' },
  'skip-bad-rows': { type: 'boolean' },
  report: { type: 'string' },
  json: { type: 'boolean' },
} as const

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
}

type Values = ReturnType<typeof parse>['values']

const OF_TELCO = ['subscribers', 'complaints', 'as-of', 'partner', 'attest', 'role'] as const

const ROLES = ['msp_support', 'msp_billing'] as const

/** Links to make with what is imported. */
interface WantedLinks {
  readonly partnerSlug: string
  readonly reference: string
  readonly role: (typeof ROLES)[number]
}

/** Reads which links are to be made, before anything else is done; null where none are. */
function readWantedLinks({ partner, attest, role: named }: Values): WantedLinks | null {
  const role = named === undefined ? 'msp_support' : ROLES.find((known) => known === named)
  if (role === undefined) throw new UsageError(`--role is ${ROLES.join(' or ')}.`)
  if (attest === undefined) {
    if (named !== undefined) throw new UsageError('--role needs --attest.')
    return null
  }
  if (partner === undefined || attest.trim() === '')
    throw new UsageError('--attest needs a reference, and the partner with --partner.')
  return { partnerSlug: partner, reference: attest, role }
}

/** What is to be read, whatever the form of the files. */
interface Job {
  readonly source: string
  readonly files: readonly string[]
  readonly state: { bytes: number; rows: number }
  readonly rows: AsyncIterable<IncomingRow>
  readonly notes: readonly string[]
  readonly tenants: readonly string[]
}

async function openMapped(values: Values, files: readonly string[]): Promise<Job> {
  if (values.mapping === undefined)
    throw new UsageError('Name a mapping with --mapping, or the adapter telco.')
  if (files.length === 0) throw new UsageError('Name at least one file.')
  const foreign = OF_TELCO.find((name) => values[name] !== undefined)
  if (foreign !== undefined) throw new UsageError(`--${foreign} belongs to the adapter telco.`)
  const mapping = parseMapping(await readFile(values.mapping, 'utf8'), basename(values.mapping))
  const state = { bytes: 0, rows: 0 }
  return {
    source: mapping.source,
    files,
    state,
    rows: readMappedRows(mapping, files, state),
    notes: [],
    tenants: [],
  }
}

function readMonth(text: string | undefined, now: Date): Date {
  if (text === undefined) return now
  const match = /^(\d{4})-(0[1-9]|1[0-2])(-01)?$/.exec(text)
  if (!match) throw new UsageError('--as-of is a month, such as 2026-11.')
  return new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, 1))
}

async function openTelco(values: Values, now: Date): Promise<Job> {
  if (values.mapping !== undefined) throw new UsageError('The adapter telco takes no --mapping.')
  if (values.subscribers === undefined)
    throw new UsageError('Name the file of subscribers with --subscribers.')
  const state = { bytes: 0, rows: 0 }
  const files = {
    subscribers: values.subscribers,
    asOf: readMonth(values['as-of'], now),
    ...(values.complaints !== undefined && { complaints: values.complaints }),
    ...(values.partner !== undefined && { partner: values.partner }),
  }
  const { rows, tenants, notes } = await readTelco(files, state)
  return {
    source: TELCO_SOURCE,
    files: [values.subscribers, values.complaints ?? []].flat(),
    state,
    rows,
    notes,
    tenants,
  }
}

interface Ran {
  readonly counts: ImportCounts
  readonly isTaken: boolean
  readonly linksMade: number
}

type TakeRows = (mandate: Mandate<'ingest'>) => Promise<ImportCounts>

/** The rows, and the links that are to be made with them: all of it or nothing. */
async function takeWithLinks(
  job: Job,
  surroundings: Surroundings,
  { isDryRun, takeRows, links }: { isDryRun: boolean; takeRows: TakeRows; links: WantedLinks | null },
): Promise<Ran> {
  const { operator } = surroundings
  const { admin } = await surroundings.open()
  if (links === null) {
    const request = { operator, command: 'import', source: job.source, isDryRun }
    const counts = await ingestAsOperator(admin, request, takeRows)
    return { counts, isTaken: !isDryRun, linksMade: 0 }
  }
  const request = { operator, command: 'import telco', isDryRun }
  return actAsOperator(admin, request, async (mandate, ingestWithin) => {
    const taken: { counts: ImportCounts; tenantIds: readonly string[] }[] = []
    await ingestWithin(job.source, async (ingest) => {
      taken.push({ counts: await takeRows(ingest), tenantIds: await findTenantIds(ingest, job.tenants) })
    })
    const [rows] = taken
    if (!rows) throw new Error('The rows were not taken.')
    const linksMade = await attestLinks(mandate, { ...links, tenantIds: rows.tenantIds, operator })
    return { counts: rows.counts, isTaken: !isDryRun, linksMade }
  })
}

async function runJob(
  job: Job,
  surroundings: Surroundings,
  told: { values: Values; links: WantedLinks | null; onBadRow: (bad: BadRow) => void },
): Promise<Ran> {
  const { values, links, onBadRow } = told
  const progress = startProgress(surroundings, await sizeOf(job.files))
  const onProgress = (rows: number) => progress.show({ rows, bytes: job.state.bytes })
  const skipsBadRows = values['skip-bad-rows'] ?? false
  const takeRows: TakeRows = (mandate) =>
    importRows(mandate, job.rows, { skipsBadRows, onBadRow, onProgress })
  try {
    const isDryRun = values['dry-run'] ?? false
    return await takeWithLinks(job, surroundings, { isDryRun, takeRows, links })
  } catch (error) {
    if (error instanceof BadRowsError) return { counts: error.counts, isTaken: false, linksMade: 0 }
    if (error instanceof UnreadableError)
      throw new CommandError(`${error.message}\nNothing was imported.`, { cause: error })
    throw error
  } finally {
    progress.end()
  }
}

interface Told {
  readonly ran: Ran
  readonly seconds: number
  readonly notes: readonly string[]
}

function describe({ ran, seconds, notes }: Told, isDryRun: boolean): string {
  const number = (count: number) => count.toLocaleString('en')
  const lines = Object.entries(ran.counts.kinds).map(
    ([kind, count]) =>
      `  ${kind.padEnd(17)} ${number(count.received).padStart(9)} read  ${number(count.created).padStart(9)} created  ${number(count.updated).padStart(9)} updated  ${number(count.unchanged).padStart(9)} unchanged`,
  )
  const verdict = ran.isTaken
    ? 'Imported.'
    : isDryRun
      ? 'Dry run: nothing was changed.'
      : 'Nothing was imported: correct the bad rows, or leave them out with --skip-bad-rows.'
  const shown = notes
    .slice(0, 20)
    .map((note) => `note: ${note}\n`)
    .join('')
  const more = notes.length > 20 ? `note: and ${notes.length - 20} more\n` : ''
  const links = ran.linksMade > 0 && ran.isTaken ? `${ran.linksMade} links were made.\n` : ''
  return `${shown}${more}${number(ran.counts.rows)} rows, ${number(ran.counts.badRows)} bad, ${seconds.toFixed(1)} s\n${lines.join('\n')}\n${links}${verdict}\n`
}

function toDocument({ ran, seconds, notes }: Told, badRows: readonly BadRow[]): Record<string, unknown> {
  const { rows, badRows: count, kinds } = ran.counts
  return {
    imported: ran.isTaken,
    rows,
    bad_row_count: count,
    kinds,
    links_made: ran.isTaken ? ran.linksMade : 0,
    seconds: Math.round(seconds * 10) / 10,
    notes,
    bad_rows: badRows,
  }
}

/** Where bad rows go: to a file, into the document, or to the screen. */
async function chooseReport(
  { values, files }: { readonly values: Values; readonly files: readonly string[] },
  surroundings: Surroundings,
  kept: BadRow[],
): Promise<BadRowReport> {
  if (values.report !== undefined) return openReport(values.report, [...files, values.mapping ?? []].flat())
  const add = values.json
    ? (bad: BadRow) => void kept.push(bad)
    : (bad: BadRow) => surroundings.out(toSentence(bad))
  return { add, end: () => Promise.resolve() }
}

/** Runs the job; the report is whole on disk whatever became of the import. */
async function runAndEnd(
  job: Job,
  surroundings: Surroundings,
  told: { values: Values; links: WantedLinks | null; report: BadRowReport },
): Promise<Ran> {
  const { values, links, report } = told
  try {
    return await runJob(job, surroundings, { values, links, onBadRow: (bad) => report.add(bad) })
  } finally {
    await report.end()
  }
}

export const importCommand: Command = {
  name: 'import',
  help: HELP,
  async run(args, surroundings) {
    if (args[0] === 'program') return importProgram(args.slice(1), surroundings)
    const { values, positionals } = parse(args)
    const [first, ...others] = positionals
    const isTelco = first === 'telco'
    if (isTelco && others.length > 0)
      throw new UsageError('The adapter telco takes its files as --subscribers and --complaints.')
    const links = readWantedLinks(values)
    const startedAt = performance.now()
    const job = isTelco ? await openTelco(values, surroundings.now()) : await openMapped(values, positionals)
    const kept: BadRow[] = []
    const report = await chooseReport({ values, files: job.files }, surroundings, kept)
    const ran = await runAndEnd(job, surroundings, { values, links, report })
    const told = { ran, seconds: (performance.now() - startedAt) / 1000, notes: job.notes }
    if (values.json) writeJson(surroundings, toDocument(told, kept))
    else surroundings.out(describe(told, values['dry-run'] ?? false))
    return ran.counts.badRows > 0 ? STATUS.failed : STATUS.done
  },
}
