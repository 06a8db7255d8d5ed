import { refuseLimited, takeLimits } from '#platform/limits/admission.ts'
import { readAccessReason } from './access-reason.ts'
import { handle, listLast, statusOf, toAnswer } from './answering.ts'
import type { Outcome } from './answering.ts'
import { withinDeadline } from './deadline.ts'
import { workBehindTicket } from './deferred-read.ts'
import { open } from './execute.ts'
import type { Answer, Call, Engine, Opened } from './execute.ts'
import { claimKey, readIdempotencyKey } from './idempotency.ts'
import type { IdempotentUse } from './idempotency.ts'
import { keepRefusal } from './kept-refusal.ts'
import { limitHeaders } from '#platform/limits/limits.ts'
import { readingOfPage } from '#platform/words/page-language.ts'
import { endMandate, listSignals } from '../mandate.ts'
import type { Mandate } from '../mandate.ts'
import { ProblemError } from '../problem.ts'
import { Sent } from '../route.ts'
import { isMetered, joinLimitHeaders, meterService } from '#platform/telemetry/service-meter.ts'

/** A read that has done nothing yet but ask can be done anew: nothing of it has left the server. */
const isRepeatable = ({ route }: Call): boolean =>
  route.method === 'GET' && route.answers === 'json' && !route.tellsTime

async function finish(call: Call, { mandate, transaction }: Opened, outcome: Outcome): Promise<void> {
  const isRead = call.route.method === 'GET' || call.route.readsOnly !== undefined
  const last = listLast(call, mandate, outcome)
  await transaction.commit(last, isRead && call.route.answers === 'json' ? outcome.readDurability : 'durable')
}

/** A body without what each attempt has of its own. */
function wishOf({ route: { attempts }, request: { body } }: Call): unknown {
  if (attempts.length === 0 || typeof body !== 'object' || body === null) return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => !attempts.includes(name)))
}

function readUse(call: Call, mandate: Mandate): IdempotentUse | null {
  const { method, answers, path } = call.route
  if (method !== 'POST' || answers !== 'json') return null
  const key = readIdempotencyKey(call.request.headers['idempotency-key'])
  // The organisation belongs to it: the same path under another one is another operation.
  const within = 'tenant' in mandate ? ` ${mandate.tenant.id}` : ''
  const operation = `${method} ${path} ${JSON.stringify(call.request.params)}${within}`
  const { body } = call.request
  return key === null
    ? null
    : { key, operation, body: wishOf(call), sent: body, waits: call.route.waitsForKey }
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

/** Throws VALIDATION_ERROR for input that cannot be taken: from here on whoever sent it is known (`lateInputs`). */
const judgeInput = ({ inputs }: Call): unknown => inputs

async function work(engine: Engine, call: Call, opened: Opened): Promise<Answer> {
  const { mandate, proof } = opened
  readAccessReason(call.request.headers['x-access-reason'])
  judgeInput(call)
  if (proof && !isMetered(call.route)) return workBehindTicket(engine, call, { ...opened, proof })
  const { limits, reading } = await takeAdmission(engine, call, opened)
  call.counted.limits = limits
  const use = readUse(call, mandate)
  const stored = use && (await claimKey(mandate, use, opened.lookedUp))
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
  const { mandate, use } = opened
  if (!use?.isDue || !('actor' in mandate)) return
  use.noted()
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
    if (!opened.transaction.isStale) throw error
    call.counted.limits = {}
    return null
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
      reading: readingOfPage(call.request, call.route),
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
