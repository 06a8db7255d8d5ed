import { z } from 'zod'
import type { RunSql } from '#platform/admin.ts'
import { databaseCodeOf } from '#platform/database.ts'

/** Agreements are evidence between two parties, and their histories are chained by digests. */
const EVIDENCE = /^agreement/

/** restrict_violation, check_violation, insufficient_privilege: a rule of the table keeps what stands there. */
const REFUSED: ReadonlySet<string> = new Set(['23001', '23514', '42501'])

/** What taking a name out of the records came to. */
export interface Renamed {
  names: number
  readonly tenantIds: Set<string>
  readonly kept: Set<string>
}

/** Whose name is taken out. */
export interface Erased {
  readonly id: string
  readonly email: string
}

/** A place in which a name may stand, and how the rows are found in which it is this person's. */
interface Place {
  readonly table: string
  /** What gives way: a column, or a member of a column of JSON after a dot. */
  readonly name: string
  /** The rows, as a condition on `t`. */
  readonly where: string
  readonly values: readonly unknown[]
  readonly isTenants: boolean
}

const NameColumn = z.strictObject({
  table: z.string(),
  name: z.string(),
  id: z.string().nullable(),
  is_tenants: z.boolean(),
  is_partners: z.boolean(),
})
type NameColumn = z.output<typeof NameColumn>

/** Where a name is kept, beside the id of whom it names or, with no id, of somebody who did something. */
async function findNameColumns(run: RunSql): Promise<NameColumn[]> {
  const has = (column: string) =>
    `exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = '${column}' and not t.attisdropped)`
  const rows = await run(
    `select c.relname::text as "table", n.attname::text as "name", i.attname::text as "id", ${has('tenant_id')} as is_tenants, ${has('partner_id')} as is_partners
     from pg_class c join pg_namespace s on s.oid = c.relnamespace and s.nspname = 'public'
     join pg_attribute n on n.attrelid = c.oid and n.attname ~ '_(name|label)$' and n.atttypid = 'text'::regtype and not n.attisdropped
     left join pg_attribute i on i.attrelid = c.oid and i.attname in (regexp_replace(n.attname, '_[a-z]+$', ''), regexp_replace(n.attname, '_[a-z]+$', '_id'))
       and i.atttypid = 'uuid'::regtype and not i.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'audit_event' and (i.attname is not null or n.attname ~ '(_by|^actor|^author)_name$')
       and n.attname not in ('tenant_name', 'partner_name', 'client_name', 'product_name', 'agency_name', 'payer_name', 'resource_label')
     order by 1, 2`,
  )
  return rows.map((row) => NameColumn.parse(row))
}

/** Staff of the provider, and who was: whoever is removed leaves no row, but acted for the provider. */
const STAFF = [
  'select from platform_staff s where s.person_id = h.id',
  `select from audit_event a where a.actor_id = h.id and a.plane = 'platform' and a.outcome = 'allowed'`,
]

/** Whether a person may be the one whom a row names: staff of the provider anywhere, members where the row belongs. */
function isOfPlace({ is_tenants: isTenants, is_partners: isPartners }: NameColumn): string {
  const members = [
    ...STAFF,
    ...(isTenants
      ? ['select from tenant_member m where m.person_id = h.id and m.tenant_id = t.tenant_id']
      : []),
    ...(isPartners
      ? ['select from partner_member m where m.person_id = h.id and m.partner_id = t.partner_id']
      : []),
  ]
  return members.map((found) => `exists (${found})`).join(' or ')
}

/** Rows that tell a name alone are somebody's where nobody else of the name can be meant. */
function ofNobodyElse(at: NameColumn): string {
  const { read: text } = expressionsOf(at.name)
  const named = `exists (select from person h where h.id = $1 and (${isOfPlace(at)}))`
  const others = `exists (select from person h where h.id <> $1 and h.name = ${text} and (${isOfPlace(at)}))`
  return `${text} = any($2) and ${named} and not ${others}`
}

interface Known {
  readonly erased: Erased
  /** The ids of the person and of its memberships. */
  readonly ids: readonly string[]
  /** What the person was called when it did something, and is called now. */
  readonly names: readonly string[]
}

function placeOf(at: NameColumn, { erased, ids, names }: Known): Place {
  const { table, name, id, is_tenants: isTenants } = at
  if (id !== null) return { table, name, isTenants, where: `t."${id}" = any($1)`, values: [ids] }
  return { table, name, isTenants, where: ofNobodyElse(at), values: [erased.id, names] }
}

/** The history of a delegation says by name who moved it. */
const HISTORY: NameColumn = {
  table: 'delegation_history',
  name: 'detail.name',
  id: null,
  is_tenants: true,
  is_partners: true,
}

/** Who a record of access named, in what was kept of it before names were left out. */
const NAMED_BEFORE = ['approved_by', 'first_approved_by', 'set_by', 'proposed_by']

/** Records in which the name stands within a column of JSON. */
function placesInJson(known: Known): Place[] {
  return [
    placeOf(HISTORY, known),
    ...NAMED_BEFORE.map((who) => ({
      table: 'access_past',
      name: `was.${who}_name`,
      isTenants: false,
      where: `t.was ->> '${who}' = any($1) and t.was ? '${who}_name'`,
      values: [known.ids],
    })),
  ]
}

/** How the name is read, and what is set in its place. */
function expressionsOf(name: string): { readonly read: string; readonly set: string } {
  const [column = name, member] = name.split('.')
  if (member === undefined) return { read: `t."${column}"`, set: `"${column}" = 'Erased person'` }
  return {
    read: `t."${column}" ->> '${member}'`,
    set: `"${column}" = jsonb_set("${column}", '{${member}}', '"Erased person"')`,
  }
}

async function rename(run: RunSql, place: Place, renamed: Renamed): Promise<void> {
  const { table, name, where, values } = place
  const { read, set } = expressionsOf(name)
  const rows = `(${where}) and ${read} <> 'Erased person'`
  const [there] = await run(`select exists (select from "${table}" t where ${rows}) as found`, values)
  if (there?.['found'] !== true) return
  if (EVIDENCE.test(table)) {
    renamed.kept.add(table)
    return
  }
  await run('savepoint renaming')
  try {
    await run(`select set_config('liaison.erased_name', $1, true)`, [name])
    const changed = await run(
      `update "${table}" t set ${set} where ${rows} returning ${place.isTenants ? 'tenant_id::text' : 'null'} as tenant_id`,
      values,
    )
    renamed.names += changed.length
    for (const { tenant_id: tenantId } of changed)
      if (typeof tenantId === 'string') renamed.tenantIds.add(tenantId)
  } catch (error) {
    // A table that keeps its history says so; anything else is a fault, and nothing is erased.
    if (!REFUSED.has(databaseCodeOf(error) ?? '')) throw error
    await run('rollback to savepoint renaming')
    renamed.kept.add(table)
  }
  await run('release savepoint renaming')
}

/** Whom an organisation named as its contact, and what it wrote down of others, it keeps and changes itself. */
const OF_ORGANISATIONS = [
  ['tenant', `lower(t.contact ->> 'email') = $1`],
  ['tenant_security_contact', 'lower(t.email) = $1'],
  ['partner', 'lower(t.contact_email) = $1'],
  ['partner_application', 'lower(t.contact_email) = $1'],
  ['agency', 'lower(t.contact_email) = $1'],
  ['deal_registration', 'lower(t.contact_email) = $1'],
  ['referral_sign_up', 'lower(t.contact_email) = $1'],
  ['subscriber', 'lower(t.billing_email) = $1'],
  ['invoice_reminder', 'lower(t.recipient) = $1'],
] as const

/** Where a check of risk says whose network it met. */
const MET = `jsonb_path_exists(t.evidence, '$[*].facts.member ? (@ == $name[*])', jsonb_build_object('name', to_jsonb($1::text[])))`

/** The tables that still tell the name, which somebody else may bear, or the address. */
async function findKept(
  run: RunSql,
  { erased, names }: Known,
  columns: readonly NameColumn[],
): Promise<string[]> {
  const looks: (readonly [table: string, where: string, values: readonly unknown[]])[] = [
    ...[...columns, HISTORY]
      .filter(({ id, table }) => id === null && !EVIDENCE.test(table))
      .map((at) => {
        const member = `exists (select from person h where h.id = $1 and (${isOfPlace(at)}))`
        return [
          at.table,
          `${expressionsOf(at.name).read} = any($2) and ${member}`,
          [erased.id, names],
        ] as const
      }),
    ...OF_ORGANISATIONS.map(([table, where]) => [table, where, [erased.email]] as const),
    ['risk_case', MET, [names]],
  ]
  const kept: string[] = []
  for (const [table, where, values] of looks) {
    const [row] = await run(`select exists (select from "${table}" t where ${where}) as found`, values)
    if (row?.['found'] === true) kept.push(table)
  }
  return kept
}

/** What gives way in the text of a JSON value, and what is put there. A name of one word may be an ordinary word elsewhere. */
function exchangesIn({ erased, names }: Known): readonly (readonly [text: string, instead: string])[] {
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1)
  return [
    [inJson(erased.email), `erased-${erased.id}@erased.invalid`],
    ...names.map((name) =>
      name.includes(' ')
        ? ([inJson(name), 'Erased person'] as const)
        : ([`: "${inJson(name)}"`, ': "Erased person"'] as const),
    ),
  ]
}

/**
 * Answers that are kept for whoever repeats a request: those of the person go, others name somebody erased instead. They
 * stay, since what was done under their keys would otherwise be done twice.
 */
async function renameInKeptAnswers(run: RunSql, known: Known): Promise<void> {
  await run('delete from idempotency_record where principal = any($1)', [known.ids])
  for (const exchange of exchangesIn(known))
    await run(
      `update idempotency_record set body = replace(body::text, $1, $2)::jsonb where strpos(body::text, $1) > 0`,
      exchange,
    )
}

/** Puts "Erased person" wherever the name stands beside what the person did; says where it could not. */
export async function renameEverywhere(run: RunSql, erased: Erased): Promise<Renamed> {
  const texts = async (text: string) => (await run(text, [erased.id])).map((row) => String(row['text']))
  const known: Known = {
    erased,
    ids: await texts('select i::text as text from access.ids_of_person($1) i'),
    names: await texts(
      `select name as text from person where id = $1 union select actor_name from audit_event where actor_id = $1 and actor_name is not null`,
    ),
  }
  const renamed: Renamed = { names: 0, tenantIds: new Set(), kept: new Set() }
  const columns = await findNameColumns(run)
  const places = [...columns.map((at) => placeOf(at, known)), ...placesInJson(known)]
  for (const place of places) await rename(run, place, renamed)
  await renameInKeptAnswers(run, known)
  await run(`select set_config('liaison.erased_name', '', true)`)
  for (const table of await findKept(run, known, columns)) renamed.kept.add(table)
  return renamed
}
