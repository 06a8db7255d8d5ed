import type { Benchmark, BenchmarkContext, Claim } from '../benchmark.ts'
import { measure, requireSameAnswers, startLoad, startRival } from '../http/rivals.ts'
import type { Round } from '../http/rivals.ts'
import { seedService } from '../seed-reports.ts'
import { headersOf, seedInvoices, seedPartners, seedTenants, settleTables, withBulkLoading } from '../seed.ts'
import { median, spread } from '../statistics.ts'
import { milliseconds } from '../words.ts'

const TENANTS = 200
const TARGET_MS = 200

/** Two persons of partners with as many links each, so that no two connections are the same person. */
const SIZES = [
  { links: 50, partners: [0, 1] },
  { links: 200, partners: [2, 3] },
] as const

const REPORTS = '/api/v1/partner/reports'

/** What a person asks for, by the number of the source's endpoint where it has one. */
function pathsOf(today: Date): string[] {
  const day = (back: number) => new Date(today.getTime() - back * 86_400_000).toISOString().slice(0, 10)
  return [
    `${REPORTS}/usage`,
    `${REPORTS}/usage?from_date=${day(399)}&to_date=${day(0)}`,
    `${REPORTS}/usage?from_date=${day(1826)}&to_date=${day(0)}&group_by=month`,
    `${REPORTS}/sla?month=${day(31).slice(0, 7)}`,
    `${REPORTS}/sla?from_date=${day(364)}&to_date=${day(0)}`,
    `${REPORTS}/sla?from_date=${day(364)}&to_date=${day(0)}&metric=uptime`,
    `${REPORTS}/revenue`,
    `${REPORTS}/compare`,
  ]
}

interface Line {
  readonly path: string
  readonly links: number
  readonly rounds: Round[]
}

async function load(context: BenchmarkContext) {
  const cluster = await context.cluster()
  const connection = await cluster.createDatabase('bench_reports')
  context.say('loading 400 days of 200 tenants and 250,000 invoices')
  await withBulkLoading(connection, async (client) => {
    await seedTenants(client, TENANTS)
    for (const { links, partners } of SIZES)
      await seedPartners(client, {
        first: partners[0],
        count: partners.length,
        linksPerPartner: links,
        tenants: TENANTS,
      })
    await seedInvoices(client, { tenants: TENANTS, perTenant: context.isQuick ? 100 : 1250 })
    await seedService(client, {
      tenants: TENANTS,
      days: 400,
      outagesPerMonth: 10,
      tickets: context.isQuick ? 100 : 1250,
    })
    await settleTables(client)
  })
  return { cluster, connection }
}

async function measureLines(context: BenchmarkContext): Promise<Line[]> {
  const { cluster, connection } = await load(context)
  const driver = startLoad()
  const server = await startRival('board', connection, [])
  const [seconds, rounds] = context.isQuick ? [1, 1] : [2, 3]
  const lines: Line[] = []
  try {
    for (const path of pathsOf(new Date()))
      for (const { links, partners } of SIZES) {
        const requests = partners.map((partner) => ({
          method: 'GET' as const,
          path,
          headers: headersOf(partner),
        }))
        const rival = { ...server, name: path, requests }
        const course = { cluster, load: driver, connections: 1, seconds }
        await requireSameAnswers([rival])
        await measure(course, rival)
        const line: Line = { path, links, rounds: [] }
        for (let round = 0; round < rounds; round += 1) {
          const measured = await measure(course, rival)
          // On a busy machine the slowest may not be answered once within a round.
          if (measured.count > 0) line.rounds.push(measured)
        }
        lines.push(line)
      }
    return lines
  } finally {
    await Promise.all([driver.stop(), server.child.stop()])
  }
}

const p50 = (rounds: readonly Round[]) => median(rounds.map((round) => round.p50))
const p95 = (rounds: readonly Round[]) => median(rounds.map((round) => round.p95))

const timesOf = (rounds: readonly Round[]) =>
  rounds.length === 0 ? 'not once answered' : `${milliseconds(p50(rounds))} / ${milliseconds(p95(rounds))}`
const workOf = (rounds: readonly Round[]) =>
  rounds.length === 0
    ? '–'
    : `${milliseconds(median(rounds.map((round) => round.serverMicroseconds)) / 1000)} + ${milliseconds(median(rounds.map((round) => round.databaseMicroseconds ?? 0)) / 1000)}`

/** The claim about the slowest of the reports for partners of one size. */
function claimOf(lines: readonly Line[], links: number): Claim {
  const [slowest] = lines
    .filter((line) => line.links === links)
    .toSorted((left, right) => p95(right.rounds) - p95(left.rounds))
  const time = p95(slowest?.rounds ?? [])
  return {
    requirement: 'B16',
    what: `p95 of the slowest report over ${links} tenants: \`GET ${slowest?.path ?? ''}\``,
    measured: `${milliseconds(time)} ms`,
    target: `< ${TARGET_MS} ms`,
    isMet: time < TARGET_MS,
  }
}

/** Reports over all tenants of a partner: from sums that are kept, uptime from the outages themselves. */
export const benchmark: Benchmark = {
  name: 'reports',
  title: 'Reports over 50 and 200 tenants',
  async run(context) {
    const lines = await measureLines(context)
    return {
      method:
        'One person of a partner with 50 or with 200 links, one request after the other, on the same two cores as the database and the load. Each tenant has 400 days of usage, ten outages a month, 500 subscribers and 1,250 tickets with two promises; 250,000 invoices in all. Row policies, exact limits and the audit log are on, and the answers are whole: totals, rows per tenant, time series, the time before.',
      table: {
        columns: ['Request', 'Tenants', 'p50 / p95 ms', 'CPU ms: server + PostgreSQL'],
        rows: lines.map(({ path, links, rounds }) => [
          `\`GET ${path}\``,
          String(links),
          timesOf(rounds),
          workOf(rounds),
        ]),
      },
      claims: SIZES.map(({ links }) => claimOf(lines, links)),
      baselineSpread: spread((lines[0]?.rounds ?? []).map(({ perSecond }) => perSecond)),
    }
  },
}
