import pg from 'pg'
import { z } from 'zod'
import { buildAppWith } from '../../server/src/app.ts'
import { exportRoutes } from '../../server/src/modules/exports/index.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import type { Benchmark, BenchmarkContext, Claim } from '../benchmark.ts'
import { ROLE_SECRET } from '../cluster.ts'
import { startChild } from '../http/child.ts'
import type { Making } from '../http/export-maker.ts'
import { headersOf, seedInvoices, seedPartners, seedTenants, settleTables, withBulkLoading } from '../seed.ts'
import { figure, milliseconds } from '../words.ts'

const TENANTS = 50
const FORMATS = ['csv', 'jsonl', 'xlsx', 'pdf'] as const
/** What the process that makes a file may keep: a file that grew in memory would not survive it. */
const HEAP_MB = 128
/** What a file may add to the memory of the process, whatever its size. */
const MOST_GROWTH_MB = 250
/** As many rows as make a small and a large file: the difference between them is what grows with the rows. */
const [SMALL_SHARE, ORIGIN] = [0.05, 'http://localhost']

interface Made {
  readonly format: string
  readonly rows: number
  readonly bytes: number
  readonly making: Making
}

const Finished = z.object({
  status: z.literal('completed'),
  rows: z.coerce.number(),
  bytes: z.coerce.number(),
})

/** Orders a file as the partner's person does. */
async function order(connection: ConnectionSettings, body: object): Promise<void> {
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: 2 })
  const app = await buildAppWith(
    { database, secretKey: 'a key of a run that is thrown away', publicOrigin: () => ORIGIN },
    () => exportRoutes,
  )
  try {
    const answer = await app.http.inject({
      method: 'POST',
      url: '/api/v1/partner/billing/invoices/export',
      headers: { ...headersOf(0), origin: ORIGIN, 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    })
    if (answer.statusCode !== 202) throw new Error(answer.body)
  } finally {
    await app.close()
    await database.close()
  }
}

async function lookAtLast(connection: ConnectionSettings) {
  const client = new pg.Client({ ...connection })
  await client.connect()
  try {
    const { rows } = await client.query(
      'select status, row_count as rows, file_size_bytes as bytes from export order by id desc limit 1',
    )
    return Finished.parse(rows[0])
  } finally {
    await client.end()
  }
}

/** One file in a process of its own, so that memory is that of this file. */
async function makeOne(connection: ConnectionSettings, format: string, body: object): Promise<Made> {
  await order(connection, { format, ...body })
  const child = startChild(new URL('../http/export-maker.ts', import.meta.url), [
    `--max-old-space-size=${HEAP_MB}`,
  ])
  try {
    const making = await child.ask<Making>(connection)
    return { format, making, ...(await lookAtLast(connection)) }
  } finally {
    await child.stop()
  }
}

async function makeAll(context: BenchmarkContext): Promise<readonly (readonly [small: Made, large: Made])[]> {
  const perTenant = context.isQuick ? 200 : 4000
  const connection = await (await context.cluster()).createDatabase('bench_exports')
  context.say(`loading ${TENANTS * perTenant} invoices`)
  await withBulkLoading(connection, async (client) => {
    await seedTenants(client, TENANTS)
    await seedPartners(client, { first: 0, count: 1, linksPerPartner: TENANTS, tenants: TENANTS })
    await seedInvoices(client, { tenants: TENANTS, perTenant })
    await settleTables(client)
  })
  const days = Math.floor(1095 * SMALL_SHARE)
  const from = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
  const made: [Made, Made][] = []
  for (const format of FORMATS) {
    context.say(format)
    made.push([await makeOne(connection, format, { from_date: from }), await makeOne(connection, format, {})])
  }
  return made
}

const growthOf = ({ making }: Made): number => making.mostMb - making.startMb

function toRow([small, large]: readonly [Made, Made]): string[] {
  const { making, rows, bytes } = large
  return [
    large.format,
    rows.toLocaleString('en'),
    figure(bytes / 1e6),
    figure(making.seconds),
    Math.round(rows / making.seconds).toLocaleString('en'),
    figure(making.cpuSeconds),
    `${Math.round(making.startMb)} + ${Math.round(growthOf(small))}`,
    `${Math.round(making.startMb)} + ${Math.round(growthOf(large))}`,
    milliseconds(making.longestTurnMs),
  ]
}

function claimOf(made: readonly (readonly [Made, Made])[]): Claim {
  const growth = Math.max(...made.map(([, large]) => growthOf(large)))
  return {
    requirement: 'B6',
    what: 'the most memory that any of the large files took beside the process itself',
    measured: `${Math.round(growth)} MB`,
    target: `< ${MOST_GROWTH_MB} MB`,
    isMet: growth < MOST_GROWTH_MB,
  }
}

/** Files of exports: how fast, and with how much memory. */
export const benchmark: Benchmark = {
  name: 'exports',
  longestMinutes: 20,
  title: 'Exports of 200,000 invoices',
  async run(context) {
    const made = await makeAll(context)
    return {
      method:
        'One person orders all invoices of 50 tenants over HTTP; a process that does nothing else makes the file, with all columns (a PDF: those that fit on a page), every batch in a transaction in which the access to all tenants is decided anew, and the bytes kept in PostgreSQL. Its heap is limited to 128 MB. Memory is the resident set of that process before the first row and what came on top, for a file of a twentieth of the time and for the whole. The longest turn is how long a request in the same process would have waited. One run of each.',
      table: {
        columns: [
          'Format',
          'Rows',
          'MB',
          'Seconds',
          'Rows/s',
          'CPU s of the process',
          'Memory MB, a twentieth',
          'Memory MB, all',
          'Longest turn ms',
        ],
        rows: made.map(toRow),
      },
      claims: [claimOf(made)],
      baselineSpread: 0,
    }
  },
}
