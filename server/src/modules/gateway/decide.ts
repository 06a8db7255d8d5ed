import type { ClientPermission } from '@liaison/access'
import type { AccessToken, TokenVerifier } from '#platform/credentials/access-token.ts'
import type { AuditEvent } from '#platform/audit-event.ts'
import type { Engine } from '#platform/execution/execute.ts'
import { limitHeaders } from '#platform/limits/limits.ts'
import type { Limiter } from '#platform/limits/limits.ts'
import { endMandate, recordEvent, takeEvents } from '#platform/mandate.ts'
import type { Mandate, MandateKinds } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import { findKeptAllowance, openForClient } from '#platform/resolvers/resolver-of-client.ts'
import type { ClientRequest } from '#platform/resolvers/resolver-of-client.ts'
import type { EnteredGateway } from './store.ts'

/** One call that a gateway asks about. */
export interface AskedCall {
  readonly gateway: EnteredGateway
  readonly token: AccessToken
  /** The digest of the gateway's credential, when it asks without a token and what stands for one was made here. */
  readonly credential?: Buffer
  readonly permission: ClientPermission
  /** The account, as the caller names it. */
  readonly accountName: string
  readonly method: string
  readonly decisionId: string
  readonly trace: RequestTrace
  readonly challenge: TokenVerifier['challenge']
}

/** What an allowance says: who, for whom, who pays. */
export type Allowed = Pick<Mandate<'api'>, 'client' | 'partner' | 'tenant' | 'account' | 'access' | 'billing'>

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

type Limits = Parameters<Limiter['take']>[0]

/** The same buckets as those of the server's own API, so that a gateway is no way around them. */
function limitsOf(
  { partner, tenant, delegation }: Pick<MandateKinds['api'], 'partner' | 'tenant' | 'delegation'>,
  isRead: boolean,
): Limits {
  const own = {
    name: isRead ? ('detail' as const) : ('write' as const),
    key: partner ? `partner ${partner.id}` : `tenant ${tenant.id}`,
    ...(partner && { bound: { partnerId: partner.id, by: 'clients' as const } }),
  }
  if (delegation === null || !partner) return [own]
  return [own, { name: 'tenant', key: `partner ${partner.id} tenant ${tenant.id}` }]
}

function describe({ gateway, decisionId }: AskedCall): AuditEvent {
  return {
    action: 'gateway.decide',
    resource: { type: 'gateway', id: gateway.id, label: gateway.name },
    changes: { decision_id: decisionId },
  }
}

function toRequest({
  token,
  credential,
  permission,
  accountName,
  method,
  trace,
  challenge,
}: AskedCall): ClientRequest {
  const isRead = READING.has(method)
  const evidence = { token, ...(credential && { gatewayCredential: credential }) }
  return { ...evidence, permission, accountName, writes: !isRead, keeps: isRead, trace, challenge }
}

/**
 * Allows a read on what was decided before, of the client and of the gateway, once the database has said that both still
 * hold; that, the limits and the record of the read are one round trip. Null when it must be decided anew (`decideCall`),
 * whatever the reason: only allowances come from here, and one that did not hold has told nobody anything. It may have taken
 * its admission.
 */
export async function decideKept(
  { database, limiter, observer }: Engine,
  asked: AskedCall,
): Promise<Allowed | null> {
  const kept = findKeptAllowance(database, toRequest(asked))
  if (!kept) return null
  const call = kept.toCall(asked.gateway.kept, describe(asked))
  const holds = await limiter.takeForCall(limitsOf(kept.named, true), call).catch(() => false)
  if (!holds) {
    kept.forget()
    return null
  }
  observer.decided('allowed', 'ALLOWED')
  return kept.named
}

/**
 * Decides one call and writes it down in the same transaction: a call that changes something as an event of its own,
 * reads counted in windows. Throws a ClientRefusalError or 429; a failure to write is a failure to decide.
 */
export async function decideCall(engine: Engine, asked: AskedCall): Promise<Allowed> {
  const isRead = READING.has(asked.method)
  const { mandate, transaction } = await openForClient(engine.database, toRequest(asked))
  try {
    const verdict = await engine.limiter.take(limitsOf(mandate, isRead))
    if (!verdict.admitted) {
      engine.observer.limited(verdict.name)
      throw new ProblemError(429, 'RATE_LIMIT_EXCEEDED', 'The limit of this client is used up.', {
        headers: limitHeaders(verdict),
      })
    }
    if (!isRead) recordEvent(mandate, describe(asked))
    await transaction.commit(
      takeEvents(mandate, isRead ? () => describe(asked) : null),
      isRead ? 'relaxed' : 'durable',
    )
    engine.observer.decided('allowed', 'ALLOWED')
    return mandate
  } catch (error) {
    await transaction.rollback()
    throw error
  } finally {
    endMandate(mandate)
  }
}
