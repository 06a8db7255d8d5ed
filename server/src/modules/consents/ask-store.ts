import { isAction, isScope } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { Letters } from '#platform/words/letters.ts'
import type { ConsentTables } from './tables.ts'

export type AskRow = Selectable<ConsentTables['consent_ask']>

export type ConsentAskId = IdOf<'consent_ask'>

/** What a partner reads of a request: never whom it reached. */
const OF_PARTNER = [
  'id',
  'partner_id',
  'client_id',
  'client_name',
  'asked',
  'scopes',
  'actions',
  'purpose',
  'access_duration_days',
  'requested_by_name',
  'status',
  'created_at',
  'ends_at',
  'decided_at',
  'consent_id',
] as const

export type SentAsk = Pick<AskRow, (typeof OF_PARTNER)[number]>

/** What a partner asks, of whom. */
export interface NewAsk {
  readonly id: string
  readonly clientId: string
  readonly asked: string
  readonly scopes: readonly string[]
  readonly actions: readonly string[]
  readonly purpose: string
  readonly days: number
}

const Sent = z
  .union([
    z.strictObject({ tenants: z.array(z.string()) }),
    z.strictObject({ refused: z.enum(['kind', 'pending']) }),
    z.strictObject({ refused: z.literal('denied'), again_at: z.coerce.date() }),
  ])
  .nullable()

/** Keeps a request and mails whoever it reaches; whom it reached is for their own log alone. Null for a client that is not the partner's or does not work. */
export async function insertAsk(
  mandate: Mandate<'program'>,
  ask: NewAsk,
  letters: Letters,
): Promise<z.output<typeof Sent>> {
  const wanted = {
    id: ask.id,
    client_id: ask.clientId,
    asked: ask.asked,
    scopes: ask.scopes,
    actions: ask.actions,
    purpose: ask.purpose,
    access_duration_days: ask.days,
    requested_by_name: mandate.actor.name,
  }
  const [result] = await runStatements(mandate, [
    { text: 'select access.ask_tenant($1, $2) as sent', values: [wanted, letters] },
  ])
  return Sent.parse(result?.rows[0]?.['sent'] ?? null)
}

/** The requests of the mandate's partner, newest first, after the one with this id. */
export function listSentAsks(
  mandate: Mandate<'program'>,
  { limit, after }: { readonly limit: number; readonly after: string | null },
): Promise<SentAsk[]> {
  const query = tables<ConsentTables>(mandate)
    .selectFrom('consent_ask')
    .select(OF_PARTNER)
    .where('partner_id', '=', mandate.partner.id)
  // Their ids are drawn, since they stand in the page of a mail, and tell nothing of when one was made.
  const rest =
    after === null
      ? query
      : query.where(
          sql<boolean>`(created_at, id) < (select last.created_at, last.id from consent_ask last where last.id = ${after})`,
        )
  return rest.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

const NOT_SENT = () =>
  new ProblemError(404, 'CONSENT_ASK_NOT_FOUND', 'Your organisation sent no request with this id.')

/** One request of the mandate's partner. Throws CONSENT_ASK_NOT_FOUND. */
export async function getSentAsk(mandate: Mandate<'program'>, id: ConsentAskId): Promise<SentAsk> {
  const row = await tables<ConsentTables>(mandate)
    .selectFrom('consent_ask')
    .select(OF_PARTNER)
    .where('partner_id', '=', mandate.partner.id)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw NOT_SENT()
  return row
}

/** Takes a request back; false when it was answered or taken back before, or ran out. */
export async function withdrawAsk(mandate: Mandate<'program'>, id: ConsentAskId): Promise<boolean> {
  const { now } = mandate.origin
  const done = await tables<ConsentTables>(mandate)
    .updateTable('consent_ask')
    .set({ status: 'withdrawn', decided_at: now })
    .where('id', '=', id)
    .where('partner_id', '=', mandate.partner.id)
    .where('status', '=', 'sent')
    .where('ends_at', '>', now)
    .executeTakeFirst()
  return done.numUpdatedRows === 1n
}

/** A request, for whoever is asked. Throws CONSENT_REQUEST_NOT_FOUND for anybody else. */
export async function getAsk(mandate: Mandate<'identity'>, id: ConsentAskId): Promise<AskRow> {
  const row = await tables<ConsentTables>(mandate)
    .selectFrom('consent_ask')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (row) return { ...row, scopes: row.scopes.filter(isScope), actions: row.actions.filter(isAction) }
  throw new ProblemError(
    404,
    'CONSENT_REQUEST_NOT_FOUND',
    'No request for access waits for you under this address.',
  )
}

/** The request behind what a person was asked, as far as this side reads it. */
export async function findAskBehind(mandate: Mandate<'tenant'>, id: string | null): Promise<AskRow | null> {
  if (id === null) return null
  const query = tables<ConsentTables>(mandate).selectFrom('consent_ask').selectAll().where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** The requests that wait for the mandate's organisation or for its member by address, oldest first. */
export function listAsks(mandate: Mandate<'tenant'>): Promise<AskRow[]> {
  return tables<ConsentTables>(mandate)
    .selectFrom('consent_ask')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb('tenant_id', '=', mandate.tenant.id),
        eb.and([eb('tenant_id', 'is', null), eb('person_id', '=', mandate.actor.id)]),
      ]),
    )
    .where('status', '=', 'sent')
    .where('answer_id', 'is', null)
    .where('ends_at', '>', mandate.origin.now)
    .orderBy('created_at')
    .limit(200)
    .execute()
}
