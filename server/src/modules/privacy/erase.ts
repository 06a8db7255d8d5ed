import { z } from 'zod'
import type { RunSql } from '#platform/admin.ts'
import { databaseCodeOf } from '#platform/database.ts'
import { PersonRecord } from './record.ts'

/** Nobody has the address or id that was named. */
export class PersonUnknown extends Error {
  override name = 'PersonUnknown'
}

/** Without the person a partner would have no owner. */
export class LastOwner extends Error {
  override name = 'LastOwner'
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

/** Agreements are evidence between two parties, and their histories are chained by digests. */
const EVIDENCE = /^agreement/

/** restrict_violation, check_violation, insufficient_privilege: a rule of the table keeps what stands there. */
const REFUSED: ReadonlySet<string> = new Set(['23001', '23514', '42501'])

const NameColumn = z.strictObject({
  table: z.string(),
  name: z.string(),
  id: z.string(),
  is_tenants: z.boolean(),
})

/** Where a name is kept beside the id of whom it names. */
async function findNameColumns(run: RunSql): Promise<z.output<typeof NameColumn>[]> {
  const rows = await run(
    `select c.relname::text as "table", n.attname::text as "name", i.attname::text as "id",
       exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped) as is_tenants
     from pg_class c join pg_namespace s on s.oid = c.relnamespace and s.nspname = 'public'
     join pg_attribute n on n.attrelid = c.oid and n.attname like '%\\_name' and n.atttypid = 'text'::regtype and not n.attisdropped
     join pg_attribute i on i.attrelid = c.oid and i.attname in (left(n.attname, -5), left(n.attname, -5) || '_id') and i.atttypid = 'uuid'::regtype and not i.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'audit_event'
       and n.attname not in ('tenant_name', 'partner_name', 'client_name', 'product_name', 'agency_name', 'payer_name')
     order by 1, 2`,
  )
  return rows.map((row) => NameColumn.parse(row))
}

interface Renamed {
  names: number
  readonly tenantIds: Set<string>
  readonly kept: Set<string>
}

async function rename(
  run: RunSql,
  at: z.output<typeof NameColumn>,
  into: { readonly ids: readonly string[]; readonly renamed: Renamed },
): Promise<void> {
  const { ids, renamed } = into
  const [there] = await run(
    `select exists (select from "${at.table}" where "${at.id}" = any($1) and "${at.name}" is distinct from 'Erased person') as found`,
    [ids],
  )
  if (there?.['found'] !== true) return
  if (EVIDENCE.test(at.table)) {
    renamed.kept.add(at.table)
    return
  }
  await run('savepoint renaming')
  try {
    await run(`select set_config('liaison.erased_name', $1, true)`, [at.name])
    const rows = await run(
      `update "${at.table}" set "${at.name}" = 'Erased person' where "${at.id}" = any($1) and "${at.name}" is not null returning ${at.is_tenants ? 'tenant_id::text' : 'null'} as tenant_id`,
      [ids],
    )
    renamed.names += rows.length
    for (const { tenant_id: tenantId } of rows)
      if (typeof tenantId === 'string') renamed.tenantIds.add(tenantId)
  } catch (error) {
    // A table that keeps its history says so; anything else is a fault, and nothing is erased.
    if (!REFUSED.has(databaseCodeOf(error) ?? '')) throw error
    await run('rollback to savepoint renaming')
    renamed.kept.add(at.table)
  }
  await run('release savepoint renaming')
}

async function renameEverywhere(run: RunSql, id: string): Promise<Renamed> {
  const ids = (await run('select i::text as id from access.ids_of_person($1) i', [id])).map((row) =>
    String(row['id']),
  )
  const renamed: Renamed = { names: 0, tenantIds: new Set(), kept: new Set() }
  for (const at of await findNameColumns(run)) await rename(run, at, { ids, renamed })
  await run(`select set_config('liaison.erased_name', '', true)`)
  return renamed
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

/**
 * Waits for whoever changes the owners of the person's partners, as the rule of the table does for everybody but the
 * operator: two who go at once must not each count on the other.
 */
async function holdOwners(run: RunSql, id: string): Promise<void> {
  await run(
    `select pg_advisory_xact_lock(access.lock_key('partner owners', m.partner_id))
     from (select partner_id from partner_member where person_id = $1 order by partner_id for update) m`,
    [id],
  )
}

async function endMemberships(run: RunSql, id: string): Promise<number> {
  await holdOwners(run, id)
  const [owned] = await run(
    `select p.name from partner_member m join partner p on p.id = m.partner_id
     where m.person_id = $1 and m.status = 'active' and m.role = 'PARTNER_OWNER' and not access.has_other_owner(p.id, m.id)`,
    [id],
  )
  if (owned)
    throw new LastOwner(
      `This person is the last owner of ${String(owned['name'])}: make somebody else an owner first.`,
    )
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
 * PersonUnknown and LastOwner. Source: reliability.md section 8, GDPR Art. 17.
 */
export async function erasePerson(run: RunSql, named: string): Promise<Erasure> {
  const { id, email } = await findPerson(run, named)
  const memberships = await endMemberships(run, id)
  const mails = await countOf(run, 'delete from mail_message where recipient = $1', [email])
  await run('delete from single_use_token where email = $1', [email])
  // Mails that wait to be sent, and those that were.
  await run(`delete from outbox where topic = 'mail' and payload ->> 'to' = $1`, [email])
  await run(`delete from job.job where data -> 'payload' ->> 'to' = $1`, [email])
  const renamed = await renameEverywhere(run, id)
  let sessions = 0
  for (const table of OWN_TABLES) {
    const removed = await countOf(run, `delete from ${table} where person_id = $1`, [id])
    if (table === 'session') sessions = removed
  }
  await run(
    `update person set name = 'Erased person', email = 'erased-' || id || '@erased.invalid', status = 'inactive', language = null where id = $1`,
    [id],
  )
  const [blanked] = await run('select access.blank_person($1)::integer as events', [id])
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
