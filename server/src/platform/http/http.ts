import type { IncomingMessage } from 'node:http'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import Fastify, { LogController } from 'fastify'
import type { FastifyInstance, FastifyLoggerOptions, FastifyReply, FastifyRequest } from 'fastify'
import { AgencyRefusal, carriesAgencyCredential, isAgencyAccess } from '../agency-door.ts'
import { reportedPolicy } from './policy-reports.ts'
import { refuseEarly } from './early-refusal.ts'
import { answerHeads } from './head-requests.ts'
import { addressOfPage } from './page-address.ts'
import { toProblem } from './error-problem.ts'
import { execute } from '#platform/execution/carry-through.ts'
import type { Answer, Call, Engine } from '#platform/execution/execute.ts'
import { isFile, sendFile } from './file-body.ts'
import { acceptJsonStrictly } from './json-body.ts'
import { redirect } from '../html.ts'
import type { Language } from '#platform/words/language.ts'
import type { HtmlPage } from '../html.ts'
import { admitRequest, boundRequests, releaseRequest } from '#platform/limits/load-shedding.ts'
import { countAtDoor, requireDeclarations } from './mounted-routes.ts'
import type { Mounted } from './mounted-routes.ts'
import type { OpenDoor } from '#platform/limits/open-door.ts'
import { ProblemError, toProblemBody } from '../problem.ts'
import { realmCookieName } from '#platform/credentials/realm-evidence.ts'
import { Refusal } from '../refusal.ts'
import { makeRequestId, readTrace } from '../request-trace.ts'
import type { RequestTrace } from '../request-trace.ts'
import { parseInputs } from '../route-input.ts'
import type { Inputs, Schemas } from '../route-input.ts'
import type { Route } from '../route.ts'
import { serializerOf } from '#platform/openapi/response-schema.ts'
import { asksForStream, makeStreams } from './stream.ts'
import type { Streams } from './stream.ts'
import { makeUnreadHandler, requireReadableHead, takeExpectations, UNREAD_OPTIONS } from './unread-request.ts'
import { takeFiles } from './uploaded-file.ts'

/** What the page of a problem tells besides: in which language its own words are, and how long to wait. */
export interface ProblemTold {
  readonly detailIn?: Language | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** Renders a problem for a person, where a page was asked for. */
export type ProblemPage = (
  problem: ReturnType<typeof toProblemBody>,
  request: FastifyRequest,
  told?: ProblemTold,
) => HtmlPage

export interface HttpOptions {
  readonly engine: Engine
  readonly routes: readonly Route[]
  readonly publicOrigin: () => string
  readonly trustedProxies: readonly string[]
  readonly maxInFlight: number
  /** Counts who asks for what is open to everybody. */
  readonly door: OpenDoor
  readonly logger: FastifyLoggerOptions | false
  readonly problemPage: ProblemPage
  /** Told of every answer, for the log and the metrics. */
  readonly onAnswered?: (request: FastifyRequest, reply: FastifyReply) => void
  /** Told of every request that was refused before it was routed, because it was too much. */
  readonly onRefused?: (request: IncomingMessage) => void
  /** Told the status with which something was refused that could not be read as a request. */
  readonly onUnread?: (status: number) => void
}

const SESSION_COOKIE = '__Host-liaison'
const BODY_LIMIT_BYTES = 65_536
const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * How long a connection may take and stay. It ends after as many requests as nginx's own, so that those of a proxy come to a
 * process that has just started, too (reliability.md section 9).
 */
const CONNECTIONS = { requestTimeout: 10_000, keepAliveTimeout: 72_000, maxRequestsPerSocket: 1000 }

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}

const headersOf = ({ id }: { readonly id: string }): Readonly<Record<string, string>> => ({
  ...SECURITY_HEADERS,
  'Cache-Control': 'no-store',
  'X-Request-Id': id,
})

/**
 * Refuses a change that a browser sends from another site (ASVS 3.5.1). Keys are no ambient authority, so they pass, but not
 * beside a cookie: a browser sends names and passwords of its own accord, too.
 */
function refuseCrossSite(request: FastifyRequest, publicOrigin: string): void {
  const { authorization, cookie, origin, 'sec-fetch-site': site } = request.headers
  if (request.method === 'GET' || request.method === 'HEAD') return
  if (authorization !== undefined && cookie === undefined) return
  // A form sent under our own no-referrer policy says `Origin: null`; the browser's own word on the site is then the proof.
  const isForeign =
    site === undefined ? origin !== undefined && origin !== publicOrigin : site !== 'same-origin'
  // A caller without either header is no browser; it has a cookie only if somebody put it there on purpose.
  if (isForeign)
    throw new ProblemError(403, 'CROSS_SITE_REQUEST', 'A change must come from this site itself.')
}

const COOKIE_FLAGS = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' as const }

function sendSession(reply: FastifyReply, name: string, session: string | null): void {
  if (session === null) void reply.clearCookie(name, COOKIE_FLAGS)
  else void reply.setCookie(name, session, COOKIE_FLAGS)
}

function sendPage(reply: FastifyReply, page: HtmlPage): FastifyReply {
  const { realmSession } = page
  if (page.session !== undefined) sendSession(reply, SESSION_COOKIE, page.session)
  if (realmSession) sendSession(reply, realmCookieName(realmSession.slug), realmSession.token)
  void reply.headers(page.headers).status(page.status)
  if (page.body.text === '') return reply.send('')
  const policy = page.headers['Content-Security-Policy'] ?? SECURITY_HEADERS['Content-Security-Policy']
  if (policy !== undefined) void reply.headers(reportedPolicy(policy))
  return reply.type('text/html; charset=utf-8').send(page.body.text)
}

async function explain(engine: Engine, problem: ProblemError, trace: RequestTrace): Promise<ProblemError> {
  if (!(problem instanceof Refusal)) return problem
  engine.observer.decided('denied', problem.code)
  const explainId = await engine.guard.record(problem, trace).catch((cause: unknown) => {
    engine.observer.auditFailed()
    throw cause
  })
  return new ProblemError(problem.status, problem.code, problem.message, {
    ...problem.extras,
    explainId,
    headers: { ...problem.extras.headers },
    cause: problem,
  })
}

function retryHeaders(problem: ProblemError): Record<string, string> {
  return problem.status === 503 ? { 'Retry-After': '1' } : {}
}

/** The seconds of a `Retry-After`; undefined where there is none. */
function secondsOf(retryAfter: string | undefined): number | undefined {
  const seconds = Number(retryAfter)
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds : undefined
}

function wantsPage(request: FastifyRequest): boolean {
  const { route } = request.routeOptions.config
  if (route) return route.answers === 'page'
  return (
    request.method === 'GET' &&
    (request.headers.accept ?? '').includes('text/html') &&
    !request.url.startsWith('/api/')
  )
}

/** An error as the log keeps it: libraries hang whole configurations on theirs. */
function tellError(error: unknown): { message: string; stack?: string } {
  return error instanceof Error
    ? { message: error.message, ...(error.stack !== undefined && { stack: error.stack }) }
    : { message: String(error) }
}

/** Where a page of a realm sends somebody who is not signed in there; null for every other answer. */
function signInOfRealm(request: FastifyRequest, { status }: ProblemError): string | null {
  const { routeOptions, params, method } = request
  const { route } = routeOptions.config
  if (route?.answers !== 'page' || !('realm' in route.access) || status !== 401) return null
  const slug: unknown = typeof params === 'object' && params !== null && 'slug' in params ? params.slug : null
  if (typeof slug !== 'string') return null
  const back = method === 'GET' ? `?return_to=${encodeURIComponent(addressOfPage(request))}` : ''
  return `/p/${encodeURIComponent(slug)}/sign-in${back}`
}

/** A no to a form or the server of an agency, in the words and members that its pages read. */
async function sendAgencyRefusal(
  { engine }: HttpOptions,
  reply: FastifyReply,
  { problem, trace }: { readonly problem: ProblemError; readonly trace: RequestTrace },
): Promise<FastifyReply> {
  const told = await engine.agencyDoor.tell(reply.request, problem, trace)
  return reply
    .status(told.status)
    .headers({ ...told.headers, ...engine.agencyDoor.headersOf(reply.request) })
    .type('application/problem+json')
    .send(JSON.stringify(told.body))
}

async function sendProblem(options: HttpOptions, reply: FastifyReply, raw: unknown): Promise<FastifyReply> {
  const { request } = reply
  const now = options.engine.clock()
  const trace = readTrace(request, request.routeOptions.url ?? 'unknown', now)
  let problem = toProblem(raw)
  try {
    problem = await explain(options.engine, problem, trace)
  } catch (cause) {
    // A refusal that cannot be recorded is still a refusal, but the caller learns that something is wrong.
    problem = toProblem(cause)
  }
  if (problem.status >= 500)
    request.log.error({ err: tellError(problem.cause ?? problem), code: problem.code }, 'request failed')
  if (problem instanceof AgencyRefusal || isAgencyAccess(request.routeOptions.config.access))
    return sendAgencyRefusal(options, reply, { problem, trace })
  const body = toProblemBody(problem, { id: request.id, now })
  const signIn = signInOfRealm(request, problem)
  if (signIn !== null) return sendPage(reply, redirect(signIn))
  const headers: Record<string, string> = { ...retryHeaders(problem), ...problem.extras.headers }
  if (wantsPage(request)) {
    const told = { detailIn: problem.extras.language, retryAfterSeconds: secondsOf(headers['Retry-After']) }
    return sendPage(reply.headers(headers), options.problemPage(body, request, told))
  }
  return reply
    .status(problem.status)
    .headers(headers)
    .type('application/problem+json')
    .send(JSON.stringify(body))
}

function inputsOf(route: Route, { params, query, body }: FastifyRequest): Inputs<Schemas> {
  return parseInputs(route.input, { params, query, body }, route.answers === 'page')
}

/**
 * A call whose input is judged once somebody reads it, which is after the credential: whoever has none learns that alone
 * (access.md section 3), and not what a form takes (embedded.md section 2).
 */
function lateInputs(brought: Omit<Call, 'inputs'>): Call {
  let parsed: Inputs<Schemas> | undefined
  return {
    ...brought,
    get inputs() {
      parsed ??= inputsOf(brought.route, brought.request)
      return parsed
    },
  }
}

type Serializers = ReadonlyMap<number, (body: unknown) => string>

/** What writes the answers that have a body. A map, because an object with a status as its key takes kilobytes. */
function serializersOf({ responses, answers }: Route): Serializers {
  const schemas = answers === 'json' ? Object.entries(responses) : []
  return new Map(
    schemas.flatMap(([status, schema]) => (schema ? [[Number(status), serializerOf(schema)] as const] : [])),
  )
}

function sendAnswer(reply: FastifyReply, answer: Answer, serializers: Serializers): FastifyReply {
  const serialize = serializers.get(answer.status)
  void reply.status(answer.status)
  if (!serialize || typeof answer.body !== 'object') return reply.headers(answer.headers).send(answer.body)
  return reply.header('Content-Type', JSON_TYPE).headers(answer.headers).send(serialize(answer.body))
}

function mountRoute(app: FastifyInstance, options: HttpOptions & { streams: Streams }, route: Route): void {
  const serializers = serializersOf(route)
  app.route({
    method: route.method,
    url: route.path,
    exposeHeadRoute: false,
    config: { access: route.access, route },
    bodyLimit: route.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    async handler(request, reply) {
      const trace = readTrace(request, route.path, options.engine.clock())
      const sessionToken = request.cookies[SESSION_COOKIE] ?? null
      const brought = { route, request, trace, sessionToken, counted: { limits: {} } }
      // Where nobody needs a credential, what cannot be taken costs no transaction.
      const isOpen = 'public' in route.access || 'identity' in route.access
      const call: Call = isOpen ? { ...brought, inputs: inputsOf(route, request) } : lateInputs(brought)
      const answer = await execute(options.engine, call).catch((error: unknown) => {
        void reply.headers(brought.counted.limits)
        throw error
      })
      // A page's handler answers with the page itself.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      if (route.answers === 'page') return sendPage(reply.headers(answer.headers), answer.body as HtmlPage)
      if (asksForStream(call)) {
        releaseRequest(app, request)
        return options.streams.follow(call, answer, reply)
      }
      if (isFile(answer)) {
        releaseRequest(app, request)
        return sendFile({ engine: options.engine, call, reply }, answer)
      }
      if (isAgencyAccess(route.access)) void reply.headers(options.engine.agencyDoor.headersOf(request))
      return sendAnswer(reply, answer, serializers)
    },
  })
}

function addHooks(app: FastifyInstance, options: HttpOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(headersOf(request))
    requireReadableHead(request)
    const traceparent = request.headers['traceparent']
    if (typeof traceparent === 'string') void reply.header('traceparent', traceparent)
    const { access = { public: '' }, isBounded = false } = request.routeOptions.config
    const isPublic = 'public' in access
    if (!isPublic || isBounded) admitRequest(app, request)
    countAtDoor(options.door, request)
    const isAgencys = isAgencyAccess(access)
    if (!isAgencys && carriesAgencyCredential(request)) {
      const trace = readTrace(request, request.routeOptions.url ?? 'unknown', options.engine.clock())
      await options.engine.agencyDoor.refuseElsewhere(request, trace)
    }
    // A form token is no ambient authority: a page can send only the one that it was given.
    if (!isPublic && !isAgencys) refuseCrossSite(request, options.publicOrigin())
  })
  app.addHook('onResponse', async (request, reply) => {
    releaseRequest(app, request)
    options.onAnswered?.(request, reply)
  })
  app.addHook('onRequestAbort', async (request) => releaseRequest(app, request))
}

/** Query strings as flat text; a parameter that comes twice is kept as a list, which no schema takes. */
function parseQuery(text: string): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) {
    const before = values[name]
    values[name] = before === undefined ? value : [before, value].flat()
  }
  return { ...values }
}

/** Builds the HTTP server with every route mounted; it does not listen yet. */
export async function buildHttp(
  options: HttpOptions,
): Promise<{ readonly http: FastifyInstance; readonly mounted: readonly Mounted[] }> {
  const app = Fastify({
    logger: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    genReqId: (request) => makeRequestId(request.headers['x-request-id']),
    routerOptions: { querystringParser: parseQuery, maxParamLength: 200, ignoreTrailingSlash: false },
    bodyLimit: BODY_LIMIT_BYTES,
    ...CONNECTIONS,
    forceCloseConnections: 'idle',
    http: UNREAD_OPTIONS,
    clientErrorHandler: makeUnreadHandler({
      headersOf,
      now: options.engine.clock,
      onUnread: options.onUnread,
    }),
    // What is no address at all meets no hook, so it gets here what hooks give every other answer.
    frameworkErrors(error, request, reply) {
      void reply.headers(headersOf(request))
      void sendProblem(options, reply, error)
    },
    return503OnClosing: true,
    exposeHeadRoutes: false,
  })
  app.server.headersTimeout = 10_000
  takeExpectations(app)
  const mounted = requireDeclarations(app)
  refuseEarly(app, {
    bound: boundRequests(app, options.maxInFlight),
    headersOf,
    now: options.engine.clock,
    onRefused: options.onRefused,
  })
  answerHeads(app)
  await app.register(cookie)
  acceptJsonStrictly(app)
  await app.register(formbody)
  takeFiles(app)
  app.setValidatorCompiler(() => () => true)
  app.setErrorHandler((error, _request, reply) => sendProblem(options, reply, error))
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(options, reply, new ProblemError(404, 'NOT_FOUND', 'There is no such operation or page.')),
  )
  addHooks(app, options)
  const streams = makeStreams(options.engine)
  app.addHook('preClose', () => Promise.resolve(streams.closeAll()))
  for (const route of options.routes) mountRoute(app, { ...options, streams }, route)
  return { http: app, mounted }
}
