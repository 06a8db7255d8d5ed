import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import { isAction, isScope } from '@liaison/access'
import type { Action, ConsentId, Scope } from '@liaison/access'
import { z } from 'zod'
import { recordStatement } from '#platform/audit-event.ts'
import type { AuditEvent } from '#platform/audit-event.ts'
import type { Database } from '#platform/database.ts'
import type { Letters } from '#platform/words/letters.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { Transaction } from '#platform/transaction.ts'
import type { AskingClient } from './access-request-store.ts'
import type { ConsentTables } from './tables.ts'

/** What a client asks a customer to approve now, under a consent that it holds. */
export interface WantedNow {
  /** The digest of the id with which the client asks what became of it. */
  readonly authReqHash: Buffer
  readonly consentId: ConsentId
  readonly scopes: readonly string[]
  readonly actions: readonly string[]
  readonly customerHint: string | null
  /** What it is for, in the words of the client. */
  readonly bindingMessage: string
  readonly reference: string | null
  readonly accessDurationSeconds: number
  /** Seconds in which it can be answered. */
  readonly seconds: number
}

/** What became of a request, and the consent that tokens are issued on when it was approved and is in force. */
export interface BackchannelOutcome {
  readonly state: 'pending' | 'approved' | 'denied' | 'over'
  readonly delegation: {
    readonly id: string
    readonly tenantId: string
    readonly scopes: readonly Scope[]
    readonly actions: readonly Action[]
    readonly endsAt: Date
  } | null
}

export type BackchannelRow = Selectable<ConsentTables['backchannel_request']>

const REFUSALS = ['not_wanted', 'pending', 'denied', 'often'] as const

const Asked = z
  .union([z.strictObject({ id: z.string() }), z.strictObject({ refused: z.enum(REFUSALS) })])
  .nullable()

/** The id of a request that was made, why there is none, or null for a consent that the client does not hold now. */
export type AskedNow = z.output<typeof Asked>

/** What is told of a request that is made: the letter to those who decide, in their languages, and the event. */
export interface TellingNow {
  readonly letters: (id: string) => Letters
  readonly event: (id: string) => AuditEvent
}

const enter = ({ clientId, trace }: AskingClient) => ({
  text: 'select access.enter_authorization_server($1)',
  values: [{ ...trace.toAudit(), client_id: clientId }],
})

/** Makes a request with its mails and its event in one transaction, unless the database says why not. */
export async function insertBackchannelRequest(
  database: Database,
  asking: AskingClient,
  { wanted, telling }: { readonly wanted: WantedNow; readonly telling: TellingNow },
): Promise<AskedNow> {
  const id = randomUUID()
  const values = {
    id,
    auth_req_hash: wanted.authReqHash.toString('hex'),
    scopes: wanted.scopes,
    actions: wanted.actions,
    customer_hint: wanted.customerHint,
    binding_message: wanted.bindingMessage,
    reference: wanted.reference,
    access_duration_seconds: wanted.accessDurationSeconds,
    seconds: wanted.seconds,
  }
  const [transaction, results] = await Transaction.begin(database, 'liaison_auth', [
    enter(asking),
    {
      text: 'select access.ask_in_back_channel($1, $2, $3) as asked',
      values: [wanted.consentId, values, telling.letters(id)],
    },
  ])
  try {
    const asked = Asked.parse(results[1]?.rows[0]?.['asked'] ?? null)
    if (asked === null || 'refused' in asked) await transaction.rollback()
    else await transaction.commit([recordStatement(telling.event(id))], 'durable')
    return asked
  } finally {
    await transaction.rollback()
  }
}

const Outcome = z
  .object({
    state: z.enum(['pending', 'approved', 'denied', 'over']),
    delegation: z
      .object({
        id: z.string(),
        tenant_id: z.string(),
        scopes: z.array(z.string()),
        actions: z.array(z.string()),
        ends_at: z.coerce.date(),
      })
      .nullable(),
  })
  .nullable()

/** What became of a request that this client made, by the digest of its id; null for any other. */
export async function readBackchannelOutcome(
  database: Database,
  asking: AskingClient,
  authReqHash: Buffer,
): Promise<BackchannelOutcome | null> {
  const [transaction, results] = await Transaction.begin(database, 'liaison_auth', [
    enter(asking),
    { text: 'select access.backchannel_outcome($1) as outcome', values: [authReqHash] },
  ])
  await transaction.rollback()
  const outcome = Outcome.parse(results[1]?.rows[0]?.['outcome'] ?? null)
  if (!outcome) return null
  const { state, delegation } = outcome
  return {
    state,
    delegation: delegation && {
      id: delegation.id,
      tenantId: delegation.tenant_id,
      scopes: delegation.scopes.filter(isScope),
      actions: delegation.actions.filter(isAction),
      endsAt: delegation.ends_at,
    },
  }
}

/** A request, for one of the administrators who are asked. Throws CONSENT_REQUEST_NOT_FOUND for anybody else. */
export async function getBackchannelRequest(
  mandate: Mandate<'identity'>,
  id: string,
): Promise<BackchannelRow> {
  const row = await tables<ConsentTables>(mandate)
    .selectFrom('backchannel_request')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (row) return row
  throw new ProblemError(
    404,
    'CONSENT_REQUEST_NOT_FOUND',
    'No request for access waits for you under this address.',
  )
}

/** The request in the back channel behind what a person was asked. */
export async function findInBackChannel(
  mandate: Mandate<'tenant'>,
  id: string | null,
): Promise<BackchannelRow | null> {
  if (id === null) return null
  const query = tables<ConsentTables>(mandate)
    .selectFrom('backchannel_request')
    .selectAll()
    .where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** The requests that wait for the mandate's organisation now, the one that ends first before the others. */
export function listBackchannelRequests(mandate: Mandate<'tenant'>): Promise<BackchannelRow[]> {
  return tables<ConsentTables>(mandate)
    .selectFrom('backchannel_request')
    .selectAll()
    .where('tenant_id', '=', mandate.tenant.id)
    .where('status', '=', 'pending')
    .where('ends_at', '>', mandate.origin.now)
    .orderBy('ends_at')
    .limit(200)
    .execute()
}
