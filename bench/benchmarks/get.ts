import { atLeast } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext, Claim } from '../benchmark.ts'
import { measureInRounds, requireSameAnswers, startLoad, startRival } from '../http/rivals.ts'
import type { Course, Rival, Round } from '../http/rivals.ts'
import { invoiceRequests } from '../http/worlds.ts'
import { seedInvoices, seedPartners, seedTenants, settleTables, withBulkLoading } from '../seed.ts'
import { median, medianRatio, spread } from '../statistics.ts'
import { figure, milliseconds } from '../words.ts'

const TITLES: Readonly<Record<string, string>> = {
  bare: 'Bare Fastify, same SQL, no authorization',
  liaison:
    'Liaison, all of it: session, live link, decision, two limits, row policies, audit row, asynchronous commit',
  durable: 'The same with durable commit of the audit row',
  unlimited: 'The same with asynchronous commit, without rate limits',
  bareAgain: 'Bare Fastify, 64 partners again and again',
  unlimitedAgain:
    'Liaison without rate limits, 64 partners again and again: each read stands on a decision of the last minutes',
  typical: 'Typical stack: Kysely transaction, `set_config`, row policy',
}

const REPEATED_BASE: Readonly<Record<string, string>> = {
  bareAgain: 'bareAgain',
  unlimitedAgain: 'bareAgain',
}
const REPEATED: Readonly<Record<string, string>> = { bare: 'bareAgain', unlimited: 'unlimitedAgain' }

const PARTNERS = { first: 0, count: 2000, linksPerPartner: 1, tenants: 2000 }
const INVOICES = { tenants: PARTNERS.tenants, perTenant: 10 }
/** So few that each asks again long before what was decided for it is a minute old. */
const REPEATING_PARTNERS = 64

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
    for (const kind of ['bare', 'liaison', 'durable', 'unlimited', 'typical'] as const)
      rivals.push(await startRival(kind, connection, requests))
    await requireSameAnswers(rivals)
    const again = rivals.flatMap((rival) => askAgain(rival))
    return await measureInRounds(course, [...rivals, ...again], context.isQuick ? 2 : 5)
  } finally {
    await Promise.all([load.stop(), ...rivals.map(({ child }) => child.stop())])
  }
}

/** The same server, asked by few people again and again. */
function askAgain(rival: Rival): Rival[] {
  const name = REPEATED[rival.name]
  return name === undefined ? [] : [{ ...rival, name, requests: rival.requests.slice(0, REPEATING_PARTNERS) }]
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

function claim(
  requirement: string,
  what: string,
  { measured, target }: { measured: number; target: number },
): Claim {
  return {
    requirement,
    what,
    measured: figure(measured),
    target: `≥ ${figure(target)}`,
    isMet: atLeast(measured, target),
  }
}

/** An authorized read of one record against the same read without authorization, and against the usual way to authorize it. */
export const benchmark: Benchmark = {
  name: 'get',
  title: 'Authorized read of one invoice',
  async run(context) {
    const results = await measureRivals(context)
    const ratesOf = (name: string): number[] => rates(results.get(name) ?? [])
    const ratio = (name: string, base: string): number => medianRatio(ratesOf(name), ratesOf(base))
    const bare = results.get('bare') ?? []
    return {
      method:
        'GET of one invoice by id, 16 connections (autocannon), 2,000 partners with one link each, 20,000 invoices, 8 database connections per login. All 2,000 take turns, and the servers too, so a partner comes back after tens of seconds; its first read, and one each five minutes after that, is decided and recorded the long way; the rows with 64 partners say what the others cost (their ratio is to the bare server asked in the same way). Every read of Liaison is decided, counted by two exact limits (the partner, and the partner in the tenant) and recorded in the audit log, in a transaction that has committed, before it is answered (decision 030); the rows say what one of them leaves out or makes harder. The typical stack verifies no token, looks at no link, limits nothing and records nothing, which favours it. Other work may share the machine with a run; the ratios are taken within a round.',
      table: {
        columns: [
          'Server',
          'Ratio to bare',
          'Requests/s',
          'p50 / p99 ms',
          'CPU µs per request: server + PostgreSQL',
        ],
        rows: [...results].map(([name, rounds]) =>
          describeRow(name, rounds, results.get(REPEATED_BASE[name] ?? 'bare') ?? bare),
        ),
      },
      claims: [
        claim('P1', 'throughput against bare Fastify, without rate limits', {
          measured: ratio('unlimited', 'bare'),
          target: 0.85,
        }),
        claim('P1', 'the same for 64 partners who ask again within a minute', {
          measured: ratio('unlimitedAgain', 'bareAgain'),
          target: 0.85,
        }),
        claim('P1', 'throughput against the typical stack, without rate limits, in times', {
          measured: ratio('unlimited', 'typical'),
          target: 3.5,
        }),
        claim('P2', 'throughput against bare Fastify, all of it, asynchronous commit', {
          measured: ratio('liaison', 'bare'),
          target: 0.8,
        }),
        claim('P2', 'throughput against bare Fastify, all of it, durable commit', {
          measured: ratio('durable', 'bare'),
          target: 0.55,
        }),
      ],
      baselineSpread: spread(ratesOf('bare')),
    }
  },
}
