import type pg from 'pg'

const SCHEMAS = `('public', 'access', 'audit', 'private')`
const MIGRATIONS = `('liaison_migration', 'liaison_migration_lock')`
/** A condition on the person, the person's standing as an owner, or the work that the person ordered. */
const ASKS_FOR_WRITER = `'(agreement_owner|partner_of_owner|partner_as_owner)\\(\\)|context_id\\(.(actor_id|session_id|export_id|operation_id)'`
const IS_OF_PROGRAM = `(0 = any (p.polroles) or 'liaison_program'::regrole = any (p.polroles))`
const IS_LOGIN = `r.rolcanlogin and r.rolname like 'liaison%'`

/** Policies that let every row through: catalogues that everybody may read, and the own records of logins that serve no plane of persons. Each line was reviewed. */
const OPEN_POLICIES: ReadonlySet<string> = new Set([
  'everybody alert_default catalogue',
  'everybody configuration_key catalogue',
  'everybody limit_policy catalogue',
  'everybody link_relationship_bound catalogue',
  'everybody link_role_template catalogue',
  'everybody permission catalogue',
  'everybody state_transition catalogue',
  'liaison_auth api_client authorization_server',
  'liaison_auth api_client_use authorization_server',
  'liaison_auth issued_token authorization_server',
  'liaison_auth mail_message development_reads',
  'liaison_auth oauth_artifact authorization_server',
  'liaison_auth oauth_grant authorization_server',
  'liaison_auth oauth_replay authorization_server',
  'liaison_auth partner invited_read',
  'liaison_auth partner_member invited',
  'liaison_auth partner_member invited_read',
  'liaison_auth passkey auth_all',
  'liaison_auth password_credential auth_all',
  'liaison_auth person auth_all',
  'liaison_auth platform_staff auth_all',
  'liaison_auth platform_staff auth_invites',
  'liaison_auth recovery_code auth_all',
  'liaison_auth revoked_token authorization_server',
  'liaison_auth session auth_all',
  'liaison_auth sign_in_throttle auth_all',
  'liaison_auth signing_key authorization_server',
  'liaison_auth single_use_token auth_all',
  'liaison_auth tenant auth_reads',
  'liaison_auth tenant_member auth_invites',
  'liaison_auth tenant_member auth_reads',
  'liaison_auth totp_factor auth_all',
  'liaison_guard access_explanation recording',
  'liaison_job idempotency_record sweeping',
  'liaison_job issued_token sweeping',
  'liaison_job mail_message sending',
  'liaison_job oauth_artifact sweeping',
  'liaison_job oauth_replay sweeping',
  'liaison_job outbox dispatching',
  'liaison_job revoked_token sweeping',
  'liaison_job vault_key loading',
  'liaison_sealer audit_checkpoint sealing',
  'liaison_sealer audit_checkpoint sealing_reads',
  'liaison_sealer audit_event sealing',
  'liaison_sealer audit_key sealing',
  'liaison_sealer audit_leaf sealing',
  'liaison_sealer audit_leaf sealing_reads',
  'liaison_sealer audit_node sealing',
  'liaison_sealer audit_node sealing_reads',
  'liaison_sealer audit_publication sealing',
  'liaison_sealer audit_publication sealing_reads',
  'liaison_sealer audit_scope sealing',
  'liaison_sealer audit_watermark sealing',
  'liaison_sealer audit_watermark sealing_reads',
])

/** What any member of a partner writes in the program plane. A trigger holds an elevation to whoever asks for it; the others are no records of the partner. */
const WRITTEN_BY_MEMBERS: ReadonlySet<string> = new Set([
  'insert access_explanation',
  'insert link_elevation',
  'insert outbox',
])

/** What the API shows to any member of a partner, what belongs to no partner, and what is seen only through a row that asks. Each line was reviewed. */
const READ_BY_MEMBERS: ReadonlySet<string> = new Set([
  'agreement',
  'agreement_file',
  'alert',
  'alert_default',
  'api_client_use',
  'api_terms_acceptance',
  'assisted_access',
  'audit_event',
  'configuration_key',
  'export_chunk',
  'fx_rate',
  'leaderboard_choice',
  'limit_policy',
  'link',
  'link_change_request',
  'link_elevation',
  'link_member',
  'link_news',
  'link_override',
  'link_relationship_bound',
  'link_request_sent',
  'link_role_template',
  'partner',
  'partner_account',
  'partner_application',
  'partner_home',
  'partner_member',
  'partner_network_rule',
  'payout_policy',
  'permission',
  'program',
  'program_setting',
  'referral_block',
  'referral_click',
  'referral_click_day',
  'referral_setting',
  'signal_event',
  'signal_health',
  'signal_stream',
  'state_transition',
  'tenant',
  'tenant_group',
  'tenant_group_entry',
  'webhook_delivery',
  'webhook_health',
  'webhook_secret',
])

/** Views that read with the rights of the deciding role; what each shows was reviewed. All others read with the rights of who asks. */
const DECIDING_VIEWS: ReadonlySet<string> = new Set([
  'access.account_in_force',
  'access.account_of_client',
  'access.agency_credential',
  'access.alert_target',
  'access.assisted_invoice',
  'access.assisted_order',
  'access.assisted_payment',
  'access.assisted_ticket',
  'access.assisted_ticket_comment',
  'access.delegation_in_force',
  'access.form_token_in_force',
  'access.held_ticket',
  'access.invoice_of_client',
  'access.link_change',
  'access.link_fact',
  'access.live_session',
  'access.session_end',
  'access.usable_link',
  'partner_visible_tenant',
])

/** A rule that the catalogue of the database must keep; the query names what breaks it. */
interface Rule {
  readonly name: string
  readonly sql: string
  readonly except?: ReadonlySet<string>
}

const RULES: readonly Rule[] = [
  {
    name: 'row security is on and forced',
    sql: `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname in ${SCHEMAS} and c.relname not in ${MIGRATIONS} and not (c.relrowsecurity and c.relforcerowsecurity)`,
  },
  {
    name: 'a privilege of a login comes with a policy for that command',
    sql: `select c.oid::regclass || ' ' || command.name || ' ' || r.rolname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname in ${SCHEMAS} cross join pg_roles r
      cross join (values ('select', 'r'), ('insert', 'a'), ('update', 'w'), ('delete', 'd')) command(name, key)
      where c.relkind in ('r', 'p') and not c.relispartition and ${IS_LOGIN} and c.relname not in ${MIGRATIONS}
        and case when command.name = 'delete' then has_table_privilege(r.oid, c.oid, 'delete') else has_any_column_privilege(r.oid, c.oid, command.name) end
        and not exists (select from pg_policy p where p.polrelid = c.oid and (r.oid = any (p.polroles) or 0 = any (p.polroles)) and p.polcmd::text in ('*', command.key))`,
  },
  {
    name: 'no policy of a login lets every row through, but for the reviewed ones',
    sql: `select distinct coalesce(r.rolname, 'everybody') || ' ' || p.polrelid::regclass || ' ' || p.polname as name
      from pg_policy p cross join unnest(p.polroles) role left join pg_roles r on r.oid = role
      where (role = 0 or ${IS_LOGIN}) and 'true' in (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))`,
    except: OPEN_POLICIES,
  },
  {
    name: 'what is written in the program plane asks for an owner, or for whoever writes it, but for the reviewed ones',
    sql: `select command.name || ' ' || c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
      cross join (values ('insert', 'a'), ('update', 'w'), ('delete', 'd')) command(name, key)
      where c.relkind in ('r', 'p') and not c.relispartition
        and case when command.name = 'delete' then has_table_privilege('liaison_program', c.oid, 'delete') else has_any_column_privilege('liaison_program', c.oid, command.name) end
        and exists (select from pg_policy p where p.polrelid = c.oid and p.polpermissive and ${IS_OF_PROGRAM} and p.polcmd::text in ('*', command.key)
          and concat(pg_get_expr(p.polqual, p.polrelid), case when command.key <> 'd' then pg_get_expr(p.polwithcheck, p.polrelid) end) !~ ${ASKS_FOR_WRITER})
        and not exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive and ${IS_OF_PROGRAM} and p.polcmd::text in ('*', command.key)
          and coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid)) ~ ${ASKS_FOR_WRITER})`,
    except: WRITTEN_BY_MEMBERS,
  },
  {
    name: 'what is read in the program plane asks for an owner, or for whoever reads it, but for the reviewed ones',
    sql: `select c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
      where c.relkind in ('r', 'p') and not c.relispartition and has_any_column_privilege('liaison_program', c.oid, 'select')
        and exists (select from pg_policy p where p.polrelid = c.oid and p.polpermissive and ${IS_OF_PROGRAM} and p.polcmd::text in ('*', 'r') and pg_get_expr(p.polqual, p.polrelid) !~ ${ASKS_FOR_WRITER})
        and not exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive and ${IS_OF_PROGRAM} and p.polcmd::text in ('*', 'r') and pg_get_expr(p.polqual, p.polrelid) ~ ${ASKS_FOR_WRITER})`,
    except: READ_BY_MEMBERS,
  },
  {
    name: 'views read with the rights of who asks, but for the reviewed ones',
    sql: `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('v', 'm') and n.nspname in ${SCHEMAS} and not coalesce(c.reloptions::text like '%security_invoker=true%', false)`,
    except: DECIDING_VIEWS,
  },
  {
    name: 'nobody has a privilege on a partition, where the policies of the whole do not count',
    sql: `select c.oid::regclass || ' ' || r.rolname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname in ${SCHEMAS}
      cross join pg_roles r where c.relispartition and ${IS_LOGIN} and (has_any_column_privilege(r.oid, c.oid, 'select, insert, update') or has_table_privilege(r.oid, c.oid, 'delete'))`,
  },
  {
    name: 'no login is a superuser, bypasses row security, makes roles or is a member of another role',
    sql: `select r.rolname as name from pg_roles r where ${IS_LOGIN} and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb
      or exists (select from pg_auth_members m where m.member = r.oid))`,
  },
  {
    name: 'no login owns a table, a view or a function',
    sql: `select c.oid::regclass::text as name from pg_class c join pg_roles r on r.oid = c.relowner join pg_namespace n on n.oid = c.relnamespace where ${IS_LOGIN} and n.nspname in ${SCHEMAS}
      union all select p.oid::regprocedure::text from pg_proc p join pg_roles r on r.oid = p.proowner join pg_namespace n on n.oid = p.pronamespace where ${IS_LOGIN} and n.nspname in ${SCHEMAS}`,
  },
  {
    name: 'no login may truncate, reference or put triggers on a table',
    sql: `select c.oid::regclass || ' ' || privilege || ' ' || r.rolname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname in ${SCHEMAS}
      cross join pg_roles r cross join unnest(array['truncate', 'references', 'trigger']) privilege
      where c.relkind in ('r', 'p') and ${IS_LOGIN} and has_table_privilege(r.oid, c.oid, privilege)`,
  },
  {
    name: 'a function that runs with the rights of its owner fixes its search path',
    sql: `select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ${SCHEMAS} and p.prosecdef and not coalesce(p.proconfig::text like '%search_path=%', false)`,
  },
  {
    name: 'nobody but the deciding role can sign an access context or put one in force',
    sql: `select r.rolname || ' ' || p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname in ('access', 'audit') cross join pg_roles r
      where p.proname in ('set_context', 'sign', 'context', 'key_that_holds', 'kept', 'set_kept', 'make_ticket', 'write_ticket', 'message_of_ticket', 'note_use', 'record_as', 'count_read', 'set_form_context') and ${IS_LOGIN} and has_function_privilege(r.oid, p.oid, 'execute')`,
  },
  {
    name: 'no login reads the key of access contexts',
    sql: `select r.rolname as name from pg_roles r where ${IS_LOGIN} and has_any_column_privilege(r.oid, 'access.context_key'::regclass, 'select, insert, update')`,
  },
]

async function* findFaults(client: pg.Client): AsyncGenerator<string> {
  for (const { name: rule, sql, except } of RULES) {
    const { rows } = await client.query<{ name: string }>(sql)
    for (const { name } of rows) if (!except?.has(name)) yield `${rule}: ${name}`
  }
}

/** Everything in the catalogue that would let a login around the row policies; empty in a sound database. */
export async function catalogueFaults(client: pg.Client): Promise<string[]> {
  const faults: string[] = []
  for await (const fault of findFaults(client)) faults.push(fault)
  return faults
}

/** Whether there is any such thing, looked for until the first. */
export async function hasCatalogueFault(client: pg.Client): Promise<boolean> {
  for await (const _ of findFaults(client)) return true
  return false
}
