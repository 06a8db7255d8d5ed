import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Claim } from '../../chaos/evidence.ts'
import type { Part, PartResult } from '../part.ts'
import { ACCEPTED } from './accepted.ts'
import type { Accepted } from './accepted.ts'
import { SCANNERS } from './list.ts'
import type { Finding, Scanner } from './scanner.ts'

const execute = promisify(execFile)
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact']

/** What came of one scanner. */
interface Outcome {
  readonly claim: Claim
  readonly wrong: readonly string[]
  readonly isControlled: boolean
}

const isSame = ({ rule, place }: Accepted, finding: Finding): boolean =>
  rule === finding.rule && (place === undefined || place.test(finding.place))

const claimOf = (scanner: Scanner, count: string, result: string): Claim => ({
  requirement: 'R12',
  claim: `${scanner.packages.join(', ')} finds nothing that was not reviewed`,
  count,
  result,
})

async function runScanner(scanner: Scanner, folder: string): Promise<Outcome> {
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  try {
    await execute('npm', [...INSTALL, ...scanner.packages], { cwd: folder })
  } catch {
    return { claim: claimOf(scanner, 'none', 'not to be had here'), wrong: [], isControlled: false }
  }
  const planted = await scanner.scanPlanted(folder)
  const { findings, lookedAt } = await scanner.scan(folder)
  const accepted = ACCEPTED.filter(({ scanner: name }) => name === scanner.name)
  const open = findings.filter((finding) => !accepted.some((one) => isSame(one, finding)))
  return {
    claim: claimOf(
      scanner,
      lookedAt,
      `0 open; ${(findings.length - open.length).toLocaleString('en')} findings of kinds that were reviewed and accepted with a reason`,
    ),
    wrong: [
      ...(planted.findings.some(({ rule }) => rule === scanner.plantedRule)
        ? []
        : [`${scanner.name} did not find the planted fault`]),
      ...open.map(({ rule, place }) => `${scanner.name}: ${rule} at ${place}`),
    ],
    isControlled: true,
  }
}

async function inFolder(scanner: Scanner): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), `liaison-${scanner.name}-`))
  try {
    return await runScanner(scanner, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function scanAll(): Promise<PartResult> {
  const outcomes: Outcome[] = []
  for (const scanner of SCANNERS) outcomes.push(await inFolder(scanner))
  const controlled = outcomes.filter(({ isControlled }) => isControlled).length
  return {
    claims: outcomes.map(({ claim }) => claim),
    positiveControl: `each of the ${controlled} that ran was given a planted fault of its kind (basic sign-in, a required column, a private key, an exponential expression, a package from elsewhere) and found it. What was accepted, and why, is in evidence/scanners/accepted.ts.`,
    wrong: [
      ...outcomes.flatMap(({ wrong }) => wrong),
      ...(controlled === 0 ? ['no scanner could be had'] : []),
    ],
  }
}

/** Scanners of others over the document, the migrations, the tree, the regular expressions and the lockfile (reliability.md section 3, number 16). */
export const scannersPart: Part = {
  name: 'scanners',
  title: 'Scanners of others',
  source: 'evidence/scanners/',
  run: scanAll,
}
