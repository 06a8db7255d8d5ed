import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Row } from '#platform/statement.ts'
import type { Plan, Reference, RowValues } from './plans.ts'
import type { Kind } from './schemas.ts'

type Ingesting = Mandate<'ingest'>
type AnyPlan = Pick<Plan<Kind>, 'table' | 'key' | 'columns' | 'fixed' | 'merged' | 'touches'>

/** A column that holds a text or nothing. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

// Look-ups are laterals with a limit that ask for a range of one in its order. With sorting put off, only the unique index
// gives that, so each name costs one descent of it, whatever the planner believes of the table: one that seems empty, such
// as after an import that was undone, would have it read all of a tenant for each name.
async function ask(mandate: Ingesting, text: string, values: readonly unknown[]): Promise<Row[]> {
  const [result] = await runStatements(mandate, [{ text, values }])
  return result?.rows ?? []
}

const PLAN_LOOK_UPS = {
  text: `select set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
  values: [],
}

/** Has the look-ups of this transaction go through the unique indexes. */
export async function prepareLookUps(mandate: Ingesting): Promise<void> {
  await runStatements(mandate, [PLAN_LOOK_UPS])
}

/** One tenant that items name. */
export interface TenantRow {
  readonly id: string
  readonly name: string
  readonly externalId: string | null
}

/** The tenants with these ids, or with these external ids in the source. */
export async function findTenants(
  mandate: Ingesting,
  named: { source: string; externalIds: readonly string[]; ids: readonly string[] },
): Promise<TenantRow[]> {
  const rows = await ask(
    mandate,
    `select id, name, case when source = $1 then external_id end as external_id from tenant where (source = $1 and external_id = any ($2)) or id = any ($3::uuid[])`,
    [named.source, named.externalIds, named.ids],
  )
  return rows.map((row) => ({
    id: String(row['id']),
    name: String(row['name']),
    externalId: textOf(row['external_id']),
  }))
}

/** A pair of a tenant and a text within it, as one key. */
export function pairKey(tenantId: string, text: string): string {
  return `${tenantId} ${text}`
}

export interface Pair {
  readonly tenantId: string
  readonly text: string
}

const split = (pairs: readonly Pair[]) =>
  [pairs.map(({ tenantId }) => tenantId), pairs.map(({ text }) => text)] as const

const CURRENCY_OF = { billing_account: 'r.currency', invoice: 'r.currency', subscriber: 'null' } as const

/** The records of one table that items refer to, by tenant and external id. */
export async function findReferenced(
  mandate: Ingesting,
  asked: { table: Reference['table']; source: string; pairs: readonly Pair[] },
): Promise<Map<string, { id: string; currency: string | null }>> {
  if (asked.pairs.length === 0) return new Map()
  const rows = await ask(
    mandate,
    `select r.tenant_id, r.external_id, r.id, ${CURRENCY_OF[asked.table]} as currency
     from (select distinct * from unnest($2::uuid[], $3::text[]) as n (tenant_id, external_id)) n
     cross join lateral (select * from ${asked.table} t where t.tenant_id = n.tenant_id and t.source = $1 and t.external_id >= n.external_id and t.external_id <= n.external_id order by t.external_id limit 1) r`,
    [asked.source, ...split(asked.pairs)],
  )
  return new Map(
    rows.map((row) => [
      pairKey(String(row['tenant_id']), String(row['external_id'])),
      { id: String(row['id']), currency: textOf(row['currency']) },
    ]),
  )
}

/** Which of these billing accounts have been billed, ordered for or agreed upon in their currency. */
export async function findAccountsInUse(
  mandate: Ingesting,
  accounts: readonly { readonly tenantId: string; readonly id: string }[],
): Promise<Set<string>> {
  if (accounts.length === 0) return new Set()
  const rows = await ask(
    mandate,
    'select n.id from unnest($1::uuid[], $2::uuid[]) as n (tenant_id, id) where access.is_account_in_use(n.tenant_id, n.id)',
    [accounts.map(({ tenantId }) => tenantId), accounts.map(({ id }) => id)],
  )
  return new Set(rows.map((row) => String(row['id'])))
}

/** Who already has a number, an account number or a slug: its source and external id, as one key each. */
export async function findHolders(
  mandate: Ingesting,
  asked: { table: string; column: string; pairs: readonly Pair[] },
): Promise<Map<string, string>> {
  if (asked.pairs.length === 0) return new Map()
  const isTenant = asked.table === 'tenant'
  const rows = await ask(
    mandate,
    isTenant
      ? `select '' as tenant_id, slug as held, source, external_id from tenant where slug = any ($1)`
      : `select r.tenant_id, r.${asked.column} as held, r.source, r.external_id
         from (select distinct * from unnest($1::uuid[], $2::text[]) as n (tenant_id, held)) n
         cross join lateral (select * from ${asked.table} t where t.tenant_id = n.tenant_id and t.${asked.column} >= n.held and t.${asked.column} <= n.held order by t.${asked.column} limit 1) r`,
    isTenant ? [asked.pairs.map(({ text }) => text)] : [...split(asked.pairs)],
  )
  return new Map(
    rows.map((row) => [
      pairKey(String(row['tenant_id']), String(row['held'])),
      `${String(row['source'])} ${String(row['external_id'])}`,
    ]),
  )
}

/** The partners with these slugs. */
export async function findPartners(
  mandate: Ingesting,
  slugs: readonly string[],
): Promise<Map<string, { id: string; name: string }>> {
  if (slugs.length === 0) return new Map()
  const rows = await ask(mandate, 'select id, name, slug from partner where slug = any ($1)', [slugs])
  return new Map(
    rows.map((row) => [String(row['slug']), { id: String(row['id']), name: String(row['name']) }]),
  )
}

/**
 * Locks the ticket counters of these tenants until the transaction ends, so that a repetition that runs at the same
 * moment waits and then sees the tickets of the first.
 */
export async function lockTicketCounters(mandate: Ingesting, tenantIds: readonly string[]): Promise<void> {
  await ask(
    mandate,
    `insert into ticket_counter as c (tenant_id) select id from unnest($1::uuid[]) id order by id on conflict (tenant_id) do update set last_number = c.last_number`,
    [tenantIds],
  )
}

/** The numbers that the tickets of these external ids have already. */
export async function findTicketNumbers(
  mandate: Ingesting,
  source: string,
  pairs: readonly Pair[],
): Promise<Map<string, string>> {
  const rows = await ask(
    mandate,
    `select t.tenant_id, t.external_id, t.number from unnest($2::uuid[], $3::text[]) as n (tenant_id, external_id)
     cross join lateral (select * from ticket k where k.tenant_id = n.tenant_id and k.source = $1 and k.external_id >= n.external_id and k.external_id <= n.external_id order by k.external_id limit 1) t`,
    [source, ...split(pairs)],
  )
  return new Map(
    rows.map((row) => [pairKey(String(row['tenant_id']), String(row['external_id'])), String(row['number'])]),
  )
}

/** Takes as many ticket numbers as asked from locked counters; returns the last one taken by tenant. `atLeast` keeps clear of numbers that the source gave. */
export async function takeTicketNumbers(
  mandate: Ingesting,
  wanted: ReadonlyMap<string, { count: number; atLeast: number }>,
): Promise<Map<string, number>> {
  const entries = [...wanted]
  if (entries.length === 0) return new Map()
  const rows = await ask(
    mandate,
    `update ticket_counter c set last_number = greatest(c.last_number, w.at_least) + w.count
     from unnest($1::uuid[], $2::integer[], $3::integer[]) as w (id, count, at_least) where c.tenant_id = w.id
     returning c.tenant_id, c.last_number`,
    [
      entries.map(([id]) => id),
      entries.map(([, { count }]) => count),
      entries.map(([, { atLeast }]) => atLeast),
    ],
  )
  return new Map(rows.map((row) => [String(row['tenant_id']), Number(row['last_number'])]))
}

const texts = new Map<string, string>()

/** The statement that writes a set of rows: inserts what is new, updates what differs, leaves the rest untouched. */
function upsertText(plan: AnyPlan): string {
  const known = texts.get(plan.table)
  if (known !== undefined) return known
  const columns = Object.keys(plan.columns)
  const changing = columns.filter((column) => !plan.key.includes(column) && !plan.fixed?.includes(column))
  const sent = changing.map((column) => [column, `excluded.${column}`] as const)
  const after = Object.entries({ ...Object.fromEntries(sent), ...plan.merged })
  const [owner] = plan.table === 'tenant' ? ['id'] : ['tenant_id']
  const text = `insert into ${plan.table} as t (source, ${columns.join(', ')})
    select $2, ${columns.map((column) => `i.${column}`).join(', ')}
    from jsonb_to_recordset($1::jsonb) as i (${columns.map((column) => `${column} ${plan.columns[column]}`).join(', ')})
    order by ${plan.key
      .filter((column) => column !== 'source')
      .map((column) => `i.${column}`)
      .join(', ')}
    on conflict (${plan.key.join(', ')}) do update set ${after.map(([column, value]) => `${column} = ${value}`).join(', ')}${plan.touches ? ', updated_at = statement_timestamp()' : ''}${plan.table === 'ticket' ? ', version = t.version + 1' : ''}
    where (${after.map(([column]) => `t.${column}`).join(', ')}) is distinct from (${after.map(([, value]) => value).join(', ')})
    returning t.${owner} as tenant_id, old.${owner} is null as is_created`
  texts.set(plan.table, text)
  return text
}

/** What became of a set of rows, by tenant; rows that were the same already are in no count. */
export type WrittenByTenant = Map<string, { created: number; updated: number }>

/** Writes rows in one statement, in the order of their keys, so that two senders of the same rows cannot lock each other. */
export async function writeRows(
  mandate: Ingesting,
  plan: AnyPlan,
  rows: readonly RowValues[],
): Promise<WrittenByTenant> {
  const written: WrittenByTenant = new Map()
  if (rows.length === 0) return written
  const results = await ask(mandate, upsertText(plan), [JSON.stringify(rows), mandate.source])
  for (const row of results) {
    const tenantId = String(row['tenant_id'])
    const counts = written.get(tenantId) ?? { created: 0, updated: 0 }
    counts[row['is_created'] === true ? 'created' : 'updated'] += 1
    written.set(tenantId, counts)
  }
  return written
}

/** Marks the place to which a dry run goes back. */
export async function setMark(mandate: Ingesting): Promise<void> {
  await ask(mandate, 'savepoint ingest', [])
}

/** Undoes everything since the mark. */
export async function returnToMark(mandate: Ingesting): Promise<void> {
  await ask(mandate, 'rollback to savepoint ingest', [])
}

/**
 * Readies the transaction for many records: a table in which the import remembers what it has seen, and plans that are
 * kept, so that a foreign key is not planned anew for each row. `forgetPlans` is for the times when tables have grown.
 */
export async function prepareImport(mandate: Ingesting): Promise<void> {
  await runStatements(mandate, [
    {
      // No login makes temporary tables, so the operator's own account makes this one.
      text: 'set local role none',
      values: [],
    },
    {
      text: 'create temporary table ingest_seen (key text primary key, place text not null) on commit drop',
      values: [],
    },
    { text: 'grant select, insert on ingest_seen to liaison_ingest', values: [] },
    { text: 'set local role liaison_ingest', values: [] },
    { text: `select set_config('plan_cache_mode', 'auto', true)`, values: [] },
    PLAN_LOOK_UPS,
  ])
}

/** Has every statement, those of foreign keys included, planned again for tables as large as they are now. */
export async function forgetPlans(mandate: Ingesting): Promise<void> {
  await ask(mandate, 'discard plans', [])
}

/** Remembers records. Returns, by position, where those stand that were seen before. */
export async function markSeen(
  mandate: Ingesting,
  records: readonly { readonly key: string; readonly place: string }[],
): Promise<Map<number, string>> {
  if (records.length === 0) return new Map()
  const keys = records.map(({ key }) => key)
  const firsts = await ask(
    mandate,
    `with asked as (
       select key, place, position, row_number() over (partition by key order by position) as nth
       from unnest($1::text[], $2::text[]) with ordinality as a (key, place, position)),
     added as (insert into ingest_seen (key, place) select key, place from asked where nth = 1 order by key on conflict do nothing returning key, place)
     select a.position::integer - 1 as position, coalesce(n.place, s.place) as place
     from asked a
     left join added n on n.key = a.key
     left join lateral (select place from ingest_seen e where e.key = a.key limit 1) s on true
     where n.key is null or a.nth > 1`,
    [keys, records.map(({ place }) => place)],
  )
  return new Map(firsts.map((row) => [Number(row['position']), String(row['place'])]))
}
