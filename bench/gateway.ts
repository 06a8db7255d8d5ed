import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request as sendRequest, Agent } from 'node:http'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGuard } from '@liaison/guard'
import { importJWK, jwtVerify } from 'jose'
import { GatewayProcess, isInstalled } from '../tests/gateway/support/gateway-process.ts'
import type { GatewayKind } from '../tests/gateway/support/gateway-process.ts'
import { findFreePort, listenOnLoopback } from '../server/testing/ports.ts'
import { atLeast, atMost } from './benchmark.ts'
import type { Benchmark, BenchmarkContext, BenchmarkResult } from './benchmark.ts'
import { API_ORIGIN, ISSUER, openGatewayBench } from './gateway-world.ts'
import type { BenchCall, GatewayBench } from './gateway-world.ts'
import { CERBOS_CHECK, findCerbos, startCerbos } from './cerbos.ts'
import { median, percentile, spread } from './statistics.ts'
import { figure, milliseconds } from './words.ts'

const NGINX: GatewayKind = {
  name: 'nginx',
  binary: 'nginx',
  config: 'nginx/nginx.conf',
  command: ({ config, folder }) => ['nginx', '-p', folder, '-c', config, '-g', 'daemon off; user root;'],
}

interface Round {
  readonly p50: number
  readonly p99: number
  readonly perSecond: number
}

interface Proxy extends AsyncDisposable {
  readonly port: number
}

/** nginx with nothing to do but to hand calls on, to the same API. */
async function startBareNginx(upstreamPort: number): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), 'liaison-bare-nginx-'))
  const port = await findFreePort()
  const config = `worker_processes auto; pid ${folder}/pid; error_log stderr crit; events {} http { access_log off;
    client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
    upstream api { server 127.0.0.1:${upstreamPort}; keepalive 32; }
    server { listen 127.0.0.1:${port}; location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://api; } } }`
  await writeFile(join(folder, 'nginx.conf'), config)
  const child = spawn(
    'nginx',
    ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off; user root;'],
    { stdio: 'ignore' },
  )
  return {
    port,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** One call of a measurement. */
interface Sent {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Makes it a POST. */
  readonly body?: string
}

function call(agent: Agent, port: number, { path, headers, body }: Sent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = sendRequest(
      { agent, host: '127.0.0.1', port, path, headers, method: body === undefined ? 'GET' : 'POST' },
      (answer) => {
        answer.resume()
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve()
          else reject(new Error(`answered with ${answer.statusCode}`))
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Makes the calls, so many at a time. */
async function measure(port: number, calls: readonly Sent[], connections: number): Promise<Round> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times: number[] = []
  const waiting = [...calls]
  const startedMs = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const beforeMs = performance.now()
        await call(agent, port, next)
        times.push(performance.now() - beforeMs)
      }
    }),
  )
  const seconds = (performance.now() - startedMs) / 1000
  agent.destroy()
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), perSecond: times.length / seconds }
}

interface Rounds {
  readonly bare: Round[]
  readonly guarded: Round[]
}

const evidenceOf = ({ token, proof }: BenchCall) => ({ authorization: `DPoP ${token}`, dpop: proof })

const throughNginx = (calls: readonly BenchCall[]): Sent[] =>
  calls.map((made) => ({
    path: made.path,
    headers: { host: new URL(API_ORIGIN).host, ...evidenceOf(made) },
  }))

async function measureNginx(
  bench: GatewayBench,
  context: BenchmarkContext,
  connections: number,
): Promise<Rounds> {
  const api = createServer((_request, response) => response.end('{}'))
  const upstreamPort = await listenOnLoopback(api)
  const values = {
    API_HOST: new URL(API_ORIGIN).host,
    DECISION_POINT: `127.0.0.1:${bench.port}`,
    UPSTREAM: `127.0.0.1:${upstreamPort}`,
    CREDENTIAL: bench.credential,
  }
  const rounds: Rounds = { bare: [], guarded: [] }
  try {
    await using guarded = await GatewayProcess.start(NGINX, values)
    await using bare = await startBareNginx(upstreamPort)
    const count = context.isQuick ? 100 : 600
    for (let round = 0; round < (context.isQuick ? 2 : 6); round += 1) {
      context.say(`nginx, ${connections} at a time, round ${round}`)
      const [first, second] = [await bench.makeCalls(count), await bench.makeCalls(count)]
      const [alone, decided] = [
        await measure(bare.port, throughNginx(first), connections),
        await measure(guarded.port, throughNginx(second), connections),
      ]
      // The first round warms caches and connections.
      if (round === 0) continue
      rounds.bare.push(alone)
      rounds.guarded.push(decided)
    }
    return rounds
  } finally {
    api.closeAllConnections()
    await new Promise((resolve) => api.close(resolve))
  }
}

interface Versus {
  readonly decisions: Round[]
  readonly cerbos: Round[]
}

/** The decision point asked directly, beside Cerbos asked for the bare policy; null where Cerbos is not to be had. */
async function measureCerbos(
  bench: GatewayBench,
  context: BenchmarkContext,
  connections: number,
): Promise<Versus | null> {
  const binary = findCerbos()
  if (binary === undefined) return null
  await using cerbos = await startCerbos(binary)
  const forwarded = {
    'x-gateway-authorization': `Bearer ${bench.credential}`,
    'x-forwarded-method': 'GET',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': new URL(API_ORIGIN).host,
    'x-forwarded-for': '203.0.113.7',
  }
  const json = { 'content-type': 'application/json' }
  const count = context.isQuick ? 100 : 1000
  const rounds: Versus = { decisions: [], cerbos: [] }
  for (let round = 0; round < (context.isQuick ? 2 : 6); round += 1) {
    context.say(`Cerbos, ${connections} at a time, round ${round}`)
    const calls = await bench.makeCalls(count)
    const asked = calls.map((made): Sent => ({
      path: '/gateway/v1/authorize',
      headers: { ...forwarded, 'x-forwarded-uri': made.path, ...evidenceOf(made) },
    }))
    const checks = calls.map((): Sent => ({
      path: '/api/check/resources',
      headers: json,
      body: CERBOS_CHECK,
    }))
    const [ours, theirs] = [
      await measure(bench.port, asked, connections),
      await measure(cerbos.port, checks, connections),
    ]
    if (round === 0) continue
    rounds.decisions.push(ours)
    rounds.cerbos.push(theirs)
  }
  return rounds
}

/** Microseconds per verification: the signature alone, and the whole guard with proof, both parties and replay store. */
async function measureGuard(
  bench: GatewayBench,
  isQuick: boolean,
): Promise<{ alone: number; cold: number; warm: number }> {
  const { issuerKey } = bench
  const [{ token } = { token: '' }] = await bench.makeCalls(1)
  const key = await importJWK(issuerKey.publicJwk, 'ES256')
  const count = isQuick ? 100 : 1500
  const common = { issuer: ISSUER, audience: API_ORIGIN, jwks: { keys: [issuerKey.publicJwk] } }
  const time = async (work: (index: number) => Promise<unknown>): Promise<number> => {
    const startedMs = performance.now()
    for (let index = 0; index < count; index += 1) await work(index)
    return ((performance.now() - startedMs) * 1000) / count
  }
  const verifyWith = async (cachedTokens: number) => {
    const guard = createGuard({ ...common, cachedTokens })
    const calls = await bench.makeCalls(count)
    return time(async (index) => {
      const made = calls[index]
      if (made)
        await guard.verify({ method: 'GET', url: `${API_ORIGIN}${made.path}`, headers: evidenceOf(made) })
    })
  }
  await time(() => jwtVerify(token, key))
  return {
    alone: await time(() => jwtVerify(token, key, { issuer: ISSUER, audience: API_ORIGIN })),
    cold: await verifyWith(0),
    warm: await verifyWith(1000),
  }
}

const midOf = (rounds: readonly Round[], name: keyof Round): number =>
  median(rounds.map((round) => round[name]))

function rowsOf(label: string, { bare, guarded }: Rounds): string[][] {
  const row = (name: string, rounds: readonly Round[]) => [
    `${name}, ${label}`,
    `${milliseconds(midOf(rounds, 'p50'))} / ${milliseconds(midOf(rounds, 'p99'))}`,
    Math.round(midOf(rounds, 'perSecond')).toString(),
    figure(midOf(rounds, 'p50') / midOf(bare, 'p50')),
  ]
  return [row('nginx alone', bare), row('nginx with decision', guarded)]
}

function versusRows(versus: Versus | null): string[][] {
  if (!versus) return [['Cerbos', 'not to be had here', '', '']]
  const row = (name: string, rounds: readonly Round[]) => [
    `${name}, sixteen at a time`,
    `${milliseconds(midOf(rounds, 'p50'))} / ${milliseconds(midOf(rounds, 'p99'))}`,
    Math.round(midOf(rounds, 'perSecond')).toString(),
    figure(midOf(rounds, 'p50') / midOf(versus.cerbos, 'p50')),
  ]
  return [
    row('Cerbos over loopback, the policy alone', versus.cerbos),
    row('decision point', versus.decisions),
  ]
}

function versusClaims(versus: Versus | null): BenchmarkResult['claims'][number][] {
  if (!versus) return []
  const times = midOf(versus.decisions, 'perSecond') / midOf(versus.cerbos, 'perSecond')
  const tail = midOf(versus.decisions, 'p99') / midOf(versus.cerbos, 'p99')
  return [
    {
      requirement: 'P5',
      what: 'decisions a second against Cerbos',
      measured: `${figure(times)}×`,
      target: '≥ 3×',
      isMet: atLeast(times, 3),
    },
    {
      requirement: 'P5',
      what: 'p99 against Cerbos',
      measured: figure(tail),
      target: '≤ 0.50',
      isMet: atMost(tail, 0.5),
    },
  ]
}

const METHOD =
  'One small API behind the same nginx, once handing calls on and once with the reference configuration, which asks the decision point (gateway, token, proof, replay, live delegation in PostgreSQL, limits, audit, signed context) about each; a fresh proof for every call, used proofs remembered in memory. 200 partners call in turn, so that the logs of their limits stay as short as those limits let them become. Client, API and decision point share one process and all of it the machine, so the decision point has less of it than it would have alone. Cerbos, where it is to be had (`npm install --no-save @cerbos/cerbos-linux-x64@0.55.0`, or CERBOS_BINARY), is asked for the policy alone: nothing verifies a token or a proof, looks anything up, counts or records for it, which favours it.'

type GuardTimes = Awaited<ReturnType<typeof measureGuard>>

function guardRows({ alone, cold, warm }: GuardTimes): string[][] {
  const row = (name: string, time: number) => [name, `${figure(time)} µs`, '', figure(time / alone)]
  return [
    row('jose.jwtVerify alone', alone),
    row('guard.verify, token not seen before', cold),
    row('guard.verify, token remembered', warm),
  ]
}

async function run(context: BenchmarkContext): Promise<BenchmarkResult> {
  if (!isInstalled(NGINX)) throw new Error('nginx is not installed, so there is nothing to measure behind.')
  const cluster = await context.cluster()
  const bench = await openGatewayBench(await cluster.createDatabase('bench_gateway'))
  try {
    const one = await measureNginx(bench, context, 1)
    const eight = await measureNginx(bench, context, 8)
    const versus = await measureCerbos(bench, context, 16)
    context.say('the guard by itself')
    const guard = await measureGuard(bench, context.isQuick)
    const added = median(one.guarded.map(({ p50 }, round) => p50 - (one.bare[round]?.p50 ?? p50)))
    const latency = {
      requirement: 'P5',
      what: 'latency that the decision adds behind nginx, p50',
      measured: `${milliseconds(added)} ms`,
      target: '≤ 1 ms',
      isMet: atMost(added, 1),
    }
    const rows = [
      ...rowsOf('one call at a time', one),
      ...rowsOf('eight at a time', eight),
      ...versusRows(versus),
      ...guardRows(guard),
    ]
    return {
      method: METHOD,
      table: { columns: ['What', 'p50 / p99 ms', 'Requests/s', 'p50, ratio'], rows },
      claims: [latency, ...versusClaims(versus)],
      baselineSpread: spread(one.bare.map(({ p50 }) => p50)),
    }
  } finally {
    await bench.close()
  }
}

/** What a decision costs behind a gateway, and what the guard costs in a resource server (P5). */
export const benchmark: Benchmark = {
  name: 'gateway',
  title: 'A decision behind nginx, and the guard by itself',
  run,
}
