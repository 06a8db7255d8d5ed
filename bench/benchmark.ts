import type { Cluster } from './cluster.ts'

/** One sentence of docs that a run confirms or refutes. */
export interface Claim {
  /** The requirement, for example `P3`. */
  readonly requirement: string
  readonly what: string
  readonly measured: string
  readonly target: string
  readonly isMet: boolean
}

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface BenchmarkResult {
  /** How it was measured, in full sentences. */
  readonly method: string
  readonly table: Table
  readonly claims: readonly Claim[]
  /** The widest spread among the baselines' rounds, as a share of their median. */
  readonly baselineSpread: number
}

/** What a benchmark runs with. */
export interface BenchmarkContext {
  /** A run to see that everything works: small, and no basis for figures. */
  readonly isQuick: boolean
  /** How many rows the largest world has, where a run on a slow machine asked for fewer than the target; else null. */
  readonly rows: number | null
  /** The PostgreSQL of this run, started when first asked for. */
  cluster(): Promise<Cluster>
  /** Tells what is being done. */
  say(line: string): void
}

export interface Benchmark {
  readonly name: string
  readonly title: string
  /** Minutes after which it is taken to hang; 8 unless told. */
  readonly longestMinutes?: number
  run(context: BenchmarkContext): Promise<BenchmarkResult>
}

/** `name` as the least or greatest that a figure may be. */
export const atLeast = (figure: number, target: number): boolean => figure >= target
export const atMost = (figure: number, target: number): boolean => figure <= target
