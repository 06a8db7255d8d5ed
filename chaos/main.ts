import { parseArgs } from 'node:util'
import { runHarness } from '../scripts/lib/harness.ts'
import { findViolations, VIOLATIONS } from './checker.ts'
import type { Violation } from './checker.ts'
import { Clients } from './clients.ts'
import { makeDice } from './dice.ts'
import { writeEvidence } from './evidence.ts'
import { breakDatabase, KILL_POSTMASTER, killServer, TERMINATE_BACKENDS } from './faults.ts'
import type { Arena, FaultReport } from './faults.ts'
import { describeTimes, judgeFaults } from './judgement.ts'
import { runPositiveControl } from './positive-control.ts'
import type { ControlReport } from './positive-control.ts'
import { query, readStored, startWorld } from './world.ts'

interface Plan {
  readonly seed: number
  /** Whether the run is large enough to be written down. */
  readonly isEvidence: boolean
  readonly serverKills: number
  readonly backendKills: number
  readonly postmasterKills: number
  /** Whether the next server has started before the one that serves is killed. */
  readonly isStandingBy: boolean
  /** As whoever repeats it writes it. */
  readonly command: string
}

const USAGE =
  'npm run chaos [-- --cycles N --connections N --postmaster N --seed S --standby | --quick | --gate]'
const MOST_STRIKES = 10_000
/** So often a long run says how far it is. */
const STRIKES_PER_WORD = 50
const SHOWN_VIOLATIONS = 20

function readWhole(text: string, name: string, maximum: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= maximum) return value
  throw new Error(`--${name} is a whole number from 1 to ${maximum}.`)
}

function readOptions() {
  return parseArgs({
    options: {
      cycles: { type: 'string', default: '20' },
      connections: { type: 'string' },
      postmaster: { type: 'string' },
      seed: { type: 'string', default: '1' },
      standby: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
    },
  }).values
}

/** Half as many ends of connections as kills of the server, and a quarter as many kills of PostgreSQL, unless told otherwise. */
function readPlan(): Plan {
  const values = readOptions()
  const seed = readWhole(values.seed, 'seed', 2 ** 32 - 1)
  const small = { seed, isEvidence: false, isStandingBy: false, command: '' }
  if (values.gate) return { ...small, serverKills: 4, backendKills: 2, postmasterKills: 1 }
  if (values.quick) return { ...small, serverKills: 5, backendKills: 3, postmasterKills: 2 }
  const serverKills = readWhole(values.cycles, 'cycles', MOST_STRIKES)
  const readStrikes = (name: 'connections' | 'postmaster', usual: number): number =>
    values[name] === undefined ? usual : readWhole(values[name], name, MOST_STRIKES)
  const backendKills = readStrikes('connections', Math.ceil(serverKills / 2))
  const postmasterKills = readStrikes('postmaster', Math.ceil(serverKills / 4))
  const standby = values.standby ? ' --standby' : ''
  return {
    seed,
    isEvidence: true,
    serverKills,
    backendKills,
    postmasterKills,
    isStandingBy: values.standby,
    command: `npm run chaos -- --cycles ${serverKills} --connections ${backendKills} --postmaster ${postmasterKills} --seed ${seed}${standby}`,
  }
}

const say = (text: string): void => console.log(text)

function reportFaults(reports: readonly FaultReport[]): string[] {
  for (const { name, strikes, hits, recoveryMs } of reports)
    say(
      `${name}: ${strikes} times, ${hits} while requests were in flight; served again after ${describeTimes(recoveryMs)}`,
    )
  return judgeFaults(reports)
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
  const killed = await killServer(arena, plan.serverKills, plan.isStandingBy)
  const broken = await breakDatabase(arena, [
    { fault: TERMINATE_BACKENDS, strikes: plan.backendKills },
    { fault: KILL_POSTMASTER, strikes: plan.postmasterKills },
  ])
  return [killed, ...broken]
}

interface Findings {
  readonly plan: Plan
  readonly reports: readonly FaultReport[]
  /** Before the positive control added its own. */
  readonly writes: { readonly sent: number; readonly unknown: number; readonly foundByKey: number }
  readonly control: ControlReport
  readonly postgresVersion: string
}

/** Writes down a run in which nothing was wrong. */
function keepEvidence({ plan, reports, writes, control, postgresVersion }: Findings): Promise<void> {
  const injected = reports.map(
    ({ name, strikes, hits }) => `${strikes} × ${name} (${hits} with requests in flight)`,
  )
  return writeEvidence({
    name: 'crashes',
    title: 'Crashes of the server and of the database',
    command: plan.command,
    source: 'chaos/',
    claims: [
      {
        requirement: 'R3',
        claim: 'An acknowledged write exists exactly once; a retry with its key never doubles it',
        count: `${writes.sent} writes, ${writes.unknown} of unknown outcome, ${writes.foundByKey} of these found done by their key; ${injected.join(', ')}`,
        result: '0 lost, 0 doubled, 0 misplaced',
      },
      {
        requirement: 'R4',
        claim: 'No action without its event and no event without its action, readable for both sides',
        count: `${writes.sent} writes under the same faults`,
        result: '0 differences',
      },
      ...reports.map(({ name, strikes, recoveryMs }) => ({
        requirement: 'R7',
        claim: `The service comes back by itself after: ${name}`,
        count: `${strikes} times`,
        result: `served again after ${describeTimes(recoveryMs)}`,
      })),
    ],
    positiveControl: `${control.planted - control.missed.length} of ${control.planted} planted faults were reported, each as what it was; a run in which less than four in five faults meet a request fails.`,
    postgresVersion,
  })
}

/** Runs the harness and returns everything that was wrong. */
async function run(plan: Plan): Promise<string[]> {
  const world = await startWorld()
  try {
    const clients = new Clients()
    const progress = (name: string, done: number, of: number): void => {
      if (done % STRIKES_PER_WORD === 0) say(`${name}: ${done} of ${of}`)
    }
    const reports = await runFaults({ world, clients, dice: makeDice(plan.seed), progress }, plan)
    const violations = findViolations(clients.writes, await readStored(world))
    const faults = [...reportFaults(reports), ...reportClients(clients), ...reportViolations(violations)]
    const { unknown, foundByKey } = clients.tally
    const writes = { sent: clients.writes.length, unknown, foundByKey }
    const control = await runPositiveControl(world, clients)
    const wrong = [...faults, ...reportControl(control)]
    const [row] = await query<{ server_version: string }>(world, 'show server_version')
    const postgresVersion = row?.server_version ?? 'unknown'
    if (wrong.length === 0 && plan.isEvidence)
      await keepEvidence({ plan, reports, writes, control, postgresVersion })
    return wrong
  } finally {
    await world.stop()
  }
}

/** Runs the plan and says what was wrong; true when nothing was. */
async function carryOut(plan: Plan): Promise<boolean> {
  const startedMs = performance.now()
  say(`seed ${plan.seed}`)
  const wrong = await run(plan)
  for (const line of wrong.slice(0, SHOWN_VIOLATIONS)) console.error(`WRONG ${line}`)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  say(`${wrong.length === 0 ? 'sound' : `${wrong.length} faults found`} after ${seconds} s`)
  return wrong.length === 0
}

await runHarness({ usage: USAGE, read: readPlan, run: carryOut })
