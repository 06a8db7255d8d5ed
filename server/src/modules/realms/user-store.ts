import { encodeId, idFromUuid } from '@liaison/access'
import type { EndUserStatus, IdOf, RealmRole } from '@liaison/access'
import { sql } from 'kysely'
import { z } from 'zod'
import { containsPattern } from '#platform/list.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { RealmTables } from './tables.ts'

/** Who reads and changes the users of a realm: its admins inside, and the partner's own people. */
export type UserMandate = Mandate<'realm' | 'program'>

/** An end user as its realm's admins and the partner see it. */
export interface EndUserRow {
  readonly id: IdOf<'end_user'>
  readonly email: string
  readonly name: string
  readonly role: RealmRole
  readonly status: EndUserStatus
  readonly statusReason: string | null
  readonly createdAt: Date
  readonly lastSignedInAt: Date | null
  readonly version: number
}

export interface UserFilter {
  readonly search?: string | undefined
  readonly role?: readonly RealmRole[] | undefined
  readonly status?: readonly EndUserStatus[] | undefined
}

const COLUMNS = [
  'id',
  'email',
  'name',
  'role',
  'status',
  'status_reason',
  'created_at',
  'last_signed_in_at',
  'version',
] as const

interface Row {
  id: string
  email: string
  name: string
  role: RealmRole
  status: EndUserStatus
  status_reason: string | null
  created_at: Date
  last_signed_in_at: Date | null
  version: number
}

const toRow = (row: Row): EndUserRow => ({
  id: idFromUuid('end_user', row.id),
  email: row.email,
  name: row.name,
  role: row.role,
  status: row.status,
  statusReason: row.status_reason,
  createdAt: row.created_at,
  lastSignedInAt: row.last_signed_in_at,
  version: row.version,
})

function matching(mandate: UserMandate, { search, role, status }: UserFilter) {
  const pattern = containsPattern(search ?? '')
  return tables<RealmTables>(mandate)
    .selectFrom('end_user')
    .where('partner_id', '=', mandate.partner.id)
    .$if(search !== undefined, (query) =>
      query.where((is) => is.or([is('email', 'ilike', pattern), is('name', 'ilike', pattern)])),
    )
    .$if(role !== undefined, (query) => query.where('role', 'in', role ?? []))
    .$if(status !== undefined, (query) => query.where('status', 'in', status ?? []))
}

/** The users of the realm, newest first. */
export async function listUsers(
  mandate: UserMandate,
  filter: UserFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: EndUserRow[]; total: number }> {
  const rows = await matching(mandate, filter)
    .select(COLUMNS)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await matching(mandate, filter)
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirst()
  return { rows: rows.map(toRow), total: counted?.total ?? 0 }
}

/** One user of the realm. Throws END_USER_UNKNOWN for every other id, whosever it is. */
export async function getUser(mandate: UserMandate, id: IdOf<'end_user'>): Promise<EndUserRow> {
  const row = await tables<RealmTables>(mandate)
    .selectFrom('end_user')
    .select(COLUMNS)
    .where('partner_id', '=', mandate.partner.id)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'END_USER_UNKNOWN', 'No user of this realm has this id.')
  return toRow(row)
}

/** What can be changed of a user by somebody else. */
export interface UserChange {
  readonly role?: RealmRole
  readonly status?: EndUserStatus
  readonly status_reason?: string | null
}

/** Changes a user, if it is still as it was read. Throws PRECONDITION_FAILED when it is not. */
export async function changeUser(
  mandate: UserMandate,
  before: EndUserRow,
  change: UserChange,
): Promise<EndUserRow> {
  const row = await tables<RealmTables>(mandate)
    .updateTable('end_user')
    .set(change)
    .where('partner_id', '=', mandate.partner.id)
    .where('id', '=', before.id)
    .where('version', '=', before.version)
    .returning(COLUMNS)
    .executeTakeFirst()
  if (!row) throw new ProblemError(412, 'PRECONDITION_FAILED', 'The user changed after it was read.')
  return toRow(row)
}

/** Gives the signed-in user another name. */
export async function renameSelf(mandate: Mandate<'realm'>, name: string): Promise<EndUserRow> {
  const row = await tables<RealmTables>(mandate)
    .updateTable('end_user')
    .set({ name })
    .where('partner_id', '=', mandate.partner.id)
    .where('id', '=', mandate.user.id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
  return toRow(row)
}

/** One of the signed-in user's own sessions. */
export interface OwnSession {
  readonly id: IdOf<'end_user_session'>
  readonly createdAt: Date
  readonly seenAt: Date
  readonly ip: string | null
  readonly userAgent: string | null
}

/** The live sessions of the signed-in user, the one used last first. */
export async function listOwnSessions(mandate: Mandate<'realm'>): Promise<OwnSession[]> {
  const rows = await tables<RealmTables>(mandate)
    .selectFrom('end_user_session')
    .select(['id', 'created_at', 'seen_at', 'ip', 'user_agent'])
    .where('partner_id', '=', mandate.partner.id)
    .where('end_user_id', '=', mandate.user.id)
    .where('ended_at', 'is', null)
    .where(
      sql<boolean>`ends_at > statement_timestamp() and seen_at + make_interval(secs => idle_seconds) > statement_timestamp()`,
    )
    .orderBy('seen_at', 'desc')
    .limit(100)
    .execute()
  return rows.map((row) => ({
    id: idFromUuid('end_user_session', row.id),
    createdAt: row.created_at,
    seenAt: row.seen_at,
    ip: row.ip,
    userAgent: row.user_agent,
  }))
}

const ApiAccess = z.enum(['none', 'sandbox', 'live']).nullable()

/** What the plan of the signed-in user says about the API of its realm; null when it says nothing. */
export async function readApiAccess(mandate: Mandate<'realm'>): Promise<z.output<typeof ApiAccess>> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.own_api_access() as level', values: [] },
  ])
  return ApiAccess.parse(result?.rows[0]?.['level'] ?? null)
}

/** What a token of the signed-in user's session says to show that it was made for it, until then (seconds since 1970). */
export async function proveOwnSession(mandate: Mandate<'realm'>, until: number): Promise<string> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.prove_own_session($1) as proof', values: [until] },
  ])
  const proof: unknown = result?.rows[0]?.['proof']
  if (typeof proof !== 'string') throw new Error('The session of a mandate can be proved.')
  return proof
}

/** Ends one of the signed-in user's own sessions; false when there is no such live one. */
export async function endOwnSession(mandate: Mandate<'realm'>, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tables<RealmTables>(mandate)
    .updateTable('end_user_session')
    .set({ ended_at: sql<Date>`statement_timestamp()`, end_reason: 'ended_by_user' })
    .where('partner_id', '=', mandate.partner.id)
    .where('end_user_id', '=', mandate.user.id)
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** The public form of a session's id. */
export function toSessionId(id: IdOf<'end_user_session'>): string {
  return encodeId('end_user_session', id)
}

/** How many users of the own realm have each role. */
export async function countRoles(mandate: Mandate<'realm'>): Promise<ReadonlyMap<RealmRole, number>> {
  const rows = await tables<RealmTables>(mandate)
    .selectFrom('end_user')
    .select(({ fn }) => ['role', fn.countAll<number>().as('users')])
    .where('partner_id', '=', mandate.partner.id)
    .groupBy('role')
    .execute()
  return new Map(rows.map(({ role, users }) => [role, users]))
}
