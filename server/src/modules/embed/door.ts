import type { FastifyRequest } from 'fastify'
import { credentialKindOf, digestFormToken, formTokenPepper } from '#modules/agencies/index.ts'
import type { AdmittedAgency, AgencyCall, AgencyDoor } from '#platform/agency-door.ts'
import type { Database } from '#platform/database.ts'
import { retryAfterSeconds } from '#platform/limit-store/index.ts'
import type { LimitAnswer, LimitAsked, LimitStore } from '#platform/limit-store/index.ts'
import { endMandate } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { noteFormUse, openForForm } from '#platform/resolvers/resolver-of-form.ts'
import type { OpenedForm } from '#platform/resolvers/resolver-of-form.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { networkOf } from '#platform/networks.ts'
import type { PasswordHasher } from '#platform/credentials/password-hasher.ts'
import { makeAccessCodes } from './access-code.ts'
import { prepareIssue, requireOrigin, requireTicket } from './checks.ts'
import { findForm, headlessOrigin } from './headless.ts'
import { findOverride, readHints } from './body-hints.ts'
import { readCredential } from './credential.ts'
import { countedReason, refuse, toRefusalBody } from './refusal.ts'
import { describeRefusal } from './refusal-event.ts'
import type { RefusedRequest } from './refusal-event.ts'
import { RefusalTally } from './tally.ts'
import { makeTickets } from './ticket.ts'
import type { Tickets } from './ticket.ts'
import { UseNotes } from './use-notes.ts'

const MINUTE_MS = 60_000
/** The promise of E5: at most so many requests of one token in any 60 seconds. */
const TOKEN_LIMIT = 20
const TOKEN_LIMIT_PER_CALLER = 10
const CALLER_LIMIT = 60
/** From how few on a public page is told what is left: a shared token must not publish how much its agency does. */
const TOLD_FROM = 5

/** What the door works with. */
export interface DoorParts {
  readonly database: Database
  readonly vault: Vault
  readonly limits: LimitStore
  readonly embedOrigin: () => string
  /** Where the pages about refusals are: the host of forms has none. */
  readonly publicOrigin: () => string
  readonly hasher: PasswordHasher
  /** Told of each answer, so that refusals are counted apart from faults. */
  readonly onAnswered?: (outcome: 'success' | 'refusal' | 'error', reason: string) => void
  /** Multiplies the limits of callers, not those of tokens; tests that are not about limits raise it. */
  readonly scale?: number
}

/** What all routes and pages of forms share in one process. */
export interface Embed {
  readonly door: AgencyDoor
  readonly tickets: Tickets
  readonly notes: UseNotes
  readonly tally: RefusalTally
  readonly limits: LimitStore
  /** Counts an answer that is no refusal. */
  succeeded(): void
  /** Takes one request of a caller, by address. Throws RATE_LIMITED. */
  admitCaller(request: FastifyRequest, what: string): Promise<void>
}

interface Checking {
  readonly parts: DoorParts
  readonly embed: Omit<Embed, 'door'>
  readonly codes: ReturnType<typeof makeAccessCodes>
  readonly state: RefusedRequest
}

function limited(answer: LimitAnswer, policies: readonly string[], policy: string): never {
  const seconds = retryAfterSeconds(answer)
  throw refuse('RATE_LIMITED', {
    violatedPolicies: policies,
    headers: {
      'Retry-After': String(seconds),
      'RateLimit-Policy': policy,
      RateLimit: `${policy.slice(0, policy.indexOf(';'))};r=0;t=${seconds}`,
    },
  })
}

const TOKEN_POLICY = `"token";q=${TOKEN_LIMIT};w=60`

/** Step 7: both limits of a token, taken together or not at all, so that a refusal costs nothing and waiting is enough. */
async function takeToken({ parts, state }: Checking, caller: string): Promise<Record<string, string>> {
  const token = state.entered?.token
  if (!token) throw new Error('Only a known token is counted.')
  const isKey = token.kind === 'agency_key'
  const allowed = isKey ? (token.calls_per_minute ?? 0) : TOKEN_LIMIT
  const own: LimitAsked = { key: `token ${token.id}`, allowed, windowMs: MINUTE_MS }
  const each = TOKEN_LIMIT_PER_CALLER * (parts.scale ?? 1)
  const asked = isKey
    ? [own]
    : [own, { key: `token ${token.id} of ${caller}`, allowed: each, windowMs: MINUTE_MS }]
  const answer = await parts.limits.take(asked)
  const policy = isKey ? `"token";q=${allowed};w=60` : TOKEN_POLICY
  if (!answer.admitted) {
    const names = ['token', 'ip'].filter((_, index) => (answer.waitsMs[index] ?? 0) > 0)
    limited(answer, names, policy)
  }
  const left = answer.remaining[0] ?? 0
  return {
    'RateLimit-Policy': policy,
    ...(left <= TOLD_FROM && { RateLimit: `"token";r=${left};t=60` }),
  }
}

/** Steps 5 and 6 for a page, which a server has nothing to do with. */
async function checkPage(
  checking: Checking,
  mandate: Mandate<'form' | 'agency_key'>,
  isTicketSpent: boolean,
): Promise<void> {
  const { embed, parts, codes, state } = checking
  const form = state.entered?.form
  if (!form || mandate.kind !== 'form') return
  const { request, action } = state
  const hints = readHints(request.body)
  const now = mandate.origin.now
  const place = requireOrigin({ form, request, hints, now, tickets: embed.tickets, own: parts.embedOrigin() })
  state.origin = place.origin
  state.corsOrigin = place.isHeadless ? place.origin : null
  requireTicket(now, { form, request, hints, place, action, tickets: embed.tickets, isTicketSpent })
  if (form.access_code_hash !== null && action === 'issue')
    await codes.require({ formId: form.id, hash: form.access_code_hash, given: hints.accessCode }, request.ip)
}

/** What counts toward the limit and is refused before the body is judged. */
function checkRequest({ request, action }: RefusedRequest): void {
  if (action === 'issue' && request.headers['idempotency-key'] === undefined)
    throw refuse('IDEMPOTENCY_KEY_MISSING')
  const named = findOverride(request.body)
  if (named !== null)
    throw refuse('CONTEXT_OVERRIDE', {
      errors: [{ pointer: `/${named}`, code: 'CONTEXT_OVERRIDE', detail: 'comes from the token alone' }],
    })
}

interface Asked {
  readonly call: AgencyCall
  readonly kind: 'form_token' | 'agency_key'
  readonly state: RefusedRequest
}

function formOf({ params }: FastifyRequest): string {
  const form: unknown = typeof params === 'object' && params !== null && 'form' in params ? params.form : null
  return typeof form === 'string' ? form : ''
}

/** What a credential is read with. */
interface Reading {
  readonly parts: DoorParts
  readonly pepper: ReturnType<typeof formTokenPepper>
  readonly tickets: Tickets
}

const OF_ANOTHER_NETWORK = {
  detail: 'This server key is not for the address that the request came from.',
  nextStep: 'Send it from one of the networks of the key, or have the organisation add yours.',
  internal: 'NETWORK',
}

/** Step 3 and 4: the credential's form and checksum, then its own row. Every way to be invalid ends in one answer. */
async function openCredential(
  { parts, pepper, tickets }: Reading,
  { call, kind, state }: Asked,
): Promise<OpenedForm> {
  const text = readCredential(call.request, call.authorization)
  if (text === null || credentialKindOf(text) !== kind)
    throw refuse('PARTNER_TOKEN_INVALID', { internal: text === null ? 'MISSING' : 'MALFORMED' })
  const form = formOf(call.request)
  const hash = digestFormToken(pepper, text).toString('hex')
  const opened = await openForForm(parts.database, {
    kind,
    action: state.action,
    hashes: [hash],
    formPublicId: kind === 'form_token' ? form : null,
    preparation:
      state.action === 'issue'
        ? prepareIssue(call.request, kind === 'form_token' ? { tickets, form } : null)
        : null,
    trace: call.trace,
  })
  state.entered = opened.entered
  if (opened.decision.effect === 'allow') return opened
  if ('isElsewhere' in opened && opened.isElsewhere) throw refuse('PARTNER_TOKEN_SCOPE', OF_ANOTHER_NETWORK)
  if (opened.decision.code === 'ACTION_NOT_GIVEN') throw refuse('PARTNER_TOKEN_SCOPE')
  throw refuse('PARTNER_TOKEN_INVALID', { internal: opened.decision.code })
}

async function admit(checking: Checking, opened: OpenedForm): Promise<AdmittedAgency> {
  if (!('mandate' in opened)) throw new Error('Only an allowance is admitted.')
  const { mandate, transaction } = opened
  const { state, embed } = checking
  try {
    await checkPage(checking, mandate, opened.isTicketSpent)
    const headers = await takeToken(checking, networkOf(state.request.ip))
    state.limitHeaders = headers
    embed.notes.used(opened.entered.token?.id ?? '', state.origin, mandate.origin.now)
    checkRequest(state)
    return { mandate, transaction, headers, lookedUp: opened.lookedUp }
  } catch (error) {
    endMandate(mandate)
    await transaction.rollback()
    throw error
  }
}

function begin(call: AgencyCall): Asked {
  const { access, request } = call
  const [kind, action] =
    'form' in access ? (['form_token', access.form] as const) : (['agency_key', access.agencyKey] as const)
  const state = { request, action, kind, entered: null, origin: null, corsOrigin: null, limitHeaders: {} }
  return { call, kind, state }
}

/**
 * The origin that may read a refusal of before its form was known, such as one of an unknown token: the form's key in the path says
 * which sites call for it, as it does to a browser that asks beforehand. So many of a caller are looked up, and no more.
 */
async function findReader(
  { parts, embed }: Pick<Checking, 'parts' | 'embed'>,
  request: FastifyRequest,
): Promise<string | null> {
  const { origin } = request.headers
  const form = formOf(request)
  if (form === '' || origin === undefined || origin === parts.embedOrigin()) return null
  try {
    await embed.admitCaller(request, 'reader')
    return headlessOrigin(await findForm(parts.database, form), request)
  } catch {
    return null
  }
}

function makeDoor(parts: DoorParts, embed: Omit<Embed, 'door'>): AgencyDoor {
  const states = new WeakMap<FastifyRequest, RefusedRequest>()
  const readers = new WeakMap<FastifyRequest, string | null>()
  const codes = makeAccessCodes(parts)
  const reading = { parts, pepper: formTokenPepper(parts.vault), tickets: embed.tickets }
  return {
    async open(call) {
      const asked = begin(call)
      states.set(call.request, asked.state)
      await embed.admitCaller(call.request, 'call')
      return admit({ parts, embed, codes, state: asked.state }, await openCredential(reading, asked))
    },
    async refuseElsewhere(request) {
      await embed.admitCaller(request, 'call')
      throw refuse('PARTNER_TOKEN_SCOPE')
    },
    async tell(request, problem, trace) {
      const state = states.get(request) ?? null
      const body = toRefusalBody(problem, request.id, parts.publicOrigin())
      parts.onAnswered?.(body.refusal ? 'refusal' : 'error', countedReason(body.reason))
      const refusal = describeRefusal({ problem, reason: body.reason, trace, state })
      if (refusal) await record(embed.tally, refusal, trace)
      if (!state?.corsOrigin) readers.set(request, await findReader({ parts, embed }, request))
      const headers = { ...state?.limitHeaders, ...headersOfRefusal(problem, body.reason) }
      return { status: problem.status, headers, body }
    },
    headersOf: (request) => corsHeaders(states.get(request)?.corsOrigin ?? readers.get(request) ?? null),
    async close() {
      await Promise.all([embed.tally.close(), embed.notes.close(), parts.limits.close()])
    },
  }
}

/** Makes the door of forms and servers of agencies, and what its pages share with it. Source: embedded.md section 2. */
export function makeEmbed(parts: DoorParts): Embed {
  const { limits, database, vault } = parts
  const embed: Omit<Embed, 'door'> = {
    tally: new RefusalTally(database),
    notes: new UseNotes((notes) => noteFormUse(database, notes)),
    tickets: makeTickets(vault),
    limits,
    succeeded: () => parts.onAnswered?.('success', 'OK'),
    async admitCaller(request, what) {
      const allowed = CALLER_LIMIT * (parts.scale ?? 1)
      const key = `embed ${what} ${networkOf(request.ip)}`
      const answer = await limits.take([{ key, allowed, windowMs: MINUTE_MS }])
      if (!answer.admitted) limited(answer, ['ip'], `"ip";q=${allowed};w=60`)
    },
  }
  return { ...embed, door: makeDoor(parts, embed) }
}

/** A refusal that cannot be recorded is still a refusal: what is missing in the log is told by the metrics of the database. */
async function record(
  tally: RefusalTally,
  refusal: Parameters<RefusalTally['record']>[0],
  trace: RequestTrace,
): Promise<void> {
  await tally.record(refusal, trace.now).catch(() => undefined)
}

const EXPOSED = 'Retry-After, RateLimit, RateLimit-Policy, Idempotent-Replayed'

/** What lets a page of another origin read an answer; nothing unless the form allows that very origin. */
export function corsHeaders(origin: string | null): Record<string, string> {
  if (origin === null) return { Vary: 'Origin' }
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': EXPOSED,
    'Cross-Origin-Resource-Policy': 'cross-origin',
  }
}

function headersOfRefusal(
  problem: Parameters<AgencyDoor['tell']>[1],
  reason: string,
): Record<string, string> {
  return {
    ...problem.extras.headers,
    ...(reason === 'PARTNER_TOKEN_INVALID' && { 'WWW-Authenticate': 'Bearer error="invalid_token"' }),
    ...(problem.status === 503 && { 'Retry-After': '1' }),
  }
}
