import { z } from 'zod'
import type { RunSql } from '#platform/admin.ts'
import { PersonRecord } from './record.ts'
import { renameEverywhere } from './rename.ts'

/** Nobody has the address or id that was named. */
export class PersonUnknown extends Error {
  override name = 'PersonUnknown'
}

/** Without the person a partner would have no owner, or a tenant no administrator. */
export class LastInCharge extends Error {
  override name = 'LastInCharge'
}

/** What an erasure came to. */
export interface Erasure {
  readonly personId: string
  /** Events of the audit log in which what names the person was blanked under the seal. */
  readonly events: number
  readonly sessions: number
  readonly mails: number
  /** Memberships that ended. */
  readonly memberships: number
  /** Records of other things in which the name gave way to "Erased person". */
  readonly names: number
  /** The organisations and customers whose records these are. */
  readonly tenantIds: readonly string[]
  /** Tables in which the name is kept, because it is evidence of a contract or a rule of the table says so. */
  readonly kept: readonly string[]
}

const Found = z.strictObject({ id: z.uuid(), email: z.string() })

async function findPerson(run: RunSql, named: string): Promise<z.output<typeof Found>> {
  const [row] = await run('select id, email from person where email = lower($1) or id::text = lower($1)', [
    named,
  ])
  if (!row) throw new PersonUnknown(`There is no person "${named}".`)
  return Found.parse(row)
}

/** What is kept of somebody, for an operator who was asked for it. Throws PersonUnknown. */
export async function readRecordOf(run: RunSql, named: string): Promise<z.output<typeof PersonRecord>> {
  const { id } = await findPerson(run, named)
  const [row] = await run('select access.record_of_person($1) as record', [id])
  return PersonRecord.parse(row?.['record'])
}

const OWN_TABLES = [
  'password_credential',
  'totp_factor',
  'passkey',
  'recovery_code',
  'single_use_token',
  'saved_view',
  'tenant_pin',
  'link_news_read',
  'link_calendar',
  'access_explanation',
  'session',
] as const

async function countOf(run: RunSql, text: string, values: readonly unknown[]): Promise<number> {
  return (await run(`${text} returning 1`, values)).length
}

/** The organisations that do not go on without somebody in charge, and the lock under which each changes who that is. */
const IN_CHARGE = [
  {
    of: 'partner',
    key: 'partner owners',
    role: 'PARTNER_OWNER',
    goesOn: `o.status <> 'terminated'`,
    word: 'owner',
  },
  {
    of: 'tenant',
    key: 'tenant admins',
    role: 'TENANT_ADMIN',
    goesOn: `o.status <> 'closed' and not o.is_sandbox`,
    word: 'admin',
  },
] as const

/**
 * Waits for whoever changes who is in charge of the person's organisations, as the rules of their tables do for everybody but
 * the operator: two who go at once must not each count on the other. A sandbox is its partner's, whoever is in it.
 */
async function requireOthersInCharge(run: RunSql, id: string): Promise<void> {
  for (const { of, key, role, goesOn, word } of IN_CHARGE) {
    await run(
      `select pg_advisory_xact_lock(access.lock_key('${key}', m.${of}_id))
       from (select ${of}_id from ${of}_member where person_id = $1 order by ${of}_id for update) m`,
      [id],
    )
    const [left] = await run(
      `select o.name from ${of}_member m join ${of} o on o.id = m.${of}_id and ${goesOn}
       where m.person_id = $1 and m.status = 'active' and m.role = '${role}' and not access.has_other_${word}(o.id, m.id)`,
      [id],
    )
    if (left)
      throw new LastInCharge(
        `This person is the last ${word} of ${String(left['name'])}: make somebody else an ${word} first.`,
      )
  }
}

async function endMemberships(run: RunSql, id: string): Promise<number> {
  await requireOthersInCharge(run, id)
  let ended = 0
  for (const table of ['partner_member', 'tenant_member', 'platform_staff'])
    ended += await countOf(
      run,
      `update ${table} set status = 'inactive' where person_id = $1 and status = 'active'`,
      [id],
    )
  return ended
}

/**
 * Takes out everything that names a person, but for agreements and what the result says: sign-ins and factors are removed,
 * memberships end, the name in the audit log is blanked under its seal, and what points to the person points to
 * somebody without name or address. Runs inside the transaction of the caller, who records it. Throws
 * PersonUnknown and LastInCharge. Source: reliability.md section 8, GDPR Art. 17.
 */
export async function erasePerson(run: RunSql, named: string): Promise<Erasure> {
  const { id, email } = await findPerson(run, named)
  const memberships = await endMemberships(run, id)
  const mails = await countOf(run, 'delete from mail_message where lower(recipient) = $1', [email])
  await run('delete from single_use_token where lower(email) = $1', [email])
  // Mails that wait to be sent, and those that were.
  await run(`delete from outbox where topic = 'mail' and lower(payload ->> 'to') = $1`, [email])
  await run(`delete from job.job where lower(data -> 'payload' ->> 'to') = $1`, [email])
  const renamed = await renameEverywhere(run, { id, email })
  let sessions = 0
  for (const table of OWN_TABLES) {
    const removed = await countOf(run, `delete from ${table} where person_id = $1`, [id])
    if (table === 'session') sessions = removed
  }
  // It reads the name, by which others' events are found.
  const [blanked] = await run('select access.blank_person($1)::integer as events', [id])
  await run(
    `update person set name = 'Erased person', email = 'erased-' || id || '@erased.invalid', status = 'inactive', language = null where id = $1`,
    [id],
  )
  return {
    personId: id,
    events: Number(blanked?.['events']),
    sessions,
    mails,
    memberships,
    names: renamed.names,
    tenantIds: [...renamed.tenantIds],
    kept: [...renamed.kept],
  }
}
