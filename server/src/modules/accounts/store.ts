import type { IdOf, LinkId, SubscriberId } from '@liaison/access'
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { guardedBy } from '#platform/guarded.ts'
import { containsPattern } from '#platform/list.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import type { AccountStatus, AccountTables } from './tables.ts'

/** The mandates of the two sides of an account. */
export type AccountMandate = Mandate<'program' | 'tenant'>
export type AccountRow = Selectable<AccountTables['partner_account']>
type AccountId = IdOf<'partner_account'>

export interface AccountFilter {
  readonly status?: readonly AccountStatus[] | undefined
  readonly partnerId?: string | undefined
  readonly tenantId?: string | undefined
  readonly search?: string | undefined
}

/** The state of an account as time has made it, whatever is written. */
const STATUS_NOW = sql<AccountStatus>`case when status = 'active' and ends_at <= statement_timestamp() then 'ended' else status end`

function filtered(mandate: AccountMandate, filter: AccountFilter) {
  let query = tables<AccountTables>(mandate).selectFrom('partner_account')
  if (filter.status) query = query.where(STATUS_NOW, 'in', [...filter.status])
  if (filter.partnerId !== undefined) query = query.where('partner_id', '=', filter.partnerId)
  if (filter.tenantId !== undefined) query = query.where('tenant_id', '=', filter.tenantId)
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((eb) =>
      eb.or([
        eb('subscriber_name', 'ilike', pattern),
        eb('asked_for', 'ilike', pattern),
        eb('partner_name', 'ilike', pattern),
        eb('tenant_name', 'ilike', pattern),
      ]),
    )
  }
  return query
}

/** A page of accounts that the mandate's side may see, the newest first, and how many there are. */
export async function listAccounts(
  mandate: AccountMandate,
  filter: AccountFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: AccountRow[]; total: number }> {
  return readPage(
    filtered(mandate, filter).selectAll().orderBy('requested_at', 'desc').orderBy('id', 'desc'),
    page,
  )
}

/** One account. Throws ACCOUNT_NOT_FOUND. */
export async function getAccount(mandate: AccountMandate, id: AccountId): Promise<AccountRow> {
  const row = await tables<AccountTables>(mandate)
    .selectFrom('partner_account')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'ACCOUNT_NOT_FOUND', 'No account that you can see has this id.')
  return row
}

/** A subscriber of the mandate's own organisation. Throws SUBSCRIBER_NOT_FOUND. */
export async function getSubscriber(mandate: Mandate<'tenant'>, id: SubscriberId) {
  const row = await tables<AccountTables>(mandate)
    .selectFrom('subscriber')
    .select(['id', 'name'])
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row) return row
  throw new ProblemError(404, 'SUBSCRIBER_NOT_FOUND', 'No subscriber of your organisation has this id.')
}

/** Subscribers of the mandate's own organisation by part of their name, for a choice; the first 20. */
export function findSubscribers(mandate: Mandate<'tenant'>, search: string) {
  return tables<AccountTables>(mandate)
    .selectFrom('subscriber')
    .select(['id', 'name', 'status', 'city', 'plan'])
    .where('tenant_id', '=', mandate.tenant.id)
    .where('status', '<>', 'closed')
    .where('name', 'ilike', containsPattern(search))
    .orderBy('name')
    .orderBy('id')
    .limit(20)
    .execute()
}

/** An active partner by its code. Throws PARTNER_NOT_INVITED. */
export async function getPartnerByCode(
  mandate: Mandate<'tenant'>,
  slug: string,
): Promise<{ id: string; name: string }> {
  const [result] = await runStatements(mandate, [
    { text: 'select id, name from access.find_partner_for_account($1)', values: [slug] },
  ])
  const row = result?.rows[0]
  if (row) return { id: String(row['id']), name: String(row['name']) }
  throw new ProblemError(404, 'PARTNER_NOT_INVITED', 'No active partner has this code.')
}

/** The live link under which a partner asks for an account. Throws LINK_NOT_FOUND. */
export async function getLiveLink(mandate: Mandate<'program'>, id: LinkId) {
  const row = await tables<AccountTables>(mandate)
    .selectFrom('link_overview')
    .select(['id', 'tenant_id', 'tenant_name'])
    .where('id', '=', id)
    .where('status', 'in', ['approved', 'active', 'suspended'])
    .executeTakeFirst()
  if (row) return row
  throw new ProblemError(404, 'LINK_NOT_FOUND', 'No live link that you can see has this id.')
}

const naming = guardedBy({
  partner_account_once: ['ACCOUNT_ATTACHED', 'This subscriber is an account of the partner already.'],
})

/** Writes down that the time of a partner's account is over, so that its subscriber can be made one again. */
export async function noteEnd(
  mandate: Mandate<'tenant'>,
  account: { readonly partnerId: string; readonly subscriberId: string },
): Promise<void> {
  await tables<AccountTables>(mandate)
    .updateTable('partner_account')
    .set({ status: 'ended', ended_at: sql<Date>`ends_at`, ended_by_side: 'tenant' })
    .where('tenant_id', '=', mandate.tenant.id)
    .where('partner_id', '=', account.partnerId)
    .where('subscriber_id', '=', account.subscriberId)
    .where('status', '=', 'active')
    .where(sql<boolean>`ends_at <= statement_timestamp()`)
    .execute()
}

/** Writes a new account, attached by the tenant or asked for by the partner. Throws ACCOUNT_ATTACHED. */
export async function insertAccount(
  mandate: AccountMandate,
  account: Omit<
    AccountRow,
    | 'id'
    | 'requested_at'
    | 'ended_at'
    | 'ended_by_side'
    | 'ended_by_name'
    | 'end_reason'
    | 'attached_by'
    | 'attached_by_name'
    | 'attached_at'
    | 'ends_at'
    | 'subscriber_id'
    | 'subscriber_name'
    | 'asked_for'
  > &
    Partial<AccountRow>,
): Promise<AccountRow> {
  return naming(
    tables<AccountTables>(mandate)
      .insertInto('partner_account')
      .values(account)
      .returningAll()
      .executeTakeFirstOrThrow(),
  )
}

/** Moves an account from a state that it must be in; one whose time is over is active no more, whatever is written. Throws ACCOUNT_STATE_CONFLICT, ACCOUNT_ATTACHED. */
export async function moveAccount(
  mandate: AccountMandate,
  row: AccountRow,
  move: { readonly from: AccountStatus; readonly set: Partial<AccountRow> },
): Promise<AccountRow> {
  const moved = await naming(
    tables<AccountTables>(mandate)
      .updateTable('partner_account')
      .set(move.set)
      .where('id', '=', row.id)
      .where(STATUS_NOW, '=', move.from)
      .returningAll()
      .executeTakeFirst(),
  )
  if (moved) return moved
  const isOver = row.status === 'active' && row.ends_at !== null && row.ends_at <= mandate.origin.now
  throw new ProblemError(
    409,
    'ACCOUNT_STATE_CONFLICT',
    `The account is ${isOver ? 'ended' : row.status}; this move is not made from there.`,
  )
}
