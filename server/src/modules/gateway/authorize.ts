import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isIpAllowed } from '@liaison/access'
import { accountNameOf, readCertificateField } from '@liaison/guard'
import type { Engine } from '#platform/execution/execute.ts'
import { ProblemError, toProblemBody } from '#platform/problem.ts'
import type { ProblemBody } from '#platform/problem.ts'
import { Refusal } from '#platform/refusal.ts'
import { readTrace } from '#platform/request-trace.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import { countStranger } from '#platform/limits/open-door.ts'
import { toAvailabilityProblem } from '#platform/transaction.ts'
import { allowanceFields, contextClaims, emptyFields, makeDecisionId } from './answer.ts'
import { readCredential } from './credential.ts'
import { decideCall, decideKept } from './decide.ts'
import type { Allowed, AskedCall } from './decide.ts'
import { readForwarded } from './forwarded.ts'
import type { ForwardedRequest } from './forwarded.ts'
import { findKeptGateway, keepGateway } from './kept-gateways.ts'
import { findRoute } from './matching.ts'
import type { Matched } from './matching.ts'
import { namedInQuery, readPlainTarget, refusePath } from './raw-path.ts'
import type { PlainTarget } from './raw-path.ts'
import { CallRefusal } from './refusal.ts'
import type { ContextSigner } from './signer.ts'
import { enterGateway } from './store.ts'
import type { EnteredGateway } from './store.ts'
import type { CallVerifier, VerifiedCall } from './tokens.ts'

/** What the decision point works with. */
export interface DecisionParts {
  readonly engine: Engine
  readonly calls: CallVerifier
  readonly signer: ContextSigner
  /** The issuer of access contexts: the public origin of this server. */
  readonly issuer: () => string
}

/** Whether a gateway calls from where it is registered for. */
function isCalledFrom(request: FastifyRequest, { ip_allow: allowed }: EnteredGateway): boolean {
  // The peer itself, not what a proxy says of it: this server's own proxies are no gateways.
  return allowed.length === 0 || isIpAllowed(request.raw.socket.remoteAddress ?? '', allowed)
}

/** The gateway behind a request. Throws 401 when it is not known, or calls from elsewhere than it is registered for. */
export async function authenticateGateway(
  { engine }: DecisionParts,
  request: FastifyRequest,
  asked: {
    readonly credential: string | string[] | undefined
    readonly origin: string
    readonly method: string
  },
): Promise<EnteredGateway> {
  const digest = readCredential(asked.credential)
  const gateway = digest && (await enterGateway(engine.database, digest, asked))
  if (gateway && isCalledFrom(request, gateway)) {
    keepGateway(engine.database, { ...asked, credential: digest }, gateway)
    return gateway
  }
  await countStranger(engine.limiter, 'gateway', request.ip)
  throw new CallRefusal(401, 'GATEWAY_UNAUTHORIZED', 'This gateway is not known here.', {
    headers: { 'WWW-Authenticate': 'Bearer realm="gateway"' },
  })
}

/** Where and for whom the original request was made, for the records. */
export function forwardedTrace(
  base: RequestTrace,
  original: { readonly method: string; readonly ip: string; readonly route: string },
): RequestTrace {
  const { method, ip, route } = original
  return {
    ...base,
    method,
    ip,
    route,
    toAudit: () => ({ ...base.toAudit(), method, ip, route, source: 'gateway' }),
  }
}

/** Whether the query names another account than the token. */
function namesOtherAccount({ query }: PlainTarget, { context }: VerifiedCall): boolean {
  const { accounts, customers } = namedInQuery(query)
  return (
    accounts.some((name) => name !== accountNameOf(context)) ||
    customers.some((id) => id !== context.customerId)
  )
}

/** A query that names another account than the path is a contradiction, not a choice (attack 64). */
function refuseOtherAccount(target: PlainTarget, call: VerifiedCall): void {
  const { context } = call
  if (namesOtherAccount(target, call))
    throw new CallRefusal(
      403,
      'CUSTOMER_MISMATCH',
      'The query names another billing account than the token.',
      {
        context,
      },
    )
}

interface Asked {
  readonly gateway: EnteredGateway
  readonly forwarded: ForwardedRequest
  readonly target: PlainTarget
  readonly upstream: NonNullable<EnteredGateway['upstream']>
  readonly matched: Matched | null
}

async function readAsked(parts: DecisionParts, request: FastifyRequest): Promise<Asked> {
  // Who asks is settled before anything that it says is looked at; only then what of it can be looked up.
  const credential = request.headers['x-gateway-authorization']
  if (readCredential(credential) === null)
    await authenticateGateway(parts, request, { credential, origin: '', method: '' })
  const forwarded = readForwarded(request.raw)
  const gateway = await authenticateGateway(parts, request, { credential, ...forwarded })
  const target = readPlainTarget(forwarded.target)
  if (!target) throw refusePath()
  if (!gateway.upstream)
    throw new CallRefusal(
      403,
      'ROUTE_NOT_REGISTERED',
      'The gateway stands before no upstream at this address.',
    )
  const matched = findRoute(gateway.upstream.routes, target.path)
  return { gateway, forwarded, target, upstream: gateway.upstream, matched }
}

type Verify = (asked: Asked) => Promise<VerifiedCall>

/** The certificate that the caller showed, from a gateway that is registered as one that ends mutual TLS. */
function readCertificate({ reads_certificates: isRead }: EnteredGateway, { headers }: FastifyRequest) {
  return isRead ? readCertificateField(headers['x-client-certificate']) : null
}

/** Verifies the evidence of a request, once for each address and word of a gateway that it might be for: a proof counts once. */
function verifyOnce({ calls }: DecisionParts, request: FastifyRequest): Verify {
  const { headers } = request
  const verified = new Map<string, Promise<VerifiedCall>>()
  return ({ forwarded, upstream, gateway }) => {
    const url = `${upstream.origin}${forwarded.target}`
    const place = `${gateway.reads_certificates} ${url}`
    const known =
      verified.get(place) ??
      calls.verify({
        method: forwarded.method,
        url,
        headers: { authorization: headers.authorization, dpop: headers['dpop'] },
        certificate: readCertificate(gateway, request),
      })
    verified.set(place, known)
    return known
  }
}

type Decide = (call: AskedCall) => Promise<Allowed | null>

/** The header fields of a call that is allowed, for a route that matched. Null when the decision said neither yes nor no. */
async function answerFields(
  parts: DecisionParts,
  request: FastifyRequest,
  { asked, call, decide }: { readonly asked: Asked; readonly call: VerifiedCall; readonly decide: Decide },
): Promise<Record<string, string> | null> {
  const { forwarded, gateway, target, upstream, matched } = asked
  if (!matched)
    throw new CallRefusal(403, 'ROUTE_NOT_REGISTERED', 'This method and path are not open to API clients.', {
      context: call.context,
    })
  const decisionId = makeDecisionId()
  const allowed = await decide({
    gateway,
    token: call.token,
    permission: matched.permission,
    accountName: matched.accountName ?? accountNameOf(call.context),
    method: forwarded.method,
    decisionId,
    trace: traceOf(parts, request, asked),
    challenge: parts.calls.challenge,
  })
  if (!allowed) return null
  const signed = parts.signer.sign(
    contextClaims(allowed, call, {
      issuer: parts.issuer(),
      upstream,
      method: forwarded.method,
      path: target.path,
      permission: matched.permission,
      decisionId,
      requestId: request.id,
      now: parts.engine.clock(),
    }),
  )
  return allowanceFields(allowed, call.context, { decisionId, signed })
}

/** The same question on what is kept of the gateway; null when nothing is, or when anything speaks against the call. */
function readKeptAsked({ engine }: DecisionParts, request: FastifyRequest): Asked | null {
  const credential = readCredential(request.headers['x-gateway-authorization'])
  if (credential === null) return null
  const forwarded = readForwarded(request.raw)
  const gateway = findKeptGateway(engine.database, { credential, ...forwarded })
  const target = readPlainTarget(forwarded.target)
  if (!gateway?.upstream || !target || !isCalledFrom(request, gateway)) return null
  const matched = findRoute(gateway.upstream.routes, target.path)
  return matched && { gateway, forwarded, target, upstream: gateway.upstream, matched }
}

/**
 * Allows a call on what is kept of its gateway and its client, as the database confirms it (decision 031). Null in any other
 * case: a refusal is told by the long way alone, which asks who the gateway is before it looks at anything else.
 */
async function allowKept(
  parts: DecisionParts,
  request: FastifyRequest,
  verify: Verify,
): Promise<Record<string, string> | null> {
  try {
    const asked = readKeptAsked(parts, request)
    if (!asked) return null
    const call = await verify(asked)
    if (namesOtherAccount(asked.target, call)) return null
    return await answerFields(parts, request, {
      asked,
      call,
      decide: (askedCall) => decideKept(parts.engine, askedCall),
    })
  } catch {
    return null
  }
}

async function authorize(
  parts: DecisionParts,
  request: FastifyRequest,
  { asked, verify }: { readonly asked: Asked; readonly verify: Verify },
): Promise<Record<string, string>> {
  const call = await verify(asked)
  if (asked.matched) refuseOtherAccount(asked.target, call)
  const decide: Decide = (askedCall) => decideCall(parts.engine, askedCall)
  const fields = await answerFields(parts, request, { asked, call, decide })
  if (!fields) throw new Error('A decision of the long way allows or refuses.')
  return fields
}

function traceOf({ engine }: DecisionParts, request: FastifyRequest, asked: Asked | null): RequestTrace {
  const base = readTrace(request, '/gateway/v1/authorize', engine.clock())
  if (!asked) return base
  const { forwarded, gateway, matched } = asked
  const route = `${gateway.upstream?.name ?? 'unknown'} ${matched?.template ?? 'unknown'}`
  return forwardedTrace(base, { method: forwarded.method, ip: forwarded.ip, route })
}

/** Whatever is not a refusal means that it could not be decided, and that means no. */
export function toDenial(raw: unknown): ProblemError {
  const error = toAvailabilityProblem(raw)
  if (error instanceof ProblemError && error.status < 500) return error
  return new ProblemError(503, 'DEPENDENCY_UNAVAILABLE', 'This cannot be decided now.', { cause: error })
}

/** Writes a refusal down. One that cannot be written down is told as an outage, and is a refusal all the same. */
export async function recordDenial(
  engine: Engine,
  denial: ProblemError,
  trace: RequestTrace,
): Promise<ProblemError> {
  if (!(denial instanceof Refusal)) return denial
  engine.observer.decided('denied', denial.code)
  try {
    const explainId = await engine.guard.record(denial, trace)
    return new ProblemError(denial.status, denial.code, denial.message, { ...denial.extras, explainId })
  } catch (error) {
    return toDenial(new Error('The refusal could not be recorded.', { cause: error }))
  }
}

/** Statuses that a forward-auth client hands on; nginx's `auth_request` knows no other refusals than 401 and 403. */
function statusFor(request: FastifyRequest, status: number): number {
  const isNarrow = request.headers['x-gateway-statuses'] === '401,403'
  if (status === 409) return 403
  return isNarrow && status !== 401 && status < 500 ? 403 : status
}

/** How long a problem may be in a field; a proxy has to keep all fields of an answer in one buffer. */
const LONGEST_PROBLEM = 12_000

/**
 * The problem as a header field, for a gateway that reads no body of a refusal (nginx) and hands it on as one: JSON of visible
 * ASCII, with the status that the caller gets.
 */
function problemField(request: FastifyRequest, body: ProblemBody): Record<string, string> {
  if (request.headers['x-gateway-problem'] !== 'field') return {}
  const status = body.status === 401 || body.status === 429 ? body.status : 403
  const toText = (problem: object) =>
    JSON.stringify(problem).replaceAll(
      /[^\x20-\x7e]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  const whole = toText({ ...body, status })
  const { details: _details, errors: _errors, ...rest } = body
  return { 'X-Decision-Problem': whole.length <= LONGEST_PROBLEM ? whole : toText({ ...rest, status }) }
}

function sendDenial({ engine }: DecisionParts, reply: FastifyReply, denial: ProblemError): FastifyReply {
  const body = toProblemBody(denial, { id: reply.request.id, now: engine.clock() })
  const fields = {
    ...emptyFields(),
    'X-Decision-Id': body.explain_id ?? '',
    'X-Decision-Code': denial.code,
    'X-Decision-Status': String(denial.status),
    ...problemField(reply.request, body),
  }
  if (denial.status >= 500) reply.request.log.error({ err: denial.cause, code: denial.code }, 'not decided')
  return reply
    .status(statusFor(reply.request, denial.status))
    .headers({ ...fields, ...(denial.status === 503 && { 'Retry-After': '1' }), ...denial.extras.headers })
    .type('application/problem+json')
    .send(JSON.stringify(body))
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
/** What counts the calls of every endpoint that gateways ask. */
export const COUNTING = {
  elsewhere:
    'exactly, as those of the client that is asked about; as `stranger` of the network for no gateway',
}
const ACCESS = { public: 'A gateway shows its credential, and the token of the call it asks about.' }

async function answerCall(
  parts: DecisionParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  let asked: Asked | null = null
  const verify = verifyOnce(parts, request)
  try {
    const kept = await allowKept(parts, request, verify)
    if (kept) return await reply.status(200).headers(kept).send('')
    asked = await readAsked(parts, request)
    const fields = await authorize(parts, request, { asked, verify })
    return await reply.status(200).headers(fields).send('')
  } catch (error) {
    const denial = await recordDenial(parts.engine, toDenial(error), traceOf(parts, request, asked))
    return sendDenial(parts, reply, denial)
  }
}

/**
 * Mounts the forward-auth endpoint, which answers any method, and the keys of access contexts. It does not read bodies,
 * says 200 with the signed context or 401, 403, 429 and 503, and never lets pass what it could not decide (A8).
 */
export function mountAuthorize(app: FastifyInstance, parts: DecisionParts): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    // Some gateways append the path of the request to that of the endpoint; the header fields alone count.
    for (const url of ['/gateway/v1/authorize', '/gateway/v1/authorize/*'])
      scope.route({
        method: [...METHODS],
        url,
        config: { access: ACCESS, counting: COUNTING, isBounded: true },
        handler: (request, reply) => answerCall(parts, request, reply),
      })
    scope.get(
      '/gateway/v1/jwks',
      { config: { access: { public: 'Keys are public.' }, counting: 'fixed' } },
      (_request, reply) =>
        reply.header('Cache-Control', 'public, max-age=60').send(parts.signer.publicKeys()),
    )
    done()
  })
}
