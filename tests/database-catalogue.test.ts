import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS, refuseUnsafeLogins } from '../server/src/platform/database.ts'
import { TestWorld } from '../server/testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const OUR_SCHEMAS = `('public', 'access', 'audit', 'private')`
/** Kysely's own two tables, which hold names of migrations only. */
const MIGRATION_TABLES = `('liaison_migration', 'liaison_migration_lock')`

const column = async (text: string, values: unknown[] = []) =>
  (await world.sql<{ name: string }>(text, values)).map((row) => row.name)

/** Tables whose every row belongs to one tenant. */
const OWNED_BY_TENANTS = [
  'invoice',
  'invoice_dispute',
  'invoice_reminder',
  'billing_setting',
  'payment',
  'subscriber',
  'ticket',
  'ticket_comment',
  'ticket_sla_arrival',
  'ticket_sla_clock',
  'ticket_sla_justification',
  'ticket_sla_signal',
  'ticket_sla_step',
  'sla_policy_version',
  'ticket_counter',
  'outage',
  'usage_day',
  'usage_month',
  'promise_month',
  'monitoring_period',
  'subscriber_standing',
  'subscriber_change',
  'partner_use_day',
  'billing_account',
  'tenant_member',
  'tenant_partner_policy',
  'tenant_security_contact',
  'tenant_invitation_code',
]

test('every table has row security, on and forced (access.md section 4)', async () => {
  expect(
    await column(
      `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and n.nspname in ${OUR_SCHEMAS} and c.relname not in ${MIGRATION_TABLES} and not (c.relrowsecurity and c.relforcerowsecurity)`,
    ),
  ).toEqual([])
})

test('every table that belongs to a tenant or a partner has a policy for every login that may touch it', async () => {
  const bare = await column(
    `select distinct c.relname || ' for ' || r.rolname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     cross join pg_roles r
     where c.relkind in ('r', 'p') and r.rolname = any($1)
       and (has_any_column_privilege(r.oid, c.oid, 'select') or has_any_column_privilege(r.oid, c.oid, 'insert') or has_any_column_privilege(r.oid, c.oid, 'update') or has_table_privilege(r.oid, c.oid, 'delete'))
       and c.relname not in ${MIGRATION_TABLES}
       and not exists (select from pg_policy p where p.polrelid = c.oid and (r.oid = any (p.polroles) or 0 = any (p.polroles)))`,
    [[...LOGINS]],
  )
  expect(bare).toEqual([])
})

test('no login owns anything, bypasses row security, or may truncate, reference or put triggers on a table', async () => {
  await expect(refuseUnsafeLogins(world.database)).resolves.toBeUndefined()
  const held = await column(
    `select c.relname || ' ' || privilege || ' ' || r.rolname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname in ${OUR_SCHEMAS}
     cross join pg_roles r cross join unnest(array['truncate', 'references', 'trigger']) privilege
     where c.relkind in ('r', 'p') and r.rolname = any($1) and has_table_privilege(r.oid, c.oid, privilege)`,
    [[...LOGINS]],
  )
  expect(held).toEqual([])
})

/** What the triggers of the owner copy, sum or look up; each line is a reviewed exception. */
const OWNER_POLICIES: readonly string[] = [
  'access_past keeping',
  'access_request answering',
  'agreement keeping',
  'agreement_approval keeping',
  'agreement_event keeping',
  'agreement_signature keeping',
  'api_client issuing',
  'assisted_access assisting',
  'assisted_rule assisting',
  'audit_event retaining',
  'audit_leaf retaining',
  'audit_publication retaining',
  'audit_retention retaining',
  'audit_scope retaining',
  'backchannel_request answering',
  'billing_event keeping',
  'billing_month summing',
  'bulk_item cancelling',
  'bulk_item cancelling_read',
  'configuration_key writing',
  'consent giving_back',
  'consent_ask answering',
  'delegation assisting',
  'delegation assisting_write',
  'delegation copying_read',
  'delegation deriving',
  'delegation giving_forms',
  'delegation homing',
  'delegation touching',
  'delegation_history giving_back',
  'delegation_history noting_forms',
  'earning keeping',
  'earning_volume keeping',
  'end_user following',
  'end_user following_write',
  'feature_flag enforcing',
  'feature_history keeping',
  'form copying',
  'form_token copying',
  'installation_mark keeping',
  'invoice summing',
  'invoice_age summing',
  'invoice_band summing',
  'invoice_due summing',
  'invoice_month summing',
  'invoice_state summing',
  'issued_token ending',
  'kyc_case checking',
  'kyc_event checking',
  'kyc_review checking',
  'link copying',
  'link copying_read',
  'link_checklist making',
  'link_elevation elevating',
  'link_handover copying_read',
  'link_member elevating',
  'link_member elevating_write',
  'link_override copying_read',
  'link_override widening_denials',
  'link_relationship_bound writing',
  'link_role_template writing',
  'oauth_artifact ending',
  'oauth_grant issuing',
  'outbox elevating',
  'partner homing',
  'partner kinds_checking',
  'partner_plan keeping',
  'partner_plan keeping_change',
  'payment summing',
  'permission writing',
  'plan keeping',
  'plan_role keeping',
  'plan_version keeping',
  'program following',
  'program keeping',
  'program_setting keeping',
  'promise_month summing',
  'realm opening',
  'realm opening_read',
  'referral ending',
  'referral ending_write',
  'referral_block ending',
  'relation_permission writing',
  'revoked_token ending',
  'risk_case keeping',
  'risk_event keeping',
  'role_permission writing',
  'signal_health beginning',
  'signal_health beginning_anew',
  'state_transition copying_read',
  'subscriber_change summing',
  'subscriber_standing summing',
  'subscription keeping',
  'subscription_event keeping',
  'subscription_hold keeping',
  'subscription_term keeping',
  'tenant assisting',
  'tenant_member asking_people',
  'tenant_partner_policy copying_read',
  'ticket copying',
  'ticket elevating',
  'ticket_sla_arrival noting',
  'ticket_sla_clock copying',
  'usage_day summing_read',
  'usage_month summing',
  'webhook_health beginning',
  'webhook_health beginning_anew',
]

test('the owner of the tables reads and writes only what its own triggers keep in step', async () => {
  const forOwner = await column(
    `select c.relname || ' ' || p.polname as name from pg_policy p join pg_class c on c.oid = p.polrelid
     where (select oid from pg_roles where rolname = 'liaison_owner') = any (p.polroles) order by 1`,
  )
  expect(forOwner).toEqual(OWNER_POLICIES)
})

test('there is no materialized view, and every definer function has a fixed search path', async () => {
  expect(await column(`select relname as name from pg_class where relkind = 'm'`)).toEqual([])
  expect(
    await column(
      `select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname in ${OUR_SCHEMAS} and p.prosecdef and not coalesce(p.proconfig::text like '%search_path=%', false)`,
    ),
  ).toEqual([])
})

test('to no function of ours do names of temporary tables and types come before all others', async () => {
  const open = await column(
    `select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ${OUR_SCHEMAS} and (p.prosecdef or p.prorettype = 'trigger'::regtype or p.proconfig::text like '%search_path=%')
       and not exists (select from unnest(p.proconfig) setting where setting like 'search\\_path=%, pg\\_temp')`,
  )
  expect(open).toEqual([])
})

test('nobody but the deciding role can put an access context in force', async () => {
  const able = await column(
    `select r.rolname || ' ' || p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'access'
     cross join pg_roles r where p.proname in ('set_context', 'sign', 'context') and r.rolname = any($1) and has_function_privilege(r.oid, p.oid, 'execute')`,
    [[...LOGINS, 'public'].filter((name) => name !== 'public')],
  )
  expect(able).toEqual([])
})

test('a context that injected SQL sets is refused', async () => {
  await world.partner('Northwind')
  const forged = JSON.stringify({ plane: 'platform', actor_id: '01900000-0000-7000-8000-000000000001' })
  const client = await world.database.pool('liaison_platform').connect()
  try {
    await client.query('begin')
    await client.query(
      `select set_config('liaison.context', $1, true), set_config('liaison.mac', $2, true)`,
      [forged, 'f'.repeat(64)],
    )
    await expect(client.query('select id from partner')).rejects.toThrow('forged')
  } finally {
    await client.query('rollback')
    client.release()
  }
})

test('the program login has no privilege on any column of a tenant-owned business record', async () => {
  const reachable = await column(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     where c.relname = any($1) and (has_any_column_privilege('liaison_program', c.oid, 'select') or has_any_column_privilege('liaison_program', c.oid, 'insert') or has_any_column_privilege('liaison_program', c.oid, 'update'))`,
    [OWNED_BY_TENANTS],
  )
  expect(reachable).toEqual([])
})

test('every unique key of a tenant-owned table starts with the tenant, so that no collision tells of another', async () => {
  const loose = await column(
    `select c.relname || ' ' || i.relname as name
     from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
     join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     where x.indisunique and c.relname = any($1)
       and (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = x.indkey[0]) <> 'tenant_id'`,
    [OWNED_BY_TENANTS],
  )
  expect(loose).toEqual([])
})

test('a version that several logins count is counted one by one, so that none of them keeps the others from every change after (R1)', async () => {
  const uncounted = await column(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'version' and a.atttypid = 'integer'::regtype
     where c.relkind in ('r', 'p') and not c.relispartition
       and (select count(*) from unnest($1::text[]) login where has_column_privilege(login, c.oid, a.attnum, 'update')) > 1
       and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname in ('count_changes', 'keep_course'))`,
    [LOGINS],
  )
  expect(uncounted).toEqual([])
})

const NAMES_OF_WHO = `(_by_name|_by_email|_by_label|_by_partner_name|^(actor|approver|author|author_partner|person|reviewer|signer)_name)$`

test.each([
  [
    'by the own name',
    { which: `a.attname ~ '${NAMES_OF_WHO}'`, trigger: 'act_in_own_name_%' },
    // These are refused by triggers of their own where the name is not the own.
    [
      'delegation.approved_by_name on update',
      'link_change_request.first_approved_by_name on insert',
      'link_change_request.requested_by_name on insert',
    ],
  ],
  [
    'by the own id',
    {
      which: `a.attname ~ '_by$' and a.atttypid = 'uuid'::regtype`,
      trigger: 'zz_act_as_oneself_%',
    },
    // Delegations are held to it by triggers of their own; and which token came after one.
    [
      'delegation.approved_by on update',
      'delegation.requested_by on update',
      'delegation.status_changed_by on update',
      'delegation.suspended_by on update',
      'form_token.replaced_by on update',
    ],
  ],
])(
  'who did something is told %s wherever people’s logins write it, so that nobody acts as somebody else (R1)',
  async (_, { which, trigger }, bound) => {
    const people = LOGINS.filter((login) =>
      ['auth', 'platform', 'program', 'delegate', 'tenant', 'realm'].some(
        (side) => login === `liaison_${side}`,
      ),
    )
    expect(people).toHaveLength(6)
    const free = await column(
      `select c.relname || '.' || a.attname || ' on ' || work.done as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       cross join (values ('insert', 4), ('update', 16)) work (done, bit)
       where c.relkind in ('r', 'p') and not c.relispartition and ${which}
         and exists (select from unnest($1::text[]) login where has_column_privilege(login, c.oid, a.attnum, work.done))
         and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname like $2 and (t.tgtype & work.bit) > 0
           and a.attname = any (string_to_array(encode(t.tgargs, 'escape'), '\\000')))
       order by 1`,
      [people, trigger],
    )
    expect(free).toEqual(bound)
  },
)

test('the catalogue check bites: a table without row security is found', async () => {
  await world.sql('create table public.planted (id integer)')
  await expect(refuseUnsafeLogins(world.database)).rejects.toThrow('planted')
  await world.sql('drop table public.planted')
})
