import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { buildAppWith } from '../../server/src/app.ts'
import { makeEarningRoutes } from '../../server/src/modules/earnings/index.ts'
import { ingestRoutes, makeIngestKey } from '../../server/src/modules/ingest/index.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { atLeast, atMost } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext } from '../benchmark.ts'
import { ROLE_SECRET } from '../cluster.ts'
import { withBulkLoading } from '../seed.ts'
import { median, spread } from '../statistics.ts'
import { figure, milliseconds } from '../words.ts'

const SOURCE = 'bench-billing'
const BATCH = 1000
const [PARTNERS, TENANTS] = [50, 1000]
const TARGET_PER_SECOND = 5000
const TERMS = JSON.stringify({
  attribution: { model: 'last_touch', window_days: 90 },
  clawback: { flat: 'full_only', window_days: 90 },
  components: [
    {
      brackets: [
        { rate_bp: 500, up_to_minor: 10_000_000 },
        { rate_bp: 1000, up_to_minor: null },
      ],
      id: 'commission',
      max_months: null,
      model: 'graduated',
      products: null,
      trigger: 'invoice',
      window: 'calendar_month',
    },
  ],
  hold_days: 30,
  min_payout: { USD: 5000 },
  post_termination_months: 0,
})

/** Partners with an agreement each, and tenants that they referred, known to a billing system. Answers its key. */
async function seedProgram(connection: ConnectionSettings): Promise<string> {
  const { text } = makeIngestKey(randomBytes(32))
  await withBulkLoading(connection, async (client) => {
    await client.query(
      `insert into ingest_key (name, source, key_hash, key_hint) values ('Bench', $1, $2, 'hint')`,
      [SOURCE, createHash('sha256').update(text).digest()],
    )
    await client.query(
      `insert into partner (name, slug, kinds) select 'Partner ' || n, 'bench-partner-' || n, '{referral}' from generate_series(1, $1) n`,
      [PARTNERS],
    )
    await client.query(
      `insert into tenant (name, slug, domain, source, external_id) select 'Tenant ' || n, 'bench-tenant-' || n, 'bench-' || n || '.example', $2, 't' || n from generate_series(1, $1) n`,
      [TENANTS, SOURCE],
    )
    await client.query(
      `insert into agreement (partner_id, program_id, title, template_id, source, body, terms_canonical, content_sha256, version, state, offered_at, signed_at, approved_at, expires_at, effective, created_by_name)
       select p.id, m.id, 'Agreement', t.id, t.source, 'The agreement.', $1, sha256(''), 1, 'active', '2020-01-01', '2020-01-01', '2020-01-01', '2020-02-01', tstzrange('2020-01-01', null), 'Bench'
       from partner p cross join program m cross join agreement_template t where p.slug like 'bench-partner-%' and m.code = 'standard' and t.code = 'standard' and t.number = 1`,
      [TERMS],
    )
    await client.query(
      `with p as (select id, row_number() over (order by slug) - 1 as place from partner where slug like 'bench-partner-%')
       insert into referral (partner_id, program_id, tenant_id, agreement_id, method, referred_at)
       select p.id, g.program_id, t.id, g.id, 'partner_created', '2025-01-01'
       from (select id, row_number() over (order by slug) as place from tenant where source = $1) t
       join p on p.place = t.place % $2 join agreement g on g.partner_id = p.id`,
      [SOURCE, PARTNERS],
    )
    await client.query('analyze')
  })
  return text
}

const makeBatch = (from: number): string =>
  JSON.stringify({
    source: SOURCE,
    items: Array.from({ length: BATCH }, (_, index) => {
      const number = from + index
      return {
        external_id: `e${number}`,
        kind: 'invoice_paid',
        tenant_external_id: `t${(number % TENANTS) + 1}`,
        currency: 'USD',
        net_minor: 1000 + (number % 9000),
        tax_minor: 190,
        occurred_at: new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString(),
      }
    }),
  })

interface Pace {
  readonly perSecond: number
  readonly heapMegabytes: number
}

async function openServer(connection: ConnectionSettings, key: string) {
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: 4 })
  const app = await buildAppWith(
    {
      database,
      secretKey: 'a key of a run that is thrown away',
      publicOrigin: () => 'http://localhost',
      limitScale: 1_000_000,
      requestDeadlineMs: 120_000,
    },
    (services) => [...ingestRoutes, ...makeEarningRoutes(services)],
  )
  return {
    async handIn(payload: string): Promise<void> {
      const answer = await app.http.inject({
        method: 'POST',
        url: '/api/v1/ingest/billing-events',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        payload,
      })
      if (answer.statusCode !== 200) throw new Error(answer.body)
    },
    async close(): Promise<void> {
      await app.close()
      await database.close()
    },
  }
}

async function measureIntake(context: BenchmarkContext, connection: ConnectionSettings): Promise<Pace[]> {
  const server = await openServer(connection, await seedProgram(connection))
  const [rounds, batches] = context.isQuick ? [2, 5] : [10, 100]
  const paces: Pace[] = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      context.say(`payments, round ${round + 1}`)
      const beganMs = performance.now()
      for (let batch = 0; batch < batches; batch += 1)
        await server.handIn(makeBatch((round * batches + batch) * BATCH))
      const seconds = (performance.now() - beganMs) / 1000
      paces.push({
        perSecond: (batches * BATCH) / seconds,
        heapMegabytes: process.memoryUsage().heapUsed / 1_000_000,
      })
    }
  } finally {
    await server.close()
  }
  return paces
}

/** Gives one partner so many earnings that its totals are hard to sum. */
async function seedLedger(connection: ConnectionSettings, count: number): Promise<void> {
  await withBulkLoading(connection, async (client) => {
    await client.query(
      `insert into earning (partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, available_on, approved_at)
       select r.partner_id, r.program_id, r.id, r.agreement_id, uuidv7(), 'commission', 'commission', d.day, date_trunc('month', d.day)::date, date_trunc('month', d.day)::date, (array['USD', 'EUR'])[1 + n % 2], 1000, 100, '{}', (array['pending', 'approved'])[1 + n % 2], d.day::date, now()
       from (select * from referral order by partner_id, id limit 1) r cross join generate_series(1, $1) n cross join lateral (select timestamptz '2024-01-01' + n % 900 * interval '1 day' as day) d`,
      [count],
    )
    await client.query('analyze earning')
  })
}

async function measureSums(context: BenchmarkContext, connection: ConnectionSettings): Promise<number[]> {
  await seedLedger(connection, context.isQuick ? 20_000 : 1_000_000)
  const client = new pg.Client({ ...connection })
  await client.connect()
  try {
    // As its visibility is after some time: an index alone answers.
    await client.query('vacuum earning')
    const times: number[] = []
    for (let round = 0; round < (context.isQuick ? 3 : 9); round += 1) {
      const beganMs = performance.now()
      await client.query(
        `select * from access.earning_balance((select partner_id from earning group by 1 order by count(*) desc limit 1))`,
      )
      times.push(performance.now() - beganMs)
    }
    return times
  } finally {
    await client.end()
  }
}

/** What it costs to take payments in with what they earn, and to sum what a partner earned. */
export const benchmark: Benchmark = {
  name: 'earnings',
  title: 'Payments and what they earn',
  longestMinutes: 20,
  async run(context) {
    const connection = await (await context.cluster()).createDatabase('bench_earnings')
    const paces = await measureIntake(context, connection)
    const sums = await measureSums(context, connection)
    const perSecond = median(paces.map((pace) => pace.perSecond))
    const [first, last] = [paces[0]?.heapMegabytes ?? 0, paces.at(-1)?.heapMegabytes ?? 0]
    return {
      method: `One sender hands in payments of ${TENANTS} tenants of ${PARTNERS} partners, ${BATCH} at a time, requests injected without a network; each is kept, earns under graduated terms and is audited in one durable transaction. Then one partner's balances over all of its earnings are summed in the database.`,
      table: {
        columns: ['What', 'Figure'],
        rows: [
          ['Payments with earnings, a second', figure(perSecond)],
          ['Memory after the first and the last round, MB', `${figure(first)} / ${figure(last)}`],
          ['Balances of the partner with the most earnings, ms', milliseconds(median(sums))],
        ],
      },
      claims: [
        {
          requirement: 'P10',
          what: 'Payments become earnings',
          measured: `${figure(perSecond)}/s`,
          target: `at least ${TARGET_PER_SECOND}/s per process`,
          isMet: atLeast(perSecond, TARGET_PER_SECOND),
        },
        {
          requirement: 'P10',
          what: 'Memory stays flat while they come in',
          measured: `${figure(last)} MB after ${figure(first)} MB`,
          target: 'at most twice',
          isMet: atMost(last, 2 * first),
        },
      ],
      baselineSpread: spread(paces.map((pace) => pace.perSecond)),
    }
  },
}
