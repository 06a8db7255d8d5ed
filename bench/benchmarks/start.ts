import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeId } from '@liaison/access'
import type { Request } from 'autocannon'
import { startServerProcess } from '../../chaos/server-process.ts'
import type { ServerProcess } from '../../chaos/server-process.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { atMost } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext } from '../benchmark.ts'
import { ROLE_SECRET } from '../cluster.ts'
import { startLoad } from '../http/rivals.ts'
import type { LoadReport } from '../http/load.ts'
import {
  headersOf,
  linkedTenant,
  seedInvoices,
  seededId,
  seedPartners,
  seedTenants,
  settleTables,
  withBulkLoading,
} from '../seed.ts'
import { median, spread } from '../statistics.ts'
import { milliseconds } from '../words.ts'

/** So many that none comes near its limits, with few enough links each that most reads meet a decision of their own. */
const PARTNERS = { first: 0, count: 2000, linksPerPartner: 1, tenants: 2000 }
const INVOICES = { tenants: PARTNERS.tenants, perTenant: 10 }
const CONNECTIONS = 16
const SAMPLE_MS = 250
const KIB_PER_MIB = 1024
const QUIET = { PORT: '0', HOST: '127.0.0.1', METRICS_PORT: '0', LOG_LEVEL: 'silent' }

/** Starts on an empty folder and again on the same, each ended as an operator ends it. Returns milliseconds until ready. */
async function measureStarts(isDemo: boolean, again: number): Promise<[number, ...number[]]> {
  const folder = await mkdtemp(join(tmpdir(), 'liaison-bench-start-'))
  const startOnce = async () => {
    const server = await startServerProcess({
      ...QUIET,
      LIAISON_DATA_DIR: folder,
      LIAISON_DEMO: isDemo ? '1' : '0',
    })
    await server.stop()
    return server.startMs
  }
  try {
    const times: [number, ...number[]] = [await startOnce()]
    while (times.length <= again) times.push(await startOnce())
    return times
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function seedWorld(connection: ConnectionSettings): Promise<void> {
  await withBulkLoading(connection, async (client) => {
    await seedTenants(client, PARTNERS.tenants)
    await seedPartners(client, PARTNERS)
    await seedInvoices(client, INVOICES)
    await settleTables(client)
  })
}

/** Reads as people of partners do in the whole product: one invoice, and the list that it stands in. */
function readRequests(): Request[] {
  return Array.from({ length: PARTNERS.count }, (_, partner) => {
    const tenant = linkedTenant(PARTNERS, partner, 0)
    const invoice = encodeId('invoice', seededId('invoice', tenant * INVOICES.perTenant))
    return {
      method: 'GET',
      path: `/api/v1/partner/billing/invoices${partner % 2 === 0 ? `/${invoice}` : ''}`,
      headers: headersOf(partner, tenant),
    }
  })
}

async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / KIB_PER_MIB
}

interface Memory {
  readonly idle: number
  readonly greatest: number
  readonly load: LoadReport
}

async function loadWatched(server: ServerProcess, seconds: number): Promise<Memory> {
  const idle = await residentMib(server.pid)
  const samples: number[] = []
  const timer = setInterval(() => void residentMib(server.pid).then((mib) => samples.push(mib)), SAMPLE_MS)
  const load = startLoad()
  try {
    const report = await load.ask<LoadReport>({
      url: server.url,
      connections: CONNECTIONS,
      seconds,
      requests: readRequests(),
    })
    return { idle, greatest: Math.max(...samples), load: report }
  } finally {
    clearInterval(timer)
    await load.stop()
  }
}

async function measureMemory(context: BenchmarkContext): Promise<Memory> {
  const cluster = await context.cluster()
  const connection = await cluster.createDatabase('bench_start')
  await seedWorld(connection)
  const url = new URL(`postgres://localhost:${connection.port}/${connection.database}`)
  url.username = connection.user
  url.password = connection.password
  url.searchParams.set('host', connection.host)
  const folder = await mkdtemp(join(tmpdir(), 'liaison-bench-start-'))
  const server = await startServerProcess({
    ...QUIET,
    LIAISON_DATA_DIR: folder,
    OUTBOX_OPEN_TO_ANYBODY: '1',
    DATABASE_URL: url.href,
    DATABASE_ROLE_SECRET: ROLE_SECRET,
    LIAISON_SECRET_KEY: 'a secret key of a process that is thrown away',
  })
  try {
    return await loadWatched(server, context.isQuick ? 5 : 60)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const row = (what: string, times: readonly number[]): string[] => [
  what,
  milliseconds(median(times)),
  milliseconds(Math.max(...times)),
]

/** How soon the product is ready, and how much memory its server takes under load (P11). */
export const benchmark: Benchmark = {
  name: 'start',
  title: 'Start and memory',
  async run(context) {
    const again = context.isQuick ? 1 : 7
    context.say('starting on an empty folder and again')
    const [first, ...later] = await measureStarts(false, again)
    const [firstDemo, ...laterDemo] = await measureStarts(true, again)
    context.say('putting load on a server')
    const memory = await measureMemory(context)
    const rest = median(later)
    return {
      method: `From the start of the process of the whole product, embedded PostgreSQL included, until it says that it is ready; the first start makes the database and runs all migrations, with the demo world it also writes that. Between two starts the server is asked to end and does. Memory is what the system says is resident of the server process alone, looked at four times a second, while ${CONNECTIONS} connections read one invoice or a list of them for ${PARTNERS.count.toLocaleString('en')} partners in turn (${Math.round(memory.load.perSecond)} requests a second, one minute; ${Math.round(memory.idle)} MiB before).`,
      table: {
        columns: ['Start', 'Median ms', 'Longest ms'],
        rows: [
          row('First, without the demo world', [first]),
          row('Later, without the demo world', later),
          row('First, with the demo world', [firstDemo]),
          row('Later, with the demo world', laterDemo),
        ],
      },
      claims: [
        {
          requirement: 'P11',
          what: 'first start until ready, without the demo world',
          measured: `${milliseconds(first)} ms`,
          target: '≤ 6,000 ms',
          isMet: atMost(first, 6000),
        },
        {
          requirement: 'P11',
          what: 'a later start until ready',
          measured: `${milliseconds(rest)} ms`,
          target: '≤ 1,500 ms',
          isMet: atMost(rest, 1500),
        },
        {
          requirement: 'P11',
          what: 'resident memory of the server under load, greatest',
          measured: `${Math.round(memory.greatest)} MiB`,
          target: '≤ 180 MiB',
          isMet: atMost(memory.greatest, 180),
        },
      ],
      baselineSpread: spread(later),
    }
  },
}
