import type { ChangeRequestId } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { namingConflicts } from './store.ts'
import type { KnownLink, LinkMandate } from './store.ts'
import type { ChangeRequestRow, LinkTables, Proposal, StoredDifference } from './tables.ts'

const COLUMNS = [
  'id',
  'link_id',
  'tenant_id',
  'partner_id',
  'proposal',
  'difference',
  'reason',
  'requested_by',
  'requested_by_name',
  'requested_at',
  'expires_at',
  'decided_at',
  'begun_by',
] as const

/** Who of the tenant approved first is not read on the partner's side. */
const FIRST_COLUMNS = [
  'first_approved_by',
  'first_approved_by_name',
  'first_approved_at',
  'first_read',
] as const

/** The state of a change as it is now, whatever is written: nobody waits past its time, or for a link that was stopped. */
const STATUS_NOW = sql<
  ChangeRequestRow['status']
>`case when link_change_request.status = 'waiting' and (expires_at <= statement_timestamp()
  or exists (select from delegation d where d.id = link_id and d.status = 'revoked')) then 'lapsed' else link_change_request.status end`

function selectChanges(mandate: LinkMandate) {
  return tables<LinkTables>(mandate)
    .selectFrom('link_change_request')
    .select(COLUMNS)
    .select(STATUS_NOW.as('status'))
    .$if(mandate.kind !== 'program', (query) => query.select(FIRST_COLUMNS))
}

/** Change requests, newest first. */
export function listChanges(
  mandate: LinkMandate,
  filter: { readonly linkId?: string; readonly status?: ChangeRequestRow['status'] | undefined },
): Promise<ChangeRequestRow[]> {
  let query = selectChanges(mandate)
  if (filter.linkId) query = query.where('link_id', '=', filter.linkId)
  if (filter.status) query = query.where(STATUS_NOW, '=', filter.status)
  return query.orderBy('requested_at', 'desc').limit(100).execute()
}

function found(row: ChangeRequestRow | undefined): ChangeRequestRow {
  if (!row) throw new ProblemError(404, 'CHANGE_NOT_FOUND', 'No change request that you can see has this id.')
  return row
}

/** One change request, of this link where one is named. Throws CHANGE_NOT_FOUND. */
export async function getChange(
  mandate: LinkMandate,
  id: ChangeRequestId,
  linkId?: string,
): Promise<ChangeRequestRow> {
  const query = selectChanges(mandate).where('id', '=', id)
  return found(await (linkId === undefined ? query : query.where('link_id', '=', linkId)).executeTakeFirst())
}

/**
 * One change request, until the end of the transaction for whoever approves it alone: of two people at the same moment
 * the one who comes second is the second, and a second click finds the first. Throws CHANGE_NOT_FOUND.
 */
export async function holdChange(mandate: LinkMandate, id: ChangeRequestId): Promise<ChangeRequestRow> {
  return found(await selectChanges(mandate).where('id', '=', id).forUpdate().executeTakeFirst())
}

/** A new change that waits, and the earlier ones that it took the place of. */
interface Inserted {
  readonly id: string
  readonly replaced: readonly Pick<ChangeRequestRow, 'difference'>[]
}

/**
 * Writes a widening that waits for the tenant, or for a second person of it; an earlier one of the same side that still
 * waits is taken back, and answered, so that whoever writes the new one records it.
 */
export async function insertChange(
  mandate: Mandate<'program' | 'tenant'>,
  link: KnownLink,
  change: {
    readonly proposal: Proposal
    readonly difference: readonly StoredDifference[]
    readonly reason: string | null
  },
): Promise<Inserted> {
  const before = await tables<LinkTables>(mandate)
    .updateTable('link_change_request')
    .set({ status: 'withdrawn', decided_by: mandate.actor.id, decided_at: mandate.origin.now })
    .where('link_id', '=', link.id)
    .where('status', '=', 'waiting')
    .where('begun_by', '=', mandate.kind === 'tenant' ? 'tenant' : 'partner')
    .returning(['difference', 'expires_at'])
    .execute()
  const row = await tables<LinkTables>(mandate)
    .insertInto('link_change_request')
    .values({
      link_id: link.id,
      tenant_id: link.tenant_id,
      partner_id: link.partner_id,
      proposal: JSON.stringify(change.proposal),
      difference: JSON.stringify(change.difference),
      reason: change.reason,
      requested_by: mandate.actor.id,
      requested_by_name: mandate.actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  // What nobody decided in time had lapsed already; nobody takes it back.
  return { id: row.id, replaced: before.filter(({ expires_at: end }) => end > mandate.origin.now) }
}

/** Decides a waiting change request. Throws LINK_STATE_CONFLICT when it no longer waits. */
export async function decideChange(
  mandate: Mandate<'tenant' | 'program'>,
  id: string,
  status: 'approved' | 'declined' | 'withdrawn',
): Promise<void> {
  const updated = await namingConflicts(
    tables<LinkTables>(mandate)
      .updateTable('link_change_request')
      .set({ status, decided_by: mandate.actor.id, decided_at: mandate.origin.now })
      .where('id', '=', id)
      .where('status', '=', 'waiting')
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'This change no longer waits for a decision.')
}

/** Keeps the first of two approvals of a waiting change, with a digest of what was read. */
export async function keepFirstOfChange(
  mandate: Mandate<'tenant'>,
  change: ChangeRequestRow,
  read: string,
): Promise<void> {
  await namingConflicts(
    tables<LinkTables>(mandate)
      .updateTable('link_change_request')
      .set({
        first_approved_by: mandate.actor.id,
        first_approved_by_name: mandate.actor.name,
        first_approved_at: mandate.origin.now,
        first_read: read,
      })
      .where('id', '=', change.id)
      .where('status', '=', 'waiting')
      .execute(),
  )
}

/** How many changes wait for the mandate's tenant. */
export async function countWaitingChanges(mandate: Mandate<'tenant'>): Promise<number> {
  const row = await tables<LinkTables>(mandate)
    .selectFrom('link_change_request')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .where('tenant_id', '=', mandate.tenant.id)
    .where(STATUS_NOW, '=', 'waiting')
    .executeTakeFirst()
  return row?.total ?? 0
}
