import type pg from 'pg'
import { weaken } from './conjuncts.ts'

/** A hole in the database: how it is made, and how it is mended again. */
export interface Mutant {
  readonly name: string
  readonly make: string
  readonly mend: string
}

const OWNERS = `('liaison_authz', 'liaison_owner', 'liaison_limited_view')`

interface Policy {
  readonly table: string
  readonly name: string
  readonly roles: string
  readonly command: string
  readonly using: string | null
  readonly check: string | null
}

async function readPolicies(client: pg.Client): Promise<Policy[]> {
  const { rows } = await client.query<Policy>(
    `select p.polrelid::regclass::text as table, quote_ident(p.polname) as name,
       (select string_agg(coalesce(r.rolname, 'public'), ', ') from unnest(p.polroles) role left join pg_roles r on r.oid = role) as roles,
       case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
       pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check
     from pg_policy p where not exists (select from pg_roles r where r.oid = any (p.polroles) and r.rolname in ${OWNERS}) order by 1, 2`,
  )
  return rows
}

const using = ({ using: text }: Policy) => (text === null ? '' : ` using (${text})`)
const check = ({ check: text }: Policy) => (text === null ? '' : ` with check (${text})`)

function holesOf(policy: Policy): Mutant[] {
  const at = `policy ${policy.name} on ${policy.table}`
  const mend = `drop policy if exists ${policy.name} on ${policy.table};
    create ${at} for ${policy.command} to ${policy.roles}${using(policy)}${check(policy)}`
  const holes: Mutant[] = [{ name: `drop ${at}`, make: `drop ${at}`, mend }]
  if (policy.using !== null && policy.using !== 'true')
    holes.push({ name: `using (true) in ${at}`, make: `alter ${at} using (true)`, mend })
  if (policy.check !== null && policy.check !== 'true')
    holes.push({ name: `with check (true) in ${at}`, make: `alter ${at} with check (true)`, mend })
  return holes
}

/** Every policy of a login dropped, or letting every row through on reading or on writing. */
export async function policyMutants(client: pg.Client): Promise<Mutant[]> {
  return (await readPolicies(client)).flatMap(holesOf)
}

const names = async (client: pg.Client, sql: string) =>
  (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name)

/** Row security switched off or not forced, for every table; a privilege on every partition. */
export async function tableMutants(client: pg.Client): Promise<Mutant[]> {
  const tables = await names(
    client,
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname in ('public', 'access', 'audit', 'private') and c.relname not like 'liaison_migration%' order by 1`,
  )
  const partitions = await names(
    client,
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relispartition and c.relkind in ('r', 'p') and n.nspname in ('public', 'access', 'audit', 'private') order by 1`,
  )
  return [
    ...tables.flatMap((table) => [
      {
        name: `row security of ${table} not forced`,
        make: `alter table ${table} no force row level security`,
        mend: `alter table ${table} force row level security`,
      },
      {
        name: `row security of ${table} off`,
        make: `alter table ${table} disable row level security`,
        mend: `alter table ${table} enable row level security`,
      },
      {
        name: `triggers of ${table} allowed to the login of tenants`,
        make: `grant trigger on ${table} to liaison_tenant`,
        mend: `revoke trigger on ${table} from liaison_tenant`,
      },
    ]),
    ...partitions.map((table) => ({
      name: `the partition ${table} readable for the login of tenants`,
      make: `grant select on ${table} to liaison_tenant`,
      mend: `revoke select on ${table} from liaison_tenant`,
    })),
  ]
}

/** Logins with rights that no login has, views that read with the rights of their owner, functions whose search path is open. */
export async function roleMutants(client: pg.Client): Promise<Mutant[]> {
  const logins = await names(
    client,
    `select rolname as name from pg_roles where rolcanlogin and rolname like 'liaison%' order by 1`,
  )
  const views = await names(
    client,
    `select c.oid::regclass::text as name from pg_class c where c.relkind = 'v' and c.reloptions::text like '%security_invoker=true%' order by 1`,
  )
  const functions = await names(
    client,
    `select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('public', 'access', 'private') and p.prosecdef order by 1`,
  )
  return [
    ...logins.flatMap((login) => [
      {
        name: `${login} bypasses row security`,
        make: `alter role ${login} bypassrls`,
        mend: `alter role ${login} nobypassrls`,
      },
      {
        name: `${login} is a superuser`,
        make: `alter role ${login} superuser`,
        mend: `alter role ${login} nosuperuser`,
      },
      {
        name: `${login} is a member of the owner`,
        make: `grant liaison_owner to ${login}`,
        mend: `revoke liaison_owner from ${login}`,
      },
      {
        name: `${login} owns the invoices`,
        make: `alter table invoice owner to ${login}`,
        mend: 'alter table invoice owner to liaison_owner',
      },
      {
        name: `${login} puts contexts in force`,
        make: `grant execute on function access.set_context(jsonb) to ${login}`,
        mend: `revoke execute on function access.set_context(jsonb) from ${login}`,
      },
    ]),
    ...views.map((view) => ({
      name: `the view ${view} reads with the rights of its owner`,
      make: `alter view ${view} reset (security_invoker)`,
      mend: `alter view ${view} set (security_invoker = true)`,
    })),
    ...functions.map((name) => ({
      name: `the search path of ${name} is open`,
      make: `alter function ${name} reset search_path`,
      mend: `alter function ${name} set search_path = pg_catalog`,
    })),
  ]
}

/** Decisions that are kept are compared with those that are not in server/src/modules/delegations/kept-*.test.ts; for their tickets see tests/ticket-mutants.test.ts. */
const DECIDING_FUNCTIONS = [
  'access.reach(text, text)',
  'access.elevated_mask(uuid, bit)',
  'access.account_mask(bit)',
  'access.standing_mask(bit)',
  'access.unrestricted_mask(delegation)',
  'access.mask_now(delegation)',
  'access.timed_mask(uuid)',
  'access.context()',
  'access.kept()',
  'access.enter_person(jsonb)',
] as const
const DECIDING_VIEWS = ['access.delegation_in_force', 'access.usable_link', 'access.live_session'] as const

/** Terms that are no condition of their own: what is taken away from a mask, and what a mask is asked for. */
const TERMS: readonly (readonly [string, RegExp, string])[] = [
  [
    'a deny takes nothing away',
    /& ?~ ?COALESCE\(\(\s*SELECT bit_or\(o\.mask\)/i,
    '| COALESCE((select bit_or(0::bit(256) & o.mask)',
  ],
  ['what is sensitive stands without an elevation', /mask & ~ ?coalesce/i, 'mask | 0::bit(256) & coalesce'],
  ['the mask of the assignment is not asked', /\(?m\.mask &/i, '( ~ 0::bit(256) &'],
  ['a link needs no elevation', /when d\.elevation_required then/i, 'when false then'],
  [
    'timed exceptions are not looked at',
    /when d\.has_timed_overrides or d\.own_accounts_only then/i,
    'when false then',
  ],
  [
    'an elevation has no end',
    /when m\.elevated_until <= statement_timestamp\(\) or m\.elevated_until is null then/i,
    'when false then',
  ],
  [
    'the restriction to own accounts is not told',
    /d\.own_accounts_only,\n/i,
    'false as own_accounts_only,\n',
  ],
  [
    'the code of a context or of a kept decision is not compared',
    /is distinct from current_setting/i,
    "is distinct from encode(sha256(''), 'hex') and false and '' = current_setting",
  ],
]

function mutantsOfText(object: string, original: string, head = ''): Mutant[] {
  const make = (text: string) => `${head}${text}`
  const terms = TERMS.flatMap(([name, term, replacement]) =>
    term.test(original)
      ? [
          {
            name: `${object}: ${name}`,
            make: make(original.replace(term, replacement)),
            mend: make(original),
          },
        ]
      : [],
  )
  const conditions = weaken(original).map(({ condition, text }) => ({
    name: `${object} without: ${condition}`,
    make: make(text),
    mend: make(original),
  }))
  return [...terms, ...conditions]
}

/** The deciding functions and views, each time without one of their conditions or terms. */
export async function decisionMutants(client: pg.Client): Promise<Mutant[]> {
  const mutants: Mutant[] = []
  for (const name of DECIDING_VIEWS) {
    const { rows } = await client.query<{ text: string }>(
      'select pg_get_viewdef($1::regclass, true) as text',
      [name],
    )
    mutants.push(...mutantsOfText(name, rows[0]?.text ?? '', `create or replace view ${name} as `))
  }
  for (const name of DECIDING_FUNCTIONS) {
    const { rows } = await client.query<{ text: string }>(
      'select pg_get_functiondef($1::regprocedure) as text',
      [name],
    )
    mutants.push(...mutantsOfText(name, rows[0]?.text ?? ''))
  }
  return mutants
}
