import { decodeId } from '@liaison/access'
import type { PartnerId, PermissionEntry, TenantId } from '@liaison/access'
import type { FastifyRequest } from 'fastify'
import { readAccessReason, stateOfReason, tellAccessReason } from './access-reason.ts'
import type { TokenVerifier } from './access-token.ts'
import { refuseLimited, takeLimits } from './admission.ts'
import { isAgencyAccess } from './agency-door.ts'
import type { AgencyCall, AgencyDoor } from './agency-door.ts'
import { authorizationsOf } from './authorizations.ts'
import type { Clock } from './clock.ts'
import { contextHeaders, readExpectedVersion } from './context-headers.ts'
import type { Database } from './database.ts'
import { withinDeadline } from './deadline.ts'
import type { Guard } from './guard.ts'
import { claimKey, keepAnswer, readIdempotencyKey } from './idempotency.ts'
import type { IdempotentUse } from './idempotency.ts'
import { limitHeaders } from './limits.ts'
import type { Limiter } from './limits.ts'
import { keepRefusal } from './kept-refusal.ts'
import { countEvents, endMandate, listSignals, takeEvents } from './mandate.ts'
import type { Mandate, Signal } from './mandate.ts'
import { openForClient } from './resolver-of-client.ts'
import type { RealmTokens } from './realm-token.ts'
import { openInRealm } from './open-in-realm.ts'
import { openForIdentity, openForIngest } from './resolver-without-person.ts'
import { openForPerson } from './resolver.ts'
import type { PersonRequest } from './resolver.ts'
import { ProblemError } from './problem.ts'
import { Refusal } from './refusal.ts'
import type { RequestTrace } from './request-trace.ts'
import { describeRead } from './read-event.ts'
import { permissionOf, Sent } from './route.ts'
import type { Route } from './route.ts'
import type { Inputs, Schemas } from './route-input.ts'
import { isMetered, joinLimitHeaders, meterService } from './service-meter.ts'
import type { ServiceMeter } from './service-meter.ts'
import type { Durability, Transaction } from './transaction.ts'

/** What every request is executed with. */
export interface Engine {
  readonly database: Database
  readonly limiter: Limiter
  readonly guard: Guard
  readonly tokens: TokenVerifier
  /** The issuers of the realms of white-label partners. */
  readonly realmTokens: RealmTokens
  /** Counts what end users do against their limits. */
  readonly meter: ServiceMeter
  readonly clock: Clock
  readonly requestDeadlineMs: number
  readonly observer: Observer
  /** The door of form tokens and server keys of agencies. */
  readonly agencyDoor: AgencyDoor
  /** `durable`: even an ordinary read is answered only when its audit row is on disk. */
  readonly readDurability?: Durability
}

/** Told of what the engine decides, for the metrics. */
export interface Observer {
  decided(outcome: 'allowed' | 'denied', reason: string): void
  limited(bucket: string): void
  /** How long it took to open and decide a request, whatever came of it. */
  opened(seconds: number): void
  /** A request of a partner that went into tenants; `scope` is how many a portfolio request reached. */
  crossed(partnerId: PartnerId, route: string, scope: number | null): void
  /** The commit that carries the audit events of a request failed; the request failed with it. */
  auditFailed(): void
  /** Something was committed that whoever runs the installation is to look at. */
  signalled(name: Signal): void
  /** A request with a form token or a server key was answered; `reason` is one of a fixed list. */
  formAnswered(outcome: 'success' | 'refusal' | 'error', reason: string): void
}

/** One request, parsed. */
export interface Call {
  readonly route: Route
  readonly request: FastifyRequest
  readonly inputs: Inputs<Schemas>
  readonly trace: RequestTrace
  readonly sessionToken: string | null
}

/** What goes back. */
export interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: unknown
}

interface Opened {
  readonly mandate: Mandate
  readonly transaction: Transaction
  /** Set where the door itself took the limits: what the answer says of them. */
  readonly limitHeaders?: Readonly<Record<string, string>>
  readonly seenSecondsAgo?: number
}

function namedTenant(call: Call, access: Route['access']): TenantId | null {
  if ('identity' in access && access.tenant === undefined) return null
  const header = call.request.headers['x-active-tenant-id']
  let named: TenantId | null = null
  if (header !== undefined) {
    named = typeof header === 'string' ? decodeId('tenant', header) : null
    if (named === null)
      throw new ProblemError(
        400,
        'TENANT_CONTEXT_MISMATCH',
        'X-Active-Tenant-Id must be the id of one tenant.',
      )
  }
  if ('tenant' in access && typeof access.tenant === 'function') {
    // The function was written for the inputs of this very route.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const fromInput = (access.tenant as (input: unknown) => TenantId | undefined)(call.inputs)
    if (fromInput === undefined) return named
    if (named !== null && named !== fromInput)
      throw new ProblemError(
        400,
        'TENANT_CONTEXT_MISMATCH',
        'The request and X-Active-Tenant-Id name different tenants.',
      )
    return fromInput
  }
  return named
}

/** A read that has done nothing yet but ask can be done anew: nothing of it has left the server. */
const isRepeatable = ({ route }: Call): boolean =>
  route.method === 'GET' && route.answers === 'json' && !route.tellsTime

function toPersonRequest(call: Call, permission: PermissionEntry): PersonRequest {
  const { access, method } = call.route
  const tenantId = namedTenant(call, access)
  if (permission.plane === 'realm') throw new Error('No realm route is mounted.')
  if (tenantId !== null && (permission.plane === 'program' || permission.plane === 'platform')) {
    throw new ProblemError(
      400,
      'TENANT_CONTEXT_MISMATCH',
      'This operation belongs to the organisation itself; X-Active-Tenant-Id has no place here.',
    )
  }
  return {
    permission: permission.name,
    plane: permission.plane,
    sessionToken: call.sessionToken,
    tenantId,
    isPortfolio: 'permission' in access && access.tenant === 'portfolio',
    writes: method !== 'GET',
    accessReason: stateOfReason(call.route, call.request.headers['x-access-reason']),
    trace: call.trace,
  }
}

async function openForToken(
  engine: Engine,
  call: Call,
  access: Extract<Route['access'], { api: unknown }>,
): Promise<Opened> {
  const { method, url } = call.request
  const headers = { ...call.request.headers, authorization: authorizationsOf(call.request) }
  const token = await engine.tokens.verify({ method, path: url, headers })
  return openForClient(engine.database, {
    token,
    permission: access.api,
    // The function was written for the inputs of this very route.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    ban: (access.account as (input: unknown) => string)(call.inputs),
    writes: call.route.method !== 'GET',
    trace: call.trace,
    challenge: engine.tokens.challenge,
  })
}

async function openForAgency(
  engine: Engine,
  { request, trace }: Call,
  access: AgencyCall['access'],
): Promise<Opened> {
  const authorization = authorizationsOf(request)
  const { mandate, transaction, headers } = await engine.agencyDoor.open({
    access,
    request,
    trace,
    authorization,
  })
  return { mandate, transaction, limitHeaders: headers }
}

/** Opens the transaction of a request and decides it; whoever opens ends the mandate and the transaction. */
export async function open(engine: Engine, call: Call, mayDefer = false): Promise<Opened> {
  const { access } = call.route
  if ('identity' in access) return openForIdentity(engine.database, call.trace, call.sessionToken)
  if ('ingest' in access)
    return openForIngest(engine.database, call.trace, call.request.headers.authorization)
  if ('api' in access) return openForToken(engine, call, access)
  if ('realm' in access || 'realmDoor' in access)
    return openInRealm(engine, access, {
      request: call.request,
      trace: call.trace,
      authorization: authorizationsOf(call.request),
    })
  if (isAgencyAccess(access)) return openForAgency(engine, call, access)
  const permission = permissionOf(access)
  if (!permission) throw new Error(`${call.route.path} has no permission to open`)
  const request = { ...toPersonRequest(call, permission), mayDefer }
  const opened = await openForPerson(engine.database, request).catch((error: unknown) => {
    if (error instanceof Refusal) error.askedTenantId = request.tenantId
    throw error
  })
  const seconds = opened.entered.actor?.seen_seconds_ago
  return {
    mandate: opened.mandate,
    transaction: opened.transaction,
    ...(seconds !== undefined && { seenSecondsAgo: seconds }),
  }
}

function statusOf(route: Route): number {
  return Number(Object.keys(route.responses).find((status) => Number(status) < 300) ?? 200)
}

function toAnswer(call: Call, mandate: Mandate, result: unknown): Answer {
  const body = result instanceof Sent ? result.body : result
  const headers = result instanceof Sent ? result.headers : {}
  const status = (result instanceof Sent ? result.status : undefined) ?? statusOf(call.route)
  return { status, headers: { ...contextHeaders(mandate), ...headers }, body }
}

interface Outcome {
  readonly answer: Answer
  readonly use: IdempotentUse | null
  readonly readDurability: Durability
}

async function finish(
  call: Call,
  { mandate, transaction }: Opened,
  { answer, use, readDurability }: Outcome,
): Promise<void> {
  const isRead = call.route.method === 'GET' || call.route.readsOnly !== undefined
  if (!isRead && call.route.answers === 'json' && countEvents(mandate) === 0) {
    throw new Error(`${call.route.method} ${call.route.path} changed something without an audit event`)
  }
  const events = tellAccessReason(
    takeEvents(
      mandate,
      isRead && call.route.answers === 'json' ? () => describeRead(call.route, mandate, answer.body) : null,
    ),
    readAccessReason(call.request.headers['x-access-reason']),
  )
  const kept = call.route.showsSecret ? { ...answer, body: null } : answer
  const last = use ? [...events, keepAnswer(use, kept)] : events
  await transaction.commit(last, isRead && call.route.answers === 'json' ? readDurability : 'durable')
}

function readUse(call: Call, mandate: Mandate): IdempotentUse | null {
  const { method, answers, path } = call.route
  if (method !== 'POST' || answers !== 'json') return null
  const key = readIdempotencyKey(call.request.headers['idempotency-key'])
  // The organisation belongs to it: the same path under another one is another operation.
  const within = 'tenant' in mandate ? ` ${mandate.tenant.id}` : ''
  const operation = `${method} ${path} ${JSON.stringify(call.request.params)}${within}`
  return key === null ? null : { key, operation, body: call.request.body, waits: call.route.waitsForKey }
}

async function handle(call: Call, mandate: Mandate): Promise<unknown> {
  const surroundings = {
    trace: call.trace,
    sessionToken: call.sessionToken,
    expectedVersion: readExpectedVersion(call.route, call.request.headers['if-match']),
    namedTenantId: 'identity' in call.route.access ? namedTenant(call, call.route.access) : null,
  }
  return call.route.handle({ ...call.inputs, ...surroundings, mandate })
}

function observeAllowed(engine: Engine, call: Call, mandate: Mandate): void {
  engine.observer.decided('allowed', 'ALLOWED')
  if (mandate.kind !== 'acting' && mandate.kind !== 'portfolio') return
  const scope = mandate.kind === 'portfolio' ? mandate.tenantIds.length : null
  engine.observer.crossed(mandate.partner.id, call.route.path, scope)
}

interface Admission {
  /** What the answer says of the limits. */
  readonly limits: Record<string, string>
  /** The work of a read, which begins while the limiter is being asked. */
  readonly reading: Promise<unknown> | null
}

/** Takes the limits of a request, unless its door took them. Throws when it is not admitted. */
async function takeAdmission(engine: Engine, call: Call, opened: Opened): Promise<Admission> {
  // Reads the input, where the door did not want it judged before (`lateInputs`).
  const applicant = { ...call, mandate: opened.mandate }
  if (opened.limitHeaders) return { limits: { ...opened.limitHeaders }, reading: null }
  const taken = takeLimits(engine.limiter, applicant)
  // Whatever a read comes to, found or not, is told only if it was admitted.
  const reading =
    call.route.method === 'GET' && taken instanceof Promise && !isMetered(call.route)
      ? handle(call, opened.mandate)
      : null
  reading?.catch(() => undefined)
  const verdict = await taken
  if (!verdict.admitted) engine.observer.limited(verdict.name)
  if (!verdict.admitted) refuseLimited(applicant, verdict)
  return { limits: limitHeaders(verdict), reading }
}

/** The answer that a key already has, told again. */
async function replay(call: Call, { transaction }: Opened, stored: Answer): Promise<Answer> {
  await transaction.commit([], 'durable')
  if (call.route.showsSecret)
    throw new ProblemError(
      409,
      'SECRET_SHOWN_ONCE',
      'This request was carried out before. Its answer held a secret, which is not kept and not shown again.',
    )
  return { ...stored, headers: { ...stored.headers, 'Idempotent-Replayed': 'true' } }
}

async function work(engine: Engine, call: Call, opened: Opened): Promise<Answer> {
  const { mandate } = opened
  readAccessReason(call.request.headers['x-access-reason'])
  const { limits, reading } = await takeAdmission(engine, call, opened)
  const use = readUse(call, mandate)
  const stored = use && (await claimKey(mandate, use))
  if (stored) return replay(call, opened, { ...stored, headers: { ...stored.headers, ...limits } })
  const metered = await meterService(engine.meter, call, opened)
  const result = await (reading ?? handle(call, mandate)).catch((error: unknown) =>
    keepRefusal(opened, error),
  )
  const answer = toAnswer(call, mandate, result)
  await finish(call, opened, { answer, use, readDurability: engine.readDurability ?? 'relaxed' }).catch(
    (error: unknown) => {
      if (!opened.transaction.isStale) engine.observer.auditFailed()
      throw error
    },
  )
  for (const name of listSignals(mandate)) engine.observer.signalled(name)
  return { ...answer, headers: { ...answer.headers, ...joinLimitHeaders(limits, metered) } }
}

/** Keeps the idle clock of a session going; at most one write a minute, and never part of the request. */
function touchSession(engine: Engine, opened: Opened): void {
  const { mandate, seenSecondsAgo = 0 } = opened
  if (seenSecondsAgo < 60 || !('actor' in mandate)) return
  void engine.database
    .pool('liaison_auth')
    .query('update session set seen_at = now() where id = $1 and ended_at is null', [mandate.actor.sessionId])
    .catch(() => undefined)
}

async function closeLate(opening: Promise<Opened>): Promise<void> {
  try {
    const { mandate, transaction } = await opening
    endMandate(mandate)
    transaction.abandon()
  } catch {
    // It never opened, and its caller has an answer already.
  }
}

interface Terms {
  readonly endsAtMs: number
  /** Whether a decision that is kept may be confirmed with the first statements instead of before them. */
  readonly mayDefer: boolean
}

/** Opens within the deadline; what opens too late is closed at once. */
function openWithinDeadline(engine: Engine, call: Call, { endsAtMs, mayDefer }: Terms): Promise<Opened> {
  const opening = open(engine, call, mayDefer)
  return withinDeadline(endsAtMs, opening, () => void closeLate(opening))
}

/** Does the work. Nothing that came of it, refusals included, is told before the decision behind it is known to hold. */
async function workSettled(engine: Engine, call: Call, opened: Opened): Promise<Answer> {
  try {
    return await work(engine, call, opened)
  } finally {
    await opened.transaction.settle()
    if (!opened.transaction.isStale) observeAllowed(engine, call, opened.mandate)
  }
}

/** Opens, works and closes; null when what was decided before turned out not to hold any more, and nothing was done. */
async function attempt(engine: Engine, call: Call, terms: Terms): Promise<Answer | null> {
  const startedMs = performance.now()
  const opened = await openWithinDeadline(engine, call, terms).finally(() =>
    engine.observer.opened((performance.now() - startedMs) / 1000),
  )
  try {
    const answer = await withinDeadline(terms.endsAtMs, workSettled(engine, call, opened), () =>
      opened.transaction.abandon(),
    )
    touchSession(engine, opened)
    return answer
  } catch (error) {
    if (opened.transaction.isStale) return null
    throw error
  } finally {
    endMandate(opened.mandate)
    await opened.transaction.rollback()
  }
}

function requireAnswer(answer: Answer | null): Answer {
  if (!answer) throw new Error('A transaction whose decision was asked for first cannot be stale.')
  return answer
}

/**
 * Carries a request through: opens and decides, takes the rate limit, lets the handler work, writes the audit rows and
 * commits, all in one transaction. Whatever fails leaves nothing behind.
 */
export async function execute(engine: Engine, call: Call): Promise<Answer> {
  if ('public' in call.route.access) {
    const result = await call.route.handle({
      ...call.inputs,
      trace: call.trace,
      sessionToken: call.sessionToken,
      expectedVersion: 0,
      namedTenantId: null,
    })
    return {
      status: statusOf(call.route),
      headers: result instanceof Sent ? { ...result.headers } : {},
      body: result instanceof Sent ? result.body : result,
    }
  }
  const endsAtMs = performance.now() + engine.requestDeadlineMs
  const answer = isRepeatable(call) ? await attempt(engine, call, { endsAtMs, mayDefer: true }) : null
  return answer ?? requireAnswer(await attempt(engine, call, { endsAtMs, mayDefer: false }))
}
