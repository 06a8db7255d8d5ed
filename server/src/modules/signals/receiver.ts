import type { FastifyRequest } from 'fastify'
import type { ResourceServers } from '#modules/gateway/index.ts'
import type { EventIssuer } from '#modules/oauth/index.ts'
import { recordStatement } from '#platform/audit-event.ts'
import type { AuditEvent } from '#platform/audit-event.ts'
import type { Engine } from '#platform/execution/execute.ts'
import { limitHeaders } from '#platform/limits/limits.ts'
import { countStranger } from '#platform/limits/open-door.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { readTrace } from '#platform/request-trace.ts'
import type { Services } from '#platform/services.ts'
import { Transaction } from '#platform/transaction.ts'

/** What the transmitter works with. */
export interface SignalParts {
  readonly engine: Engine
  readonly services: Services
  readonly issuer: EventIssuer
  readonly gateways: ResourceServers
}

/** Who receives signals: a registered gateway, or an API client of a partner. */
export interface Receiver {
  readonly kind: 'gateway' | 'client'
  /** The UUID. */
  readonly id: string
  readonly scopes: ReadonlySet<string>
  /** What it showed: the database believes nobody who names a receiver without it. */
  readonly evidence: Readonly<Record<string, string>>
}

/** The `aud` of what a receiver is sent. */
export function audienceOf({ kind, id }: Pick<Receiver, 'kind' | 'id'>): string {
  return publicIdOf(kind === 'gateway' ? 'gateway' : 'api_client', id)
}

const BOTH: ReadonlySet<string> = new Set(['ssf.read', 'ssf.manage'])

function unauthorized(): ProblemError {
  return new ProblemError(401, 'SIGNALS_UNAUTHORIZED', 'This receiver is not known here.', {
    headers: { 'WWW-Authenticate': 'Bearer realm="signals", DPoP error="invalid_token", scope="ssf.manage"' },
  })
}

async function findReceiver(parts: SignalParts, request: FastifyRequest): Promise<Receiver | null> {
  const gateway = await parts.gateways(request.raw)
  if (gateway) {
    const evidence = { gateway_credential: gateway.credential.toString('hex') }
    return { kind: 'gateway', id: gateway.id, scopes: BOTH, evidence }
  }
  const holder = await parts.issuer.holderOf(request)
  if (!holder) return null
  const { clientId, tokenId, scopes } = holder
  return { kind: 'client', id: clientId, scopes, evidence: { client_id: clientId, token_id: tokenId } }
}

/** What an operation asks of its receiver. */
export interface Demand {
  /** Either of them. */
  readonly scopes: readonly string[]
  readonly limit: 'detail' | 'write'
}

/** The receiver behind a request, within its limits. Throws 401, 403 and 429. */
export async function requireReceiver(
  parts: SignalParts,
  request: FastifyRequest,
  { scopes, limit }: Demand,
): Promise<Receiver> {
  const receiver = await findReceiver(parts, request)
  if (!receiver) {
    await countStranger(parts.engine.limiter, 'signals', request.ip)
    throw unauthorized()
  }
  if (!scopes.some((scope) => receiver.scopes.has(scope)))
    throw new ProblemError(403, 'SIGNALS_SCOPE_MISSING', 'The token lacks the scope for this.', {
      headers: { 'WWW-Authenticate': `DPoP error="insufficient_scope", scope="${scopes.join(' ')}"` },
    })
  const verdict = await parts.engine.limiter.take([{ name: limit, key: `signals ${receiver.id}` }])
  if (verdict.admitted) return receiver
  throw new ProblemError(429, 'RATE_LIMIT_EXCEEDED', 'The limit of this receiver is used up.', {
    headers: limitHeaders(verdict),
  })
}

/** The transaction of one receiver, with the events that commit with it. */
export interface ReceiverWork {
  readonly transaction: Transaction
  readonly receiver: Receiver
  record(event: AuditEvent): void
}

/** Works in one transaction in the receiver's own context: the database shows it its own stream and nothing else. */
export async function asReceiver<Result>(
  parts: SignalParts,
  { receiver, request }: { readonly receiver: Receiver; readonly request: FastifyRequest },
  work: (given: ReceiverWork) => Promise<Result>,
): Promise<Result> {
  const trace = readTrace(request, request.routeOptions.url ?? '', parts.engine.clock())
  const [transaction, results] = await Transaction.begin(parts.engine.database, 'liaison_auth', [
    {
      text: 'select access.enter_signal_receiver($1) as entered',
      values: [{ ...trace.toAudit(), ...receiver.evidence }],
    },
  ])
  try {
    if (results[0]?.rows[0]?.['entered'] === null) throw unauthorized()
    const events: AuditEvent[] = []
    const result = await work({ transaction, receiver, record: (event) => void events.push(event) })
    await transaction.commit(events.map(recordStatement), 'durable')
    return result
  } finally {
    await transaction.rollback()
  }
}
