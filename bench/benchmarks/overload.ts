import { atLeast, atMost } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext, Claim } from '../benchmark.ts'
import type { Cluster } from '../cluster.ts'
import { startChild } from '../http/child.ts'
import type { Child } from '../http/child.ts'
import type { LoadOrder, LoadReport } from '../http/load.ts'
import type { OpenLoopOrder, OpenLoopReport } from '../http/open-loop.ts'
import { startLoad, startRival } from '../http/rivals.ts'
import type { Rival } from '../http/rivals.ts'
import { invoiceRequests } from '../http/worlds.ts'
import { seedInvoices, seedPartners, seedTenants, settleTables, withBulkLoading } from '../seed.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { median, medianRatio, spread } from '../statistics.ts'
import { figure, milliseconds } from '../words.ts'

const PARTNERS = { first: 0, count: 5000, linksPerPartner: 1, tenants: 1000 }
const INVOICES = { tenants: PARTNERS.tenants, perTenant: 10 }
const MULTIPLES = [1, 2, 4, 10] as const
/** The load of the positive control. */
const CONTROL_MULTIPLE = 4
const CONNECTIONS = 32
const ATTEMPTS = 3
const SETTLING_SECONDS = 4
/** Growth beyond this factor is still warming up. */
const SETTLED = 1.05
const MOST_SETTLING = 12
const LEAST_GOODPUT = 0.8
const LONGEST_P99_MS = 500

/** Servers under the same requests, and what puts load on them. */
export interface Overload {
  readonly rival: Rival
  /** The same server without its bound. */
  readonly unbounded: Rival
  /** Callers who wait for each answer, and callers who do not. */
  readonly generators: { readonly closed: Child; readonly open: Child }
  readonly connection: ConnectionSettings
  stop(this: void): Promise<void>
}

/** One round: the capacity right before, then each multiple of it, and the capacity right after. */
interface OverloadRound {
  readonly before: number
  /** The best that was seen: nothing that disturbs the machine makes the share of the capacity look better. */
  readonly peak: number
  readonly loads: ReadonlyMap<number, OpenLoopReport>
  readonly after: number
}

/** A machine that is busy with something else can make even a few callers wait too long; then it is measured again. */
async function askUndisturbed(load: Child, order: LoadOrder): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await load.ask<LoadReport>(order)).perSecond
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
    }
  }
}

/** What as many connections as the server is used to get when each waits for its answer, in requests a second. */
export function measureCapacity({ url, requests }: Rival, closed: Child, seconds: number): Promise<number> {
  return askUndisturbed(closed, { url, requests, connections: CONNECTIONS, seconds })
}

/** Of a server that has its compiled code, plans and caches: measured again until it has not grown twice in a row. */
export async function measureSettledCapacity(rival: Rival, closed: Child, seconds: number): Promise<number> {
  let best = 0
  for (let count = 0, steady = 0; count < MOST_SETTLING && steady < 2; count += 1) {
    const capacity = await measureCapacity(rival, closed, seconds)
    steady = capacity > best * SETTLED ? 0 : steady + 1
    best = Math.max(best, capacity)
  }
  return best
}

async function measureRound(
  rival: Rival,
  generators: Overload['generators'],
  seconds: number,
): Promise<OverloadRound> {
  const { url, requests } = rival
  const measureOnce = () => measureCapacity(rival, generators.closed, seconds)
  const before = Math.max(await measureOnce(), await measureOnce())
  const loads = new Map<number, OpenLoopReport>()
  for (const multiple of MULTIPLES) {
    const open: OpenLoopOrder = { url, requests, seconds, perSecond: before * multiple }
    loads.set(multiple, await generators.open.ask<OpenLoopReport>(open))
  }
  const after = await measureOnce()
  return { before, peak: Math.max(before, after), loads, after }
}

interface Measured {
  readonly rounds: readonly OverloadRound[]
  /** The same overload of a server that refuses nobody. */
  readonly unbounded: OpenLoopReport
}

/** Whether a load was served as promised. Source: reliability.md section 3, number 9. */
export function holds(
  { acceptedPerSecond, p99 }: Pick<OpenLoopReport, 'acceptedPerSecond' | 'p99'>,
  capacity: number,
): boolean {
  return atLeast(acceptedPerSecond / capacity, LEAST_GOODPUT) && atMost(p99, LONGEST_P99_MS)
}

/** Within how many seconds everybody comes for the first time. Whoever comes together has its session noted together, and is decided about anew together. */
export const RENEWAL_SECONDS = 60

/**
 * A database with invoices, the two servers over it, warm, and the generators. Everybody comes for the first time at a
 * moment of its own within these seconds: did all come at once, the long way of their first reads would return as a
 * wave, and the capacity would be that of the moment at which it was measured.
 */
export async function startOverload(
  cluster: Cluster,
  { database, spreadSeconds }: { readonly database: string; readonly spreadSeconds: number },
): Promise<Overload> {
  const connection = await cluster.createDatabase(database)
  await withBulkLoading(connection, async (client) => {
    await seedTenants(client, PARTNERS.tenants)
    await seedPartners(client, PARTNERS)
    await seedInvoices(client, INVOICES)
    await settleTables(client)
  })
  const requests = invoiceRequests(PARTNERS, INVOICES)
  const rival = await startRival('liaison', connection, requests)
  const unbounded = await startRival('unbounded', connection, requests)
  const generators = {
    closed: startLoad(),
    open: startChild(new URL('../http/open-loop.ts', import.meta.url)),
  }
  const stop = async () => {
    const children = [generators.closed, generators.open, rival.child, unbounded.child]
    await Promise.all(children.map((child) => child.stop()))
  }
  try {
    await generators.open.ask<OpenLoopReport>({
      url: rival.url,
      requests,
      perSecond: requests.length / spreadSeconds,
      seconds: spreadSeconds,
    } satisfies OpenLoopOrder)
    await measureSettledCapacity(rival, generators.closed, SETTLING_SECONDS)
    return { rival, unbounded, generators, connection, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function measureRounds(context: BenchmarkContext): Promise<Measured> {
  const seconds = context.isQuick ? 1 : 4
  const { rival, unbounded, generators, stop } = await startOverload(await context.cluster(), {
    database: 'bench_overload',
    spreadSeconds: context.isQuick ? 10 : RENEWAL_SECONDS,
  })
  const rounds: OverloadRound[] = []
  try {
    for (let round = 0; round < (context.isQuick ? 1 : 3); round += 1)
      rounds.push(await measureRound(rival, generators, seconds))
    await measureCapacity(unbounded, generators.closed, seconds)
    const report = await generators.open.ask<OpenLoopReport>({
      url: unbounded.url,
      requests: unbounded.requests,
      seconds,
      perSecond: median(peaksOf(rounds)) * CONTROL_MULTIPLE,
    } satisfies OpenLoopOrder)
    return { rounds, unbounded: report }
  } finally {
    await stop()
  }
}

const reportsOf = (rounds: readonly OverloadRound[], multiple: number): OpenLoopReport[] =>
  rounds.flatMap(({ loads }) => loads.get(multiple) ?? [])

const peaksOf = (rounds: readonly OverloadRound[]): number[] => rounds.map(({ peak }) => peak)

const countFailed = (rounds: readonly OverloadRound[]): number =>
  MULTIPLES.flatMap((multiple) => reportsOf(rounds, multiple)).reduce((sum, { failed }) => sum + failed, 0)

function describeReports(
  name: string,
  reports: readonly OpenLoopReport[],
  peaks: readonly number[],
): string[] {
  const middle = (pick: (report: OpenLoopReport) => number) => median(reports.map(pick))
  const accepted = reports.map(({ acceptedPerSecond }) => acceptedPerSecond)
  return [
    name,
    Math.round(middle(({ offeredPerSecond }) => offeredPerSecond)).toString(),
    Math.round(median(accepted)).toString(),
    figure(medianRatio(accepted, peaks)),
    Math.round(middle(({ shedPerSecond }) => shedPerSecond)).toString(),
    Math.round(middle(({ unsentPerSecond }) => unsentPerSecond)).toString(),
    reports.reduce((sum, { failed }) => sum + failed, 0).toString(),
    `${milliseconds(middle(({ p50 }) => p50))} / ${milliseconds(middle(({ p99 }) => p99))}`,
  ]
}

function claimsOf(rounds: readonly OverloadRound[], multiple: number): Claim[] {
  const reports = reportsOf(rounds, multiple)
  const goodput = medianRatio(
    reports.map(({ acceptedPerSecond }) => acceptedPerSecond),
    peaksOf(rounds),
  )
  const p99 = median(reports.map((report) => report.p99))
  return [
    {
      requirement: 'R6',
      what: `accepted requests at ${multiple}× capacity, as a share of capacity`,
      measured: figure(goodput),
      target: `≥ ${LEAST_GOODPUT.toFixed(2)}`,
      isMet: atLeast(goodput, LEAST_GOODPUT),
    },
    {
      requirement: 'R6',
      what: `p99 of the accepted requests at ${multiple}× capacity`,
      measured: `${milliseconds(p99)} ms`,
      target: `≤ ${LONGEST_P99_MS} ms`,
      isMet: atMost(p99, LONGEST_P99_MS),
    },
  ]
}

/** What else an overload must show: every refusal says when to come again, the measurement bites, and nothing lasts. */
function otherClaims({ rounds, unbounded }: Measured): Claim[] {
  const peak = median(peaksOf(rounds))
  const recovered = medianRatio(
    rounds.map(({ after }) => after),
    rounds.map(({ before }) => before),
  )
  return [
    {
      requirement: 'R6',
      what: 'answers under overload that were neither 200 nor 503 with Retry-After',
      measured: String(countFailed(rounds)),
      target: '0',
      isMet: countFailed(rounds) === 0,
    },
    {
      requirement: 'R6',
      what: `positive control: a server that refuses nobody misses a target at ${CONTROL_MULTIPLE}× capacity`,
      measured: holds(unbounded, peak) ? 'meets both' : 'misses',
      target: 'misses',
      isMet: !holds(unbounded, peak),
    },
    {
      requirement: 'R6',
      what: 'capacity right after the overload, as a share of that before',
      measured: figure(recovered),
      target: '≥ 0.90',
      isMet: atLeast(recovered, 0.9),
    },
  ]
}

/** More requests than the server can serve: those it takes are served in time, the others are told to come again. */
export const benchmark: Benchmark = {
  name: 'overload',
  title: 'Overload',
  async run(context) {
    const measured = await measureRounds(context)
    const { rounds, unbounded } = measured
    return {
      method: `GET of one invoice as above, through one server process with its default of 64 requests in flight at most. The callers come for the first time over a whole minute, so that the first read of each caller's minute, which is decided and recorded the long way, comes evenly from then on. Capacity is what ${CONNECTIONS} connections get that wait for each answer, the best of three measurements around each round; the overload comes at a fixed rate from callers who do not wait (open loop), and times count from the moment when a request was due. There are 2,000 callers at most: a request that is due while all of them wait for an answer is not sent, and counts in a column of its own and not as offered; the machine had no time to send or to refuse it. Only 503 with Retry-After counts as refused, anything else as failed. The last row is the positive control: the same server without its bound, which must miss a target, or the measurement would not see a missing bound. Server, database and both generators share one machine, so at 10× the generator takes time from the server.`,
      table: {
        columns: [
          'Load',
          'Offered/s',
          'Accepted/s',
          'Share of capacity',
          '503/s',
          'Not sent/s',
          'Failed',
          'Accepted: p50 / p99 ms',
        ],
        rows: [
          ...MULTIPLES.map((multiple) =>
            describeReports(`${multiple}×`, reportsOf(rounds, multiple), peaksOf(rounds)),
          ),
          describeReports(`${CONTROL_MULTIPLE}×, refusing nobody`, [unbounded], [median(peaksOf(rounds))]),
        ],
      },
      claims: [
        ...MULTIPLES.filter((multiple) => multiple > 1).flatMap((multiple) => claimsOf(rounds, multiple)),
        ...otherClaims(measured),
      ],
      baselineSpread: spread(peaksOf(rounds)),
    }
  },
}
