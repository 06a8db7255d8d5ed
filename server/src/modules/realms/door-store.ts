import { idFromUuid } from '@liaison/access'
import type { EndUserStatus, IdOf, RealmRole } from '@liaison/access'
import { sql } from 'kysely'
import { makeToken } from '#platform/credentials/secret-token.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { networkOf } from '#platform/networks.ts'
import { digestRealmSecret } from '#platform/credentials/realm-evidence.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import { takeTurn } from '#platform/turn.ts'
import type { SessionTerms } from './look.ts'
import type { RealmTables, RealmTokenPurpose } from './tables.ts'

type Door = Mandate<'realm_door'>

/** An end user as the door of its realm knows it. */
export interface SigningUser {
  readonly id: IdOf<'end_user'>
  readonly email: string
  readonly name: string
  readonly role: RealmRole
  readonly status: EndUserStatus
  /** Null without a password. */
  readonly hash: string | null
}

async function findUser(
  mandate: Door,
  where: { readonly email?: string; readonly id?: string },
): Promise<SigningUser | null> {
  const row = await tables<RealmTables>(mandate)
    .selectFrom('end_user')
    .leftJoin('end_user_credential', (join) =>
      join
        .onRef('end_user_credential.partner_id', '=', 'end_user.partner_id')
        .onRef('end_user_credential.end_user_id', '=', 'end_user.id'),
    )
    .select(['end_user.id', 'email', 'name', 'role', 'status', 'hash'])
    .where('end_user.partner_id', '=', mandate.partner.id)
    .$if(where.email !== undefined, (query) => query.where('email_norm', '=', where.email ?? ''))
    .$if(where.id !== undefined, (query) => query.where('end_user.id', '=', where.id ?? ''))
    .executeTakeFirst()
  return row ? { ...row, id: idFromUuid('end_user', row.id) } : null
}

/** The user of an address, which is written in its compared form. */
export function findByEmail(mandate: Door, email: string): Promise<SigningUser | null> {
  return findUser(mandate, { email })
}

/** The user of an id, in this realm. */
export function findById(mandate: Door, id: string): Promise<SigningUser | null> {
  return findUser(mandate, { id })
}

/** From here on the rest of the request is this user's. */
export async function becomeUser(mandate: Door, userId: string): Promise<void> {
  await runStatements(mandate, [{ text: 'select access.become_end_user($1)', values: [userId] }])
}

/** Makes a user; null when the address has one already, however many try at once. */
export async function addUser(
  mandate: Door,
  user: { readonly email: string; readonly name: string; readonly role: 'guest' | 'realm_admin' },
): Promise<IdOf<'end_user'> | null> {
  const row = await tables<RealmTables>(mandate)
    .insertInto('end_user')
    .values({ partner_id: mandate.partner.id, ...user, email_norm: user.email })
    .onConflict((conflict) => conflict.columns(['partner_id', 'email_norm']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row ? idFromUuid('end_user', row.id) : null
}

/** Keeps a password, the first or another. */
export async function keepHash(mandate: Door, userId: string, hash: string): Promise<void> {
  await tables<RealmTables>(mandate)
    .insertInto('end_user_credential')
    .values({
      partner_id: mandate.partner.id,
      end_user_id: userId,
      hash,
      changed_at: sql<Date>`statement_timestamp()`,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['partner_id', 'end_user_id'])
        .doUpdateSet({ hash, changed_at: sql<Date>`statement_timestamp()` }),
    )
    .execute()
}

/**
 * Whether this is still the password of a user. Whoever changes it waits from here on until what the old one begins is
 * kept, and so ends that, too; whoever comes after a change learns of it.
 */
export async function holdHash(mandate: Door, userId: string, hash: string | null): Promise<boolean> {
  const [held] = await runStatements(mandate, [
    {
      text: 'select hash from end_user_credential where partner_id = $1 and end_user_id = $2 for update',
      values: [mandate.partner.id, userId],
    },
  ])
  return held?.rows[0]?.['hash'] === hash
}

/** Gives a user another address; false when it is somebody else's. */
export async function moveAddress(mandate: Door, userId: string, email: string): Promise<boolean> {
  const taken = await findByEmail(mandate, email)
  if (taken) return false
  await tables<RealmTables>(mandate)
    .updateTable('end_user')
    .set({ email, email_norm: email })
    .where('id', '=', userId)
    .where('partner_id', '=', mandate.partner.id)
    .execute()
  return true
}

/** Removes an account with everything that hangs on it. */
export async function removeUser(mandate: Door, userId: string): Promise<void> {
  await tables<RealmTables>(mandate)
    .deleteFrom('end_user')
    .where('id', '=', userId)
    .where('partner_id', '=', mandate.partner.id)
    .execute()
}

/** Ends the sessions of a user but one; returns how many. */
export async function endSessions(
  mandate: Door,
  ending: { readonly userId: string; readonly except: string | null; readonly reason: string },
): Promise<number> {
  const { numUpdatedRows } = await tables<RealmTables>(mandate)
    .updateTable('end_user_session')
    .set({ ended_at: sql<Date>`statement_timestamp()`, end_reason: ending.reason })
    .where('partner_id', '=', mandate.partner.id)
    .where('end_user_id', '=', ending.userId)
    .where('ended_at', 'is', null)
    .$if(ending.except !== null, (query) => query.where('id', '!=', ending.except ?? ''))
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Ends one session. */
export async function endOne(mandate: Door, sessionId: string, reason: string): Promise<void> {
  await tables<RealmTables>(mandate)
    .updateTable('end_user_session')
    .set({ ended_at: sql<Date>`statement_timestamp()`, end_reason: reason })
    .where('partner_id', '=', mandate.partner.id)
    .where('id', '=', sessionId)
    .where('ended_at', 'is', null)
    .execute()
}

/** Starts a session and returns its token, which is stored nowhere; the oldest beyond the number that is allowed end. */
export async function startSession(
  mandate: Door,
  userId: string,
  start: { readonly terms: SessionTerms; readonly trace: RequestTrace },
): Promise<string> {
  const token = makeToken()
  const { terms, trace } = start
  await runStatements(mandate, [
    {
      text: `insert into end_user_session (partner_id, end_user_id, token_hash, idle_seconds, ends_at, ip, user_agent)
        values ($1, $2, $3, $4, statement_timestamp() + make_interval(secs => $5), $6, $7)`,
      values: [
        mandate.partner.id,
        userId,
        digestRealmSecret(mandate.partner.slug, token),
        terms.idle_s,
        terms.absolute_s,
        trace.ip,
        trace.userAgent,
      ],
    },
    {
      text: `update end_user_session set ended_at = statement_timestamp(), end_reason = 'too_many'
        where partner_id = $1 and end_user_id = $2 and ended_at is null and id not in (
          select s.id from end_user_session s where s.partner_id = $1 and s.end_user_id = $2 and s.ended_at is null
            and s.ends_at > statement_timestamp() and s.seen_at + make_interval(secs => s.idle_seconds) > statement_timestamp()
          order by s.created_at desc, s.id desc limit $3)`,
      values: [mandate.partner.id, userId, terms.max_concurrent],
    },
    {
      text: `update end_user set last_signed_in_at = statement_timestamp() where id = $2 and partner_id = $1`,
      values: [mandate.partner.id, userId],
    },
  ])
  return token
}

/** A link of a mail that still works. */
export interface LiveLink {
  readonly id: string
  readonly userId: string | null
  readonly email: string
  readonly role: 'guest' | 'realm_admin' | null
}

/** Keeps the token of a link in a mail; returns the token. */
export async function keepLink(
  mandate: Door,
  link: {
    readonly purpose: RealmTokenPurpose
    readonly email: string
    readonly userId?: string | null
    readonly lifeSeconds: number
  },
): Promise<string> {
  const token = makeToken()
  await runStatements(mandate, [
    {
      text: `insert into end_user_token (partner_id, purpose, token_hash, end_user_id, email, ends_at)
        values ($1, $2, $3, $4, $5, statement_timestamp() + make_interval(secs => $6))`,
      values: [
        mandate.partner.id,
        link.purpose,
        digestRealmSecret(mandate.partner.slug, token),
        link.userId ?? null,
        link.email,
        link.lifeSeconds,
      ],
    },
  ])
  return token
}

type Wanted = { readonly purposes: readonly RealmTokenPurpose[]; readonly token: string }

const toLink = (row: {
  id: string
  end_user_id: string | null
  email: string
  role: 'guest' | 'realm_admin' | null
}): LiveLink => ({ id: row.id, userId: row.end_user_id, email: row.email, role: row.role })

/** Looks a link up without using it; null when this realm knows none that still works. */
export async function findLink(mandate: Door, { purposes, token }: Wanted): Promise<LiveLink | null> {
  const row = await tables<RealmTables>(mandate)
    .selectFrom('end_user_token')
    .select(['id', 'end_user_id', 'email', 'role'])
    .where('partner_id', '=', mandate.partner.id)
    .where('token_hash', '=', digestRealmSecret(mandate.partner.slug, token))
    .where('purpose', 'in', purposes)
    .where('used_at', 'is', null)
    .where(sql<boolean>`ends_at > statement_timestamp()`)
    .executeTakeFirst()
  return row ? toLink(row) : null
}

/** Uses a link; of any number of simultaneous calls one gets it. */
export async function useLink(mandate: Door, { purposes, token }: Wanted): Promise<LiveLink | null> {
  const row = await tables<RealmTables>(mandate)
    .updateTable('end_user_token')
    .set({ used_at: sql<Date>`statement_timestamp()` })
    .where('partner_id', '=', mandate.partner.id)
    .where('token_hash', '=', digestRealmSecret(mandate.partner.slug, token))
    .where('purpose', 'in', purposes)
    .where('used_at', 'is', null)
    .where(sql<boolean>`ends_at > statement_timestamp()`)
    .returning(['id', 'end_user_id', 'email', 'role'])
    .executeTakeFirst()
  return row ? toLink(row) : null
}

/** Makes every open link useless that was sent to an address, or to another one that its user asked to move to. */
export async function dropLinks(
  mandate: Door,
  { email, userId }: { readonly email: string; readonly userId: string },
): Promise<void> {
  await tables<RealmTables>(mandate)
    .updateTable('end_user_token')
    .set({ used_at: sql<Date>`statement_timestamp()` })
    .where('partner_id', '=', mandate.partner.id)
    .where((is) => is.or([is('email', '=', email), is('end_user_id', '=', userId)]))
    .where('used_at', 'is', null)
    .execute()
}

/**
 * How many links of a kind were asked for at an address within so many seconds. Of this kind alone, so that whoever signs
 * up with the address of somebody else keeps no way back from its owner. Whoever asks the same meanwhile waits, so that many
 * at once are as many as one after the other.
 */
export async function countRecentLinks(
  mandate: Door,
  asked: { readonly purpose: RealmTokenPurpose; readonly email: string; readonly seconds: number },
): Promise<number> {
  await takeTurn(mandate, `${asked.purpose} mails to ${asked.email}`, mandate.partner.id)
  const row = await tables<RealmTables>(mandate)
    .selectFrom('end_user_token')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('partner_id', '=', mandate.partner.id)
    .where('email', '=', asked.email)
    .where('purpose', '=', asked.purpose)
    .where(sql<boolean>`created_at > statement_timestamp() - make_interval(secs => ${asked.seconds})`)
    .executeTakeFirst()
  return row?.count ?? 0
}

/**
 * Whether a user has signed in to the realm from this very network: guesses that others make from elsewhere keep nobody waiting
 * there. False for nobody, with the same work.
 */
export async function isOwnNetwork(
  mandate: Mandate<'realm_door'>,
  userId: string | null,
  ip: string,
): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select exists (select from end_user_session where end_user_id = $1 and ip <<= $2::inet) as is_own',
      values: [userId, networkOf(ip)],
    },
  ])
  return result?.rows[0]?.['is_own'] === true
}
