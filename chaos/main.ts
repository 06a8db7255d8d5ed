import { parseArgs } from 'node:util'
import { findViolations, VIOLATIONS } from './checker.ts'
import type { Violation } from './checker.ts'
import { Clients } from './clients.ts'
import { makeDice } from './dice.ts'
import { breakDatabase, KILL_POSTMASTER, killServer, TERMINATE_BACKENDS } from './faults.ts'
import type { Arena, FaultReport } from './faults.ts'
import { runPositiveControl } from './positive-control.ts'
import type { ControlReport } from './positive-control.ts'
import { readStored, startWorld } from './world.ts'

interface Plan {
  readonly seed: number
  readonly serverKills: number
  readonly backendKills: number
  readonly postmasterKills: number
}

const USAGE = 'npm run chaos [-- --cycles N --seed S | --quick]'
/** A kill loop in which nothing is being worked on proves nothing. */
const LEAST_SHARE_OF_HITS = 0.8
const SHOWN_VIOLATIONS = 20

function readWhole(text: string, name: string, maximum: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= maximum) return value
  throw new Error(`--${name} is a whole number from 1 to ${maximum}. Usage: ${USAGE}`)
}

function readPlan(): Plan {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
    },
  })
  const seed = readWhole(values.seed, 'seed', 2 ** 32 - 1)
  if (values.quick) return { seed, serverKills: 5, backendKills: 3, postmasterKills: 2 }
  const cycles = readWhole(values.cycles, 'cycles', 10_000)
  return {
    seed,
    serverKills: cycles,
    backendKills: Math.ceil(cycles / 2),
    postmasterKills: Math.ceil(cycles / 4),
  }
}

const say = (text: string): void => console.log(text)

function describeTimes(times: readonly number[]): string {
  const sorted = times.toSorted((left, right) => left - right)
  const median = sorted[sorted.length >> 1] ?? Number.NaN
  return `median ${Math.round(median)} ms, longest ${Math.round(sorted.at(-1) ?? Number.NaN)} ms`
}

function reportFaults(reports: readonly FaultReport[]): string[] {
  const faults: string[] = []
  for (const { name, strikes, hits, recoveryMs } of reports) {
    say(
      `${name}: ${strikes} times, ${hits} while requests were in flight; served again after ${describeTimes(recoveryMs)}`,
    )
    if (hits < strikes * LEAST_SHARE_OF_HITS)
      faults.push(`${name} hit requests only ${hits} of ${strikes} times`)
    if (recoveryMs.some((time) => !Number.isFinite(time)))
      faults.push(`${name}: the service did not come back`)
  }
  return faults
}

function reportClients({ tally, writes }: Clients): string[] {
  const answers = [...tally.answers]
    .toSorted(([left], [right]) => left - right)
    .map(([status, count]) => `${count} × ${status}`)
  say(`writes: ${writes.length}; answers: ${answers.join(', ')}`)
  say(`unknown outcomes: ${tally.unknown}; of these found done by their key: ${tally.foundByKey}`)
  if (tally.unknown === 0) return ['no write was ever interrupted, so nothing was shown']
  return tally.unexpected.map((answer) => `unexpected answer: ${answer}`)
}

function reportViolations(violations: readonly Violation[]): string[] {
  const count = (...kinds: Violation['kind'][]) =>
    violations.filter(({ kind }) => kinds.includes(kind)).length
  say(`lost: ${count('lost', 'unsettled')}`)
  say(`doubled: ${count('doubled', 'contradicted')}`)
  say(`misplaced or uninvited: ${count('misplaced', 'uninvited')}`)
  say(
    `differences between tickets and audit: ${count('unaudited', 'twice_audited', 'unfounded', 'unreadable')}`,
  )
  return violations.map(({ kind, subject }) => `${subject}: ${VIOLATIONS[kind]}`)
}

function reportControl({ planted, missed }: ControlReport): string[] {
  say(`positive control: ${planted - missed.length} of ${planted} planted faults reported`)
  return missed.map((story) => `planted fault not reported: ${story}`)
}

async function runFaults(arena: Arena, plan: Plan): Promise<FaultReport[]> {
  const killed = await killServer(arena, plan.serverKills)
  const broken = await breakDatabase(arena, [
    { fault: TERMINATE_BACKENDS, strikes: plan.backendKills },
    { fault: KILL_POSTMASTER, strikes: plan.postmasterKills },
  ])
  return [killed, ...broken]
}

/** Runs the harness and returns everything that was wrong. */
async function run(plan: Plan): Promise<string[]> {
  const world = await startWorld()
  try {
    const clients = new Clients()
    const reports = await runFaults({ world, clients, dice: makeDice(plan.seed) }, plan)
    const violations = findViolations(clients.writes, await readStored(world))
    const faults = [...reportFaults(reports), ...reportClients(clients), ...reportViolations(violations)]
    return [...faults, ...reportControl(await runPositiveControl(world, clients))]
  } finally {
    await world.stop()
  }
}

try {
  const startedMs = performance.now()
  const plan = readPlan()
  say(`seed ${plan.seed}`)
  const wrong = await run(plan)
  for (const line of wrong.slice(0, SHOWN_VIOLATIONS)) console.error(`WRONG ${line}`)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  say(`${wrong.length === 0 ? 'sound' : `${wrong.length} faults found`} after ${seconds} s`)
  process.exitCode = wrong.length === 0 ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exitCode = 1
}
