import { randomUUID } from 'node:crypto'
import { Pool } from 'undici'
import { makeTickets } from '../../server/src/modules/embed/ticket.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { makePostgresLimitStore } from '../../server/src/platform/limit-store/index.ts'
import { makeVault } from '../../server/src/platform/credentials/vault.ts'
import { atLeast, atMost } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext, Claim } from '../benchmark.ts'
import { ROLE_SECRET } from '../cluster.ts'
import { EMBED_HOST_ORIGIN, EMBED_SECRET_KEY, seedForms, SITE_ORIGIN } from '../http/embed.ts'
import type { BenchForm } from '../http/embed.ts'
import { startRival } from '../http/rivals.ts'
import type { Rival } from '../http/rivals.ts'
import { median, medianRatio, percentile, spread } from '../statistics.ts'
import { figure, milliseconds } from '../words.ts'

const CONNECTIONS = 16
const TICKET_AGE_MS = 10_000
/** Below the promise of 20 a minute, so that no token is at its limit. */
const MOST_PER_TOKEN = 15
const MINUTE_MS = 60_000

type What = 'issue' | 'lookup'

interface Measured {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

/** The load of many forms at once: each request is about another person, with a ticket of its own. */
class Visitors {
  readonly #forms: readonly BenchForm[]
  readonly #tickets = makeTickets(makeVault(EMBED_SECRET_KEY))
  /** Forms that have issued a voucher, with its code. */
  readonly #issued: BenchForm[] = []
  readonly #codes = new Map<string, string>()
  readonly #uses = new Map<string, number>()
  readonly #next = { issue: 0, lookup: 0 }
  #usedSinceMs = performance.now()

  constructor(forms: readonly BenchForm[]) {
    this.#forms = forms
  }

  #find(what: What): BenchForm | null {
    const among = what === 'issue' ? this.#forms : this.#issued
    for (let tried = 0; tried < among.length; tried += 1) {
      const form = among[this.#next[what] % among.length]
      this.#next[what] += 1
      const uses = this.#uses.get(form?.publicId ?? '') ?? 0
      if (!form || uses >= MOST_PER_TOKEN) continue
      this.#uses.set(form.publicId, uses + 1)
      return form
    }
    return null
  }

  /** The next form whose token is not at its limit; waits when all are. */
  async #form(what: What): Promise<BenchForm> {
    for (;;) {
      const form = this.#find(what)
      if (form) return form
      const restMs = this.#usedSinceMs + MINUTE_MS - performance.now()
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
      this.#uses.clear()
      this.#usedSinceMs = performance.now()
    }
  }

  #keep(form: BenchForm, answer: string): void {
    const code = /"code":"([^"]+)"/.exec(answer)?.[1] ?? ''
    if (!this.#codes.has(form.publicId)) this.#issued.push(form)
    this.#codes.set(form.publicId, code)
  }

  #bodyOf(what: What, form: BenchForm): Record<string, unknown> {
    const at = new Date(performance.timeOrigin + performance.now() - TICKET_AGE_MS)
    const { ticket } = this.#tickets.make({ form: form.publicId, origin: SITE_ORIGIN }, at)
    if (what === 'lookup') return { code: this.#codes.get(form.publicId) ?? '', ticket }
    return {
      ticket,
      voucher_type: 'router',
      first_name: 'Maria',
      last_name: `Recipient ${randomUUID()}`,
      date_of_birth: '1980-05-17',
      household_adults: 2,
      household_children: 1,
    }
  }

  /** Sends one request and reads the answer; false when the server had no room for it. Any other answer ends the benchmark. */
  async send(pool: Pool, what: What, isBare: boolean): Promise<boolean> {
    const form = await this.#form(what)
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: `/embed/v1/forms/${form.publicId}/${what === 'issue' ? 'vouchers' : 'lookups'}`,
      headers: {
        'content-type': 'application/json',
        origin: EMBED_HOST_ORIGIN,
        authorization: `Bearer ${form.token}`,
        ...(what === 'issue' && { 'idempotency-key': randomUUID() }),
      },
      body: JSON.stringify(this.#bodyOf(what, form)),
    })
    const text = await body.text()
    if (statusCode === 503) return false
    if (statusCode !== (what === 'issue' ? 201 : 200)) throw new Error(`${statusCode}: ${text}`)
    // The bare server keeps its vouchers apart.
    if (what === 'issue' && !isBare) this.#keep(form, text)
    return true
  }
}

async function putLoad(
  rival: Rival,
  visitors: Visitors,
  { what, seconds }: { readonly what: What; readonly seconds: number },
): Promise<Measured> {
  const pool = new Pool(rival.url, { connections: CONNECTIONS, pipelining: 1 })
  const times: number[] = []
  const begun = performance.now()
  const end = begun + seconds * 1000
  const visit = async () => {
    while (performance.now() < end) {
      const from = performance.now()
      const isServed = await visitors.send(pool, what, rival.name === 'bareEmbed')
      if (isServed) times.push(performance.now() - from)
    }
  }
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, visit))
  } finally {
    await pool.close()
  }
  return {
    perSecond: (times.length * 1000) / (performance.now() - begun),
    p50: median(times),
    p99: percentile(times, 0.99),
  }
}

/** How often a second the limiter alone answers, for tokens that are not at their limit. */
async function measureLimiter(connection: ConnectionSettings, seconds: number): Promise<Measured> {
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: 8 })
  const limits = makePostgresLimitStore(database)
  const times: number[] = []
  const begun = performance.now()
  const take = async () => {
    while (performance.now() < begun + seconds * 1000) {
      const from = performance.now()
      await limits.take([{ key: `bench ${randomUUID()}`, allowed: 20, windowMs: MINUTE_MS }])
      times.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, take))
  const perSecond = (times.length * 1000) / (performance.now() - begun)
  await database.close()
  return { perSecond, p50: median(times), p99: percentile(times, 0.99) }
}

interface Figures {
  readonly rounds: Readonly<Record<`${'embed' | 'bareEmbed'} ${What}`, Measured[]>>
  readonly limiter: Measured
}

async function measure(context: BenchmarkContext): Promise<Figures> {
  const cluster = await context.cluster()
  const connection = await cluster.createDatabase('bench_embed')
  const visitors = new Visitors(await seedForms(connection, context.isQuick ? 1000 : 8000))
  const seconds = context.isQuick ? 1 : 3
  const rounds: Figures['rounds'] = {
    'embed issue': [],
    'embed lookup': [],
    'bareEmbed issue': [],
    'bareEmbed lookup': [],
  }
  const rivals = [
    await startRival('bareEmbed', connection, []),
    await startRival('embed', connection, []),
  ] as const
  try {
    for (const rival of rivals.toReversed())
      for (const what of ['issue', 'lookup'] as const)
        await putLoad(rival, visitors, { what, seconds: context.isQuick ? 1 : 4 })
    for (let round = 0; round < (context.isQuick ? 2 : 5); round += 1)
      for (const what of ['issue', 'lookup'] as const)
        for (const rival of round % 2 === 0 ? rivals : rivals.toReversed()) {
          const name = rival.name === 'embed' ? (`embed ${what}` as const) : (`bareEmbed ${what}` as const)
          rounds[name].push(await putLoad(rival, visitors, { what, seconds }))
        }
    return { rounds, limiter: await measureLimiter(connection, seconds) }
  } finally {
    await Promise.all(rivals.map(({ child }) => child.stop()))
  }
}

const rates = (rounds: readonly Measured[]): number[] => rounds.map(({ perSecond }) => perSecond)
const middle = (rounds: readonly Measured[], pick: (one: Measured) => number): number =>
  median(rounds.map(pick))

function rowOf(title: string, rounds: readonly Measured[], bare: readonly Measured[] | null): string[] {
  return [
    title,
    bare ? figure(medianRatio(rates(rounds), rates(bare))) : '',
    Math.round(median(rates(rounds))).toString(),
    `${milliseconds(middle(rounds, ({ p50 }) => p50))} / ${milliseconds(middle(rounds, ({ p99 }) => p99))}`,
  ]
}

function claimsOf({ rounds }: Figures): Claim[] {
  const perSecond = median(rates(rounds['embed issue']))
  const bare = rates(rounds['bareEmbed issue'])
  const share = figure(medianRatio(rates(rounds['embed issue']), bare))
  const p99 = middle(rounds['embed issue'], (one) => one.p99)
  return [
    {
      requirement: 'P9',
      what: 'vouchers issued through forms, durable',
      measured: `${Math.round(perSecond)}/s, ${share} of the bare server's ${Math.round(median(bare))}/s`,
      target: '≥ 2,000/s',
      isMet: atLeast(perSecond, 2000),
    },
    {
      requirement: 'P9',
      what: 'p99 of an issue',
      measured: `${milliseconds(p99)} ms`,
      target: '≤ 30 ms',
      isMet: atMost(p99, 30),
    },
  ]
}

/** Issuing and looking up through forms, whole, against the same statements without a token, a limit or an audit row. */
export const benchmark: Benchmark = {
  name: 'embed',
  title: 'Vouchers through forms (G10)',
  async run(context) {
    const figures = await measure(context)
    const { rounds, limiter } = figures
    return {
      method:
        'POST of one voucher, and of one lookup by code, through 8,000 forms with a token each, 16 connections, 8 database connections per login; the load shares the machine. An issue checks token, origin and ticket, takes both limits of the token, spends the ticket, looks for a duplicate, inserts voucher, recipient, idempotency key, audit row and message, and commits durably. The bare server is Fastify with the inserts of voucher and recipient in one durable transaction of a superuser, or the same lookup. The limiter alone is asked for tokens that are not at their limit, in the process of the load.',
      table: {
        columns: ['What', 'Ratio to bare', 'Per second', 'p50 / p99 ms'],
        rows: [
          rowOf('Issue', rounds['embed issue'], rounds['bareEmbed issue']),
          rowOf('Issue, bare', rounds['bareEmbed issue'], null),
          rowOf('Lookup', rounds['embed lookup'], rounds['bareEmbed lookup']),
          rowOf('Lookup, bare', rounds['bareEmbed lookup'], null),
          rowOf('The limiter alone, PostgreSQL', [limiter], null),
        ],
      },
      claims: claimsOf(figures),
      baselineSpread: spread(rates(rounds['bareEmbed issue'])),
    }
  },
}
