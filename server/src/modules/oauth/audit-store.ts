import type { AuditEvent } from '#platform/audit-event.ts'
import { recordStatement } from '#platform/audit-event.ts'
import type { Database } from '#platform/database.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import type { Statement } from '#platform/statement.ts'
import { Transaction } from '#platform/transaction.ts'
import type { Letters } from '#platform/words/letters.ts'
import { digestOf } from './digest.ts'

/** Who asks the authorization server, from where. */
export interface Asker {
  /** The UUID of the client; null while nobody proved to be one. */
  readonly clientId: string | null
  readonly trace: RequestTrace | null
  /** What it is called where it is no client: an API that asks about tokens. */
  readonly name?: string
}

function enterStatement({ clientId, trace, name }: Asker): Statement {
  return {
    text: 'select access.enter_authorization_server($1)',
    values: [{ ...trace?.toAudit(), ...(clientId !== null && { client_id: clientId }), actor_name: name }],
  }
}

/** Records what the authorization server did for a client. */
export async function recordFor(
  database: Database,
  asker: Asker,
  events: readonly AuditEvent[],
): Promise<void> {
  const [transaction] = await Transaction.begin(database, 'liaison_auth', [enterStatement(asker)])
  await transaction.commit(events.map(recordStatement), 'durable')
}

/** A consent that its client gives back. */
export interface GivenBack {
  readonly delegationId: string
  readonly tenantId: string
  readonly partnerId: string
  readonly event: AuditEvent
  /** What both sides are written. */
  readonly letters: { readonly tenant: Letters; readonly partner: Letters }
}

/** Ends a consent for the client that holds it, with its event, the mails and the news for subscribers; false when there was none to end. */
export async function giveBackConsent(
  database: Database,
  asker: Asker & { readonly clientId: string },
  given: GivenBack,
): Promise<boolean> {
  const [transaction, results] = await Transaction.begin(database, 'liaison_auth', [
    enterStatement(asker),
    { text: 'select access.give_back_consent($1) as is_ended', values: [given.delegationId] },
  ])
  if (results[1]?.rows[0]?.['is_ended'] !== true) {
    await transaction.rollback()
    return false
  }
  const news = {
    delegation_id: given.delegationId,
    tenant_id: given.tenantId,
    partner_id: given.partnerId,
    client_id: asker.clientId,
  }
  await transaction.commit(
    [
      recordStatement(given.event),
      { text: `insert into outbox (topic, payload) values ('consent.ended', $1)`, values: [news] },
      { text: 'select access.mail_given_back($1, $2)', values: [given.delegationId, given.letters] },
    ],
    'durable',
  )
  return true
}

/** A request that was refused. `reason` is the provider's own story and holds nothing that was sent. */
export interface RefusedRequest {
  readonly action: string
  readonly code: string
  readonly reason: string | undefined
  readonly tenantId: string | undefined
  readonly delegationId: string | undefined
  /** The partner that reads it although it did not ask itself. */
  readonly partnerId?: string
  readonly resource?: AuditEvent['resource']
}

/** Records a refusal; the tenant reads it only when its own delegation is concerned. */
export async function recordRefused(
  database: Database,
  asker: Asker,
  refused: RefusedRequest,
): Promise<void> {
  const event = {
    action: refused.action,
    outcome: 'denied',
    code: refused.code,
    reason: refused.reason,
    ...(refused.delegationId !== undefined && {
      tenant_id: refused.tenantId,
      delegation_id: refused.delegationId,
    }),
    partner_id: refused.partnerId,
    resource_type: refused.resource?.type,
    resource_id: refused.resource?.id,
    resource_label: refused.resource?.label,
  }
  const [transaction] = await Transaction.begin(database, 'liaison_auth', [enterStatement(asker)])
  await transaction.commit([{ text: 'select audit.record($1)', values: [event] }], 'relaxed')
}

/** A token that is about to leave. */
export interface IssuedToken {
  readonly tokenId: string
  readonly grantId: string | null
  /** The thumbprint of the key that the token is bound to. */
  readonly proofKey: string
  /** The same where it is that of a certificate. */
  readonly certificate: string | null
  readonly endsAt: Date
}

/** Notes a token with its events in one transaction; without it the token does not leave. */
export async function recordIssue(
  database: Database,
  asker: Asker,
  { issued, events }: { readonly issued: IssuedToken; readonly events: readonly AuditEvent[] },
): Promise<void> {
  const { tokenId, grantId, proofKey, certificate, endsAt } = issued
  const grantHash = grantId === null ? null : digestOf(grantId)
  const [transaction] = await Transaction.begin(database, 'liaison_auth', [
    enterStatement(asker),
    {
      text: 'insert into issued_token (jti_hash, grant_hash, client_id, ends_at, certificate) values ($1, $2, $3, $4, $5)',
      values: [digestOf(tokenId), grantHash, asker.clientId, endsAt, certificate],
    },
    {
      text: `insert into api_client_use (client_id, first_token_at) values ($1, statement_timestamp())
        on conflict (client_id) do update set first_token_at = coalesce(api_client_use.first_token_at, excluded.first_token_at) where api_client_use.first_token_at is null`,
      values: [asker.clientId],
    },
    {
      text: 'update oauth_grant set proof_key = $2 where grant_hash = $1 and proof_key is distinct from $2',
      values: [grantHash, proofKey],
    },
  ])
  await transaction.commit(events.map(recordStatement), 'durable')
}
