import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import {
  FORMS,
  isFormName,
  readCodes,
  readPartners,
  readReferrals,
  takeCodes,
  takePartners,
  takeReferrals,
} from '#modules/imports/index.ts'
import type { Counts, FormName } from '#modules/imports/index.ts'
import { UnreadableError } from '#modules/ingest/index.ts'
import type { BadRow } from '#modules/ingest/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import { actAsOperator } from '#platform/operator.ts'
import type { IngestWithin } from '#platform/operator.ts'
import { openReport, toSentence } from './bad-rows.ts'
import type { BadRowReport } from './bad-rows.ts'
import { CommandError, STATUS, UsageError, writeJson } from './command.ts'
import type { Surroundings } from './command.ts'

const OPTIONS = {
  partners: { type: 'string' },
  codes: { type: 'string' },
  referrals: { type: 'string' },
  source: { type: 'string' },
  from: { type: 'string' },
  apply: { type: 'boolean' },
  report: { type: 'string' },
  json: { type: 'boolean' },
} as const

/** What became of one file. */
interface FileResult {
  readonly kind: 'partners' | 'codes' | 'referrals'
  readonly file: string
  readonly rows: number
  readonly counts: Counts
  readonly bad: readonly BadRow[]
}

/** What is to be taken of one file, once its lines were checked. */
interface Task {
  readonly kind: FileResult['kind']
  readonly file: string
  readonly rows: number
  readonly bad: readonly BadRow[]
  readonly take: (
    mandate: Mandate<'system'>,
    ingestWithin: IngestWithin,
  ) => Promise<{ counts: Counts; bad: readonly BadRow[] }>
}

function readForm(name = 'neutral'): FormName {
  if (isFormName(name)) return name
  throw new UsageError(`--from is one of ${Object.keys(FORMS).join(', ')}.`)
}

interface Files {
  readonly partners?: string
  readonly codes?: string
  readonly referrals?: string
  readonly source?: string
}

const filesOf = ({ partners, codes, referrals }: Files): string[] =>
  [partners ?? [], codes ?? [], referrals ?? []].flat()

async function readReferralTask(file: string, source: string | null, now: Date): Promise<Task> {
  const { lines, bad, rows } = await readReferrals(file, { now, source })
  const take: Task['take'] = (mandate, ingestWithin) =>
    takeReferrals(mandate, lines, { source, ingestWithin })
  return { kind: 'referrals', file: basename(file), rows, bad, take }
}

async function readTasks(
  { partners, codes, referrals, source }: Files,
  { form, byName, now }: { readonly form: FormName; readonly byName: string; readonly now: Date },
): Promise<Task[]> {
  const tasks: Task[] = []
  if (partners !== undefined) {
    const { lines, bad, rows } = await readPartners(partners, form, now)
    tasks.push({
      kind: 'partners',
      file: basename(partners),
      rows,
      bad,
      take: (mandate) => takePartners(mandate, lines),
    })
  }
  if (codes !== undefined) {
    const { lines, bad, rows } = await readCodes(codes, form)
    tasks.push({
      kind: 'codes',
      file: basename(codes),
      rows,
      bad,
      take: (mandate) => takeCodes(mandate, lines, byName),
    })
  }
  if (referrals !== undefined) tasks.push(await readReferralTask(referrals, source ?? null, now))
  if (tasks.length === 0)
    throw new UsageError('Name files with --partners, --codes or --referrals, one of them or more.')
  return tasks
}

async function takeAll(
  tasks: readonly Task[],
  mandate: Mandate<'system'>,
  ingestWithin: IngestWithin,
): Promise<FileResult[]> {
  const results: FileResult[] = []
  for (const task of tasks) {
    const { counts, bad } = await task.take(mandate, ingestWithin)
    results.push({ ...task, counts, bad: [...task.bad, ...bad] })
  }
  return results
}

/** Tries all files in one transaction that is undone, so that each is checked against those before it. */
async function tryAll(surroundings: Surroundings, tasks: readonly Task[]): Promise<FileResult[]> {
  const { admin } = await surroundings.open()
  const request = { operator: surroundings.operator, command: 'import program', isDryRun: true }
  return actAsOperator(admin, request, (mandate, ingestWithin) => takeAll(tasks, mandate, ingestWithin))
}

/** Each file in a transaction of its own, once all were tried without a fault. */
async function applyAll(surroundings: Surroundings, tasks: readonly Task[]): Promise<FileResult[]> {
  const { admin } = await surroundings.open()
  const results: FileResult[] = []
  for (const task of tasks) {
    const request = { operator: surroundings.operator, command: `import program ${task.kind}` }
    results.push(
      ...(await actAsOperator(admin, request, async (mandate, ingestWithin) => {
        const taken = await takeAll([task], mandate, ingestWithin)
        // Somebody may have come in between the trial and now; nothing of the file is kept then.
        if (taken.some(({ bad }) => bad.length > 0))
          throw new CommandError(`${task.file} fits no longer. Nothing of it was imported; try again.`)
        return taken
      })),
    )
  }
  return results
}

function describe(results: readonly FileResult[], isTaken: boolean, isTrial: boolean): string {
  const lines = results.map(
    ({ kind, rows, counts, bad }) =>
      `  ${kind.padEnd(9)} ${rows} read  ${counts.created} ${isTaken ? 'created' : 'to create'}  ${counts.unchanged} there already  ${bad.length} faults`,
  )
  const isClean = results.every(({ bad }) => bad.length === 0)
  const verdict = isTaken
    ? 'Imported. Nobody was invited, and codes count once the agreement of their partner is in force.'
    : isTrial && isClean
      ? 'Nothing was changed. Run it with --apply to import.'
      : 'Nothing was changed: correct the faults first.'
  return `${lines.join('\n')}\n${verdict}\n`
}

async function tell(
  results: readonly FileResult[],
  surroundings: Surroundings,
  told: {
    readonly report: BadRowReport | null
    readonly json?: boolean
    readonly isTaken: boolean
    readonly isTrial: boolean
  },
): Promise<void> {
  const bad = results.flatMap((result) => result.bad)
  for (const row of bad) told.report?.add(row)
  await told.report?.end()
  if (told.json) {
    const files = results.map(({ kind, file, rows, counts }) => ({ kind, file, rows, ...counts }))
    writeJson(surroundings, { imported: told.isTaken, files, bad_rows: bad })
    return
  }
  if (!told.report) for (const row of bad) surroundings.out(toSentence(row))
  surroundings.out(describe(results, told.isTaken, told.isTrial))
}

/** Partners, codes and referrals of another partner program, from its files (D12). Changes nothing unless it is told to. */
export async function importProgram(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  const form = readForm(values.from)
  try {
    const byName = surroundings.operator.name
    const tasks = await readTasks(values, { form, byName, now: surroundings.now() })
    // Before anything is taken: who reads that the file cannot be written takes nothing for imported.
    const report = values.report === undefined ? null : await openReport(values.report, filesOf(values))
    const tried = await tryAll(surroundings, tasks)
    const isClean = tried.every(({ bad }) => bad.length === 0)
    const isTaken = isClean && values.apply === true
    const results = isTaken ? await applyAll(surroundings, tasks) : tried
    await tell(results, surroundings, {
      report,
      json: values.json === true,
      isTaken,
      isTrial: values.apply !== true,
    })
    return isClean ? STATUS.done : STATUS.failed
  } catch (error) {
    if (error instanceof UnreadableError)
      throw new CommandError(`${error.message}\nNothing was imported.`, { cause: error })
    throw error
  }
}
