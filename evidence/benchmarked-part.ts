import type { Benchmark, BenchmarkResult } from '../bench/benchmark.ts'
import { startCluster } from '../bench/cluster.ts'
import type { Cluster } from '../bench/cluster.ts'
import type { Part, PartResult } from './part.ts'

/** A part whose harness is a benchmark: what it claims is held against its targets. */
export interface BenchmarkedPart {
  readonly name: string
  readonly title: string
  readonly source: string
  readonly benchmark: Benchmark
  /** What one run of the benchmark measures, for the column that says how often. */
  readonly count: string
  readonly positiveControl: string
}

/** Runs a benchmark in full size over a cluster. */
export function runBenchmark(benchmark: Benchmark, cluster: Cluster): Promise<BenchmarkResult> {
  return benchmark.run({
    isQuick: false,
    rows: null,
    cluster: () => Promise.resolve(cluster),
    say: (line) => console.log(`  ${line}`),
  })
}

/** A result beside what was asked for, so marked that nobody reads over it when the two differ. */
export function describeResult(isMet: boolean, measured: string, target: string): string {
  return `${isMet ? '' : '**missed**: '}${measured}; asked for: ${target}`
}

/** A benchmark that does not see what was planted has measured nothing. */
const isControl = ({ what }: { readonly what: string }): boolean => what.startsWith('positive control')

/** What a benchmark claims, as the campaign writes it down, and which targets it missed. */
export function toPartClaims(
  { claims }: Pick<BenchmarkResult, 'claims'>,
  count: string,
): Required<Pick<PartResult, 'claims' | 'wrong' | 'missed'>> {
  const unmet = claims.filter(({ isMet }) => !isMet)
  const describe = ({ what, measured, target }: (typeof claims)[number]) =>
    `${what}: ${measured}; asked for: ${target}`
  return {
    claims: claims.map(({ requirement, what, measured, target, isMet }) => ({
      requirement,
      claim: `${what.slice(0, 1).toUpperCase()}${what.slice(1)}`,
      count,
      result: describeResult(isMet, measured, target),
    })),
    wrong: unmet.filter(isControl).map(describe),
    missed: unmet.filter((claim) => !isControl(claim)).map(describe),
  }
}

async function runPart({ benchmark, count, positiveControl }: BenchmarkedPart): Promise<PartResult> {
  const cluster = await startCluster()
  try {
    return { ...toPartClaims(await runBenchmark(benchmark, cluster), count), positiveControl }
  } finally {
    await cluster.stop()
  }
}

/** A part that measures what a benchmark measures. */
export function benchmarkedPart(part: BenchmarkedPart): Part {
  const { name, title, source } = part
  return { name, title, source, run: () => runPart(part) }
}
