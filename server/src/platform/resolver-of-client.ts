import { CLIENT_DECISION_STATUS, decideClient, findPermission, idFromUuid } from '@liaison/access'
import type { ClientDecision, ClientPermission } from '@liaison/access'
import type { AccessToken, TokenVerifier } from './access-token.ts'
import { readEnteredClient, toClientFacts } from './client-facts.ts'
import type { EnteredClient } from './client-facts.ts'
import { ClientRefusalError, oauthErrorOf } from './client-refusal.ts'
import type { Database } from './database.ts'
import { featuresOf } from './features.ts'
import { issueMandate } from './mandate.ts'
import type { Mandate, MandateKinds } from './mandate.ts'
import type { RequestTrace } from './request-trace.ts'
import { Transaction } from './transaction.ts'

/** What a call of an API client asks for; the token has been verified. */
export interface ClientRequest {
  readonly token: AccessToken
  readonly permission: ClientPermission
  /** The billing account that the call is about. */
  readonly ban: string
  readonly writes: boolean
  readonly trace: RequestTrace
  /** Tells the caller what kind of token would help. */
  readonly challenge: TokenVerifier['challenge']
}

function toEnterArgument({ token, permission, writes, trace }: ClientRequest): Record<string, unknown> {
  return {
    client_id: token.clientId,
    tenant_id: token.tenantId,
    ban: token.ban,
    delegation_id: token.delegationId,
    delegation_ver: token.delegationVersion,
    token_id: token.tokenId,
    member_id: token.actingMember,
    permission,
    writes,
    ...trace.toAudit(),
  }
}

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
  if (request.ban !== request.token.ban && decision.code !== 'UNAUTHORIZED') return mismatch(decision)
  return decision
}

function refuse(request: ClientRequest, entered: EnteredClient, decision: ClientDecision): never {
  const error = decision.code === 'ALLOWED' ? null : oauthErrorOf(decision.code)
  throw new ClientRefusalError(decision, {
    facts: toClientFacts(entered, request.token, request.trace.ip),
    permission: request.permission,
    delegationId: entered.delegation?.id ?? null,
    names: {
      ...(entered.client && { client: entered.client.name }),
      ...(entered.partner && { partner: entered.partner.name }),
      ...(entered.tenant && { tenant: entered.tenant.name }),
    },
    headers: error === null ? {} : request.challenge(error),
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
  const login = request.token.access === 'own' ? 'liaison_tenant' : 'liaison_delegate'
  const [transaction, results] = await Transaction.begin(database, login, [
    { text: 'select access.enter_client($1) as facts', values: [toEnterArgument(request)] },
  ])
  try {
    const entered = readEnteredClient(results[0]?.rows[0]?.['facts'], featuresOf(database))
    const decision = decide(request, entered)
    if (decision.effect === 'deny') refuse(request, entered, decision)
    const origin = { requestId: request.trace.requestId, now: entered.now, ip: request.trace.ip }
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
