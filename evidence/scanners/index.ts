import { execFile } from 'node:child_process'
import { glob, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Claim } from '../../chaos/evidence.ts'
import type { Part, PartResult } from '../part.ts'
import { ACCEPTED } from './accepted.ts'
import type { Accepted } from './accepted.ts'
import { SCANNERS } from './list.ts'
import { startLiveProduct } from './live-product.ts'
import type { LiveProduct } from './live-product.ts'
import { versionOf } from './program.ts'
import type { Finding, Scanner, Scene } from './scanner.ts'

const execute = promisify(execFile)
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact']
const MS_PER_SECOND = 1000

/** What came of one scanner. */
interface Outcome {
  readonly claim: Claim
  readonly wrong: readonly string[]
  /** The planted fault that it found; null where the scanner could not be had. */
  readonly control: string | null
}

const isSame = ({ rule, place }: Accepted, finding: Finding): boolean =>
  rule === finding.rule && (place === undefined || place.test(finding.place))

const claimOf = (name: string, count: string, result: string): Claim => ({
  requirement: 'R12',
  claim: `${name} finds nothing that was not reviewed`,
  count,
  result,
})

/** Whether any file is where these are looked for. */
async function hasFiles(pattern: string): Promise<boolean> {
  for await (const _file of glob(pattern)) return true
  return false
}

/** The scanner with its version, ready to run; null where it cannot be had. */
async function fetchScanner({ name, source }: Scanner, folder: string): Promise<string | null> {
  if ('program' in source) {
    const version = await versionOf(source.program, source.versionArgs)
    return version === undefined ? null : `${name} ${version}`
  }
  if ('files' in source) return (await hasFiles(source.files)) ? name : null
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  try {
    await execute('npm', [...INSTALL, ...source.packages], { cwd: folder })
    return source.packages.join(', ')
  } catch {
    return null
  }
}

/** A scanner that is not there shows nothing, and its line claims nothing. */
function skip({ name, source }: Scanner): Outcome {
  const how = 'install' in source ? source.install : `npm install ${source.packages.join(' ')}`
  console.warn(`NOT SHOWN ${name}: it is not installed, and nothing was scanned by it. ${how}`)
  const claim = {
    requirement: 'R12',
    claim: `NOT SHOWN: ${name} is not installed`,
    count: 'none',
    result: `nothing was scanned by it; ${how}`,
  }
  return { claim, wrong: [], control: null }
}

async function runScanner(scanner: Scanner, scene: Scene): Promise<Outcome> {
  const name = await fetchScanner(scanner, scene.folder)
  if (name === null) return skip(scanner)
  console.log(`  ${name}: ${scanner.planted}`)
  const planted = await scanner.scanPlanted(scene)
  const { findings, lookedAt } = await scanner.scan(scene)
  const accepted = ACCEPTED.filter(({ scanner: of }) => of === scanner.name)
  const open = findings.filter((finding) => !accepted.some((one) => isSame(one, finding)))
  const reviewed = (findings.length - open.length).toLocaleString('en')
  return {
    claim: claimOf(
      name,
      lookedAt,
      `${open.length} open; ${reviewed} findings of kinds that were reviewed and accepted with a reason`,
    ),
    wrong: [
      ...(planted.findings.some(({ rule }) => rule === scanner.plantedRule)
        ? []
        : [`${scanner.name} did not find ${scanner.planted}`]),
      ...open.map(({ rule, place }) => `${scanner.name}: ${rule} at ${place}`),
    ],
    control: scanner.planted,
  }
}

async function inFolder(scanner: Scanner, product: Scene['product']): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), `liaison-${scanner.name}-`))
  try {
    return await runScanner(scanner, { folder, product })
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error)
    const wrong = [`${scanner.name} did not come to its end: ${told}`]
    return { claim: claimOf(scanner.name, 'none', 'broke off'), wrong, control: null }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Those that are named in LIAISON_SCANNERS, separated by commas; all without it. Throws at a name that none has. */
function chooseScanners(): readonly Scanner[] {
  const wanted = process.env['LIAISON_SCANNERS']?.split(',')
  const unknown = wanted?.filter((name) => !SCANNERS.some((one) => one.name === name)) ?? []
  if (unknown.length > 0) throw new Error(`No such scanner: ${unknown.join(', ')}.`)
  return SCANNERS.filter(({ name }) => wanted === undefined || wanted.includes(name))
}

/** Says of one how long it took, and of what it found how much stayed open. */
async function runAndTell(scanner: Scanner, product: Scene['product']): Promise<Outcome> {
  const startedMs = performance.now()
  const outcome = await inFolder(scanner, product)
  const seconds = ((performance.now() - startedMs) / MS_PER_SECOND).toFixed(0)
  const { count, result } = outcome.claim
  console.log(`  ${scanner.name}: ${count}: ${result}; ${outcome.wrong.length} wrong; ${seconds} s`)
  for (const fault of outcome.wrong) console.log(`    ${fault}`)
  return outcome
}

async function scanAll(): Promise<PartResult> {
  let started: Promise<LiveProduct> | undefined
  const product = () => (started ??= startLiveProduct())
  const outcomes: Outcome[] = []
  try {
    for (const scanner of chooseScanners()) outcomes.push(await runAndTell(scanner, product))
  } finally {
    await (await started?.catch(() => undefined))?.[Symbol.asyncDispose]()
  }
  const controls = outcomes.flatMap(({ control }) => (control === null ? [] : [control]))
  return {
    claims: outcomes.map(({ claim }) => claim),
    positiveControl: `each of the ${controls.length} that ran was given a planted fault of its kind (${controls.join('; ')}) and found it. What was accepted, and why, is in evidence/scanners/accepted.ts`,
    wrong: [
      ...outcomes.flatMap(({ wrong }) => wrong),
      ...(controls.length === 0 ? ['no scanner could be had'] : []),
      ...(outcomes.length < SCANNERS.length ? ['only some were asked for, so nothing is written down'] : []),
    ],
  }
}

/** Scanners of others over the texts of the product, its database, its pages and its API (reliability.md section 3, number 16). */
export const scannersPart: Part = {
  name: 'scanners',
  title: 'Scanners of others',
  source: 'evidence/scanners/',
  run: scanAll,
}
