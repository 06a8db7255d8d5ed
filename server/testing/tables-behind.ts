import type { TestWorld } from './world.ts'

/** The names that a function or a view names, and what the catalogue says that it depends on. */
async function namesIn(world: TestWorld, name: string): Promise<string[]> {
  const rows = await world.sql<{ name: string }>(
    `with of_function as (select p.oid, p.prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname || '.' || p.proname = $1),
       depending as (
         select 'pg_proc'::regclass as class, oid from of_function
         union all
         select 'pg_rewrite'::regclass, r.oid from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace where n.nspname || '.' || c.relname = $1 and c.relkind = 'v')
     select m[1] || '.' || m[2] as name from of_function, regexp_matches(prosrc, '(access|public)\\.(\\w+)', 'g') m
     union
     select n.nspname || '.' || c.relname from depending d join pg_depend x on x.classid = d.class and x.objid = d.oid and x.refclassid = 'pg_class'::regclass join pg_class c on c.oid = x.refobjid join pg_namespace n on n.oid = c.relnamespace
     union
     select n.nspname || '.' || p.proname from depending d join pg_depend x on x.classid = d.class and x.objid = d.oid and x.refclassid = 'pg_proc'::regclass join pg_proc p on p.oid = x.refobjid join pg_namespace n on n.oid = p.pronamespace`,
    [name],
  )
  return rows.map((row) => row.name)
}

/** A table that is read, and which of its changes are noted for decisions that are kept. */
export interface TableBehind {
  readonly name: string
  readonly operations: readonly string[]
}

/** Every table that these functions read, through whatever else they call but what is apart. */
export async function tablesBehind(
  world: TestWorld,
  functions: readonly string[],
  apart: ReadonlySet<string>,
): Promise<TableBehind[]> {
  const seen = new Set<string>()
  const open = [...functions]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name) || apart.has(name)) continue
    seen.add(name)
    open.push(...(await namesIn(world, name)))
  }
  return world.sql<{ name: string; operations: string[] }>(
    `select n.nspname || '.' || c.relname as name, array(
       select distinct operation from pg_trigger t join pg_proc p on p.oid = t.tgfoid and p.proname in ('stamp_change', 'stamp_session'),
         lateral (values (4, 'insert'), (8, 'delete'), (16, 'update')) o (bit, operation)
       where t.tgrelid = c.oid and t.tgenabled = 'O' and (t.tgtype & o.bit) <> 0 and cardinality(t.tgattr::int2[]) = 0 and t.tgqual is null order by operation) as operations
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and n.nspname || '.' || c.relname = any ($1) order by name`,
    [[...seen]],
  )
}
