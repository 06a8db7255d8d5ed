import { effectiveMask, FEATURES, idFromUuid } from '@liaison/access'
import type { Facts, PartnerId } from '@liaison/access'
import { atMost } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext, BenchmarkResult, Claim } from '../benchmark.ts'
import { median, spread } from '../statistics.ts'
import { figure } from '../words.ts'
import { ProcessCopy } from '../../server/src/modules/features/index.ts'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const MOST_EVALUATION_MICROSECONDS = 10
const MOST_REQUEST_NANOSECONDS = 2000
const MOST_MEGABYTES = 64

const uuid = (index: number) =>
  `01890a5d-ac96-774b-bcce-${(index * 2_654_435_761).toString(16).padStart(12, '0').slice(-12)}`

/** Three flags in four have a rule, a share and a choice; the features on which permissions depend come first. */
function definitionOf(index: number) {
  const isBranched = index % 4 !== 0
  return {
    key: FEATURES[index] ?? `feature_${index}`,
    status: 'active',
    partner_choice: isBranched ? 'opt_in' : 'none',
    prerequisites: index >= 100 && index % 10 === 0 ? [`feature_${index - 1}`] : [],
    definition: {
      eligibility: isBranched ? { kinds: ['msp', 'reseller'] } : null,
      rules: isBranched ? [{ when: { tiers: ['premier'], regions: ['de-south'] }, outcome: 'on' }] : [],
      share_bp: isBranched ? (index * 37) % 10_000 : null,
      default: isBranched ? 'off' : 'on',
    },
    steps: [],
  }
}

function partnerOf(index: number) {
  const settings =
    index % 20 === 0
      ? [{ key: FEATURES[index % FEATURES.length], override: 'off', override_until: null, choice: null }]
      : []
  return {
    id: uuid(index),
    kinds: [['msp'], ['reseller'], ['auditor', 'msp']][index % 3],
    tier: ['standard', 'advanced', 'premier'][index % 3],
    region: ['it-north', 'de-south', null][index % 3],
    plans: [],
    settings,
  }
}

const memory = () => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** The time that the processor spent on this thread so far, in nanoseconds: what else the machine does is not in it. */
function processorNanoseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) * 1000
}

/** Rounds of one kind of work; each is the processor time of one piece in nanoseconds. */
function timeRounds(rounds: number, pieces: number, work: (index: number) => unknown): number[] {
  return Array.from({ length: rounds }, () => {
    const begun = processorNanoseconds()
    for (let index = 0; index < pieces; index += 1) work(index)
    return (processorNanoseconds() - begun) / pieces
  })
}

const OWNER = { person: idFromUuid('person', uuid(1)), member: idFromUuid('member', uuid(2)) }

/** The facts of a request; ids were checked when they were read, which is no part of what is measured. */
function factsOf(copy: ProcessCopy, id: PartnerId): Facts {
  return {
    now: NOW,
    plane: 'program',
    actor: {
      person_id: OWNER.person,
      status: 'active',
      factor: 'otp',
      factor_at: NOW,
      ip: null,
    },
    actor_kind: 'person',
    partner: { id, status: 'active' },
    partner_member: { id: OWNER.member, role: 'PARTNER_OWNER', status: 'active' },
    freezes: [],
    features_off: copy.offFor(id, NOW),
  }
}

async function load(partners: number, flags: number): Promise<ProcessCopy> {
  const definitions = Array.from({ length: flags }, (_, index) => definitionOf(index))
  const rows = Array.from({ length: partners }, (_, index) => partnerOf(index))
  const copy = new ProcessCopy((text) =>
    Promise.resolve(text.includes('feature_definitions') ? definitions : rows),
  )
  await copy.readAll()
  return copy
}

interface Figures {
  readonly partners: number
  readonly flags: number
  /** Nanoseconds of one piece, round by round. */
  readonly one: number[]
  readonly looked: number[]
  readonly request: number[]
  readonly loadMs: number
  readonly megabytes: number
}

async function measure(context: BenchmarkContext): Promise<Figures> {
  const [partners, flags] = context.isQuick ? [1000, 200] : [10_000, 200]
  // Many at once: some systems tell a thread's processor time in steps of ten milliseconds.
  const [rounds, share] = context.isQuick ? [3, 10] : [7, 1]
  context.say(`${partners.toLocaleString('en')} partners and ${flags} features`)
  const before = memory()
  const begun = performance.now()
  const copy = await load(partners, flags)
  const loadMs = performance.now() - begun
  const megabytes = memory() - before
  const keys = [...copy.features.rules.keys()]
  const ids = Array.from({ length: partners }, (_, index) => idFromUuid('partner', uuid(index)))
  const [firstId = idFromUuid('partner', uuid(0))] = ids
  const idAt = (index: number) => ids[index % partners] ?? firstId
  const one = timeRounds(rounds, 200_000 / share, (index) =>
    copy.resolve(keys[index % flags] ?? '', idAt(index), NOW),
  )
  // From here on what is off is answered from memory, as it is for all requests between two changes.
  for (let index = 0; index < partners; index += 1) copy.offFor(idAt(index), NOW)
  const request = timeRounds(rounds, 500_000 / share, (index) => effectiveMask(factsOf(copy, idAt(index))))
  const looked = timeRounds(rounds, 4_000_000 / share, (index) => copy.offFor(idAt(index), NOW))
  return { partners, flags, one, looked, request, loadMs, megabytes }
}

const line = (what: string, rounds: readonly number[]) => [
  what,
  `${figure(median([...rounds]))} ns`,
  `${figure(spread([...rounds]) * 100)} %`,
]

function claimsOf({ one, request, megabytes }: Figures): Claim[] {
  const claim = (what: string, [measured, most, unit]: readonly [number, number, string]): Claim => ({
    requirement: 'C3',
    what,
    measured: `${figure(measured)} ${unit}`,
    target: `≤ ${most} ${unit}`,
    isMet: atMost(measured, most),
  })
  return [
    claim('one evaluation', [median(one) / 1000, MOST_EVALUATION_MICROSECONDS, 'µs']),
    claim('effective permissions with features, for one request', [
      median(request),
      MOST_REQUEST_NANOSECONDS,
      'ns',
    ]),
    claim('memory of the features of all partners', [megabytes, MOST_MEGABYTES, 'MB']),
  ]
}

async function run(context: BenchmarkContext): Promise<BenchmarkResult> {
  const figures = await measure(context)
  const { partners, flags, one, looked, request, loadMs, megabytes } = figures
  return {
    method: `One process holds ${partners.toLocaleString('en')} partners and ${flags} features, three in four with a choice, a rule and a share. Each round asks for one feature of one partner 20,000 times, and for the effective permissions of a partner's owner with its features 50,000 times. Nothing but the process is measured: the decision of a request reads no database for its features. Times are what the processor spends on the thread, so that other work on the machine counts little; only reading everything anew is told as it passes on the clock.`,
    table: {
      columns: ['what', 'median', 'spread'],
      rows: [
        line('one evaluation', one),
        line('the features that are off, as a request asks', looked),
        line('effective permissions with features', request),
        ['reading everything anew', `${figure(loadMs)} ms`, ''],
        ['memory', `${figure(megabytes)} MB`, ''],
      ],
    },
    claims: claimsOf(figures),
    baselineSpread: spread(looked),
  }
}

export const benchmark: Benchmark = {
  name: 'features',
  title: 'Features of partners in the process (C3)',
  run,
}
