import { createHash } from 'node:crypto'
import { billingOf, decide, findPermission, idFromUuid } from '@liaison/access'
import type { BillingParties, Decision, Facts, Permission, Plane, TenantId } from '@liaison/access'
import type { DoneRead } from '#platform/limits/admission-statement.ts'
import type { Database, Login } from '../database.ts'
import { actorOf, originOf, partnerOf, refuse } from './entered-sides.ts'
import { decodeFacts, decodePortfolio, toFacts } from './facts.ts'
import type { EnteredFacts, LinkEntry } from './facts.ts'
import { featuresOf } from '../features.ts'
import type { FeatureSource } from '../features.ts'
import { KeptDecisions, keepTicket, SessionUse } from './kept-decisions.ts'
import type { KeptDecision } from './kept-decisions.ts'
import { issueMandate } from '../mandate.ts'
import type { Mandate, MandateKinds, PortfolioLink, RequestOrigin } from '../mandate.ts'
import { ProblemError } from '../problem.ts'
import type { RequestTrace } from '../request-trace.ts'
import type { Statement, StatementResult } from '../statement.ts'
import { resumeToRead, resumeToWrite } from './ticket-statement.ts'
import { Transaction } from '../transaction.ts'
import type { Opening } from '../transaction.ts'

/** What a decision is asked about. */
interface Asked {
  readonly permission: Permission
  readonly plane: Exclude<Plane, 'realm'>
  /** The tenant that the request names; null when it names none. */
  readonly tenantId: TenantId | null
  /** Whether the request reads across tenants; a named tenant then narrows it. */
  readonly isPortfolio: boolean
  /** Whether the request says why its person comes into the tenant; undefined where nobody asks. */
  readonly accessReason?: 'given' | 'missing' | undefined
  readonly trace: { readonly requestId: string; readonly ip: string | null }
}

/** What a request of a person asks for. */
export interface PersonRequest extends Asked {
  readonly sessionToken: string | null
  readonly writes: boolean
  readonly trace: RequestTrace
  /**
   * Whether a decision that is kept may be handed out before the database has said that it still holds, which it then says
   * with the first statements. Whoever asks for that does all of it anew without it when the transaction turns out stale.
   */
  readonly mayDefer?: boolean
}

/** What proves to the database whose read it is. */
export type Proof = Pick<DoneRead, 'ticket' | 'subject' | 'request'>

/** A decided request: its mandate, and the transaction in which it holds. */
export interface Opened {
  readonly mandate: Mandate
  readonly transaction: Transaction
  readonly entered: EnteredFacts
  readonly use: SessionUse
  /** Set for a read that stands on a decision that is kept: how the database knows whose read it is. */
  readonly proof?: Proof
}

const LOGIN_OF_PLANE: Readonly<Record<Exclude<Plane, 'realm'>, Login>> = {
  platform: 'liaison_platform',
  program: 'liaison_program',
  delegation: 'liaison_delegate',
  tenant: 'liaison_tenant',
}

/** The digest under which a session token is stored. */
export function digestToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function toEnterArgument(request: PersonRequest): Record<string, unknown> {
  return {
    session_hash: digestToken(request.sessionToken ?? ''),
    tenant_id: request.isPortfolio ? undefined : request.tenantId,
    permission: request.permission,
    writes: request.writes,
    ...request.trace.toAudit(),
  }
}

interface Decided {
  readonly entered: EnteredFacts
  readonly facts: Facts
  readonly transaction: Transaction
  readonly origin: RequestOrigin
}

function issueForPlane(
  plane: 'platform' | 'program' | 'tenant',
  { entered, facts, transaction, origin }: Decided,
): Mandate {
  const backing = { transaction, facts }
  const actor = actorOf(entered)
  if (plane === 'platform') return issueMandate('platform', { actor, origin }, backing)
  if (plane === 'program')
    return issueMandate('program', { actor, partner: partnerOf(entered), origin }, backing)
  const { tenant, tenant_member: member } = entered
  if (!tenant || !member) throw new Error('A decided request of a tenant has a member.')
  const side = { id: idFromUuid('tenant', tenant.id), name: tenant.name }
  return issueMandate('tenant', { actor, tenant: side, role: member.role, origin }, backing)
}

/** Who pays for each kind; a decision that was kept before a link said so knows it of services. */
function partiesOf(link: LinkEntry): BillingParties {
  return link.billing_parties ?? billingOf({ services: link.billing_party })
}

function issueActing({ entered, facts, transaction, origin }: Decided): Mandate<'acting'> {
  const { link, tenant } = entered
  if (!link || !tenant) throw new Error('A decided delegation has a link.')
  const named: MandateKinds['acting'] = {
    actor: actorOf(entered),
    partner: partnerOf(entered),
    tenant: { id: idFromUuid('tenant', tenant.id), name: tenant.name },
    link: {
      id: idFromUuid('link', link.id),
      role: link.role,
      epoch: link.epoch,
      endsAt: link.ends_at,
      billingParty: link.billing_party,
      billingParties: partiesOf(link),
    },
  }
  return issueMandate('acting', { ...named, origin }, { transaction, facts })
}

/** The facts of one linked tenant: what all share, and this link. */
function factsOfEntry(entered: EnteredFacts, entry: LinkEntry, ip: string | null): Facts {
  return toFacts(
    {
      ...entered,
      tenant: { id: entry.tenant_id, name: entry.tenant_name, slug: '', status: entry.tenant_status },
      link: entry,
    },
    ip,
  )
}

/**
 * A sensitive operation across tenants with a factor that is not fresh is refused whole: a step-up opens it, and leaving
 * the tenants out would hide that. A tenant that asks for another kind of factor is left out like any other.
 */
function refuseStale(
  { permission }: Asked,
  entered: EnteredFacts,
  answers: readonly { readonly link: PortfolioLink; readonly decision: Decision }[],
): void {
  if (findPermission(permission)?.sensitive !== true) return
  const stale = answers.find(
    ({ link, decision }) =>
      decision.code === 'STEP_UP_REQUIRED' &&
      decide({ ...link.facts, actor_kind: 'job' }, { permission }).effect === 'allow',
  )
  if (stale) refuse(stale.link.facts, permission, entered)
}

function toPortfolioLink(request: Asked, entered: EnteredFacts, entry: LinkEntry): PortfolioLink {
  return {
    tenant: { id: idFromUuid('tenant', entry.tenant_id), name: entry.tenant_name },
    billingParty: entry.billing_party,
    billingParties: partiesOf(entry),
    facts: {
      ...factsOfEntry(entered, entry, request.trace.ip),
      // Whoever reads across all tenants enters none of them; whoever narrows the read to one does.
      access_reason: request.tenantId === null ? undefined : request.accessReason,
    },
  }
}

function issuePortfolio(
  request: Asked,
  decided: Decided,
  entries: readonly LinkEntry[],
): Mandate<'portfolio'> {
  const { entered, facts, transaction, origin } = decided
  // Without a link to look at, everything but "not linked" speaks of the caller and holds for every tenant.
  const caller = decide(facts, { permission: request.permission })
  if (caller.effect === 'deny' && caller.code !== 'TENANT_NOT_FOUND')
    refuse(facts, request.permission, entered)
  const links = entries.map((entry) => toPortfolioLink(request, entered, entry))
  const asked =
    request.tenantId === null ? links : links.filter((link) => link.tenant.id === request.tenantId)
  if (request.tenantId !== null && asked.length === 0) refuse(facts, request.permission, entered)
  const answers = asked.map((link) => ({
    link,
    decision: decide(link.facts, { permission: request.permission }),
  }))
  const [only] = answers
  if (request.tenantId !== null && only && only.decision.effect === 'deny') {
    refuse(only.link.facts, request.permission, {
      ...entered,
      tenant: { id: only.link.tenant.id, name: only.link.tenant.name, slug: '', status: '' },
    })
  }
  refuseStale(request, entered, answers)
  const included = answers.filter(({ decision }) => decision.effect === 'allow').map(({ link }) => link)
  const excluded = answers
    .filter(({ decision }) => decision.effect === 'deny' && decision.code !== 'TENANT_NOT_FOUND')
    .map(({ link, decision }) => ({
      tenantId: link.tenant.id,
      tenantName: link.tenant.name,
      reason: decision.code,
      facts: link.facts,
    }))
  const tenantIds = included.map((link) => link.tenant.id)
  transaction.sendAhead({ text: 'select access.narrow($1::uuid[])', values: [tenantIds] })
  const named = {
    actor: actorOf(entered),
    partner: partnerOf(entered),
    tenantIds,
    links: included,
    excluded,
    narrowedTo: request.tenantId === null ? null : (included[0] ?? null),
    origin,
  }
  return issueMandate('portfolio', named, { transaction, facts })
}

function issue(request: Asked, decided: Decided, entries: readonly LinkEntry[] | null): Mandate {
  if (request.plane !== 'delegation') {
    if (decide(decided.facts, { permission: request.permission }).effect === 'deny')
      refuse(decided.facts, request.permission, decided.entered)
    return issueForPlane(request.plane, decided)
  }
  if (request.isPortfolio) return issuePortfolio(request, decided, entries ?? [])
  if (request.tenantId === null) {
    throw new ProblemError(
      400,
      'TENANT_CONTEXT_REQUIRED',
      'This operation works in one tenant; name it in X-Active-Tenant-Id.',
    )
  }
  if (decide(decided.facts, { permission: request.permission }).effect === 'deny')
    refuse(decided.facts, request.permission, decided.entered)
  return issueActing(decided)
}

const keptDecisions = new WeakMap<Database, KeptDecisions>()

function keptOf(database: Database): KeptDecisions {
  const kept = keptDecisions.get(database) ?? new KeptDecisions()
  keptDecisions.set(database, kept)
  return kept
}

interface Entering {
  readonly enter: Statement
  /** What was kept of the same question, and the statement by which the database says whether it still holds. */
  readonly resume?: { readonly statement: Statement; readonly known: KeptDecision } | undefined
  readonly keep?: (decision: KeptDecision) => void
}

interface Begun extends Pick<KeptDecision, 'entered' | 'entries' | 'use'> {
  readonly transaction: Transaction
}

const PORTFOLIO: Statement = { text: 'select access.portfolio() as links', values: [] }

function readAnswers(
  { isPortfolio }: Asked,
  [entering, links]: readonly StatementResult[],
  features: FeatureSource,
): Pick<KeptDecision, 'entered' | 'entries'> {
  const entries = isPortfolio ? decodePortfolio(links?.rows[0]?.['links']) : null
  return { entered: decodeFacts(entering?.rows[0]?.['facts'], features), entries }
}

/** What was kept, at the time of this read and with the features as they are now: those live in this process, not under stamps. */
function refresh(kept: EnteredFacts, now: Date, features: FeatureSource): EnteredFacts {
  return { ...kept, now, ...(kept.partner && { features_off: features.offFor(kept.partner.id, now) }) }
}

const timeOf = (result: StatementResult | undefined): Date | null => {
  const now = result?.rows[0]?.['now']
  return now instanceof Date ? now : null
}

/** Begins the transaction with what the database gathered, or with what was kept of it where the database says that it holds. */
async function begin(database: Database, request: Asked, { enter, resume, keep }: Entering): Promise<Begun> {
  const features = featuresOf(database)
  const { clock } = keptOf(database)
  const gather = request.isPortfolio ? [enter, PORTFOLIO] : [enter]
  const login = LOGIN_OF_PLANE[request.plane]
  const askedAtMs = performance.now()
  const [transaction, first] = await Transaction.begin(database, login, resume ? [resume.statement] : gather)
  try {
    const now = resume ? timeOf(first[0]) : null
    if (resume && now) {
      const { entered, entries, use } = resume.known
      clock.tell(now, askedAtMs)
      return { transaction, entered: refresh(entered, now, features), entries, use }
    }
    const gathered = readAnswers(request, resume ? await transaction.send(gather) : first, features)
    const { actor, now: toldNow } = gathered.entered
    clock.tell(toldNow, askedAtMs)
    const use = new SessionUse(askedAtMs - (actor?.seen_seconds_ago ?? 0) * 1000)
    if (keep) keepTicket(transaction, { ...gathered, askedAtMs, use }, keep)
    return { transaction, ...gathered, use }
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}

async function openThrough(database: Database, request: Asked, entering: Entering): Promise<Opened> {
  const { transaction, entered, entries, use } = await begin(database, request, entering)
  try {
    const facts = { ...toFacts(entered, request.trace.ip), access_reason: request.accessReason }
    const decided: Decided = { entered, facts, transaction, origin: originOf(request.trace, entered) }
    const mandate = issue(request, decided, entries)
    return { mandate, transaction, entered, use }
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}

interface Deferrable extends Pick<Opening, 'lapsed'> {
  readonly statement: Statement
  readonly known: KeptDecision
  readonly question: string
}

/**
 * The mandate of a decision that is kept, before the database was asked: its statements go behind the ticket, each time
 * anew, and count only if the ticket holds there and the kernel says the same at the database's time. Null when that is
 * not to be had; then the database is asked first.
 */
async function openDeferred(
  database: Database,
  request: PersonRequest,
  { statement, known, question, lapsed }: Deferrable,
): Promise<Opened | null> {
  const features = featuresOf(database)
  const { clock } = keptOf(database)
  const now = clock.now()
  const { ticket } = known
  if (now === null || typeof ticket !== 'string') return null
  const factsAt = (instant: Date): { entered: EnteredFacts; facts: Facts } => {
    const entered = refresh(known.entered, instant, features)
    return { entered, facts: { ...toFacts(entered, request.trace.ip), access_reason: request.accessReason } }
  }
  const allows = (facts: Facts): boolean =>
    decide(facts, { permission: request.permission }).effect === 'allow'
  const { entered, facts } = factsAt(now)
  if (!allows(facts) || (request.plane === 'delegation' && request.tenantId === null)) return null
  const transaction = await Transaction.behind(database, LOGIN_OF_PLANE[request.plane], {
    toRead: resumeToRead(ticket, question),
    toWrite: statement,
    holds: (result, sentAtMs) => {
      const instant = timeOf(result)
      if (instant) clock.tell(instant, sentAtMs)
      return instant !== null && allows(factsAt(instant).facts)
    },
    lapsed,
  })
  const decided: Decided = { entered, facts, transaction, origin: originOf(request.trace, entered) }
  const mandate =
    request.plane === 'delegation' ? issueActing(decided) : issueForPlane(request.plane, decided)
  const subject = `${request.plane} ${entered.actor?.person_id} ${request.tenantId}`
  const proof = { ticket, subject, request: request.trace.toAudit() }
  return { mandate, transaction, entered, proof, use: known.use }
}

/**
 * Opens the transaction of a person's request, lets the database gather the facts under the session, decides, and
 * issues the mandate. Throws a RefusalError, with nothing left open, when the decision says no.
 */
export async function openForPerson(database: Database, request: PersonRequest): Promise<Opened> {
  const argument = toEnterArgument(request)
  const enter = { text: 'select access.enter_person($1) as facts', values: [argument] }
  if (request.writes) return openThrough(database, request, { enter })
  const kept = keptOf(database)
  const { plane, isPortfolio, permission, trace } = request
  const question = [argument['session_hash'], argument['tenant_id'] ?? [], permission].flat().join(' ')
  const place = `${plane} ${isPortfolio} ${question}`
  const known = kept.find(place)
  const statement = known && resumeToWrite(known.ticket, question, trace.toAudit())
  const resume = statement && { statement, known }
  const lapsed = (): void => kept.forget(place)
  const deferred =
    resume && request.mayDefer ? await openDeferred(database, request, { ...resume, question, lapsed }) : null
  if (deferred) return deferred
  return openThrough(database, request, {
    enter,
    resume,
    keep: (decision) => kept.keep(place, decision),
  })
}

/** What an ordered export asks for when it goes on with its work. */
export interface ExportRequest {
  readonly exportId: string
  /** The secret that whoever claimed the export knows, in hexadecimal. */
  readonly claim: string
  readonly plane: Exclude<Plane, 'realm'>
  readonly permission: Permission
  readonly requestId: string
}

/**
 * Opens a transaction in which an export works for the person who ordered it. All is decided anew as things are now, but for the
 * address and the fresh factor, which were asked for at the order. Throws a RefusalError as the person would meet it.
 */
export function openForExport(database: Database, request: ExportRequest): Promise<Opened> {
  const { exportId, claim, requestId, plane, permission } = request
  const route = 'export'
  const argument = { export_id: exportId, claim, permission, request_id: requestId, route }
  return openThrough(
    database,
    {
      permission,
      plane,
      tenantId: null,
      isPortfolio: plane === 'delegation',
      trace: { requestId, ip: null },
    },
    { enter: { text: 'select access.enter_export($1) as facts', values: [argument] } },
  )
}

/** What an operation on many links asks for when it takes its next item. */
export interface OperationRequest {
  readonly operationId: string
  /** The secret that whoever claimed the operation knows, in hexadecimal. */
  readonly claim: string
  readonly permission: Permission
  readonly requestId: string
}

/**
 * Opens a transaction in which an operation works for the person who ordered it, decided anew as things are now, but for
 * the fresh factor, which was asked for at the order. Throws a RefusalError as the person would meet it.
 */
export function openForOperation(database: Database, request: OperationRequest): Promise<Opened> {
  const { operationId, claim, requestId, permission } = request
  const argument = { operation_id: operationId, claim, permission, request_id: requestId, route: 'operation' }
  return openThrough(
    database,
    { permission, plane: 'program', tenantId: null, isPortfolio: false, trace: { requestId, ip: null } },
    { enter: { text: 'select access.enter_operation($1) as facts', values: [argument] } },
  )
}
