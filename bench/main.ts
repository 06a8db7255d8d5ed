import { parseArgs } from 'node:util'
import { runHarness } from '../scripts/lib/harness.ts'
import type { Benchmark, BenchmarkContext } from './benchmark.ts'
import { benchmark as audit } from './benchmarks/audit.ts'
import { benchmark as board } from './benchmarks/board.ts'
import { benchmark as billing } from './benchmarks/billing.ts'
import { benchmark as earnings } from './benchmarks/earnings.ts'
import { benchmark as embed } from './benchmarks/embed.ts'
import { benchmark as exports } from './benchmarks/exports.ts'
import { benchmark as features } from './benchmarks/features.ts'
import { benchmark as get } from './benchmarks/get.ts'
import { benchmark as kernel } from './benchmarks/kernel.ts'
import { benchmark as links } from './benchmarks/links.ts'
import { benchmark as oauth } from './benchmarks/oauth.ts'
import { benchmark as overload } from './benchmarks/overload.ts'
import { benchmark as pages } from './benchmarks/pages.ts'
import { benchmark as reports } from './benchmarks/reports.ts'
import { benchmark as signIn } from './benchmarks/sign-in.ts'
import { benchmark as start } from './benchmarks/start.ts'
import { benchmark as usage } from './benchmarks/usage.ts'
import { benchmark as gateway } from './gateway.ts'
import { startCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { describeCommit, describeMachine } from './machine.ts'
import { describeRun, writeDocument } from './report.ts'
import type { Run } from './report.ts'

const BENCHMARKS: readonly Benchmark[] = [
  kernel,
  get,
  links,
  board,
  billing,
  reports,
  exports,
  overload,
  oauth,
  usage,
  features,
  earnings,
  embed,
  audit,
  signIn,
  start,
  pages,
  gateway,
]
const USAGE = `npm run bench [-- ${BENCHMARKS.map(({ name }) => name).join(' | ')}] [--quick] [--rows N]`
/** No benchmark takes longer unless it says so, whatever hangs; a little more is given to ending the database. */
const LONGEST_MINUTES = 8
const MINUTE_MS = 60_000
const STOP_MS = 20_000

interface Order {
  readonly chosen: readonly Benchmark[]
  readonly isQuick: boolean
  readonly rows: number | null
}

/** A whole number of rows, or null without the option. Throws for anything else. */
function readRows(text: string | undefined): number | null {
  if (text === undefined) return null
  const rows = Number(text)
  if (!Number.isSafeInteger(rows) || rows < 1000) throw new Error('--rows takes a number from 1000.')
  return rows
}

function readOrder(): Order {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, rows: { type: 'string' } },
  })
  const unknown = positionals.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name))
  if (unknown.length > 0) throw new Error(`No such benchmark: ${unknown.join(', ')}.`)
  const chosen = BENCHMARKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  return { chosen, isQuick: values.quick, rows: readRows(values.rows) }
}

const say = (line: string): void => console.log(line)

/** `work`, unless it hangs: then an error, and the end of the process if stopping hangs as well. */
async function within<T>(minutes: number, work: Promise<T>): Promise<T> {
  const { promise: timeUp, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new Error(`The benchmark took longer than ${minutes} minutes and was stopped.`))
    setTimeout(() => process.exit(1), STOP_MS).unref()
  }, minutes * MINUTE_MS)
  try {
    return await Promise.race([work, timeUp])
  } finally {
    clearTimeout(timer)
  }
}

/** Runs the benchmarks one after the other and hands over each run as soon as it is there. */
async function runAll({ chosen, isQuick, rows }: Order, keep: (run: Run) => Promise<void>): Promise<void> {
  let started: Promise<Cluster> | undefined
  const context: BenchmarkContext = { isQuick, rows, cluster: () => (started ??= startCluster()), say }
  const date = new Date().toISOString().slice(0, 10)
  const commit = await describeCommit()
  try {
    for (const benchmark of chosen) {
      say(`${benchmark.name}: ${benchmark.title}`)
      const result = await within(benchmark.longestMinutes ?? LONGEST_MINUTES, benchmark.run(context))
      const machine = describeMachine((await started)?.version)
      const run = { benchmark, result, date, commit, machine }
      say(describeRun(run))
      await keep(run)
    }
  } finally {
    await (await started)?.stop()
  }
}

/** A benchmark judges nothing: whoever reads the figures does. */
async function run(order: Order): Promise<boolean> {
  await runAll(order, async (finished) => {
    if (!order.isQuick) await writeDocument(BENCHMARKS, [finished])
  })
  if (order.isQuick) say('\nA quick run is no basis for figures: docs/performance.md stays as it is.')
  return true
}

await runHarness({ usage: USAGE, read: readOrder, run })
