set role liaison_owner;

create table configuration_key (
  path text[] primary key,
  position integer not null,
  rule text not null check (rule in ('at_most', 'ordered', 'within', 'fixed', 'free')),
  default_value jsonb not null,
  bound jsonb not null,
  choices text[]
);
comment on table configuration_key is 'What a partner''s configuration may hold, with its default and the bound that no version passes; written by the migrate command from the code (C2).';
comment on column configuration_key.rule is 'at_most: a number up to the bound, null is without end; ordered: a choice no further along than the bound; within: a subset of the bound; fixed: always the default; free: as it stands.';
call private.protect('configuration_key');
create policy catalogue on configuration_key for select to public using (true);
grant select on configuration_key to public;

create table partner_config_version (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  version integer not null check (version > 0),
  document jsonb not null check (jsonb_typeof(document) = 'object' and pg_column_size(document) < 65536),
  sha256 text not null,
  based_on integer,
  note text check (char_length(note) between 1 and 500),
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  unique (partner_id, version)
);
comment on table partner_config_version is 'Every version of a partner''s configuration as it was saved. Append-only: to go back is to activate an older one (C2).';
comment on column partner_config_version.based_on is 'The version that was in force when this one was saved.';
call private.protect('partner_config_version');
call private.audit_changes('partner_config_version', false);
create trigger append_only before update or delete on partner_config_version for each row execute function private.refuse_change();
create trigger no_truncate before truncate on partner_config_version for each statement execute function private.refuse_change();

create table partner_configuration (
  partner_id uuid primary key references partner (id),
  active_version integer not null,
  kind text not null check (kind in ('activate', 'roll_back', 'branding')),
  reason text not null check (char_length(reason) between 1 and 500),
  activated_by uuid not null,
  activated_by_name text not null,
  activated_at timestamptz not null default now(),
  version integer not null default 1,
  foreign key (partner_id, active_version) references partner_config_version (partner_id, version)
);
comment on table partner_configuration is 'Which version of its configuration is in force for a partner. Without a row the platform''s defaults are.';
comment on column partner_configuration.version is 'Counts activations: the version of this row for If-Match.';
call private.protect('partner_configuration');
call private.audit_changes('partner_configuration', false);

create table partner_config_activation (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  version integer not null,
  previous_version integer,
  kind text not null,
  reason text not null,
  activated_by uuid not null,
  activated_by_name text not null,
  activated_at timestamptz not null default now(),
  foreign key (partner_id, version) references partner_config_version (partner_id, version)
);
comment on table partner_config_activation is 'Every activation of a version, written by the database; append-only.';
create index on partner_config_activation (partner_id, activated_at desc);
call private.protect('partner_config_activation');
create trigger append_only before update or delete on partner_config_activation for each row execute function private.refuse_change();
create trigger no_truncate before truncate on partner_config_activation for each statement execute function private.refuse_change();

create table partner_logo (
  partner_id uuid not null references partner (id),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  media_type text not null check (media_type in ('image/png', 'image/jpeg', 'image/webp')),
  width integer not null check (width between 1 and 2000),
  height integer not null check (height between 1 and 2000),
  bytes bytea not null check (octet_length(bytes) between 1 and 65536),
  created_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (partner_id, sha256),
  check (sha256 = encode(sha256(bytes), 'hex'))
);
comment on table partner_logo is 'Images that a partner''s branding can name by their digest: checked when they came in, never changed.';
call private.protect('partner_logo');
call private.audit_changes('partner_logo', false);
create trigger append_only before update or delete on partner_logo for each row execute function private.refuse_change();
create trigger no_truncate before truncate on partner_logo for each statement execute function private.refuse_change();

create table configuration_in_force (
  partner_id uuid references partner (id),
  version integer,
  document jsonb not null,
  staff_idle_s integer generated always as ((document #>> '{sessions,staff,idle_s}')::integer) stored,
  staff_absolute_s integer generated always as ((document #>> '{sessions,staff,absolute_s}')::integer) stored,
  staff_max_concurrent integer generated always as ((document #>> '{sessions,staff,max_concurrent}')::integer) stored,
  api_access_level text generated always as (document #>> '{api,access_level}') stored,
  check ((partner_id is null) = (version is null)),
  unique nulls not distinct (partner_id)
);
comment on table configuration_in_force is 'What decisions read: the version in force merged with the defaults and held within the bounds, kept in step by the database alone. The row without a partner holds the platform''s defaults.';
call private.protect('configuration_in_force');
create policy keeping on configuration_in_force to liaison_authz using (true) with check (true);
create policy keeping on partner_config_activation for insert to liaison_authz with check (true);
grant insert, update (version, document) on configuration_in_force to liaison_authz;
grant insert on partner_config_activation to liaison_authz;

create policy platform_all on partner_config_version to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy platform_all on partner_configuration to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy platform_reads on partner_config_activation for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_all on partner_logo to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy platform_reads on configuration_in_force for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select on partner_config_version, partner_configuration, partner_config_activation, partner_logo, configuration_in_force to liaison_platform;
grant insert (partner_id, document, note, created_by, created_by_name) on partner_config_version to liaison_platform;
grant insert (partner_id, active_version, kind, reason, activated_by, activated_by_name), update (active_version, kind, reason, activated_by, activated_by_name) on partner_configuration to liaison_platform;
grant insert (partner_id, sha256, media_type, width, height, bytes, created_by) on partner_logo to liaison_platform;

create policy own_partner on partner_config_version to liaison_program using (partner_id = (select access.context_id('partner_id'))) with check (partner_id = (select access.context_id('partner_id')));
create policy own_partner on partner_configuration to liaison_program using (partner_id = (select access.context_id('partner_id'))) with check (partner_id = (select access.context_id('partner_id')));
create policy own_partner on partner_config_activation for select to liaison_program using (partner_id = (select access.context_id('partner_id')));
create policy own_partner on partner_logo to liaison_program using (partner_id = (select access.context_id('partner_id'))) with check (partner_id = (select access.context_id('partner_id')));
create policy own_partner on configuration_in_force for select to liaison_program using (partner_id = (select access.context_id('partner_id')));
grant select on partner_config_version, partner_configuration, partner_config_activation, partner_logo, configuration_in_force to liaison_program;
grant insert (partner_id, document, note, created_by, created_by_name) on partner_config_version to liaison_program;
grant insert (partner_id, active_version, kind, reason, activated_by, activated_by_name), update (active_version, kind, reason, activated_by, activated_by_name) on partner_configuration to liaison_program;
grant insert (partner_id, sha256, media_type, width, height, bytes, created_by) on partner_logo to liaison_program;

reset role;
set role liaison_authz;

-- A value at a path of a document, its parents made where they are missing.
create function access.put_at(document jsonb, path text[], value jsonb) returns jsonb
  language plpgsql immutable
  set search_path = pg_catalog
  as $$
begin
  for depth in 1 .. cardinality(path) - 1 loop
    if document #> path[:depth] is null then
      document := jsonb_set(document, path[:depth], '{}');
    end if;
  end loop;
  return jsonb_set(document, path, value);
end
$$;

-- One value of a document, held within what its key allows. A value that is not understood counts as missing, so that nothing widens.
create function access.hold_within(k public.configuration_key, given jsonb) returns jsonb
  language plpgsql immutable
  set search_path = pg_catalog
  as $$
declare
  kind text := jsonb_typeof(given);
begin
  if given is null or k.rule = 'fixed' then
    return k.default_value;
  end if;
  if k.rule = 'at_most' then
    if kind = 'null' then
      return k.bound;
    end if;
    if kind <> 'number' or given::numeric < 0 then
      return k.default_value;
    end if;
    return case when jsonb_typeof(k.bound) = 'number' then to_jsonb(least(given::numeric, k.bound::numeric)) else given end;
  end if;
  if k.rule = 'ordered' then
    return case when array_position(k.choices, given #>> '{}') is null then k.default_value
      when array_position(k.choices, given #>> '{}') > array_position(k.choices, k.bound #>> '{}') then k.bound else given end;
  end if;
  if k.rule = 'within' then
    if kind <> 'array' then
      return k.default_value;
    end if;
    return coalesce((select jsonb_agg(b.value order by b.position) from jsonb_array_elements(k.bound) with ordinality b(value, position) where given @> b.value), '[]');
  end if;
  return given;
end
$$;

-- The effective document: the platform's defaults with what a version says, nothing beyond the bounds of today.
create function access.merge_configuration(document jsonb) returns jsonb
  language plpgsql stable
  set search_path = pg_catalog
  as $$
declare
  k public.configuration_key;
  merged jsonb := '{}';
begin
  for k in select * from public.configuration_key order by position loop
    merged := access.put_at(merged, k.path, access.hold_within(k, document #> k.path));
  end loop;
  return merged;
end
$$;

-- The keys are no secret, and these read nothing else: a form asks what a document would come to.
grant execute on function access.put_at(jsonb, text[], jsonb), access.hold_within(public.configuration_key, jsonb), access.merge_configuration(jsonb) to liaison_platform, liaison_program;

-- The effective configuration of a partner; for deciding functions and triggers.
create function access.configuration(partner uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(
    (select c.document from public.configuration_in_force c where c.partner_id = partner),
    (select d.document from public.configuration_in_force d where d.partner_id is null))
  $$;
comment on function access.configuration(uuid) is 'C2: the version in force merged with the defaults, within the bounds. For deciding functions; logins ask access.read_configuration.';
grant execute on function access.configuration(uuid) to liaison_owner;

-- The same for a login: of the context's own partner, or of any for those who serve all partners. The second column is null for the defaults.
create function access.read_configuration(partner uuid) returns table (document jsonb, version integer)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select access.configuration(partner), (select c.active_version from public.partner_configuration c where c.partner_id = partner)
  where session_user in ('liaison_auth', 'liaison_platform', 'liaison_job', 'liaison_guard') or partner = access.context_id('partner_id')
  $$;
grant execute on function access.read_configuration(uuid) to public;

-- The version in force; null while the defaults are.
create function access.configuration_version(partner uuid) returns integer
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select c.active_version from public.partner_configuration c where c.partner_id = partner $$;

-- Numbers a version and takes its digest. A partner's own people change the branding and nothing else.
create function access.keep_version() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  perform pg_advisory_xact_lock(access.lock_key('configuration', new.partner_id));
  new.based_on := access.configuration_version(new.partner_id);
  new.version := coalesce((select max(v.version) from public.partner_config_version v where v.partner_id = new.partner_id), 0) + 1;
  new.sha256 := encode(sha256(convert_to(new.document::text, 'UTF8')), 'hex');
  if session_user = 'liaison_program' and new.document - 'branding' is distinct from
    coalesce((select v.document - 'branding' from public.partner_config_version v where v.partner_id = new.partner_id and v.version = new.based_on), '{}') then
    raise exception 'a partner changes its own branding alone' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;

-- Counts activations; a partner's own people put a version in force that differs in the branding alone.
create function access.check_activation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  before jsonb := '{}';
begin
  perform pg_advisory_xact_lock(access.lock_key('configuration', new.partner_id));
  if tg_op = 'UPDATE' then
    if new.partner_id <> old.partner_id then
      raise exception 'a configuration stays with its partner' using errcode = 'check_violation', constraint = 'configuration_partner';
    end if;
    new.version := old.version + 1;
    new.activated_at := statement_timestamp();
    select v.document into before from public.partner_config_version v where v.partner_id = old.partner_id and v.version = old.active_version;
  end if;
  if session_user = 'liaison_program' and (new.kind <> 'branding' or before - 'branding' is distinct from (
    select v.document - 'branding' from public.partner_config_version v where v.partner_id = new.partner_id and v.version = new.active_version)) then
    raise exception 'a partner changes its own branding alone' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;

-- Keeps the history and what decisions read in step, and tells every process.
create function access.put_in_force() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  insert into public.partner_config_activation (partner_id, version, previous_version, kind, reason, activated_by, activated_by_name, activated_at)
  values (new.partner_id, new.active_version, case when tg_op = 'UPDATE' then old.active_version end, new.kind, new.reason, new.activated_by, new.activated_by_name, new.activated_at);
  insert into public.configuration_in_force (partner_id, version, document)
  select v.partner_id, v.version, access.merge_configuration(v.document)
  from public.partner_config_version v where v.partner_id = new.partner_id and v.version = new.active_version
  on conflict (partner_id) do update set version = excluded.version, document = excluded.document;
  perform pg_notify('liaison_configuration', new.partner_id::text);
  return null;
end
$$;

-- After the keys changed: computes everything in force anew. For the migrate command.
create function access.refresh_configurations() returns integer
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  changed integer;
begin
  insert into public.configuration_in_force (partner_id, version, document) values (null, null, access.merge_configuration('{}'))
  on conflict (partner_id) do update set document = excluded.document where public.configuration_in_force.document is distinct from excluded.document;
  update public.configuration_in_force c set document = access.merge_configuration(v.document)
  from public.partner_config_version v
  where v.partner_id = c.partner_id and v.version = c.version and c.document is distinct from access.merge_configuration(v.document);
  get diagnostics changed = row_count;
  if changed > 0 then
    perform pg_notify('liaison_configuration', '');
  end if;
  return changed;
end
$$;
-- How many a change of the configuration touches: for the provider of any partner, else of the own alone.
create function access.configuration_impact(partner uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_platform' and partner is distinct from access.context_id('partner_id') then
    return null;
  end if;
  return jsonb_build_object(
    'members', (select count(*) from public.partner_member m where m.partner_id = partner and m.status = 'active'),
    'live_sessions', (select count(*) from access.live_session s join public.partner_member m on m.person_id = s.person_id and m.status = 'active' where m.partner_id = partner),
    'live_clients', (select count(*) from public.api_client k where k.partner_id = partner and k.status = 'active' and k.environment = 'live'),
    'sandbox_clients', (select count(*) from public.api_client k where k.partner_id = partner and k.status = 'active' and k.environment = 'sandbox'),
    'end_users', coalesce((select jsonb_object_agg(u.role, u.total) from (select e.role, count(*) as total from public.end_user e where e.partner_id = partner group by e.role) u), '{}'));
end
$$;
grant execute on function access.configuration_impact(uuid) to liaison_platform, liaison_program;

grant execute on function access.keep_version(), access.check_activation(), access.put_in_force() to liaison_owner;

reset role;
set role liaison_owner;

create trigger keep_version before insert on partner_config_version for each row execute function access.keep_version();
create trigger check_activation before insert or update on partner_configuration for each row execute function access.check_activation();
create trigger put_in_force after insert or update on partner_configuration for each row execute function access.put_in_force();

reset role;
