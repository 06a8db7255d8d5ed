import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { Pool } from 'undici'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { atMost } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext, Claim } from '../benchmark.ts'
import { startRival } from '../http/rivals.ts'
import type { Rival } from '../http/rivals.ts'
import { headersOf, linkedTenant, seedPartners, seedTenants, settleTables, withBulkLoading } from '../seed.ts'
import { median, medianRatio, percentile, spread } from '../statistics.ts'
import { figure, milliseconds } from '../words.ts'

const PARTNERS = { first: 0, count: 2000, linksPerPartner: 1, tenants: 2000 }
const CONNECTIONS = 8
/** How often each database has its turn. */
export const AUDIT_ROUNDS = 9

/** Takes away the check at the commit: nothing is noted when a table changes, and nothing is looked for. */
const WITHOUT_CHECK = `
  do $$ declare t record; begin
    for t in select tgrelid::regclass as relation, tgname from pg_trigger where not tgisinternal and tgname like 'audited%' loop
      execute format('alter table %s disable trigger %I', t.relation, t.tgname);
    end loop;
  end $$`
/** Takes away the event as well: what is left of it is the call of a function that does nothing. */
const WITHOUT_EVENT = `${WITHOUT_CHECK};
  create or replace function audit.record(event jsonb) returns uuid language sql security definer set search_path = pg_catalog as 'select null::uuid'`

/** The positive control: an event that computes something more, which has to be seen as a cost. */
const WITH_PLANTED_COST = `
  alter function audit.record(jsonb) rename to record_as_shipped;
  create function audit.record(event jsonb) returns uuid language plpgsql set search_path = pg_catalog as $$
    begin
      perform count(sha256(n::text::bytea)) from generate_series(1, 5000) n;
      return audit.record_as_shipped(event);
    end $$;
  grant execute on function audit.record(jsonb) to public`

/** The same server and the same write over databases that differ in the audit alone; the first is the baseline. */
const KINDS = [
  { name: 'none', title: 'Without an event, without the check', change: WITHOUT_EVENT },
  { name: 'event', title: 'With the event, without the check', change: WITHOUT_CHECK },
  { name: 'whole', title: 'With the event and the check at the commit', change: null },
  {
    name: 'planted',
    title: 'Positive control: with 5,000 digests more in the event',
    change: WITH_PLANTED_COST,
  },
] as const
type Kind = (typeof KINDS)[number]['name']

interface Measured {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Processor time of server and PostgreSQL for one write. */
  readonly microseconds: number
}

async function prepare(connection: ConnectionSettings, change: string | null): Promise<void> {
  await withBulkLoading(connection, async (client) => {
    await seedTenants(client, PARTNERS.tenants)
    await seedPartners(client, PARTNERS)
    await settleTables(client)
  })
  if (change === null) return
  const client = new pg.Client({ ...connection })
  await client.connect()
  try {
    await client.query(change)
  } finally {
    await client.end()
  }
}

let serial = 0

async function openTicket(pool: Pool): Promise<void> {
  serial += 1
  const partner = serial % PARTNERS.count
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/api/v1/partner/support/tickets',
    headers: {
      ...headersOf(partner, linkedTenant(PARTNERS, partner, 0)),
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({ subject: `Ticket ${serial}`, description: 'No signal since 08:00.' }),
  })
  const text = await body.text()
  if (statusCode !== 201) throw new Error(`${statusCode}: ${text}`)
}

type Cpu = () => Promise<number>

async function putLoad(rival: Rival, seconds: number, cpu: Cpu): Promise<Measured> {
  const pool = new Pool(rival.url, { connections: CONNECTIONS, pipelining: 1 })
  const times: number[] = []
  const before = await cpu()
  const begun = performance.now()
  const end = begun + seconds * 1000
  const write = async () => {
    while (performance.now() < end) {
      const from = performance.now()
      await openTicket(pool)
      times.push(performance.now() - from)
    }
  }
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, write))
  } finally {
    await pool.close()
  }
  return {
    perSecond: (times.length * 1000) / (performance.now() - begun),
    p50: median(times),
    p99: percentile(times, 0.99),
    microseconds: ((await cpu()) - before) / times.length,
  }
}

/** Whether each database holds what its kind says: an event for each ticket, or none. */
async function requireEvents(connection: ConnectionSettings, kind: Kind): Promise<void> {
  const client = new pg.Client({ ...connection })
  await client.connect()
  try {
    const { rows } = await client.query<{ tickets: number; events: number }>(
      `select (select count(*)::integer from ticket) as tickets, (select count(*)::integer from audit_event where action = 'support.tickets.create') as events`,
    )
    const [{ tickets, events } = { tickets: 0, events: 0 }] = rows
    if (tickets === 0 || events !== (kind === 'none' ? 0 : tickets))
      throw new Error(`"${kind}" has ${tickets} tickets and ${events} events of them.`)
  } finally {
    await client.end()
  }
}

type Rounds = Readonly<Record<Kind, Measured[]>>

async function measure(context: BenchmarkContext): Promise<Rounds> {
  const cluster = await context.cluster()
  const rounds: Rounds = { none: [], event: [], whole: [], planted: [] }
  const rivals: { kind: Kind; rival: Rival; connection: ConnectionSettings }[] = []
  const seconds = context.isQuick ? 1 : 5
  const cpuOf = (rival: Rival): Cpu => {
    return async () =>
      (await rival.child.ask<number>({ cpu: true })) + ((await cluster.cpuMicroseconds()) ?? 0)
  }
  try {
    for (const { name, change } of KINDS) {
      const connection = await cluster.createDatabase(`bench_audit_${name}`)
      await prepare(connection, change)
      rivals.push({ kind: name, rival: await startRival('tickets', connection, []), connection })
    }
    for (const { rival } of rivals) await putLoad(rival, seconds, cpuOf(rival))
    for (let round = 0; round < (context.isQuick ? 2 : AUDIT_ROUNDS); round += 1)
      for (const { kind, rival } of round % 2 === 0 ? rivals : rivals.toReversed())
        rounds[kind].push(await putLoad(rival, seconds, cpuOf(rival)))
    for (const { kind, connection } of rivals) await requireEvents(connection, kind)
    return rounds
  } finally {
    await Promise.all(rivals.map(({ rival }) => rival.child.stop()))
  }
}

const rates = (rounds: readonly Measured[]): number[] => rounds.map(({ perSecond }) => perSecond)
const middle = (rounds: readonly Measured[], pick: (one: Measured) => number): number =>
  median(rounds.map(pick))
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** How much longer a write takes than without, as a share: of the rates, which are taken within a round. */
const overhead = (rounds: Rounds, kind: Kind): number =>
  medianRatio(rates(rounds.none), rates(rounds[kind])) - 1

/** The same of the processor time of server and PostgreSQL, which a busy machine changes less. */
const processorTime = (rounds: Rounds, kind: Kind): number =>
  medianRatio(
    rounds[kind].map(({ microseconds }) => microseconds),
    rounds.none.map(({ microseconds }) => microseconds),
  ) - 1

function claim(rounds: Rounds, kind: Kind, { what, target }: { what: string; target: number }): Claim {
  const measured = overhead(rounds, kind)
  return {
    requirement: 'R4',
    what,
    measured: `${percent(measured)} of the time, ${percent(processorTime(rounds, kind))} of the processor`,
    target: `≤ ${percent(target)}`,
    isMet: atMost(measured, target),
  }
}

/** What an event, and the check that no change goes without one, cost a write (reliability.md section 3, number 14). */
export const benchmark: Benchmark = {
  name: 'audit',
  title: 'What the audit costs a write',
  async run(context) {
    const rounds = await measure(context)
    return {
      method: `POST of one ticket with an idempotency key, ${CONNECTIONS} connections, 2,000 partners with one link each, durable commit, through the real server without rate limits. Throw-away databases differ in the audit alone: as shipped; without the check at the commit (its triggers are off); and without the event too (its function does nothing, so what is left is the call). A fourth is the positive control: its event computes 5,000 digests more, which the measurement must see. They take turns within each round, and the overhead is the median of the ratios within a round. Sealing happens later, beside the writes, and is not in it.`,
      table: {
        columns: ['Audit', 'Ratio', 'Writes/s', 'p50 / p99 ms', 'CPU µs a write: server + PostgreSQL'],
        rows: KINDS.map(({ name, title }) => [
          title,
          figure(medianRatio(rates(rounds[name]), rates(rounds.none))),
          Math.round(median(rates(rounds[name]))).toString(),
          `${milliseconds(middle(rounds[name], ({ p50 }) => p50))} / ${milliseconds(middle(rounds[name], ({ p99 }) => p99))}`,
          Math.round(middle(rounds[name], ({ microseconds }) => microseconds)).toString(),
        ]),
      },
      claims: [
        claim(rounds, 'event', { what: 'what the event adds to a write', target: 0.15 }),
        claim(rounds, 'whole', { what: 'what event and deferred check add to a write', target: 0.25 }),
        {
          requirement: 'R4',
          what: 'positive control: an event that computes more costs more than it may',
          measured: percent(overhead(rounds, 'planted')),
          target: `> ${percent(0.25)}`,
          isMet: !atMost(overhead(rounds, 'planted'), 0.25),
        },
      ],
      baselineSpread: spread(rates(rounds.none)),
    }
  },
}
