import {
  holds,
  benchmark,
  measureCapacity,
  measureSettledCapacity,
  RENEWAL_SECONDS,
  startOverload,
} from '../bench/benchmarks/overload.ts'
import type { Overload } from '../bench/benchmarks/overload.ts'
import { startCluster } from '../bench/cluster.ts'
import type { OpenLoopOrder, OpenLoopReport } from '../bench/http/open-loop.ts'
import { startRival } from '../bench/http/rivals.ts'
import type { Rival } from '../bench/http/rivals.ts'
import type { ServerOrder } from '../bench/http/server.ts'
import { median } from '../bench/statistics.ts'
import { milliseconds, percent } from '../bench/words.ts'
import { describeResult, runBenchmark, toPartClaims } from './benchmarked-part.ts'
import type { Part, PartResult } from './part.ts'

/** The load of the soak, and of what a server has to recover from. */
const SOAK_MULTIPLE = 2
const RECOVERY_MULTIPLE = 10
/** A soak is a row of loads of this length; in the usual run they are a minute, with `--times 30` half an hour. */
const SLICE_SECONDS = 5
const CAPACITY_SECONDS = 2
const SOAK_SLICES = 12
/** Of the server that leaks, which would take all memory in a longer one. */
const LEAK_SLICES = 6
/** Until caches, compiled code and the heap have their size. */
const WARM_UP_SLICES = 6
/** How much more memory the last third may take than the first. Source: reliability.md section 3, number 9. */
const MOST_GROWTH = 0.1
/** More than this of the capacity cannot be accepted: then the capacity was measured too low, and the load was no overload of that size. */
const MOST_GOODPUT = 1.25
const RECOVERIES = 3
const OVERLOAD_SECONDS = 4
const RECOVERED_WITHIN_SECONDS = 5
const PROBE_SECONDS = 1
const MOST_PROBES = 20

/** How a server did in a long overload. */
interface Soak {
  readonly seconds: number
  readonly accepted: number
  readonly failed: number
  /** Of the middle slice: what was accepted as a share of the capacity, and how long the slowest of it took. */
  readonly goodput: number
  readonly p99: number
  /** How much more memory the last third took than the first, as a share. */
  readonly growth: number
  readonly bytes: number
}

const askOpen = (
  { generators }: Overload,
  { url, requests }: Rival,
  order: Pick<OpenLoopOrder, 'perSecond' | 'seconds'>,
): Promise<OpenLoopReport> =>
  generators.open.ask<OpenLoopReport>({ url, requests, ...order } satisfies OpenLoopOrder)

/** Each slice is compared with the capacity right before it: a shared machine changes its speed within minutes. */
async function soak(overload: Overload, rival: Rival, slices: number): Promise<Soak> {
  const { closed } = overload.generators
  const reports: OpenLoopReport[] = []
  const memory: number[] = []
  const shares: number[] = []
  for (let slice = -WARM_UP_SLICES; slice < slices; slice += 1) {
    const capacity = await measureCapacity(rival, closed, CAPACITY_SECONDS)
    const order = { perSecond: capacity * SOAK_MULTIPLE, seconds: SLICE_SECONDS }
    const report = await askOpen(overload, rival, order)
    if (slice < 0) continue
    reports.push(report)
    shares.push(report.acceptedPerSecond / capacity)
    memory.push(await rival.child.ask<number>({ memory: true } satisfies ServerOrder))
  }
  const third = Math.floor(slices / 3)
  const bytes = median(memory.slice(-third))
  return {
    seconds: slices * SLICE_SECONDS,
    accepted: Math.round(reports.reduce((sum, one) => sum + one.acceptedPerSecond * SLICE_SECONDS, 0)),
    failed: reports.reduce((sum, one) => sum + one.failed, 0),
    goodput: median(shares),
    p99: median(reports.map((report) => report.p99)),
    growth: bytes / median(memory.slice(0, third)) - 1,
    bytes,
  }
}

/** Seconds from the end of an overload to the first load that is served whole and in time. */
async function recover(overload: Overload, capacity: number): Promise<number> {
  const begunMs = performance.now()
  await askOpen(overload, overload.rival, {
    perSecond: capacity * RECOVERY_MULTIPLE,
    seconds: OVERLOAD_SECONDS,
  })
  const overMs = begunMs + OVERLOAD_SECONDS * 1000
  for (let probe = 0; probe < MOST_PROBES; probe += 1) {
    const askedMs = performance.now()
    const report = await askOpen(overload, overload.rival, {
      perSecond: capacity / 2,
      seconds: PROBE_SECONDS,
    })
    const isServed = report.failed === 0 && report.shedPerSecond === 0 && report.unsentPerSecond === 0
    if (isServed && holds(report, report.offeredPerSecond)) return (askedMs - overMs) / 1000
  }
  return Number.POSITIVE_INFINITY
}

interface Found {
  readonly recoveries: readonly number[]
  readonly sound: Soak
  /** A server that keeps something of each request. */
  readonly leaking: Soak
}

async function look(overload: Overload, times: number): Promise<Found> {
  const { rival, generators } = overload
  const capacity = await measureSettledCapacity(rival, generators.closed, OVERLOAD_SECONDS)
  const recoveries: number[] = []
  for (let count = 0; count < RECOVERIES; count += 1) recoveries.push(await recover(overload, capacity))
  const sound = await soak(overload, rival, SOAK_SLICES * times)
  const leak = await startRival('leaking', overload.connection, rival.requests)
  try {
    return { recoveries, sound, leaking: await soak(overload, leak, LEAK_SLICES) }
  } finally {
    await leak.child.stop()
  }
}

const growthOf = ({ growth, bytes }: Soak): string =>
  `${percent(growth)} between the first and the last third, ${Math.round(bytes / 1024 ** 2)} MiB`

function judge({ recoveries, sound, leaking }: Found): Required<PartResult> {
  const slowest = Math.max(...recoveries)
  const offered = `${sound.seconds} s at ${SOAK_MULTIPLE}× capacity, ${sound.accepted.toLocaleString('en')} requests accepted`
  const isRecovered = slowest < RECOVERED_WITHIN_SECONDS
  const isHeld = holds({ acceptedPerSecond: sound.goodput, p99: sound.p99 }, 1)
  const isFlat = sound.growth <= MOST_GROWTH
  const shed = `${percent(sound.goodput)} of the capacity accepted, p99 ${milliseconds(sound.p99)} ms`
  const missed = [
    ...(isRecovered ? [] : [`served as before only ${slowest.toFixed(1)} s after`]),
    ...(isHeld ? [] : [`the soak: ${shed}`]),
    ...(isFlat ? [] : [`the memory grew: ${growthOf(sound)}`]),
  ]
  const wrong = [
    ...(sound.failed === 0 ? [] : [`${sound.failed} requests of the soak failed`]),
    ...(sound.goodput <= MOST_GOODPUT ? [] : [`the capacity was measured too low: ${shed}`]),
    ...(leaking.growth > MOST_GROWTH ? [] : [`a leak was not seen: ${growthOf(leaking)}`]),
  ]
  return {
    claims: [
      {
        requirement: 'R6',
        claim: `After ${RECOVERY_MULTIPLE}× capacity, half the capacity is served whole and in time again`,
        count: `${recoveries.length} times`,
        result: describeResult(
          isRecovered,
          `${slowest.toFixed(1)} s after at most`,
          `< ${RECOVERED_WITHIN_SECONDS} s`,
        ),
      },
      {
        requirement: 'R6',
        claim: 'A long overload is shed as a short one is',
        count: offered,
        result: describeResult(isHeld, `${shed}, ${sound.failed} failed`, '≥ 80 %, p99 ≤ 500 ms'),
      },
      {
        requirement: 'R6',
        claim: 'The memory of the server stays flat meanwhile',
        count: offered,
        result: describeResult(isFlat, growthOf(sound), `≤ ${percent(MOST_GROWTH)}`),
      },
    ],
    positiveControl: `the same server without its bound misses a target, and one that keeps 8 KiB of each request is seen to grow (${growthOf(leaking)} in ${leaking.seconds} s).`,
    wrong,
    missed,
  }
}

async function measureOverload(times: number): Promise<PartResult> {
  const cluster = await startCluster()
  try {
    const measured = toPartClaims(await runBenchmark(benchmark, cluster), 'the median of 3 rounds of 4 s')
    const overload = await startOverload(cluster, {
      database: 'evidence_overload',
      spreadSeconds: RENEWAL_SECONDS,
    })
    try {
      const judged = judge(await look(overload, times))
      return {
        claims: [...measured.claims, ...judged.claims],
        positiveControl: judged.positiveControl,
        wrong: [...measured.wrong, ...judged.wrong],
        missed: [...measured.missed, ...judged.missed],
      }
    } finally {
      await overload.stop()
    }
  } finally {
    await cluster.stop()
  }
}

/** More requests than the server can serve, for longer than a benchmark, and what is left afterwards. */
export const overloadPart: Part = {
  name: 'overload',
  title: 'Overload',
  source: 'bench/benchmarks/overload.ts, evidence/overload.ts',
  run: measureOverload,
}
