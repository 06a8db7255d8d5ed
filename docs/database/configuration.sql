-- What decisions read: the version in force merged with the defaults and held within the bounds, kept in step by the database alone. The row without a partner holds the platform's defaults.
create table public.configuration_in_force (
  partner_id uuid,
  version integer,
  document jsonb not null,
  staff_idle_s integer generated always as (((document #>> '{sessions,staff,idle_s}'::text[]))::integer) stored,
  staff_absolute_s integer generated always as (((document #>> '{sessions,staff,absolute_s}'::text[]))::integer) stored,
  staff_max_concurrent integer generated always as (((document #>> '{sessions,staff,max_concurrent}'::text[]))::integer) stored,
  api_access_level text generated always as ((document #>> '{api,access_level}'::text[])) stored,
  staff_rate_per_min integer generated always as (((document #>> '{limits,staff,rate.per_min}'::text[]))::integer) stored,
  api_rate_per_min integer generated always as (((document #>> '{api,rate.per_min}'::text[]))::integer) stored,
  constraint configuration_in_force_check CHECK (((partner_id IS NULL) = (version IS NULL))),
  constraint configuration_in_force_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint configuration_in_force_partner_id_key UNIQUE NULLS NOT DISTINCT (partner_id)
);
CREATE TRIGGER announced AFTER UPDATE ON public.configuration_in_force FOR EACH ROW WHEN (((new.partner_id IS NOT NULL) AND (old.api_access_level IS DISTINCT FROM new.api_access_level))) EXECUTE FUNCTION private.announce_access('partner_id=partner_id');
CREATE TRIGGER announced_first AFTER INSERT ON public.configuration_in_force FOR EACH ROW WHEN (((new.partner_id IS NOT NULL) AND (new.api_access_level = ANY (ARRAY['none'::text, 'sandbox'::text])))) EXECUTE FUNCTION private.announce_access('partner_id=partner_id');
CREATE TRIGGER signalled AFTER UPDATE ON public.configuration_in_force FOR EACH ROW WHEN (((new.partner_id IS NOT NULL) AND (new.api_access_level IS DISTINCT FROM old.api_access_level) AND ((new.api_access_level = 'none'::text) OR ((new.api_access_level = 'sandbox'::text) AND (old.api_access_level IS DISTINCT FROM 'none'::text))))) EXECUTE FUNCTION access.signal_change();
CREATE TRIGGER signalled_first AFTER INSERT ON public.configuration_in_force FOR EACH ROW WHEN (((new.partner_id IS NOT NULL) AND (new.api_access_level = ANY (ARRAY['none'::text, 'sandbox'::text])))) EXECUTE FUNCTION access.signal_change();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.configuration_in_force REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.configuration_in_force REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.configuration_in_force REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.configuration_in_force REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
alter table public.configuration_in_force enable row level security, force row level security;
create policy deciding on public.configuration_in_force for select to liaison_authz
  using (true);
create policy keeping on public.configuration_in_force for all to liaison_authz
  using (true)
  with check (true);
create policy own_partner on public.configuration_in_force for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_read on public.configuration_in_force as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_reads on public.configuration_in_force for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant insert, select on public.configuration_in_force to liaison_authz;
grant select on public.configuration_in_force to liaison_platform;
grant select on public.configuration_in_force to liaison_program;
grant update (version, document) on public.configuration_in_force to liaison_authz;

-- What a partner's configuration may hold, with its default and the bound that no version passes; written by the migrate command from the code (C2).
create table public.configuration_key (
  path text[] not null,
  "position" integer not null,
  rule text not null,
  default_value jsonb not null,
  bound jsonb not null,
  choices text[],
  constraint configuration_key_pkey PRIMARY KEY (path),
  constraint configuration_key_rule_check CHECK ((rule = ANY (ARRAY['at_most'::text, 'ordered'::text, 'within'::text, 'fixed'::text, 'free'::text])))
);
alter table public.configuration_key enable row level security, force row level security;
create policy catalogue on public.configuration_key for select to public
  using (true);
create policy deciding on public.configuration_key for select to liaison_authz
  using (true);
create policy writing on public.configuration_key for all to liaison_owner
  using (true)
  with check (true);
grant select on public.configuration_key to liaison_authz;
grant select on public.configuration_key to public;

-- Every activation of a version, written by the database; append-only.
create table public.partner_config_activation (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  version integer not null,
  previous_version integer,
  kind text not null,
  reason text not null,
  activated_by uuid not null,
  activated_by_name text not null,
  activated_at timestamp with time zone not null default now(),
  constraint partner_config_activation_partner_id_version_fkey FOREIGN KEY (partner_id, version) REFERENCES public.partner_config_version(partner_id, version),
  constraint partner_config_activation_pkey PRIMARY KEY (id)
);
CREATE INDEX partner_config_activation_partner_id_activated_at_idx ON public.partner_config_activation USING btree (partner_id, activated_at DESC);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.partner_config_activation FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.partner_config_activation FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.partner_config_activation enable row level security, force row level security;
create policy deciding on public.partner_config_activation for select to liaison_authz
  using (true);
create policy keeping on public.partner_config_activation for insert to liaison_authz
  with check (true);
create policy own_partner on public.partner_config_activation for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_read on public.partner_config_activation as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_reads on public.partner_config_activation for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant insert, select on public.partner_config_activation to liaison_authz;
grant select on public.partner_config_activation to liaison_platform;
grant select on public.partner_config_activation to liaison_program;

-- Every version of a partner's configuration as it was saved. Append-only: to go back is to activate an older one (C2).
create table public.partner_config_version (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  version integer not null,
  document jsonb not null,
  sha256 text not null,
  based_on integer,
  note text,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  constraint partner_config_version_document_check CHECK (((jsonb_typeof(document) = 'object'::text) AND (pg_column_size(document) < 65536))),
  constraint partner_config_version_note_check CHECK (((char_length(note) >= 1) AND (char_length(note) <= 500))),
  constraint partner_config_version_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_config_version_partner_id_version_key UNIQUE (partner_id, version),
  constraint partner_config_version_pkey PRIMARY KEY (id),
  constraint partner_config_version_version_check CHECK ((version > 0))
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.partner_config_version FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.partner_config_version FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_config_version REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_config_version REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_config_version REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER keep_version BEFORE INSERT ON public.partner_config_version FOR EACH ROW EXECUTE FUNCTION access.keep_version();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.partner_config_version FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.partner_config_version FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.partner_config_version enable row level security, force row level security;
create policy deciding on public.partner_config_version for select to liaison_authz
  using (true);
create policy own_partner on public.partner_config_version for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_insert on public.partner_config_version as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.partner_config_version as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_all on public.partner_config_version for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.partner_config_version to liaison_authz;
grant select on public.partner_config_version to liaison_platform;
grant select on public.partner_config_version to liaison_program;
grant insert (partner_id, document, based_on, note, created_by, created_by_name) on public.partner_config_version to liaison_platform;
grant insert (partner_id, document, note, created_by, created_by_name) on public.partner_config_version to liaison_program;

-- Which version of its configuration is in force for a partner. Without a row the platform's defaults are.
create table public.partner_configuration (
  partner_id uuid not null,
  active_version integer not null,
  kind text not null,
  reason text not null,
  activated_by uuid not null,
  activated_by_name text not null,
  activated_at timestamp with time zone not null default now(),
  version integer not null default 1,
  constraint partner_configuration_kind_check CHECK ((kind = ANY (ARRAY['activate'::text, 'roll_back'::text, 'branding'::text]))),
  constraint partner_configuration_partner_id_active_version_fkey FOREIGN KEY (partner_id, active_version) REFERENCES public.partner_config_version(partner_id, version),
  constraint partner_configuration_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_configuration_pkey PRIMARY KEY (partner_id),
  constraint partner_configuration_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500)))
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.partner_configuration FOR EACH ROW WHEN ((new.activated_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('activated_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.partner_configuration FOR EACH ROW WHEN ((new.activated_by_name IS DISTINCT FROM old.activated_by_name)) EXECUTE FUNCTION private.act_in_own_name('activated_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_configuration REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_configuration REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_configuration REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER check_activation BEFORE INSERT OR UPDATE ON public.partner_configuration FOR EACH ROW EXECUTE FUNCTION access.check_activation();
CREATE TRIGGER put_in_force AFTER INSERT OR UPDATE ON public.partner_configuration FOR EACH ROW EXECUTE FUNCTION access.put_in_force();
CREATE TRIGGER require_second_person BEFORE INSERT OR UPDATE ON public.partner_configuration FOR EACH ROW EXECUTE FUNCTION private.require_identity_care();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.partner_configuration FOR EACH ROW WHEN ((new.activated_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('activated_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.partner_configuration FOR EACH ROW WHEN ((new.activated_by IS DISTINCT FROM old.activated_by)) EXECUTE FUNCTION private.act_as_oneself('activated_by');
alter table public.partner_configuration enable row level security, force row level security;
create policy deciding on public.partner_configuration for select to liaison_authz
  using (true);
create policy own_partner on public.partner_configuration for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_insert on public.partner_configuration as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.partner_configuration as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.partner_configuration as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_all on public.partner_configuration for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.partner_configuration to liaison_authz;
grant select on public.partner_configuration to liaison_platform;
grant select on public.partner_configuration to liaison_program;
grant insert (partner_id, active_version, kind, reason, activated_by, activated_by_name) on public.partner_configuration to liaison_platform;
grant update (active_version, kind, reason, activated_by, activated_by_name) on public.partner_configuration to liaison_platform;
grant insert (partner_id, active_version, kind, reason, activated_by, activated_by_name) on public.partner_configuration to liaison_program;
grant update (active_version, kind, reason, activated_by, activated_by_name) on public.partner_configuration to liaison_program;

-- Images that a partner's branding can name by their digest: checked when they came in, never changed.
create table public.partner_logo (
  partner_id uuid not null,
  sha256 text not null,
  media_type text not null,
  width integer not null,
  height integer not null,
  bytes bytea not null,
  created_by uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint partner_logo_bytes_check CHECK (((octet_length(bytes) >= 1) AND (octet_length(bytes) <= 65536))),
  constraint partner_logo_check CHECK ((sha256 = encode(sha256(bytes), 'hex'::text))),
  constraint partner_logo_height_check CHECK (((height >= 1) AND (height <= 2000))),
  constraint partner_logo_media_type_check CHECK ((media_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text, 'image/webp'::text]))),
  constraint partner_logo_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_logo_pkey PRIMARY KEY (partner_id, sha256),
  constraint partner_logo_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint partner_logo_width_check CHECK (((width >= 1) AND (width <= 2000)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.partner_logo FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_logo REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_logo REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_logo REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.partner_logo FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.partner_logo FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.partner_logo enable row level security, force row level security;
create policy deciding on public.partner_logo for select to liaison_authz
  using (true);
create policy own_partner on public.partner_logo for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_insert on public.partner_logo as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.partner_logo as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_all on public.partner_logo for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.partner_logo to liaison_authz;
grant select on public.partner_logo to liaison_platform;
grant select on public.partner_logo to liaison_program;
grant insert (partner_id, sha256, media_type, width, height, bytes, created_by) on public.partner_logo to liaison_platform;
grant insert (partner_id, sha256, media_type, width, height, bytes, created_by) on public.partner_logo to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.bound_calls(allowed integer[], windows bigint[], partners uuid[], by_client boolean[], scale double precision)
 RETURNS integer[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  bound integer;
begin
  for i in 1 .. cardinality(allowed) loop
    if (partners[i] is not null and windows[i] = 60000000) then
      select case when by_client[i] then c.api_rate_per_min else c.staff_rate_per_min end into bound
      from public.configuration_in_force c where c.partner_id = partners[i];
      if (bound is not null) then
        allowed[i] := least(allowed[i], greatest(1, floor(bound * scale)::integer));
      end if;
    end if;
  end loop;
  return allowed;
end
$function$;
grant execute on access.bound_calls(integer[],bigint[],uuid[],boolean[],double precision) to liaison_guard;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_activation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
grant execute on access.check_activation() to liaison_owner;

-- C2: the version in force merged with the defaults, within the bounds. For deciding functions; logins ask access.read_configuration.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.configuration(partner uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(
    (select c.document from public.configuration_in_force c where c.partner_id = partner),
    (select d.document from public.configuration_in_force d where d.partner_id is null))
  $function$;
grant execute on access.configuration(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.configuration_impact(partner uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not access.is_in_own_plane() or (session_user <> 'liaison_platform' and partner is distinct from access.partner_of_owner()) then
    return null;
  end if;
  return jsonb_build_object(
    'members', (select count(*) from public.partner_member m where m.partner_id = partner and m.status = 'active'),
    'live_sessions', (select count(*) from access.live_session s join public.partner_member m on m.person_id = s.person_id and m.status = 'active' where m.partner_id = partner),
    'live_clients', (select count(*) from public.api_client k where k.partner_id = partner and k.status = 'active' and k.environment = 'live'),
    'sandbox_clients', (select count(*) from public.api_client k where k.partner_id = partner and k.status = 'active' and k.environment = 'sandbox'),
    'end_users', coalesce((select jsonb_object_agg(u.role, u.total) from (select e.role, count(*) as total from public.end_user e where e.partner_id = partner group by e.role) u), '{}'));
end
$function$;
grant execute on access.configuration_impact(uuid) to liaison_platform;
grant execute on access.configuration_impact(uuid) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.configuration_version(partner uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select c.active_version from public.partner_configuration c where c.partner_id = partner $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.end_oldest_sign_ins()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  bound record;
begin
  select c.staff_max_concurrent as most, c.staff_idle_s as idle_s, c.staff_absolute_s as absolute_s into bound
  from public.partner_member m join public.configuration_in_force c on c.partner_id = m.partner_id
  where m.person_id = new.person_id and m.status = 'active' and c.staff_max_concurrent is not null;
  if not found then
    return null;
  end if;
  update public.session s set ended_at = statement_timestamp(), end_reason = 'too_many'
  where s.person_id = new.person_id and s.ended_at is null
    and s.id in (
      select o.id from public.session o
      where o.person_id = new.person_id and o.ended_at is null and o.ends_at > statement_timestamp()
      order by (o.id = new.id) desc,
        (o.seen_at + make_interval(secs => least(o.idle_seconds, bound.idle_s)) > statement_timestamp()
          and (bound.absolute_s is null or o.created_at + make_interval(secs => bound.absolute_s) > statement_timestamp())) desc,
        o.seen_at desc, o.created_at desc, o.id desc
      offset bound.most);
  return null;
end
$function$;
grant execute on access.end_oldest_sign_ins() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.hold_within(k public.configuration_key, given jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
grant execute on access.hold_within(public.configuration_key,jsonb) to liaison_platform;
grant execute on access.hold_within(public.configuration_key,jsonb) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.keep_version()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(access.lock_key('configuration', new.partner_id));
  new.based_on := case when new.based_on is null or session_user = 'liaison_program' then access.configuration_version(new.partner_id) else nullif(new.based_on, 0) end;
  new.version := coalesce((select max(v.version) from public.partner_config_version v where v.partner_id = new.partner_id), 0) + 1;
  new.sha256 := encode(sha256(convert_to(new.document::text, 'UTF8')), 'hex');
  if session_user = 'liaison_program' and new.document - 'branding' is distinct from
    coalesce((select v.document - 'branding' from public.partner_config_version v where v.partner_id = new.partner_id and v.version = new.based_on), '{}') then
    raise exception 'a partner changes its own branding alone' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;
grant execute on access.keep_version() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.merge_configuration(document jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  k public.configuration_key;
  merged jsonb := '{}';
begin
  for k in select * from public.configuration_key order by position loop
    merged := access.put_at(merged, k.path, access.hold_within(k, document #> k.path));
  end loop;
  return merged;
end
$function$;
grant execute on access.merge_configuration(jsonb) to liaison_platform;
grant execute on access.merge_configuration(jsonb) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.name_configuration()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  new.config_version := access.configuration_version(new.partner_id);
  return new;
end
$function$;
grant execute on access.name_configuration() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.opens_api(partner uuid, environment text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce((
    select c.api_access_level = 'live' or (c.api_access_level = 'sandbox' and opens_api.environment = 'sandbox')
    from public.configuration_in_force c where c.partner_id = partner), true)
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.put_at(document jsonb, path text[], value jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  for depth in 1 .. cardinality(path) - 1 loop
    if document #> path[:depth] is null then
      document := jsonb_set(document, path[:depth], '{}');
    end if;
  end loop;
  return jsonb_set(document, path, value);
end
$function$;
grant execute on access.put_at(jsonb,text[],jsonb) to liaison_platform;
grant execute on access.put_at(jsonb,text[],jsonb) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.put_in_force()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into public.partner_config_activation (partner_id, version, previous_version, kind, reason, activated_by, activated_by_name, activated_at)
  values (new.partner_id, new.active_version, case when tg_op = 'UPDATE' then old.active_version end, new.kind, new.reason, new.activated_by, new.activated_by_name, new.activated_at);
  insert into public.configuration_in_force (partner_id, version, document)
  select v.partner_id, v.version, access.merge_configuration(v.document)
  from public.partner_config_version v where v.partner_id = new.partner_id and v.version = new.active_version
  on conflict (partner_id) do update set version = excluded.version, document = excluded.document;
  return null;
end
$function$;
grant execute on access.put_in_force() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.read_configuration(partner uuid)
 RETURNS TABLE(document jsonb, version integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select access.configuration(partner), (select c.active_version from public.partner_configuration c where c.partner_id = partner)
  where session_user in ('liaison_auth', 'liaison_job', 'liaison_guard') or (session_user = 'liaison_platform' and access.is_in_own_plane()) or partner = case when session_user in ('liaison_program', 'liaison_delegate') then access.partner_of_owner() else access.context_id('partner_id') end
  $function$;
grant execute on access.read_configuration(uuid) to public;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.refresh_configurations()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  changed integer;
begin
  insert into public.configuration_in_force (partner_id, version, document) values (null, null, access.merge_configuration('{}'))
  on conflict (partner_id) do update set document = excluded.document where public.configuration_in_force.document is distinct from excluded.document;
  update public.configuration_in_force c set document = access.merge_configuration(v.document)
  from public.partner_config_version v
  where v.partner_id = c.partner_id and v.version = c.version and c.document is distinct from access.merge_configuration(v.document);
  get diagnostics changed = row_count;
  return changed;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.wait_for_sign_in()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(access.lock_key('sign-in', new.person_id));
  return new;
end
$function$;
grant execute on access.wait_for_sign_in() to liaison_owner;
