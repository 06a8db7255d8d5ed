import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { atLeast, atMost } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext, Claim } from '../benchmark.ts'
import { startChild } from '../http/child.ts'
import type { Child } from '../http/child.ts'
import type { OpenLoopOrder, OpenLoopReport } from '../http/open-loop.ts'
import { startRival } from '../http/rivals.ts'
import type { Rival } from '../http/rivals.ts'
import { seedAccounts, SIGN_IN_PASSWORD, signInEmail } from '../http/sign-in.ts'
import { invoiceRequests } from '../http/worlds.ts'
import { seedInvoices, seedPartners, seedTenants, settleTables, withBulkLoading } from '../seed.ts'
import { median, spread } from '../statistics.ts'
import { figure, milliseconds } from '../words.ts'

const PARTNERS = { first: 0, count: 2000, linksPerPartner: 1, tenants: 2000 }
const INVOICES = { tenants: PARTNERS.tenants, perTenant: 10 }
const ACCOUNTS = 5000
/** People who sign in at the same moment: as many as may wait for the one who is served. */
const PEOPLE = 12
/** Other work meanwhile, in reads a second: a small part of what the server can do. */
const READS_PER_SECOND = 100
const LEAST_SIGN_INS = 14
/** How much slower the slowest reads may be and still count as left alone. */
const LEFT_ALONE = 1.25
const REFUSED_PAUSE_MS = 1000
/** How often, and how long each time, people sign in while others read. */
export const SIGN_IN_ROUNDS = 5
export const SIGN_IN_SECONDS = 10

interface Flood {
  readonly signInsPerSecond: number
  readonly refused: number
}

interface Round {
  readonly quiet: OpenLoopReport
  readonly flooded: OpenLoopReport
  readonly flood: Flood
}

let serial = 0

/** Signs one account in; false when the bulkhead was full. */
async function signIn(pool: Pool): Promise<boolean> {
  serial += 1
  const { statusCode, headers, body } = await pool.request({
    method: 'POST',
    path: '/signin',
    headers: {
      origin: 'http://localhost',
      accept: 'text/html',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      email: signInEmail(serial % ACCOUNTS),
      password: SIGN_IN_PASSWORD,
    }).toString(),
  })
  const text = await body.text()
  if (statusCode === 503) return false
  if (statusCode !== 303 || headers['set-cookie'] === undefined)
    throw new Error(`Signing in was answered with ${statusCode}: ${text.slice(0, 500)}`)
  return true
}

/** Signs people in, each after the other, until told to stop. */
async function floodWith(url: string, over: AbortSignal): Promise<Flood> {
  const pool = new Pool(url, { connections: PEOPLE, pipelining: 1 })
  const begun = performance.now()
  let [signedIn, refused] = [0, 0]
  const visit = async () => {
    while (!over.aborted) {
      if (await signIn(pool)) signedIn += 1
      else {
        refused += 1
        await pause(REFUSED_PAUSE_MS)
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: PEOPLE }, visit))
  } finally {
    await pool.close()
  }
  return { signInsPerSecond: (signedIn * 1000) / (performance.now() - begun), refused }
}

async function measureRound(rival: Rival, reader: Child, seconds: number): Promise<Round> {
  const order: OpenLoopOrder = {
    url: rival.url,
    requests: rival.requests,
    seconds,
    perSecond: READS_PER_SECOND,
  }
  const quiet = await reader.ask<OpenLoopReport>(order)
  const over = new AbortController()
  const flood = floodWith(rival.url, over.signal)
  const flooded = await reader.ask<OpenLoopReport>(order).finally(() => over.abort())
  return { quiet, flooded, flood: await flood }
}

interface Measured {
  readonly bounded: readonly Round[]
  readonly unbounded: readonly Round[]
}

async function measure(context: BenchmarkContext): Promise<Measured> {
  const cluster = await context.cluster()
  const connection = await cluster.createDatabase('bench_sign_in')
  await withBulkLoading(connection, async (client) => {
    await seedTenants(client, PARTNERS.tenants)
    await seedPartners(client, PARTNERS)
    await seedInvoices(client, INVOICES)
    await settleTables(client)
  })
  await seedAccounts(connection, ACCOUNTS)
  const requests = invoiceRequests(PARTNERS, INVOICES)
  const bounded = await startRival('signIn', connection, requests)
  const unbounded = await startRival('unboundedSignIn', connection, requests)
  const reader = startChild(new URL('../http/open-loop.ts', import.meta.url))
  const seconds = context.isQuick ? 2 : SIGN_IN_SECONDS
  const rounds: { bounded: Round[]; unbounded: Round[] } = { bounded: [], unbounded: [] }
  try {
    for (const rival of [bounded, unbounded]) await measureRound(rival, reader, seconds)
    for (let round = 0; round < (context.isQuick ? 1 : SIGN_IN_ROUNDS); round += 1) {
      rounds.bounded.push(await measureRound(bounded, reader, seconds))
      rounds.unbounded.push(await measureRound(unbounded, reader, seconds))
    }
    return rounds
  } finally {
    await Promise.all([reader, bounded.child, unbounded.child].map((child) => child.stop()))
  }
}

const middle = (rounds: readonly Round[], pick: (round: Round) => number): number => median(rounds.map(pick))
/** How much slower the slowest reads of a round are while people sign in. */
const slower = (rounds: readonly Round[]): number =>
  middle(rounds, ({ quiet, flooded }) => flooded.p99 / quiet.p99)

const halfOf = (rounds: readonly Round[]): number => middle(rounds, ({ flooded }) => flooded.p50)

function rowOf(title: string, rounds: readonly Round[], isFlooded: boolean): string[] {
  const pick = ({ quiet, flooded }: Round) => (isFlooded ? flooded : quiet)
  return [
    title,
    isFlooded ? figure(middle(rounds, ({ flood }) => flood.signInsPerSecond)) : '0',
    isFlooded ? String(rounds.reduce((sum, { flood }) => sum + flood.refused, 0)) : '0',
    Math.round(middle(rounds, (round) => pick(round).acceptedPerSecond)).toString(),
    rounds.reduce((sum, round) => sum + pick(round).failed, 0).toString(),
    `${milliseconds(middle(rounds, (round) => pick(round).p50))} / ${milliseconds(middle(rounds, (round) => pick(round).p99))}`,
  ]
}

function claimsOf({ bounded, unbounded }: Measured): Claim[] {
  const signIns = middle(bounded, ({ flood }) => flood.signInsPerSecond)
  const failed = bounded.reduce((sum, { flooded }) => sum + flooded.failed + flooded.shedPerSecond, 0)
  return [
    {
      requirement: 'R6',
      what: 'people signed in with a password each second, other work going on',
      measured: figure(signIns),
      target: `≥ ${LEAST_SIGN_INS}`,
      isMet: atLeast(signIns, LEAST_SIGN_INS),
    },
    {
      requirement: 'R6',
      what: 'p99 of reads while people sign in, as a multiple of the same without',
      measured: figure(slower(bounded)),
      target: `≤ ${figure(LEFT_ALONE)}`,
      isMet: atMost(slower(bounded), LEFT_ALONE),
    },
    {
      requirement: 'R6',
      what: 'reads refused or failed while people sign in',
      measured: figure(failed),
      target: '0',
      isMet: failed === 0,
    },
    {
      requirement: 'R6',
      what: 'positive control: without the bulkhead reads take longer, in the middle',
      measured: `${milliseconds(halfOf(unbounded))} against ${milliseconds(halfOf(bounded))} ms`,
      target: 'longer',
      isMet: halfOf(unbounded) > halfOf(bounded),
    },
  ]
}

/** People who sign in with a password, and what other work feels of it (reliability.md section 3, number 20). */
export const benchmark: Benchmark = {
  name: 'signin',
  title: 'Signing in with a password',
  async run(context) {
    const measured = await measure(context)
    return {
      method: `${PEOPLE} people sign in through the form, each as soon as the one before is in (Argon2id, 19 MiB, two passes; one hash at a time), while GETs of one invoice come at ${READS_PER_SECOND} a second from callers who do not wait (open loop). Each round measures the reads alone, then beside the sign-ins. The last two rows are the positive control: the same server with 64 hashes at a time, which take all threads. Server, database and load share one machine; limits are off, because one address makes the whole load.`,
      table: {
        columns: [
          'Server',
          'Sign-ins/s',
          'Sign-ins refused',
          'Reads/s',
          'Reads failed',
          'Reads: p50 / p99 ms',
        ],
        rows: [
          rowOf('As shipped, reads alone', measured.bounded, false),
          rowOf('As shipped, people sign in', measured.bounded, true),
          rowOf('Without the bulkhead, reads alone', measured.unbounded, false),
          rowOf('Without the bulkhead, people sign in', measured.unbounded, true),
        ],
      },
      claims: claimsOf(measured),
      baselineSpread: spread(measured.bounded.map(({ quiet }) => quiet.p99)),
    }
  },
}
