-- The key that authenticates the access context of a transaction, so that injected SQL cannot set one.
create table access.context_key (
  singleton boolean not null default true,
  key bytea not null default sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))),
  constraint context_key_pkey PRIMARY KEY (singleton),
  constraint context_key_singleton_check CHECK (singleton)
);
alter table access.context_key enable row level security, force row level security;
create policy deciding on access.context_key for select to liaison_authz
  using (true);
grant select on access.context_key to liaison_authz;

-- The final answer of a POST, kept 24 hours under the caller's Idempotency-Key, written in the transaction of the work.
create table public.idempotency_record (
  principal uuid not null,
  key text not null,
  operation text not null,
  request_hash bytea not null,
  status integer,
  headers jsonb,
  body jsonb,
  created_at timestamp with time zone not null default now(),
  constraint idempotency_record_pkey PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_record_created_at_idx ON public.idempotency_record USING btree (created_at);
alter table public.idempotency_record enable row level security, force row level security;
create policy deciding on public.idempotency_record for select to liaison_authz
  using (true);
create policy own on public.idempotency_record for all to liaison_delegate, liaison_embed, liaison_ingest, liaison_platform, liaison_program, liaison_realm, liaison_tenant
  using ((principal = ( SELECT access.context_id('actor_id'::text) AS context_id)))
  with check ((principal = ( SELECT access.context_id('actor_id'::text) AS context_id)));
create policy sweeping on public.idempotency_record for all to liaison_job
  using (true);
grant select on public.idempotency_record to liaison_authz;
grant insert, select, update on public.idempotency_record to liaison_delegate;
grant insert, select, update on public.idempotency_record to liaison_embed;
grant insert, select, update on public.idempotency_record to liaison_ingest;
grant delete, select on public.idempotency_record to liaison_job;
grant insert, select, update on public.idempotency_record to liaison_platform;
grant insert, select, update on public.idempotency_record to liaison_program;
grant insert, select, update on public.idempotency_record to liaison_realm;
grant insert, select, update on public.idempotency_record to liaison_tenant;

-- What the installation was set up with: a check value of LIAISON_SECRET_KEY, and the name of its audit log. Compared before a process works.
create table public.installation_mark (
  name text not null,
  value text not null,
  created_at timestamp with time zone not null default now(),
  constraint installation_mark_name_check CHECK ((name = ANY (ARRAY['root key'::text, 'audit log origin'::text]))),
  constraint installation_mark_pkey PRIMARY KEY (name),
  constraint installation_mark_value_check CHECK (((length(value) >= 1) AND (length(value) <= 300)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.installation_mark FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
alter table public.installation_mark enable row level security, force row level security;
create policy deciding on public.installation_mark for select to liaison_authz
  using (true);
create policy keeping on public.installation_mark for insert to liaison_owner
  with check (true);
grant select on public.installation_mark to liaison_authz;

create table public.liaison_migration (
  name character varying(255) not null,
  "timestamp" character varying(255) not null,
  constraint liaison_migration_pkey PRIMARY KEY (name)
);
grant select (name) on public.liaison_migration to liaison_guard;

create table public.liaison_migration_lock (
  id character varying(255) not null,
  is_locked integer not null default 0,
  constraint liaison_migration_lock_pkey PRIMARY KEY (id)
);

-- Mails as they were handed to the transport; in development this table is the mailbox.
create table public.mail_message (
  id uuid not null default uuidv7(),
  recipient text not null,
  subject text not null,
  body_text text not null,
  created_at timestamp with time zone not null default now(),
  sent_at timestamp with time zone,
  outcome text,
  constraint mail_message_pkey PRIMARY KEY (id)
);
alter table public.mail_message enable row level security, force row level security;
create policy deciding on public.mail_message for select to liaison_authz
  using (true);
create policy forgetting on public.mail_message for delete to liaison_authz
  using (true);
create policy kept_mails on public.mail_message for select to liaison_auth
  using (((sent_at IS NULL) AND (body_text <> ''::text)));
create policy sending on public.mail_message for all to liaison_job
  using (true)
  with check (true);
grant select on public.mail_message to liaison_auth;
grant delete, select on public.mail_message to liaison_authz;
grant delete, insert, select, update on public.mail_message to liaison_job;

-- Work that a transaction asks for: mails, webhooks, jobs. Read by xid below the oldest running transaction, never by id.
create table public.outbox (
  id uuid not null default uuidv7(),
  xid xid8 not null default pg_current_xact_id(),
  topic text not null,
  payload jsonb not null,
  created_at timestamp with time zone not null default now(),
  constraint outbox_pkey PRIMARY KEY (id)
);
CREATE INDEX outbox_xid_id_idx ON public.outbox USING btree (xid, id);
CREATE TRIGGER mail_whom_it_concerns BEFORE INSERT ON public.outbox FOR EACH ROW WHEN ((new.topic = 'mail'::text)) EXECUTE FUNCTION private.mail_whom_it_concerns();
alter table public.outbox enable row level security, force row level security;
create policy asking on public.outbox for insert to liaison_auth, liaison_delegate, liaison_embed, liaison_ingest, liaison_platform, liaison_program, liaison_realm, liaison_tenant
  with check ((( SELECT access.context_plane() AS context_plane) IS NOT NULL));
create policy deciding on public.outbox for select to liaison_authz
  using (true);
create policy dispatching on public.outbox for all to liaison_job
  using (true)
  with check (true);
create policy elevating on public.outbox for insert to liaison_owner
  with check (true);
create policy mailing on public.outbox for insert to liaison_authz
  with check (true);
create policy own_matters on public.outbox as restrictive for insert to liaison_auth, liaison_delegate, liaison_embed, liaison_ingest, liaison_platform, liaison_program, liaison_realm, liaison_tenant
  with check (access.is_own_matter(topic, payload));
grant select on public.outbox to liaison_authz;
grant delete, insert, select, update on public.outbox to liaison_job;
grant insert (topic, payload) on public.outbox to liaison_auth;
grant insert (topic, payload) on public.outbox to liaison_authz;
grant insert (topic, payload) on public.outbox to liaison_delegate;
grant insert (topic, payload) on public.outbox to liaison_embed;
grant insert (topic, payload) on public.outbox to liaison_ingest;
grant insert (topic, payload) on public.outbox to liaison_platform;
grant insert (topic, payload) on public.outbox to liaison_program;
grant insert (topic, payload) on public.outbox to liaison_realm;
grant insert (topic, payload) on public.outbox to liaison_tenant;

-- The permission catalogue of the code, written by the migrate command. Bits are never renumbered.
create table public.permission (
  name text not null,
  "bit" integer not null,
  plane text not null,
  is_sensitive boolean not null,
  is_whole boolean not null,
  constraint permission_bit_check CHECK ((("bit" >= 0) AND ("bit" <= 255))),
  constraint permission_bit_key UNIQUE ("bit"),
  constraint permission_pkey PRIMARY KEY (name)
);
CREATE TRIGGER stamped_before AFTER UPDATE ON public.permission REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.permission REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.permission REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.permission REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
alter table public.permission enable row level security, force row level security;
create policy catalogue on public.permission for select to public
  using (true);
create policy deciding on public.permission for select to liaison_authz
  using (true);
create policy writing on public.permission for all to liaison_owner
  using (true)
  with check (true);
grant select on public.permission to liaison_authz;
grant select on public.permission to public;

-- The admission times of each limited key, in microseconds. Unlogged: after a crash every window starts empty.
create table public.rate_limit_log (
  key text not null,
  hits bigint[] not null,
  constraint rate_limit_log_pkey PRIMARY KEY (key)
);
alter table public.rate_limit_log enable row level security, force row level security;
create policy deciding on public.rate_limit_log for all to liaison_authz
  using (true)
  with check (true);
grant delete, insert, select, update on public.rate_limit_log to liaison_authz;

-- Which permissions open a tenant-owned relation to an operation: the row policies ask for any of them. Written by the migrate command from the code.
create table public.relation_permission (
  relation text not null,
  operation text not null,
  plane text not null,
  mask bit(256) not null,
  constraint relation_permission_operation_check CHECK ((operation = ANY (ARRAY['select'::text, 'insert'::text, 'update'::text, 'delete'::text]))),
  constraint relation_permission_pkey PRIMARY KEY (relation, operation, plane),
  constraint relation_permission_plane_check CHECK ((plane = ANY (ARRAY['tenant'::text, 'delegation'::text])))
);
CREATE TRIGGER stamped_before AFTER UPDATE ON public.relation_permission REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.relation_permission REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.relation_permission REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.relation_permission REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
alter table public.relation_permission enable row level security, force row level security;
create policy deciding on public.relation_permission for select to liaison_authz
  using (true);
create policy writing on public.relation_permission for all to liaison_owner
  using (true)
  with check (true);
grant select on public.relation_permission to liaison_authz;

-- The data keys of the installation in the order of their use, each encrypted with LIAISON_SECRET_KEY. Every process knows a key before any seals or signs with it.
create table public.vault_key (
  number integer not null,
  sealed_key bytea not null,
  active_from timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  constraint vault_key_number_check CHECK ((number > 0)),
  constraint vault_key_pkey PRIMARY KEY (number)
);
CREATE TRIGGER append_only BEFORE UPDATE ON public.vault_key FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
alter table public.vault_key enable row level security, force row level security;
create policy deciding on public.vault_key for select to liaison_authz
  using (true);
create policy loading on public.vault_key for select to liaison_job
  using (true);
grant select on public.vault_key to liaison_authz;
grant select on public.vault_key to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.acting()
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('id', context -> 'actor_id', 'name', context -> 'actor_name', 'partner_name', context -> 'partner_name')
  from (select access.context() as context) present
$function$;
grant execute on access.acting() to liaison_auth;
grant execute on access.acting() to liaison_delegate;
grant execute on access.acting() to liaison_platform;
grant execute on access.acting() to liaison_program;
grant execute on access.acting() to liaison_realm;
grant execute on access.acting() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.admit(log bigint[], window_microseconds bigint)
 RETURNS bigint[]
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  moment bigint := greatest(access.microseconds(), log[cardinality(log)] + 1);
  stale integer := 0;
begin
  while log[stale + 1] <= moment - window_microseconds loop
    stale := stale + 1;
  end loop;
  return log[stale + 1:] || moment;
end
$function$;

-- The key under which ids are told in notifications.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.announcement_key()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select access.sign('announcements') $function$;
grant execute on access.announcement_key() to liaison_guard;
grant execute on access.announcement_key() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.context()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context text := current_setting('liaison.context', true);
begin
  if context is null or context = '' then
    return null;
  end if;
  if access.sign(context) is distinct from current_setting('liaison.mac', true) then
    raise exception 'the access context is forged' using errcode = 'insufficient_privilege';
  end if;
  return context::jsonb;
end
$function$;
grant execute on access.context() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.context_id(field text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select (access.context() ->> field)::uuid $function$;
grant execute on access.context_id(text) to liaison_owner;
grant execute on access.context_id(text) to public;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.context_plane()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select access.context() ->> 'plane' $function$;
grant execute on access.context_plane() to public;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.forget_idle_limits()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with gone as (
    delete from public.rate_limit_log l
    where cardinality(l.hits) = 0 or l.hits[cardinality(l.hits)] < (extract(epoch from clock_timestamp()) * 1000000)::bigint - 7200000000
    returning 1)
  select count(*)::integer from gone
$function$;
grant execute on access.forget_idle_limits() to liaison_job;

-- Whether the login speaks in a context of its own plane.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_in_own_plane()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case session_user
    when 'liaison_platform' then access.context_plane() is not distinct from 'platform'
    when 'liaison_program' then access.context_plane() is not distinct from 'program'
    when 'liaison_delegate' then access.context_plane() is not distinct from 'delegation'
    when 'liaison_tenant' then access.context_plane() is not distinct from 'tenant'
    when 'liaison_realm' then access.context_plane() is not distinct from 'realm'
    when 'liaison_ingest' then access.context_plane() is not distinct from 'ingest'
    else true end
$function$;
grant execute on access.is_in_own_plane() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.microseconds()
 RETURNS bigint
 LANGUAGE sql
RETURN ((EXTRACT(epoch FROM clock_timestamp()) * (1000000)::numeric))::bigint;

-- The tenants whose rows of a relation this transaction may touch with an operation, as things are at this statement.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.reach(relation_name text, operation_name text)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 50
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  -- A ticket opens nothing that is written.
  ticket uuid := case when operation_name = 'select' then nullif(current_setting('liaison.ticket', true), '') end;
  kept access.kept_decision;
  context jsonb;
  person uuid;
  only_tenants uuid[];
  route_bit integer;
  -- Under a link that is restricted to the partner's own accounts these stay open; of all else only rows of the accounts do, which
  -- their tables say themselves (access.restricted_reach).
  is_open_whole boolean;
  tenant uuid;
begin
  if ticket is not null then
    select case when (h.mask & needed.mask) <> 0::bit(256) and (not h.own_accounts_only or relation_name in ('tenant', 'sla_policy_version', 'audit_scope')) then h.tenant_id end
    into tenant
    from access.held_ticket h
    left join public.relation_permission needed on needed.relation = relation_name and needed.operation = operation_name and needed.plane = h.plane
    where h.id = ticket;
    if found then
      if tenant is not null then
        return next tenant;
      end if;
      return;
    end if;
  end if;
  is_open_whole := relation_name in ('tenant', 'sla_policy_version', 'audit_scope');
  kept := access.kept();
  if kept.plane is not null then
    foreach tenant in array access.kept_reach(kept, relation_name, operation_name, case when not is_open_whole then false end) loop
      return next tenant;
    end loop;
    return;
  end if;
  context := access.context();
  -- An API client has no membership and no assignment; the oauth module says what its token reaches.
  if context ? 'client_id' then
    return query select access.reach_by_token(context, relation_name, operation_name);
    return;
  end if;
  if context is null then
    return;
  end if;
  person := (context ->> 'actor_id')::uuid;
  route_bit := (context ->> 'permission_bit')::integer;
  if context ->> 'plane' = 'tenant' then
    return query
      select tm.tenant_id
      from public.tenant_member tm
      join public.tenant t on t.id = tm.tenant_id and t.status <> 'closed'
      join public.person p on p.id = tm.person_id and p.status = 'active'
      join public.role_permission rp on rp.plane = 'tenant' and rp.role = tm.role
      join public.relation_permission need on need.relation = relation_name and need.operation = operation_name and need.plane = 'tenant'
      where tm.person_id = person and tm.tenant_id = (context ->> 'tenant_id')::uuid and tm.status = 'active' and (rp.mask & need.mask) <> 0::bit(256);
  elsif context ->> 'plane' = 'delegation' and context ? 'tenant_id' then
    -- Acting in one tenant: the link and the member that the context was decided on, each by its key, as they are now.
    return query
      select u.tenant_id
      from access.usable_link u
      join public.relation_permission need on need.relation = relation_name and need.operation = operation_name and need.plane = 'delegation'
      where u.link_id = (context ->> 'delegation_id')::uuid
        and u.member_id = (context ->> 'member_id')::uuid
        and u.person_id = person
        and u.partner_id = (context ->> 'partner_id')::uuid
        and u.tenant_id = (context ->> 'tenant_id')::uuid
        and (u.mask & need.mask) <> 0::bit(256)
        and (route_bit is null or get_bit(u.mask, route_bit) = 1)
        and (not u.own_accounts_only or is_open_whole);
  elsif context ->> 'plane' = 'delegation' then
    if context ? 'tenant_ids' then
      only_tenants := array(select value::uuid from jsonb_array_elements_text(context -> 'tenant_ids'));
    end if;
    return query
      select u.tenant_id
      from access.usable_link u
      join public.relation_permission need on need.relation = relation_name and need.operation = operation_name and need.plane = 'delegation'
      where u.person_id = person
        and u.partner_id = (context ->> 'partner_id')::uuid
        and (only_tenants is null or u.tenant_id = any (only_tenants))
        and (u.mask & need.mask) <> 0::bit(256)
        and (route_bit is null or get_bit(u.mask, route_bit) = 1)
        and (not u.own_accounts_only or is_open_whole);
  end if;
end
$function$;
grant execute on access.reach(text,text) to liaison_delegate;
grant execute on access.reach(text,text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.set_context(context jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  message text := set_config('liaison.context', context::text, true);
begin
  message := set_config('liaison.mac', access.sign(message), true);
  message := set_config('liaison.kept', '', true);
  message := set_config('liaison.ticket', '', true);
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.sign(message text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  secret bytea;
begin
  select k.key into secret from access.context_key k;
  return encode(sha256(secret || sha256(secret || convert_to(message, 'UTF8'))), 'hex');
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.take(keys text[], allowed integer[], windows bigint[], depends_on integer[])
 RETURNS TABLE(admitted boolean, remaining integer, retry_microseconds bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  verdicts boolean[] := '{}';
  size integer;
  oldest bigint;
begin
  for i in 1 .. cardinality(keys) loop
    admitted := depends_on[i] = 0 or verdicts[depends_on[i]];
    remaining := 0;
    retry_microseconds := 0;
    while admitted loop
      update public.rate_limit_log l set hits = access.admit(l.hits, windows[i])
      where l.key = keys[i] and l.hits[cardinality(l.hits) - allowed[i] + 1] > access.microseconds() - windows[i] is not true
      returning cardinality(new.hits), new.hits[1] into size, oldest;
      exit when found;
      insert into public.rate_limit_log (key, hits) values (keys[i], '{}') on conflict do nothing;
      continue when found;
      select l.hits[cardinality(l.hits) - allowed[i] + 1] + windows[i] - access.microseconds() into retry_microseconds from public.rate_limit_log l where l.key = keys[i];
      -- Not positive when the entry that stood in the way has left meanwhile.
      admitted := retry_microseconds > 0 is not true;
    end loop;
    verdicts[i] := admitted;
    if admitted then
      remaining := allowed[i] - size;
      retry_microseconds := case when remaining > 0 then 0 else oldest + windows[i] - access.microseconds() end;
    end if;
    return next;
  end loop;
end
$function$;
grant execute on access.take(text[],integer[],bigint[],integer[]) to liaison_guard;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.act_as_oneself()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  actor uuid;
  written jsonb;
  before jsonb;
  beside text;
begin
  if pg_trigger_depth() > 1 or current_user not in ('liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm') then
    return new;
  end if;
  actor := access.context_id('actor_id');
  written := to_jsonb(new);
  before := case when tg_op = 'UPDATE' then to_jsonb(old) end;
  foreach beside in array tg_argv loop
    if written ->> beside is not null and written ->> beside is distinct from before ->> beside and (written ->> beside)::uuid is distinct from actor then
      raise exception '% of %: everybody acts in the own name', beside, tg_table_name using errcode = 'check_violation', constraint = tg_table_name || '_' || beside || '_self';
    end if;
  end loop;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.act_in_own_name()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  acting jsonb;
  written jsonb;
  before jsonb;
  own jsonb := '{}';
  named text;
begin
  if pg_trigger_depth() > 1 or current_user not in ('liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm') then
    return new;
  end if;
  acting := access.acting();
  if acting ->> 'name' is null then
    return new;
  end if;
  written := to_jsonb(new);
  before := case when tg_op = 'UPDATE' then to_jsonb(old) end;
  foreach named in array tg_argv loop
    if written ->> named is not null and written ->> named is distinct from before ->> named then
      own := own || jsonb_build_object(named, acting -> case when named ~ 'partner_name$' then 'partner_name' else 'name' end);
    end if;
  end loop;
  return jsonb_populate_record(new, own);
end
$function$;

-- Lets no temporary name stand before ours: in no function, and for no login.
-- owner: liaison_owner
CREATE OR REPLACE PROCEDURE private.close_temporary_names()
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $procedure$
declare
  f record;
begin
  for f in
    select p.oid::regprocedure as name, coalesce(substr(path.setting, length('search_path=') + 1), 'pg_catalog, public') as path
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace and n.nspname in ('public', 'access', 'audit', 'private')
    left join lateral (select setting from unnest(p.proconfig) setting where setting like 'search\_path=%') path on true
    where not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
      and (path.setting is not null or p.prorettype = 'trigger'::regtype)
      and path.setting is distinct from 'search_path=' and coalesce(path.setting not like '%pg\_temp', true)
  loop
    execute format('alter routine %s set search_path = %s, pg_temp', f.name, f.path);
  end loop;
  if has_database_privilege('public', current_database(), 'TEMPORARY') then
    execute format('revoke temporary on database %I from public', current_database());
  end if;
end
$procedure$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.count_changes()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception 'changes are counted one by one' using errcode = 'check_violation', constraint = tg_table_name || '_version';
end
$function$;

-- Enables and forces row security on a table. A catalogue test fails for any table that this was not called on.
-- owner: liaison_owner
CREATE OR REPLACE PROCEDURE private.protect(IN relation regclass)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('alter table %s enable row level security', relation);
  execute format('alter table %s force row level security', relation);
  execute format('create policy deciding on %s for select to liaison_authz using (true)', relation);
  execute format('grant select on %s to liaison_authz', relation);
end
$procedure$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  erasing text := current_setting('liaison.erased_name', true);
begin
  if (tg_op = 'UPDATE' and erasing <> '' and pg_has_role(session_user, 'liaison_owner', 'member')) then
    if (to_jsonb(new) #- string_to_array(erasing, '.') = to_jsonb(old) #- string_to_array(erasing, '.')
      and to_jsonb(new) #>> string_to_array(erasing, '.') = 'Erased person') then
      return new;
    end if;
  end if;
  raise exception '% on % is refused: its rows are history', tg_op, tg_table_name using errcode = 'restrict_violation';
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.set_updated_at()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  new.updated_at := statement_timestamp();
  return new;
end
$function$;

-- Read again by announcements.ts.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.veil_announcement(subjects jsonb)
 RETURNS text
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('salt', salt, 'veiled', coalesce((
    select jsonb_object_agg(s.key, lpad(to_hex(substring(v.bits from 1 for 64)::bit(64)::bigint), 16, '0') || lpad(to_hex(substring(v.bits from 65 for 64)::bit(64)::bigint), 16, '0'))
    from jsonb_each_text(subjects) s,
      lateral (select ('x' || replace(s.value, '-', ''))::bit(128) # ('x' || left(encode(sha256(convert_to(concat_ws(' ', k.key, salt, s.key), 'UTF8')), 'hex'), 32))::bit(128) as bits) v
    where s.value is not null), '{}'))::text
  from (select pg_current_xact_id()::text as salt) x, (select access.announcement_key() as key) k
$function$;
