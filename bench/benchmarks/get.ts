import { atLeast } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext } from '../benchmark.ts'
import { measureInRounds, requireSameAnswers, startLoad, startRival } from '../http/rivals.ts'
import type { Course, Rival, Round } from '../http/rivals.ts'
import { invoiceRequests } from '../http/worlds.ts'
import { seedInvoices, seedPartners, seedTenants, settleTables, withBulkLoading } from '../seed.ts'
import { median, medianRatio, spread } from '../statistics.ts'
import { figure, milliseconds } from '../words.ts'

const TITLES: Readonly<Record<string, string>> = {
  bare: 'Bare Fastify, same SQL, no authorization',
  liaison: 'Liaison: session, live link, decision, limits, row policies, audit',
  typical: 'Typical stack: Kysely transaction, `set_config`, row policy',
}

const PARTNERS = { first: 0, count: 2000, linksPerPartner: 1, tenants: 2000 }
const INVOICES = { tenants: PARTNERS.tenants, perTenant: 10 }

async function measureRivals(context: BenchmarkContext): Promise<Map<string, Round[]>> {
  const cluster = await context.cluster()
  const connection = await cluster.createDatabase('bench_get')
  await withBulkLoading(connection, async (client) => {
    await seedTenants(client, PARTNERS.tenants)
    await seedPartners(client, PARTNERS)
    await seedInvoices(client, INVOICES)
    await settleTables(client)
  })
  const requests = invoiceRequests(PARTNERS, INVOICES)
  const rivals: Rival[] = []
  const load = startLoad()
  const course: Course = { cluster, load, connections: 16, seconds: context.isQuick ? 1 : 3 }
  try {
    for (const kind of ['bare', 'liaison', 'typical'] as const)
      rivals.push(await startRival(kind, connection, requests))
    await requireSameAnswers(rivals)
    return await measureInRounds(course, rivals, context.isQuick ? 2 : 5)
  } finally {
    await Promise.all([load.stop(), ...rivals.map(({ child }) => child.stop())])
  }
}

const rates = (rounds: readonly Round[]): number[] => rounds.map(({ perSecond }) => perSecond)

function describeRow(name: string, rounds: readonly Round[], bare: readonly Round[]): string[] {
  const middle = (pick: (round: Round) => number | undefined) =>
    median(rounds.map((round) => pick(round) ?? Number.NaN))
  const server = middle((round) => round.serverMicroseconds)
  const database = middle((round) => round.databaseMicroseconds)
  return [
    TITLES[name] ?? name,
    figure(medianRatio(rates(rounds), rates(bare))),
    Math.round(median(rates(rounds))).toString(),
    `${milliseconds(middle((round) => round.p50))} / ${milliseconds(middle((round) => round.p99))}`,
    `${Math.round(server)} + ${Math.round(database)}`,
  ]
}

/** An authorized read of one record against the same read without authorization, and against the usual way to authorize it. */
export const benchmark: Benchmark = {
  name: 'get',
  title: 'Authorized read of one invoice',
  async run(context) {
    const results = await measureRivals(context)
    const [bare, liaison, typical] = ['bare', 'liaison', 'typical'].map((name) => results.get(name) ?? [])
    const toBare = medianRatio(rates(liaison ?? []), rates(bare ?? []))
    const toTypical = medianRatio(rates(liaison ?? []), rates(typical ?? []))
    return {
      method:
        'GET of one invoice by id, 16 connections (autocannon), 2,000 partners with one link each, 20,000 invoices, 8 database connections per login. Every read of Liaison is recorded in the audit log in its own transaction with asynchronous commit; the rate limits are exact and on. The typical stack verifies no token, looks at no link, limits nothing and records nothing, which favours it.',
      table: {
        columns: [
          'Server',
          'Ratio to bare',
          'Requests/s',
          'p50 / p99 ms',
          'CPU µs per request: server + PostgreSQL',
        ],
        rows: [...results].map(([name, rounds]) => describeRow(name, rounds, bare ?? [])),
      },
      claims: [
        {
          requirement: 'P2',
          what: 'throughput of an audited read against bare Fastify with the same SQL',
          measured: figure(toBare),
          target: '≥ 0.80',
          isMet: atLeast(toBare, 0.8),
        },
        {
          requirement: 'P1',
          what: 'throughput against the typical stack',
          measured: `${figure(toTypical)}×`,
          target: '≥ 3.5×',
          isMet: atLeast(toTypical, 3.5),
        },
      ],
      baselineSpread: spread(rates(bare ?? [])),
    }
  },
}
