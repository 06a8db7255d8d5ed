import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

interface Step {
  readonly name: string
  readonly command: readonly [string, ...string[]]
}

/** More failures than this are no accident of a loaded machine. */
const MOST_RUN_AGAIN = 3

interface Outcome {
  readonly step: Step
  readonly passed: boolean
  readonly output: string
}

interface TestCount {
  readonly passed: number
  readonly failed: number
}

const root = fileURLToPath(new URL('..', import.meta.url))
const environment = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
}

/** The bounds of imports are a test: `tests/architecture.test.ts`. */
const CHECKS: readonly Step[] = [
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'types', command: ['tsc', '-b'] },
  { name: 'dead code', command: ['knip'] },
  { name: 'documents', command: ['node', 'scripts/docs.ts', '--check'] },
  { name: 'format', command: ['oxfmt', '--check', '.'] },
]
const BUILD: Step = { name: 'portal build', command: ['node', 'scripts/portal-build.ts'] }
/** A fixed, short run that fails when too few faults were injected or a planted one is not found; at most 40 seconds. */
const CRASHES: Step = { name: 'crash tests', command: ['node', 'chaos/main.ts', '--gate'] }
const TEST_RUNS = [
  { name: 'unit and HTTP tests', projects: ['unit', 'server'] },
  { name: 'browser tests', projects: ['browser'] },
]

function capture([program, ...args]: Step['command']): Promise<{ passed: boolean; output: string }> {
  return new Promise((settle) => {
    const options = { cwd: root, env: environment, shell: process.platform === 'win32' }
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    child.on('error', (error) => settle({ passed: false, output: error.message }))
    child.on('close', (status) => settle({ passed: status === 0, output }))
  })
}

async function run(step: Step): Promise<Outcome> {
  const startedAt = performance.now()
  const { passed, output } = await capture(step.command)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${step.name.padEnd(20)} ${seconds.padStart(6)} s`)
  if (!passed) console.log(withoutSuccesses(output).trimEnd())
  return { step, passed, output }
}

/** What a failed run of tests says of its failures: a reader of a long log wants those first. Other output stays whole. */
function withoutSuccesses(output: string): string {
  const start = output.search(/^⎯+ (?:Failed|Unhandled)/m)
  if (start < 0) return output
  const names = output.slice(start).match(/^ FAIL .*$/gm) ?? []
  return [...new Set(names), output.slice(start)].join('\n')
}

/** Runs the steps two at a time, as many as the smallest machine has cores. */
async function runAll(steps: readonly Step[]): Promise<Outcome[]> {
  const waiting = [...steps]
  const outcomes: Outcome[] = []
  const work = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) outcomes.push(await run(step))
  }
  await Promise.all([work(), work()])
  return outcomes
}

interface FileReport {
  readonly name: string
  readonly status: string
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
}

interface Report {
  readonly count: TestCount
  readonly failedFiles: readonly string[]
  readonly failedTests: readonly string[]
}

/** What a report of vitest says: its counts, and the files and tests in which something failed. */
async function readReport(file: string): Promise<Report> {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(await readFile(file, 'utf8'))
    const failed: FileReport[] = testResults.filter(({ status }: FileReport) => status === 'failed')
    return {
      count: { passed: Number(numPassedTests), failed: Number(numFailedTests) },
      failedFiles: failed.map(({ name }) => name),
      failedTests: failed.flatMap(({ name, assertionResults }) =>
        assertionResults
          .filter(({ status }) => status === 'failed')
          .map(({ fullName }) => `${relative(root, name)} > ${fullName}`),
      ),
    }
  } catch {
    return { count: { passed: 0, failed: 0 }, failedFiles: [], failedTests: [] }
  }
}

interface TestRun extends Report {
  readonly outcome: Outcome
}

interface TestSummary {
  readonly outcomes: readonly Outcome[]
  readonly counts: readonly TestCount[]
  readonly failedTests: readonly string[]
  readonly unsteady: readonly string[]
}

async function runVitest(name: string, selection: readonly string[], report: string): Promise<TestRun> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const outcome = await run({ name, command: ['vitest', 'run', ...selection, ...reporters] })
  return { outcome, ...(await readReport(report)) }
}

/**
 * Few files that failed are run once more, alone, to tell what fails by itself from what fails beside others on a loaded
 * machine. It is told in the summary, and changes nothing: what failed has failed.
 */
async function runTests(folder: string): Promise<TestSummary> {
  const outcomes: Outcome[] = []
  const counts: TestCount[] = []
  const failedTests: string[] = []
  const unsteady: string[] = []
  for (const [index, { name, projects }] of TEST_RUNS.entries()) {
    const selection = projects.flatMap((project) => ['--project', project])
    const first = await runVitest(name, selection, join(folder, `${index}.json`))
    const { outcome, count } = first
    if (!outcome.passed && first.failedFiles.length > 0 && first.failedFiles.length <= MOST_RUN_AGAIN) {
      const files = first.failedFiles.map((file) => relative(root, file))
      const alone = [...selection, '--maxWorkers=1', ...files]
      const second = await runVitest(`${name}, again`, alone, join(folder, `${index}-again.json`))
      if (second.outcome.passed) unsteady.push(...files)
    }
    outcomes.push(outcome)
    counts.push(count)
    failedTests.push(...first.failedTests)
  }
  return { outcomes, counts, failedTests, unsteady }
}

function printSummary({ outcomes, counts, failedTests, unsteady }: TestSummary): void {
  for (const { step, output } of outcomes) {
    const summary = output.split('\n').filter((line) => /^\s*(Test Files|Tests)\s/.test(line))
    if (summary.length > 0) console.log(`${step.name}\n${summary.join('\n')}`)
  }
  const failed = outcomes.filter(({ passed }) => !passed).map(({ step }) => step.name)
  if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}`)
  // A reader of the end of a long log sees which; what they said stands above.
  for (const name of failedTests) console.log(`FAILED ${name}`)
  for (const file of unsteady) console.log(`UNSTEADY: failed beside others, passed alone: ${file}`)
  const sum = (key: keyof TestCount) => counts.reduce((total, count) => total + count[key], 0)
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
}

/** All of it: the checks, then whatever runs the product. */
async function runGate(folder: string): Promise<Outcome[]> {
  const checks = await runAll(CHECKS)
  const build = await run(BUILD)
  const tests = await runTests(folder)
  const crashes = await run(CRASHES)
  const outcomes = [...checks, build, ...tests.outcomes, crashes]
  printSummary({ ...tests, outcomes })
  return outcomes
}

const folder = await mkdtemp(join(tmpdir(), 'liaison-gate-'))
try {
  // Whoever is in the middle of a change asks for the checks alone.
  const outcomes = await (process.argv.includes('--checks') ? runAll(CHECKS) : runGate(folder))
  process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
