import { randomUUID } from 'node:crypto'
import type { ClientId, ConsentId } from '@liaison/access'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { recordStatement } from '#platform/audit-event.ts'
import type { AuditEvent } from '#platform/audit-event.ts'
import type { Database } from '#platform/database.ts'
import type { Letters } from '#platform/words/letters.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import { Transaction } from '#platform/transaction.ts'
import type { ConsentTables } from './tables.ts'

export type AccessRequestRow = Selectable<ConsentTables['access_request']>

/** The client that asks, from where. */
export interface AskingClient {
  readonly clientId: ClientId
  readonly trace: RequestTrace
}

/** What a client asks for beyond the consent that it holds. */
export interface WantedMore {
  readonly consentId: ConsentId
  readonly scopes: readonly string[]
  readonly actions: readonly string[]
  readonly customerHint: string | null
  /** The customer's own number, where the hint is the reference of the partner: for the mails to the customer alone. */
  readonly hintedNumber: string | null
  readonly purpose: string | null
  readonly reference: string | null
}

const Asked = z
  .union([
    z.strictObject({ id: z.string() }),
    z.strictObject({ refused: z.literal('not_wanted') }),
    z.strictObject({ refused: z.literal('pending'), id: z.string() }),
    z.strictObject({ refused: z.literal('denied'), again_at: z.coerce.date() }),
  ])
  .nullable()

/** The id of a request that was made, why there is none, or null for a consent that the client does not hold now. */
export type Asked = z.output<typeof Asked>

/** What is told of a request that is made: the letter to those who decide, in their languages, and the event. */
export interface Telling {
  readonly letters: (id: string) => Letters
  readonly event: (id: string) => AuditEvent
}

const enter = ({ clientId, trace }: AskingClient) => ({
  text: 'select access.enter_authorization_server($1)',
  values: [{ ...trace.toAudit(), client_id: clientId }],
})

/** Makes a request with its mails and its event in one transaction, unless the database says why not. */
export async function insertAccessRequest(
  database: Database,
  asking: AskingClient,
  { wanted, telling }: { readonly wanted: WantedMore; readonly telling: Telling },
): Promise<Asked> {
  const { consentId, customerHint, hintedNumber: _told, ...rest } = wanted
  const id = randomUUID()
  const [transaction, results] = await Transaction.begin(database, 'liaison_auth', [
    enter(asking),
    {
      text: 'select access.ask_for_more($1, $2, $3) as asked',
      values: [consentId, { ...rest, id, customer_hint: customerHint }, telling.letters(id)],
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

/** A request that the client made itself; null for any other. */
export async function findOwnAccessRequest(
  database: Database,
  asking: AskingClient,
  id: string,
): Promise<AccessRequestRow | null> {
  const [transaction, results] = await Transaction.begin(database, 'liaison_auth', [
    enter(asking),
    // The policy shows it no other's.
    { text: 'select * from access_request where id = $1 and client_id = $2', values: [id, asking.clientId] },
  ])
  await transaction.rollback()
  // The columns are those of the table.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (results[1]?.rows[0] as AccessRequestRow | undefined) ?? null
}

/** A request, for one of the administrators who are asked. Throws CONSENT_REQUEST_NOT_FOUND for anybody else. */
export async function getAccessRequest(mandate: Mandate<'identity'>, id: string): Promise<AccessRequestRow> {
  const row = await tables<ConsentTables>(mandate)
    .selectFrom('access_request')
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

/** The request behind what a person was asked. */
export async function findBehind(
  mandate: Mandate<'tenant'>,
  id: string | null,
): Promise<AccessRequestRow | null> {
  if (id === null) return null
  const query = tables<ConsentTables>(mandate).selectFrom('access_request').selectAll().where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** The requests that wait for the mandate's organisation, oldest first: at most one for each consent. */
export function listAccessRequests(mandate: Mandate<'tenant'>): Promise<AccessRequestRow[]> {
  return tables<ConsentTables>(mandate)
    .selectFrom('access_request')
    .selectAll()
    .where('tenant_id', '=', mandate.tenant.id)
    .where('status', '=', 'pending')
    .where('ends_at', '>', mandate.origin.now)
    .orderBy('created_at')
    .limit(200)
    .execute()
}
