import { atMost } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext } from '../benchmark.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { measure, requireSameAnswers, startLoad, startRival } from '../http/rivals.ts'
import type { Course, Round } from '../http/rivals.ts'
import { invoiceRequests } from '../http/worlds.ts'
import { seedInvoices, seedPartners, seedTenants, settleTables, withBulkLoading } from '../seed.ts'
import type { PartnerPlan } from '../seed.ts'
import { median, spread } from '../statistics.ts'
import { figure, milliseconds, percent } from '../words.ts'

const TENANTS = 20_000
const INVOICES = { tenants: TENANTS, perTenant: 1 }
/** As many as there are in the smallest world: what is compared is links, not how many people come back within a minute. */
const ASKERS = 1000
const MANY_ASKERS = 10_000

/** How many links, and by how many partners; many partners have some links each, as in a real market. */
function planOf(links: number): PartnerPlan {
  const linksPerPartner = links > 1000 ? 10 : 1
  return { first: 0, count: links / linksPerPartner, linksPerPartner, tenants: TENANTS }
}

async function seedLinks(connection: ConnectionSettings, links: number): Promise<void> {
  await withBulkLoading(connection, async (client) => {
    await seedTenants(client, TENANTS)
    await seedInvoices(client, INVOICES)
    await seedPartners(client, planOf(links))
    await settleTables(client)
  })
}

interface Size {
  readonly links: number
  readonly askers: number
}

/** Every number of links with the same askers, then the largest with many. */
function sizesOf(links: readonly number[]): Size[] {
  const largest = links.at(-1) ?? 0
  return [
    ...links.map((count) => ({ links: count, askers: ASKERS })),
    { links: largest, askers: MANY_ASKERS },
  ]
}

async function measureSizes(context: BenchmarkContext, sizes: readonly Size[]): Promise<Round[][]> {
  const cluster = await context.cluster()
  const load = startLoad()
  const course: Course = { cluster, load, connections: 16, seconds: context.isQuick ? 1 : 3 }
  const results = sizes.map((): Round[] => [])
  const worlds = new Map<number, ConnectionSettings>()
  const rivals = []
  try {
    for (const { links, askers } of sizes) {
      const known = worlds.get(links)
      const connection = known ?? (await cluster.createDatabase(`bench_links_${links}`))
      if (!known) {
        context.say(`loading ${links.toLocaleString('en')} links`)
        await seedLinks(connection, links)
        worlds.set(links, connection)
      }
      const requests = invoiceRequests(planOf(links), INVOICES, askers)
      const rival = await startRival('liaison', connection, requests)
      rivals.push(rival)
      await requireSameAnswers([rival])
      await measure(course, rival)
    }
    for (let round = 0; round < (context.isQuick ? 2 : 5); round += 1) {
      for (const [index, rival] of rivals.entries()) results[index]?.push(await measure(course, rival))
    }
    return results
  } finally {
    await Promise.all([load.stop(), ...rivals.map(({ child }) => child.stop())])
  }
}

const rate = (rounds: readonly Round[] = []): number => median(rounds.map(({ perSecond }) => perSecond))
const slowest = (rounds: readonly Round[] = []): number => median(rounds.map(({ p99 }) => p99))

/** Whether a read slows down when there are a thousand times as many links. */
export const benchmark: Benchmark = {
  name: 'links',
  title: 'The same read with more and more links',
  async run(context) {
    const links = context.isQuick ? [1000, 20_000] : [1000, 100_000, 1_000_000]
    const sizes = sizesOf(links)
    const results = await measureSizes(context, sizes)
    const [first, last] = [results[0] ?? [], results[links.length - 1] ?? []]
    const pairs = last.map((round, index) => ({ round, base: first[index] ?? round }))
    const loss = 1 - median(pairs.map(({ round, base }) => round.perSecond / base.perSecond))
    const growth = median(pairs.map(({ round, base }) => round.p99 / base.p99))
    const range = `${links[0]?.toLocaleString('en')} → ${links.at(-1)?.toLocaleString('en')} links`
    return {
      method:
        'The read of the benchmark `get`, one database per number of links, 20,000 tenants; 1,000 partners, evenly from all, take turns. In the last row, which is compared with nothing, 10,000 do, so that most reads meet rows that no read met before and are decided the long way.',
      table: {
        columns: ['Links', 'Partners in turn', 'Requests/s', 'p50 / p99 ms', 'Ratio to the smallest'],
        rows: sizes.map((size, index) => [
          size.links.toLocaleString('en'),
          size.askers.toLocaleString('en'),
          Math.round(rate(results[index])).toString(),
          `${milliseconds(median((results[index] ?? []).map(({ p50 }) => p50)))} / ${milliseconds(slowest(results[index]))}`,
          figure(rate(results[index]) / rate(first)),
        ]),
      },
      claims: [
        {
          requirement: 'P4',
          what: `loss of throughput, ${range}`,
          measured: percent(loss),
          target: '≤ 15 %',
          isMet: atMost(loss, 0.15),
        },
        {
          requirement: 'P4',
          what: `growth of p99, ${range}`,
          measured: `${figure(growth)}×`,
          target: '≤ 1.5×',
          isMet: atMost(growth, 1.5),
        },
      ],
      baselineSpread: spread(first.map(({ perSecond }) => perSecond)),
    }
  },
}
