import { CLIENT_DECISION_STATUS, decideClient, findPermission, idFromUuid } from '@liaison/access'
import type { ClientDecision, ClientPermission } from '@liaison/access'
import { nameOf } from '#platform/credentials/access-token.ts'
import type { AccessToken, TokenVerifier } from '#platform/credentials/access-token.ts'
import type { KeptCall } from '#platform/limits/admission-statement.ts'
import { toReadRecord } from '../audit-event.ts'
import type { AuditEvent } from '../audit-event.ts'
import { BoundedMemory } from '../bounded-memory.ts'
import { readEnteredClient, refreshEnteredClient, toClientFacts } from './client-facts.ts'
import type { EnteredClient } from './client-facts.ts'
import { ClientRefusalError, missingScope, oauthErrorOf } from './client-refusal.ts'
import type { Database, Login } from '../database.ts'
import { featuresOf } from '../features.ts'
import { issueMandate } from '../mandate.ts'
import type { Mandate, MandateKinds } from '../mandate.ts'
import type { RequestTrace } from '../request-trace.ts'
import { Transaction } from '../transaction.ts'

/** What a call of an API client asks for; the token has been verified. */
export interface ClientRequest {
  readonly token: AccessToken
  readonly permission: ClientPermission
  /** The billing account that the call is about, as its caller names it. */
  readonly accountName: string
  readonly writes: boolean
  /** Whether what is decided is to be kept, for the next call of the same question (kept-calls.ts). */
  readonly keeps?: boolean
  /** The digest of the credential of a trusted gateway, which asks about a client without its token. */
  readonly gatewayCredential?: Buffer
  readonly trace: RequestTrace
  /** Tells the caller what kind of token would help. */
  readonly challenge: TokenVerifier['challenge']
}

/** What is asked of the database about the client, its token and the permission, whichever call it is for. */
function toQuestion({ token, permission }: ClientRequest): Record<string, unknown> {
  return {
    client_id: token.clientId,
    tenant_id: token.tenantId,
    ...(token.account.customerRef === undefined
      ? { ban: token.account.ban }
      : { customer_ref: token.account.customerRef }),
    delegation_id: token.delegationId,
    delegation_ver: token.delegationVersion,
    token_id: token.tokenId,
    member_id: token.actingMember,
    permission,
  }
}

const loginFor = ({ token }: ClientRequest): Login =>
  token.access === 'own' ? 'liaison_tenant' : 'liaison_delegate'

/** The refusal of a path about another account; told before anything else of that account. */
function mismatch(decision: ClientDecision): ClientDecision {
  return {
    ...decision,
    effect: 'deny',
    code: 'CUSTOMER_MISMATCH',
    status: CLIENT_DECISION_STATUS.CUSTOMER_MISMATCH,
  }
}

function decide(request: ClientRequest, entered: EnteredClient): ClientDecision {
  const facts = toClientFacts(entered, request.token, request.trace.ip)
  const spends = findPermission(request.permission)?.spends ?? false
  const decision = decideClient(facts, { permission: request.permission, writes: request.writes && spends })
  // A token that no longer counts is told first: another account's token would be no better.
  if (request.accountName !== nameOf(request.token.account) && decision.code !== 'UNAUTHORIZED')
    return mismatch(decision)
  return decision
}

function refuse(request: ClientRequest, entered: EnteredClient, decision: ClientDecision): never {
  const error = decision.code === 'ALLOWED' ? null : oauthErrorOf(decision.code)
  const scope = missingScope(decision.code, request.permission) ?? undefined
  throw new ClientRefusalError(decision, {
    facts: toClientFacts(entered, request.token, request.trace.ip),
    permission: request.permission,
    delegationId: entered.delegation?.id ?? null,
    accountName: nameOf(request.token.account),
    names: {
      ...(entered.client && { client: entered.client.name }),
      ...(entered.partner && { partner: entered.partner.name }),
      ...(entered.tenant && { tenant: entered.tenant.name }),
    },
    headers: error === null ? {} : request.challenge(error, scope),
  })
}

function toBilling({ billing }: EnteredClient): MandateKinds['api']['billing'] {
  return (
    billing && {
      relationshipId: billing.relationship_id,
      payerTenantId: idFromUuid('tenant', billing.payer_tenant_id),
      payerName: billing.payer_name,
      payerAccountId: idFromUuid('billing_account', billing.payer_account_id),
      payerBan: billing.payer_ban,
      payerRef: billing.payer_ref,
      mode: billing.kind,
    }
  )
}

function toNamed(token: AccessToken, entered: EnteredClient): MandateKinds['api'] {
  const { client, partner, tenant, account, delegation } = entered
  if (!client || !tenant || !account) throw new Error('A decided call has a client, a tenant and an account.')
  return {
    client: { id: idFromUuid('api_client', client.id), name: client.name },
    partner: partner && { id: idFromUuid('partner', partner.id), name: partner.name },
    tenant: { id: idFromUuid('tenant', tenant.id), name: tenant.name },
    account: { id: idFromUuid('billing_account', account.id), ban: account.ban },
    access: token.access,
    delegation: delegation && {
      id: delegation.id,
      kind: delegation.kind,
      epoch: delegation.epoch,
      endsAt: delegation.ends_at,
    },
    billing: toBilling(entered),
    token,
  }
}

/**
 * Opens the transaction of an API client's call: the database looks up everything that the token names, the kernel
 * decides, and the mandate is issued. Throws a ClientRefusalError, with nothing left open, when the decision says no.
 */
export async function openForClient(
  database: Database,
  request: ClientRequest,
): Promise<{ mandate: Mandate<'api'>; transaction: Transaction }> {
  const { writes, keeps, gatewayCredential, trace } = request
  const question = toQuestion(request)
  const argument = {
    ...question,
    writes,
    ...(keeps && { keeps }),
    ...(gatewayCredential && { gateway_credential: gatewayCredential.toString('hex') }),
    ...trace.toAudit(),
  }
  const askedAtMs = performance.now()
  const [transaction, results] = await Transaction.begin(database, loginFor(request), [
    { text: 'select access.enter_client($1) as facts', values: [argument] },
  ])
  try {
    const entered = readEnteredClient(results[0]?.rows[0]?.['facts'], featuresOf(database))
    const { ticket } = entered
    if (ticket !== null) keptOf(database).keep(placeOf(request, question), { ticket, entered, askedAtMs })
    const decision = decide(request, entered)
    if (decision.effect === 'deny') refuse(request, entered, decision)
    const origin = { requestId: trace.requestId, now: entered.now, ip: trace.ip }
    const mandate = issueMandate(
      'api',
      { ...toNamed(request.token, entered), origin },
      { transaction, facts: null },
    )
    return { mandate, transaction }
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}

/** What the database said of a call, the ticket under which it may say that it still holds, and when it was asked. */
interface KeptClient {
  readonly ticket: string
  readonly entered: EnteredClient
  /** The monotonic time of this process before the database was asked, in milliseconds. */
  readonly askedAtMs: number
}

const MOST_KEPT = 5000
/** What is older is asked for anew: the database keeps nothing for longer than a minute. */
const FRESH_MS = 55_000

const keptClients = new WeakMap<Database, BoundedMemory<KeptClient>>()

function keptOf(database: Database): BoundedMemory<KeptClient> {
  const kept = keptClients.get(database) ?? new BoundedMemory<KeptClient>(MOST_KEPT)
  keptClients.set(database, kept)
  return kept
}

const placeOf = (request: ClientRequest, question: Readonly<Record<string, unknown>>): string =>
  `${loginFor(request)} ${JSON.stringify(question)}`

/** An allowance on what was decided before. It says nothing until the database has said that it still holds (`Limiter.takeForCall`). */
export interface KeptAllowance {
  readonly named: MandateKinds['api']
  /** What the database is asked about it, beside what the gateway's own door was decided on (as `access.enter_gateway` told it). */
  toCall(this: void, ofGateway: unknown, event: AuditEvent): KeptCall
  /** What did not hold is decided anew. */
  forget(this: void): void
}

/**
 * The allowance of a read whose decision is kept; null when there is none, or when the kernel does not allow it on what is
 * kept. Hours are left to the long way: only the database's own time decides about them. Source: decision 031.
 */
export function findKeptAllowance(database: Database, request: ClientRequest): KeptAllowance | null {
  if (request.writes) return null
  const question = toQuestion(request)
  const place = placeOf(request, question)
  const kept = keptOf(database).find(place)
  const elapsedMs = performance.now() - (kept?.askedAtMs ?? 0)
  if (!kept || elapsedMs > FRESH_MS) return null
  const now = new Date(kept.entered.now.getTime() + Math.ceil(elapsedMs))
  const entered = refreshEnteredClient(kept.entered, now, featuresOf(database))
  const { conditions, tenant_conditions: policy } = entered.delegation ?? {}
  if (conditions?.hours || policy?.hours || decide(request, entered).effect === 'deny') return null
  const { token, trace } = request
  const login = loginFor(request)
  return {
    named: toNamed(token, entered),
    toCall: (ofGateway, event) => ({
      ticket: kept.ticket,
      question: { ...question, login },
      subject: [login, token.clientId, token.tenantId, trace.route, event.action, event.resource?.id].join(
        ' ',
      ),
      request: trace.toAudit(),
      ofGateway,
      event: toReadRecord(event),
    }),
    forget: () => keptOf(database).forget(place),
  }
}
