import type { SessionId } from '@liaison/access'
import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { IdentitySession, Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import { digestOf, makeToken } from '#platform/credentials/secret-token.ts'
import type { IdentityTables } from './tables.ts'

/** Absolute end and idle limits (reliability.md section 6): stricter for those who administer the platform. */
const SESSION_SECONDS = 12 * 3600
const IDLE_SECONDS = 1800
const ADMIN_IDLE_SECONDS = 900

/** How a person showed who they are. */
export interface Evidence {
  readonly factor: 'none' | 'otp' | 'phishing_resistant'
  readonly factorAt: Date | null
  readonly passwordAt: Date | null
}

/** The session that an open page belongs to. */
export interface SessionRow {
  readonly id: string
  readonly createdAt: Date
  readonly seenAt: Date
  readonly factor: Evidence['factor']
  readonly ip: string | null
  readonly userAgent: string | null
}

/** From here on the rest of the request is this person's. */
export async function becomePerson(mandate: Mandate<'identity'>, personId: string): Promise<void> {
  await runStatements(mandate, [{ text: 'select access.become($1)', values: [personId] }])
}

/** Starts a session and returns its token, which is stored nowhere. */
export async function startSession(
  mandate: Mandate<'identity'>,
  personId: string,
  start: Evidence & { readonly trace: RequestTrace },
): Promise<string> {
  const token = makeToken()
  const { factor, factorAt, passwordAt, trace } = start
  await runStatements(mandate, [
    {
      text: `insert into session (token_hash, person_id, factor, factor_at, password_at, created_at, ends_at, idle_seconds, ip, user_agent)
        values ($1, $2, $3, $4, $5, statement_timestamp(), statement_timestamp() + make_interval(secs => $6),
          case when exists (select from platform_staff s where s.person_id = $2 and s.status = 'active') then $7::integer else $8::integer end, $9, $10)`,
      values: [
        digestOf(token),
        personId,
        factor,
        factorAt,
        passwordAt,
        SESSION_SECONDS,
        ADMIN_IDLE_SECONDS,
        IDLE_SECONDS,
        trace.ip,
        trace.userAgent,
      ],
    },
  ])
  return token
}

/** A change of the password at the same moment waits, and so ends the session that comes of this one, too. */
const HOLD_PASSWORD =
  'select from password_credential where person_id = (select person_id from session where id = $1) for update'

/** Whether a session has not ended; whoever ends it or changes the password waits from here on until what is done in it is kept. */
export async function holdSession(mandate: Mandate<'identity'>, sessionId: string): Promise<boolean> {
  const [, held] = await runStatements(mandate, [
    { text: HOLD_PASSWORD, values: [sessionId] },
    { text: 'select from session where id = $1 and ended_at is null for update', values: [sessionId] },
  ])
  return held?.rowCount === 1
}

/** Replaces a session by one with more recent evidence and a new token; its absolute end stays (ASVS 7.2.4). */
export async function rotateSession(
  mandate: Mandate<'identity'>,
  sessionId: string,
  fresh: Partial<Evidence>,
): Promise<string | null> {
  const token = makeToken()
  const [, rotated] = await runStatements(mandate, [
    { text: HOLD_PASSWORD, values: [sessionId] },
    {
      text: `with old as (
          update session set ended_at = statement_timestamp(), end_reason = 'rotated' where id = $1 and ended_at is null
          returning person_id, factor, factor_at, password_at, created_at, ends_at, idle_seconds, ip, user_agent)
        insert into session (token_hash, person_id, factor, factor_at, password_at, created_at, ends_at, idle_seconds, ip, user_agent)
        select $2::bytea, person_id, coalesce($3::text, factor), coalesce($4::timestamptz, factor_at), coalesce($5::timestamptz, password_at), created_at, ends_at, idle_seconds, ip, user_agent from old`,
      values: [sessionId, digestOf(token), fresh.factor, fresh.factorAt, fresh.passwordAt],
    },
  ])
  return rotated?.rowCount === 1 ? token : null
}

/**
 * Whoever administers the platform from now on is idle for as long as administrators are in the sessions that are open
 * already, too, and goes on in this one, which is held, under a new token (ASVS 7.2.4).
 */
export async function boundSessionsOfStaff(
  mandate: Mandate<'identity'>,
  { personId, id }: Pick<IdentitySession, 'personId' | 'id'>,
): Promise<string | null> {
  await runStatements(mandate, [
    {
      text: 'update session set idle_seconds = least(idle_seconds, $2) where person_id = $1 and ended_at is null',
      values: [personId, ADMIN_IDLE_SECONDS],
    },
  ])
  return rotateSession(mandate, id, {})
}

/** Ends one session of a person; false when it was no live session of theirs. */
export async function endSession(
  mandate: Mandate<'identity'>,
  ending: { readonly id: string; readonly personId: string; readonly reason: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tables<IdentityTables>(mandate)
    .updateTable('session')
    .set({ ended_at: sql<Date>`statement_timestamp()`, end_reason: ending.reason })
    .where('id', '=', ending.id)
    .where('person_id', '=', ending.personId)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Ends the sessions of a person except one; returns how many ended. */
export async function endOtherSessions(
  mandate: Mandate<'identity'>,
  ending: { readonly personId: string; readonly except: string | null; readonly reason: string },
): Promise<number> {
  const { personId, except, reason } = ending
  const { numUpdatedRows } = await tables<IdentityTables>(mandate)
    .updateTable('session')
    .set({ ended_at: sql<Date>`statement_timestamp()`, end_reason: reason })
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .$if(except !== null, (query) => query.where('id', '!=', except ?? ''))
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** The live sessions of a person, the one used last first. */
export async function listSessions(mandate: Mandate<'identity'>, personId: string): Promise<SessionRow[]> {
  const rows = await tables<IdentityTables>(mandate)
    .selectFrom('session')
    .select(['id', 'created_at', 'seen_at', 'factor', 'ip', 'user_agent'])
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .where(
      sql<boolean>`ends_at > statement_timestamp() and seen_at + make_interval(secs => idle_seconds) > statement_timestamp()`,
    )
    .orderBy('seen_at', 'desc')
    .limit(100)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    factor: row.factor,
    ip: row.ip,
    userAgent: row.user_agent,
  }))
}

/** Keeps the idle clock of a session going; at most one write a minute. */
export async function touchSession(mandate: Mandate<'identity'>, sessionId: SessionId): Promise<void> {
  await runStatements(mandate, [
    {
      text: `update session set seen_at = statement_timestamp() where id = $1 and ended_at is null and seen_at < statement_timestamp() - interval '1 minute'`,
      values: [sessionId],
    },
  ])
}

/** The public form of a session's id. */
export function toSessionId(id: string): string {
  return publicIdOf('session', id)
}
