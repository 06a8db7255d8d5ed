import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Part, PartResult } from './part.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const VITEST = join(ROOT, 'node_modules/.bin/vitest')

/** A claim that tests count while they hold. */
interface CountedClaim {
  readonly requirement: string
  readonly claim: string
  /** The names under which the tests tell their figures. */
  readonly figures: readonly string[]
  readonly result: string
}

/** Tests of the gate that go further in the campaign, and tell what they counted. */
export interface TestedPart extends Omit<Part, 'run' | 'source'> {
  readonly project: 'server' | 'unit'
  readonly files: readonly string[]
  /** Of these files only the tests whose name matches. */
  readonly only?: RegExp
  readonly claims: readonly CountedClaim[]
  readonly positiveControl: string
}

const Report = z.object({
  numPassedTests: z.int(),
  testResults: z.array(
    z.object({
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
})
const FigureLine = z.object({ name: z.string(), count: z.number() })

function runVitest(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(VITEST, ['run', ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: 'ignore',
  })
  return new Promise((settle, refuse) => {
    child.on('error', refuse)
    child.on('close', (status) => settle(status ?? 1))
  })
}

async function readFigures(file: string): Promise<Map<string, number>> {
  const figures = new Map<string, number>()
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
  for (const line of lines) {
    const { name, count } = FigureLine.parse(JSON.parse(line))
    figures.set(name, (figures.get(name) ?? 0) + count)
  }
  return figures
}

function countOf({ figures }: CountedClaim, told: ReadonlyMap<string, number>): string {
  return figures.map((name) => `${(told.get(name) ?? 0).toLocaleString('en')} ${name}`).join(', ')
}

/** What failed, and which figure no test told: a test that did not run has shown nothing. */
async function faultsOf(
  part: TestedPart,
  report: string,
  told: ReadonlyMap<string, number>,
): Promise<string[]> {
  const { testResults } = Report.parse(JSON.parse(await readFile(report, 'utf8')))
  const failed = testResults.flatMap(({ assertionResults, message }) => {
    const names = assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)
    return names.length === 0 && assertionResults.length === 0 && message ? [message.slice(0, 300)] : names
  })
  const silent = part.claims
    .flatMap(({ figures }) => figures)
    .filter((name) => (told.get(name) ?? 0) === 0 && !name.startsWith('milliseconds'))
  return [...failed, ...silent.map((name) => `no test told of: ${name}`)]
}

async function runPart(part: TestedPart, times: number): Promise<PartResult> {
  const folder = await mkdtemp(join(tmpdir(), 'liaison-evidence-'))
  const [figures, report] = [join(folder, 'figures.jsonl'), join(folder, 'report.json')]
  try {
    const only = part.only ? ['--testNamePattern', part.only.source] : []
    const chosen = ['--project', part.project, ...part.files, ...only]
    await runVitest([...chosen, '--reporter=json', `--outputFile.json=${report}`], {
      LIAISON_FIGURES: figures,
      LIAISON_CAMPAIGN: String(times),
    })
    const told = await readFigures(figures)
    return {
      claims: part.claims.map((claim) => ({
        requirement: claim.requirement,
        claim: claim.claim,
        count: countOf(claim, told),
        result: claim.result,
      })),
      positiveControl: part.positiveControl,
      wrong: await faultsOf(part, report, told),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A part whose harness is tests. */
export function testedPart(part: TestedPart): Part {
  const { name, title, files } = part
  return { name, title, source: files.join(', '), run: (times) => runPart(part, times) }
}
