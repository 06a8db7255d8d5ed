import type { PartnerId, ResaleId, TenantId } from '@liaison/access'
import { maskOfActions, toBits } from '@liaison/access'
import type { Action } from '@liaison/access'
import { sql } from 'kysely'
import { constraintOf } from '#platform/guarded.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import { scopesOf } from './resale-rules.ts'
import type { ResoldAccount } from './resale-rules.ts'
import type { OrderTables, ResaleRow, Side } from './tables.ts'

/** The mandates of the three sides of a resale, and of its clock. */
export type ResaleMandate = Mandate<'platform' | 'tenant' | 'program' | 'system'>

const SIDES = {
  platform: 'provider',
  tenant: 'tenant',
  program: 'partner',
  system: 'clock',
} as const satisfies Record<ResaleMandate['kind'], Side>

function conflict(detail: string, cause?: unknown): ProblemError {
  return new ProblemError(409, 'RESALE_STATE_CONFLICT', detail, { cause })
}

/** What a list of resales is narrowed by. */
export interface ResaleFilter {
  readonly status?: ResaleRow['status'] | undefined
  readonly tenant_id?: TenantId | undefined
  readonly partner_id?: PartnerId | undefined
}

function select(mandate: ResaleMandate, filter: ResaleFilter) {
  let query = tables<OrderTables>(mandate).selectFrom('resale_overview')
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.tenant_id) query = query.where('tenant_id', '=', filter.tenant_id)
  if (filter.partner_id) query = query.where('partner_id', '=', filter.partner_id)
  return query
}

/** A page of resales that the mandate's side may see, newest first. */
export async function listResales(
  mandate: ResaleMandate,
  filter: ResaleFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: ResaleRow[]; total: number }> {
  return readPage(select(mandate, filter).selectAll().orderBy('id', 'desc'), page)
}

/**
 * Holds the resales of the mandate's organisation that open something until the transaction ends, so that none changes
 * meanwhile. What is written under one may still name it: its end waits for that, so that with a stronger lock each waited
 * for the other.
 */
export async function holdResales(mandate: Mandate<'tenant'>): Promise<void> {
  await tables<OrderTables>(mandate)
    .selectFrom('delegation')
    .select('id')
    .where('tenant_id', '=', mandate.tenant.id)
    .where('kind', '=', 'resale')
    .where('status', 'in', ['active', 'suspended'])
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/** One resale that the mandate's side may see. Throws RESALE_NOT_FOUND. */
export async function getResale(mandate: ResaleMandate, id: ResaleId): Promise<ResaleRow> {
  const row = await select(mandate, {}).selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'RESALE_NOT_FOUND', 'No resale that you can see has this id.')
  return row
}

/**
 * What the records say of accounts that a wholesaler is to manage, in the order asked. Until the transaction ends nobody
 * else attests or changes anything between these two.
 */
export async function findResoldAccounts(
  mandate: Mandate<'platform'>,
  wanted: { readonly partnerId: PartnerId; readonly tenantId: TenantId; readonly bans: readonly string[] },
): Promise<ResoldAccount[]> {
  const { partnerId, tenantId, bans } = wanted
  await runStatements(mandate, [
    {
      text: `select pg_advisory_xact_lock(access.lock_key('pair', md5($1::uuid::text || $2::uuid::text)::uuid))`,
      values: [partnerId, tenantId],
    },
  ])
  const { rows } = await sql<ResoldAccount>`
    select * from access.resold_accounts(${partnerId}, ${tenantId}, ${[...bans]}::text[])`.execute(
    tables<OrderTables>(mandate),
  )
  return rows
}

/** What the provider attests. */
export interface NewResale {
  readonly partnerId: PartnerId
  readonly tenantId: TenantId
  readonly accounts: readonly (ResoldAccount & { readonly relationship_id: string })[]
  readonly agreementReference: string
  readonly actions: readonly Action[]
  readonly endsAt: Date
}

/** What the provider attested, as it is kept beside the delegation. */
function toSnapshot(resale: NewResale) {
  return {
    agreement_reference: resale.agreementReference,
    accounts: resale.accounts.map(({ ban }) => ban),
    actions: resale.actions,
    ends_at: resale.endsAt.toISOString(),
  }
}

async function insertDelegation(mandate: Mandate<'platform'>, resale: NewResale): Promise<string> {
  const mask = toBits(maskOfActions(resale.actions))
  const { id } = await tables<OrderTables>(mandate)
    .insertInto('delegation')
    .values({
      tenant_id: resale.tenantId,
      partner_id: resale.partnerId,
      kind: 'resale',
      status: 'active',
      status_reason: null,
      status_changed_at: mandate.origin.now,
      status_changed_by: mandate.actor.id,
      status_changed_by_side: 'provider',
      role_mask: mask,
      mask,
      ends_at: resale.endsAt,
      billing_party: 'partner',
      requested_by: mandate.actor.id,
      approved_by: mandate.actor.id,
      approved_by_name: mandate.actor.name,
      // The accounts belong to the making of it: the same instant, so that they make no token stale.
      approved_at: sql<Date>`now()`,
      approval_basis: 'operator_attested',
      approval_snapshot: JSON.stringify(toSnapshot(resale)),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Writes a resale that is in force at once and returns its UUID. */
export async function insertResale(mandate: Mandate<'platform'>, resale: NewResale): Promise<string> {
  const db = tables<OrderTables>(mandate)
  const [first] = resale.accounts
  if (!first) throw new Error('A resale opens an account at least.')
  const id = await insertDelegation(mandate, resale)
  const row = { id, tenant_id: resale.tenantId, partner_id: resale.partnerId }
  await db
    .insertInto('resale')
    .values({
      ...row,
      relationship_id: first.relationship_id,
      agreement_reference: resale.agreementReference,
      scopes: scopesOf(resale.actions),
      actions: resale.actions,
    })
    .execute()
  const accounts = resale.accounts.map(({ account_id }, index) => ({
    delegation_id: id,
    tenant_id: resale.tenantId,
    partner_id: resale.partnerId,
    account_id,
    position: index + 1,
  }))
  await db.insertInto('delegation_account').values(accounts).execute()
  await writeHistory(mandate, row, { version: 1, event: 'attested', detail: toSnapshot(resale) })
  return id
}

async function writeHistory(
  mandate: ResaleMandate,
  row: Pick<ResaleRow, 'id' | 'tenant_id' | 'partner_id'>,
  entry: {
    readonly version: number
    readonly event: string
    readonly detail: Readonly<Record<string, unknown>>
  },
): Promise<void> {
  await tables<OrderTables>(mandate)
    .insertInto('delegation_history')
    .values({
      delegation_id: row.id,
      tenant_id: row.tenant_id,
      partner_id: row.partner_id,
      version: entry.version,
      event: entry.event,
      detail: {
        ...entry.detail,
        by: SIDES[mandate.kind],
        ...('actor' in mandate && { name: mandate.actor.name }),
      },
    })
    .execute()
}

/** Moves a resale for the mandate's side. Throws RESALE_STATE_CONFLICT, PRECONDITION_FAILED. */
export async function moveResale(
  mandate: ResaleMandate,
  row: ResaleRow,
  move: {
    readonly to: ResaleRow['stored_status']
    readonly event: string
    readonly reason?: string | null | undefined
  },
): Promise<void> {
  const isOver = row.status === 'expired' && move.to !== 'expired'
  if (isOver || row.stored_status === move.to) throw conflict(`The resale is ${row.status}.`)
  const db = tables<OrderTables>(mandate)
  try {
    const updated = await db
      .updateTable('delegation')
      .set({
        status: move.to,
        status_reason: move.reason ?? null,
        status_changed_at: mandate.origin.now,
        status_changed_by: 'actor' in mandate ? mandate.actor.id : null,
        status_changed_by_side: SIDES[mandate.kind],
        version: row.version + 1,
      })
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .executeTakeFirst()
    if (updated.numUpdatedRows === 0n)
      throw new ProblemError(412, 'PRECONDITION_FAILED', 'The resale changed after it was read.')
  } catch (error) {
    if (constraintOf(error) === 'delegation_transition')
      throw conflict('This move is not made by you from the state of the resale.', error)
    throw error
  }
  await writeHistory(mandate, row, {
    version: row.version + 1,
    event: move.event,
    detail: { reason: move.reason ?? null },
  })
}

/** The resales whose time is over, which nothing has noted yet. */
export function findOverdueResales(mandate: Mandate<'system'>, limit: number): Promise<ResaleRow[]> {
  return select(mandate, { status: 'expired' })
    .selectAll()
    .where('stored_status', '!=', 'expired')
    .orderBy('ends_at')
    .limit(limit)
    .execute()
}
