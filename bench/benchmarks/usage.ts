import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { buildAppWith } from '../../server/src/app.ts'
import { usageRoutes } from '../../server/src/modules/usage/index.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { digestRealmSecret, realmCookieName } from '../../server/src/platform/credentials/realm-evidence.ts'
import { atMost } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext } from '../benchmark.ts'
import { ROLE_SECRET } from '../cluster.ts'
import { withBulkLoading } from '../seed.ts'
import { median, percentile, spread } from '../statistics.ts'
import { milliseconds } from '../words.ts'

const [SLUG, ORIGIN] = ['bench-realm', 'http://localhost']
const CALLERS = 16
const COOKIES_OF_ONE = 4

interface Round {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

interface Realm {
  readonly users: readonly string[]
  readonly cookies: readonly string[]
}

/** A realm with users who have no limit of operations, each signed in. */
async function seedRealm(connection: ConnectionSettings, count: number): Promise<Realm> {
  const tokens = Array.from({ length: count }, () => randomBytes(32).toString('base64url'))
  let users: string[] = []
  await withBulkLoading(connection, async (client) => {
    await client.query(
      `insert into partner (id, name, slug, kinds, onboarding_date) values ('01900000-0000-7000-8000-0000000000f1', 'Bench realm', $1, '{white_label}', current_date)`,
      [SLUG],
    )
    await client.query(
      `insert into realm (partner_id) values ('01900000-0000-7000-8000-0000000000f1') on conflict do nothing`,
    )
    const { rows } = await client.query<{ id: string }>(
      `insert into end_user (partner_id, email, email_norm, role)
       select '01900000-0000-7000-8000-0000000000f1', 'u' || n || '@example.test', 'u' || n || '@example.test', 'company' from generate_series(1, $1) n returning id`,
      [count],
    )
    users = rows.map(({ id }) => id)
    await client.query(
      `insert into end_user_session (partner_id, end_user_id, token_hash, idle_seconds, ends_at)
       select '01900000-0000-7000-8000-0000000000f1', u.id, u.hash, 86400, now() + interval '1 day' from unnest($1::uuid[], $2::bytea[]) u(id, hash)`,
      [users, tokens.map((token) => digestRealmSecret(SLUG, token))],
    )
    // Not the rate of a minute is measured, but what counting costs.
    await client.query(`update limit_policy set value = 'null' where key = 'rate.per_min'`)
    await client.query('analyze')
  })
  return { users, cookies: tokens.map((token) => `${realmCookieName(SLUG)}=${token}`) }
}

type Ask = (call: number) => Promise<void>

async function measureFor(seconds: number, ask: Ask): Promise<Round> {
  const times: number[] = []
  const startedMs = performance.now()
  let call = 0
  const work = async (): Promise<void> => {
    while (performance.now() - startedMs < seconds * 1000) {
      const beganMs = performance.now()
      await ask((call += 1))
      times.push(performance.now() - beganMs)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, work))
  const sorted = times.toSorted((left, right) => left - right)
  return {
    perSecond: (times.length / (performance.now() - startedMs)) * 1000,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
  }
}

interface Measured {
  readonly name: string
  readonly rounds: readonly Round[]
}

/** Asks for each thing in turn, for some rounds. */
async function measureEach(
  context: BenchmarkContext,
  asks: readonly (readonly [string, Ask])[],
): Promise<Measured[]> {
  const measured: Measured[] = []
  for (const [name, ask] of asks) {
    context.say(name)
    const rounds: Round[] = []
    for (let round = 0; round < (context.isQuick ? 2 : 5); round += 1)
      rounds.push(await measureFor(context.isQuick ? 1 : 4, ask))
    measured.push({ name, rounds })
  }
  return measured
}

/** A server of the realm; `request` throws for whatever is refused and counts what was admitted. */
async function openServer(connection: ConnectionSettings) {
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: CALLERS })
  const secretKey = 'a key of a run that is thrown away'
  const app = await buildAppWith(
    { database, secretKey, publicOrigin: () => ORIGIN, limitScale: 1_000_000 },
    () => usageRoutes,
  )
  const counted = { admitted: 0 }
  return {
    counted,
    async request(cookie: string, method: 'GET' | 'POST'): Promise<void> {
      const answer = await app.http.inject({
        method,
        url: method === 'POST' ? '/api/v1/realm/operations' : '/api/v1/realm/usage',
        headers: { cookie, origin: ORIGIN, ...(method === 'POST' && { 'content-type': 'application/json' }) },
        ...(method === 'POST' && { payload: '{"kind":"message"}' }),
      })
      if (answer.statusCode >= 300) throw new Error(answer.body)
      if (method === 'POST') counted.admitted += 1
    },
    async close(): Promise<void> {
      await app.close()
      await database.close()
    },
  }
}

async function measureAll(context: BenchmarkContext): Promise<{ measured: Measured[]; lost: number }> {
  const connection = await (await context.cluster()).createDatabase('bench_usage')
  const { users, cookies } = await seedRealm(connection, context.isQuick ? 200 : 2000)
  const server = await openServer(connection)
  const admin = new pg.Pool({ ...connection, max: CALLERS })
  const cookieOf = (call: number, among: number): string => cookies[call % among] ?? ''
  try {
    const measured = await measureEach(context, [
      ['an operation, of many users', (call) => server.request(cookieOf(call, cookies.length), 'POST')],
      ['an operation, of four users', (call) => server.request(cookieOf(call, COOKIES_OF_ONE), 'POST')],
      ['the own usage read', (call) => server.request(cookieOf(call, cookies.length), 'GET')],
      [
        'the limits of a user resolved, in the database',
        async (call) =>
          void (await admin.query('select access.effective_limits($1)', [users[call % users.length]])),
      ],
    ])
    const { rows } = await admin.query<{ counted: string }>(
      'select coalesce(sum(operations), 0) as counted from usage_bucket',
    )
    return { measured, lost: Math.abs(server.counted.admitted - Number(rows[0]?.counted)) }
  } finally {
    await admin.end()
    await server.close()
  }
}

const middle = (rounds: readonly Round[], of: keyof Round): number => median(rounds.map((round) => round[of]))

/** What it costs to count each operation of an end user exactly. */
export const benchmark: Benchmark = {
  name: 'usage',
  title: 'Operations of end users, counted exactly',
  async run(context) {
    const { measured, lost } = await measureAll(context)
    return {
      method: `${CALLERS} callers at once in one process, requests injected without a network; each operation is decided, counted and recorded in one durable transaction. Users without a limit, so that none is refused.`,
      table: {
        columns: ['What', 'Per second', 'p50 / p99 ms'],
        rows: measured.map(({ name, rounds }) => [
          name,
          Math.round(middle(rounds, 'perSecond')).toString(),
          `${milliseconds(middle(rounds, 'p50'))} / ${milliseconds(middle(rounds, 'p99'))}`,
        ]),
      },
      claims: [
        {
          requirement: 'C5',
          what: 'difference between operations admitted and counted',
          measured: String(lost),
          target: '0',
          isMet: atMost(lost, 0),
        },
      ],
      baselineSpread: spread(measured[0]?.rounds.map(({ perSecond }) => perSecond) ?? []),
    }
  },
}
