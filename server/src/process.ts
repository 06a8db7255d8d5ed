import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readLeakReportKeys } from '#modules/agencies/index.ts'
import { makeReader } from '#platform/outgoing/outgoing.ts'
import { readAllowedNets } from '#platform/outgoing/allowed-nets.ts'
import type { Reader } from '#platform/outgoing/outgoing.ts'
import { makeBreachedPasswords } from '#platform/credentials/breached-passwords.ts'
import type { BreachedPasswords } from '#platform/credentials/breached-passwords.ts'
import type { Config } from '#platform/config.ts'
import { showsOutbox } from '#platform/config/serving.ts'
import { openDatabase, refuseUnsafeLogins, untilReachable } from '#platform/database.ts'
import { makeRedisLimitStore } from '#platform/limit-store/index.ts'
import type { LimitStore } from '#platform/limit-store/index.ts'
import type { Database } from '#platform/database.ts'
import type { Observer } from '#platform/execution/execute.ts'
import { serveHealth } from '#platform/health.ts'
import type { Health } from '#platform/health.ts'
import type { Installation } from '#platform/installation.ts'
import { startKeyRing } from '#platform/credentials/key-ring.ts'
import type { LoadedKeyRing } from '#platform/credentials/key-ring.ts'
import { listMigrationNames } from '#platform/migrate.ts'
import { watchSchema } from '#platform/schema-standing.ts'
import { CONNECTION_BACKLOG, countInFlight } from '#platform/limits/load-shedding.ts'
import { makeMetrics, serveMetrics } from '#platform/telemetry/metrics.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import { servePortal } from '#platform/http/static-files.ts'
import { startTracing, traceRequests } from '#platform/telemetry/tracing.ts'
import { buildApp } from './app.ts'
import type { App, RouteOptions } from './app.ts'
import { startBackground } from './background.ts'
import type { Background } from './background.ts'

const PORTAL_FOLDER = fileURLToPath(new URL('../../portal/dist', import.meta.url))
const DRAIN_MS = 25_000

/** A server that listens. */
export interface RunningServer {
  readonly url: string
  readonly app: App
  readonly background: Background
  /** Refuses new work, finishes what runs, writes what waits, and closes everything; at most 25 seconds. */
  stop(): Promise<void>
}

// A redaction list is a second line: nothing above it puts a secret into a log line on purpose.
const REDACTED = [
  'req.headers.cookie',
  'req.headers.authorization',
  '*.password',
  '*.token',
  '*.secret',
  '*.code',
]

function logOptions(config: Config) {
  return { level: config.logLevel, redact: { paths: REDACTED, censor: '[secret]' }, base: null }
}

function observe(metrics: () => Metrics) {
  return {
    observer: {
      decided: (...said) => metrics().observer.decided(...said),
      limited: (bucket) => metrics().observer.limited(bucket),
      opened: (seconds) => metrics().observer.opened(seconds),
      crossed: (...said) => metrics().observer.crossed(...said),
      auditFailed: () => metrics().observer.auditFailed(),
      signalled: (name) => metrics().observer.signalled(name),
      formAnswered: (...said) => metrics().observer.formAnswered(...said),
      stopped: (directive) => metrics().observer.stopped(directive),
    } satisfies Observer,
    onAnswered(request: FastifyRequest, reply: FastifyReply) {
      const route = request.routeOptions.url ?? 'unknown'
      const { method } = request
      metrics().answered({ method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1000 })
      request.log.info(
        {
          method: request.method,
          route,
          status: reply.statusCode,
          durationMs: Math.round(reply.elapsedTime * 10) / 10,
        },
        'answered',
      )
    },
    onRefused({ method = 'GET' }: IncomingMessage) {
      metrics().answered({ method, route: 'refused before routing', status: 503, seconds: 0 })
    },
    onUnread(status: number) {
      metrics().answered({ method: 'unknown', route: 'refused before routing', status, seconds: 0 })
    },
  }
}

interface Parts {
  readonly config: Config
  readonly installation: Installation
  readonly database: Database
  readonly keyRing: LoadedKeyRing
  readonly health: Health
}

/** The Redis that counts the limits of forms, where one is configured; the database counts them otherwise. */
async function makeLimitStoreOf(config: Config, metrics: () => Metrics): Promise<LimitStore | undefined> {
  const { redisUrl } = config.secrets
  if (redisUrl === undefined) return undefined
  return makeRedisLimitStore({
    url: redisUrl,
    instances: config.limitInstances,
    onAway: () => metrics().jobErrors.inc({ where: 'limit store' }),
  })
}

/** With what files are sealed, where the operator has a certificate for it. */
async function readPdfSeal({ pdfSealFile, secrets }: Config) {
  if (pdfSealFile === undefined) return {}
  return { pdfSeal: { p12: await readFile(pdfSealFile), passphrase: secrets.pdfSealPassphrase ?? '' } }
}

const BREACH_ANSWER_MS = 1500

interface Range {
  readonly passwords: BreachedPasswords
  readonly reader: Reader
}

/** Who knows stolen passwords, where the operator names a service: reached by the ways of webhooks. */
function makeRange(config: Config, metrics: () => Metrics): Range | undefined {
  const url = config.breachedPasswordsUrl
  if (url === undefined) return undefined
  const { webhookProxy: proxy } = config.secrets
  const reader = makeReader({
    allowsLoopback: true,
    timeoutMs: BREACH_ANSWER_MS,
    allowedNets: readAllowedNets(config.webhookNets),
    ...(proxy !== undefined && { proxy }),
  })
  const passwords = makeBreachedPasswords({
    url,
    read: (address, headers) => reader.read({ url: address, headers }),
    onUnanswered: () => metrics().jobErrors.inc({ where: 'breached passwords' }),
  })
  return { passwords, reader }
}

/** The sign-ins that a demo installation shows; no other loads what a demo is made of. */
async function readDemo({ dataDir }: Config, isDemo: boolean): Promise<RouteOptions> {
  if (!isDemo) return { demoSignIns: () => [] }
  const { readDemoRealmSignIns, readDemoSignIns } = await import('#modules/demo/index.ts')
  return {
    demoSignIns: () => readDemoSignIns(dataDir),
    realmDemoSignIns: () => readDemoRealmSignIns(dataDir),
  }
}

/** Where the authorization server stands, and what it protects. */
const placesOf = (config: Config, origin: () => string) => ({
  authOrigin: () => config.authOrigin ?? origin(),
  apiResource: () => config.apiResource ?? `${origin()}/api`,
  mtlsOrigin: () => config.mtlsOrigin,
})

/** Where messages may go, and by which proxy. */
const waysOut = ({ webhookNets, secrets: { webhookProxy } }: Config) => ({
  webhookNets,
  ...(webhookProxy !== undefined && { webhookProxy }),
})

/** A server without a built portal still answers programs, and says in its log why people see nothing. */
async function mountPortal({ http, services }: App, { authOrigin }: Config): Promise<void> {
  const { embedOrigin } = services
  if (existsSync(join(PORTAL_FOLDER, 'index.html')))
    await servePortal(http, PORTAL_FOLDER, { embedOrigin, authOrigin })
  else
    http.log.warn(
      `There is no ${PORTAL_FOLDER}: every page of the portal is answered with 404. Build it: npm run build`,
    )
}

async function assemble(
  { config, installation, database, keyRing, health }: Parts,
  origin: () => string,
  metrics: () => Metrics,
): Promise<App> {
  const limitStore = await makeLimitStoreOf(config, metrics)
  const range = makeRange(config, metrics)
  const isDemo = config.isDemo && installation.isEmbedded
  const app = await buildApp(
    {
      database,
      ...(range && { breachedPasswords: range.passwords }),
      secretKey: installation.secretKey,
      keyRing,
      health,
      publicOrigin: origin,
      // Browsers lead every name under localhost to this machine, so that forms have a host of their own from the start.
      embedOrigin: () =>
        config.embedOrigin ??
        (config.publicOrigin === undefined ? origin().replace('//localhost', '//embed.localhost') : origin()),
      ...(limitStore && { limitStore }),
      ...(await readPdfSeal(config)),
      ...(config.leakReportKeyFile !== undefined && {
        leakReportKeys: readLeakReportKeys(await readFile(config.leakReportKeyFile, 'utf8')),
      }),
      places: placesOf(config, origin),
      ...waysOut(config),
      isDemo,
      keepsMail: showsOutbox(config, installation),
      help: config.help,
      passwordHashConcurrency: config.passwordHashConcurrency,
      requestDeadlineMs: config.requestDeadlineMs,
      maxInFlight: config.maxInFlight,
      trustedProxies: config.trustedProxies,
      asksWithoutBrowser: config.asksWithoutBrowser,
      ...(config.clientCertificates && { clientCertificates: config.clientCertificates }),
      logger: config.logLevel === 'silent' ? false : logOptions(config),
      ...observe(metrics),
    },
    await readDemo(config, isDemo),
  )
  if (range) app.http.addHook('onClose', () => range.reader.close())
  if (config.traceEndpoint !== undefined) traceRequests(app.http)
  await mountPortal(app, config)
  return app
}

function addressOf(app: App): number {
  const address = app.http.server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address.port
}

/** What changes while a server starts and stops. */
interface State {
  port: number
  isStopping: boolean
  metrics: Metrics | null
  /** Nothing waits to be sealed before the sealer runs. */
  sealerLag: Health['sealerLag']
}

function currentMetrics(state: State): Metrics {
  if (!state.metrics) throw new Error('The metrics are not made yet.')
  return state.metrics
}

function beginState(port: number): State {
  return { port, isStopping: false, metrics: null, sealerLag: () => ({ stalledSeconds: 0 }) }
}

async function healthOf(database: Database, state: State): Promise<Health> {
  return {
    database,
    sealerLag: () => state.sealerLag(),
    isStopping: () => state.isStopping,
    hasSchema: watchSchema(database, await listMigrationNames()),
  }
}

async function listen(app: App, config: Config, state: State): Promise<void> {
  await app.http.listen({ port: config.port, host: config.host, backlog: CONNECTION_BACKLOG })
  state.port = addressOf(app)
}

/** While it stops, every answer asks its caller to come on another connection, which then leads to another process. */
function closeConnectionsOf(app: App, isStopping: () => boolean): void {
  app.http.addHook('onSend', async (_request, reply) => {
    if (isStopping()) void reply.header('connection', 'close')
  })
}

/** Opens the pools, refuses unsafe logins, mounts everything, starts the background work and listens. */
export async function startServer(config: Config, installation: Installation): Promise<RunningServer> {
  const connection = installation.admin
  const database = openDatabase({
    connection,
    pooler: config.databasePooler,
    roleSecret: installation.roleSecret,
    poolSize: config.poolSize,
    acquireTimeoutMs: config.poolWaitMs,
  })
  await untilReachable(() => refuseUnsafeLogins(database))
  const state = beginState(config.port)
  const origin = () => config.publicOrigin ?? `http://localhost:${state.port}`
  const tracing = await startTracing(config.traceEndpoint)
  const keyRing = await startKeyRing({
    database,
    secretKey: installation.secretKey,
    onError: () => state.metrics?.jobErrors.inc({ where: 'key ring' }),
  })
  const health = await healthOf(database, state)
  const parts = { config, installation, database, keyRing, health }
  const app = await assemble(parts, origin, () => currentMetrics(state))
  const onError = (error: Error, where: string) => {
    state.metrics?.jobErrors.inc({ where })
    app.http.log.error({ err: error, where }, 'background work failed')
  }
  const background = await startBackground({ config, installation, database, app, onError })
  const { sealerLag } = background
  state.sealerLag = sealerLag
  state.metrics = makeMetrics({ database, countInFlight: () => countInFlight(app.http), sealerLag })
  closeConnectionsOf(app, () => state.isStopping)
  serveHealth(app.http, health)
  const metricsServer = await serveMetrics(state.metrics.registry, config.metricsPort, config.metricsHost)
  await listen(app, config, state)
  return {
    url: origin(),
    app,
    background,
    async stop() {
      state.isStopping = true
      const deadline = setTimeout(() => process.exit(1), DRAIN_MS)
      // A balancer that sees the readiness stops sending before the port closes, so no request is cut off (R11).
      await delay(config.stopDelayMs)
      await app.close()
      await background.stop()
      keyRing.stop()
      metricsServer.close()
      await Promise.all([tracing.stop(), database.close()])
      clearTimeout(deadline)
    },
  }
}
