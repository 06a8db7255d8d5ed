-- A part of the product that can be on for one partner and off for another, with the rule that decides (C3).
create table public.feature_flag (
  id uuid not null default uuidv7(),
  key text not null,
  name text not null,
  description text not null,
  owner_name text not null,
  status text not null default 'active'::text,
  partner_choice text not null default 'none'::text,
  prerequisites text[] not null default '{}'::text[],
  definition jsonb not null,
  built_in boolean not null default false,
  clean_up_by date,
  reason text not null,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint feature_flag_definition_check CHECK (((jsonb_typeof(definition) = 'object'::text) AND (definition ? 'default'::text))),
  constraint feature_flag_description_check CHECK (((char_length(description) >= 1) AND (char_length(description) <= 500))),
  constraint feature_flag_key_check CHECK ((key ~ '^[a-z][a-z0-9_]{1,39}$'::text)),
  constraint feature_flag_key_key UNIQUE (key),
  constraint feature_flag_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint feature_flag_owner_name_check CHECK (((char_length(owner_name) >= 1) AND (char_length(owner_name) <= 100))),
  constraint feature_flag_partner_choice_check CHECK ((partner_choice = ANY (ARRAY['none'::text, 'opt_in'::text, 'opt_out'::text]))),
  constraint feature_flag_pkey PRIMARY KEY (id),
  constraint feature_flag_prerequisites_check CHECK ((cardinality(prerequisites) <= 10)),
  constraint feature_flag_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint feature_flag_status_check CHECK ((status = ANY (ARRAY['active'::text, 'killed'::text, 'retired'::text])))
);
CREATE TRIGGER announced AFTER INSERT OR UPDATE ON public.feature_flag FOR EACH ROW EXECUTE FUNCTION private.announce_features('');
CREATE TRIGGER audited_delete AFTER DELETE ON public.feature_flag REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.feature_flag REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.feature_flag REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_feature BEFORE INSERT OR UPDATE ON public.feature_flag FOR EACH ROW EXECUTE FUNCTION private.enforce_feature();
CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON public.feature_flag FOR EACH ROW EXECUTE FUNCTION private.keep_feature_history();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.feature_flag FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
alter table public.feature_flag enable row level security, force row level security;
create policy clock on public.feature_flag for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.feature_flag for select to liaison_authz
  using (true);
create policy enforcing on public.feature_flag for select to liaison_owner
  using (true);
create policy offered on public.feature_flag for select to liaison_program
  using (((status <> 'retired'::text) AND (partner_choice <> 'none'::text) AND (( SELECT access.own_partner() AS own_partner) IS NOT NULL)));
create policy owners_read on public.feature_flag as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy provider_side on public.feature_flag for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.feature_flag to liaison_authz;
grant select on public.feature_flag to liaison_platform;
grant select (id, key, name, description, status, partner_choice) on public.feature_flag to liaison_job;
grant insert (key, name, description, owner_name, partner_choice, prerequisites, definition, clean_up_by, reason) on public.feature_flag to liaison_platform;
grant update (name, description, owner_name, status, partner_choice, prerequisites, definition, clean_up_by, reason, version) on public.feature_flag to liaison_platform;
grant select (id, key, name, description, status, partner_choice) on public.feature_flag to liaison_program;

-- Every change of a feature, its schedule, an override or a choice, written by the tables themselves.
create table public.feature_history (
  id uuid not null default uuidv7(),
  flag_id uuid not null,
  partner_id uuid,
  about text not null,
  before jsonb,
  after jsonb,
  reason text,
  actor_name text not null,
  occurred_at timestamp with time zone not null default statement_timestamp(),
  constraint feature_history_about_check CHECK ((about = ANY (ARRAY['feature'::text, 'ramp'::text, 'override'::text, 'choice'::text]))),
  constraint feature_history_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES public.feature_flag(id),
  constraint feature_history_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint feature_history_pkey PRIMARY KEY (id)
);
CREATE INDEX feature_history_flag_id_occurred_at_idx ON public.feature_history USING btree (flag_id, occurred_at DESC);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.feature_history FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.feature_history FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.feature_history enable row level security, force row level security;
create policy deciding on public.feature_history for select to liaison_authz
  using (true);
create policy keeping on public.feature_history for insert to liaison_owner
  with check (true);
create policy provider_side on public.feature_history for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.feature_history to liaison_authz;
grant select on public.feature_history to liaison_platform;

-- From when a share of the partners has a feature. What holds is computed from the steps and the time at each decision; a job only notes that a step was reached.
create table public.feature_ramp_step (
  id uuid not null default uuidv7(),
  flag_id uuid not null,
  starts_at timestamp with time zone not null,
  share_bp integer not null,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  noted_at timestamp with time zone,
  withdrawn_at timestamp with time zone,
  constraint feature_ramp_step_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES public.feature_flag(id),
  constraint feature_ramp_step_pkey PRIMARY KEY (id),
  constraint feature_ramp_step_share_bp_check CHECK (((share_bp >= 0) AND (share_bp <= 10000)))
);
CREATE INDEX feature_ramp_step_due ON public.feature_ramp_step USING btree (starts_at) WHERE ((withdrawn_at IS NULL) AND (noted_at IS NULL));
CREATE UNIQUE INDEX feature_ramp_step_one_at_a_time ON public.feature_ramp_step USING btree (flag_id, starts_at) WHERE (withdrawn_at IS NULL);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.feature_ramp_step FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER announced AFTER INSERT OR UPDATE ON public.feature_ramp_step FOR EACH ROW EXECUTE FUNCTION private.announce_features('');
CREATE TRIGGER audited_delete AFTER DELETE ON public.feature_ramp_step REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.feature_ramp_step REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.feature_ramp_step REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_ramp_step BEFORE UPDATE ON public.feature_ramp_step FOR EACH ROW EXECUTE FUNCTION private.enforce_ramp_step();
CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON public.feature_ramp_step FOR EACH ROW EXECUTE FUNCTION private.keep_feature_history();
alter table public.feature_ramp_step enable row level security, force row level security;
create policy clock on public.feature_ramp_step for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.feature_ramp_step for select to liaison_authz
  using (true);
create policy provider_side on public.feature_ramp_step for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.feature_ramp_step to liaison_authz;
grant select on public.feature_ramp_step to liaison_job;
grant select on public.feature_ramp_step to liaison_platform;
grant update (noted_at) on public.feature_ramp_step to liaison_job;
grant insert (flag_id, starts_at, share_bp, created_by_name) on public.feature_ramp_step to liaison_platform;
grant update (withdrawn_at) on public.feature_ramp_step to liaison_platform;

-- What the provider set for one partner about one feature, and what the partner chose itself.
create table public.partner_feature (
  partner_id uuid not null,
  flag_id uuid not null,
  override text,
  override_until timestamp with time zone,
  override_by_name text,
  override_at timestamp with time zone,
  reason text,
  choice text,
  choice_by uuid,
  choice_by_name text,
  choice_at timestamp with time zone,
  constraint partner_feature_check CHECK (((override IS NULL) OR ((reason IS NOT NULL) AND (override_by_name IS NOT NULL)))),
  constraint partner_feature_check1 CHECK (((override_until IS NULL) OR (override IS NOT NULL))),
  constraint partner_feature_choice_check CHECK ((choice = ANY (ARRAY['in'::text, 'out'::text]))),
  constraint partner_feature_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES public.feature_flag(id),
  constraint partner_feature_override_check CHECK ((override = ANY (ARRAY['on'::text, 'off'::text]))),
  constraint partner_feature_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_feature_pkey PRIMARY KEY (partner_id, flag_id),
  constraint partner_feature_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500)))
);
CREATE INDEX partner_feature_flag_id_partner_id_idx ON public.partner_feature USING btree (flag_id, partner_id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.partner_feature FOR EACH ROW WHEN (((new.override_by_name IS NOT NULL) OR (new.choice_by_name IS NOT NULL))) EXECUTE FUNCTION private.act_in_own_name('override_by_name', 'choice_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.partner_feature FOR EACH ROW WHEN (((new.override_by_name IS DISTINCT FROM old.override_by_name) OR (new.choice_by_name IS DISTINCT FROM old.choice_by_name))) EXECUTE FUNCTION private.act_in_own_name('override_by_name', 'choice_by_name');
CREATE TRIGGER announced AFTER INSERT OR UPDATE ON public.partner_feature FOR EACH ROW EXECUTE FUNCTION private.announce_features('partner_id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_feature REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_feature REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_feature REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_choice BEFORE INSERT OR UPDATE ON public.partner_feature FOR EACH ROW EXECUTE FUNCTION private.enforce_feature_choice();
CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON public.partner_feature FOR EACH ROW EXECUTE FUNCTION private.keep_feature_history();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.partner_feature FOR EACH ROW WHEN ((new.choice_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('choice_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.partner_feature FOR EACH ROW WHEN ((new.choice_by IS DISTINCT FROM old.choice_by)) EXECUTE FUNCTION private.act_as_oneself('choice_by');
alter table public.partner_feature enable row level security, force row level security;
create policy deciding on public.partner_feature for select to liaison_authz
  using (true);
create policy owners_insert on public.partner_feature as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.partner_feature as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.partner_feature as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.partner_feature for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.partner_feature for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.partner_feature to liaison_authz;
grant select on public.partner_feature to liaison_platform;
grant insert (partner_id, flag_id, override, override_until, override_by_name, override_at, reason) on public.partner_feature to liaison_platform;
grant update (override, override_until, override_by_name, override_at, reason) on public.partner_feature to liaison_platform;
grant insert (partner_id, flag_id, choice, choice_by, choice_by_name, choice_at) on public.partner_feature to liaison_program;
grant select (partner_id, flag_id, override, override_until, choice, choice_by, choice_by_name, choice_at) on public.partner_feature to liaison_program;
grant update (choice, choice_by, choice_by_name, choice_at) on public.partner_feature to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.feature_definitions()
 RETURNS TABLE(id uuid, key text, status text, partner_choice text, prerequisites text[], definition jsonb, steps jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select f.id, f.key, f.status, f.partner_choice, f.prerequisites, f.definition,
    coalesce((select jsonb_agg(jsonb_build_object('starts_at', s.starts_at, 'share_bp', s.share_bp) order by s.starts_at)
      from public.feature_ramp_step s where s.flag_id = f.id and s.withdrawn_at is null), '[]')
  from public.feature_flag f
  where access.is_in_own_plane()
$function$;
grant execute on access.feature_definitions() to liaison_guard;
grant execute on access.feature_definitions() to liaison_ingest;
grant execute on access.feature_definitions() to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.feature_partners(wanted uuid[])
 RETURNS TABLE(id uuid, kinds text[], tier text, region text, plans text[], settings jsonb)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if (not access.is_in_own_plane()) then
    return;
  end if;
  return query
  select p.id, p.kinds, p.tier, p.region,
    array(select distinct o.code from public.partner_plan pp join public.plan o on o.id = pp.plan_id where pp.partner_id = p.id and pp.is_offered order by 1),
    coalesce(s.settings, '[]')
  from public.partner p
  left join (
    select x.partner_id, jsonb_agg(jsonb_build_object('key', f.key, 'override', x.override, 'override_until', x.override_until, 'choice', x.choice)) as settings
    from public.partner_feature x join public.feature_flag f on f.id = x.flag_id
    where wanted is null or x.partner_id = any (wanted)
    group by x.partner_id
  ) s on s.partner_id = p.id
  where wanted is null or p.id = any (wanted);
end
$function$;
grant execute on access.feature_partners(uuid[]) to liaison_guard;
grant execute on access.feature_partners(uuid[]) to liaison_ingest;
grant execute on access.feature_partners(uuid[]) to liaison_platform;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.announce_features()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  changed jsonb := to_jsonb(new);
begin
  perform pg_notify('features_changed', private.veil_announcement(case tg_argv[0] when '' then '{}' else jsonb_build_object('partner_id', changed -> tg_argv[0]) end));
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_feature()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if tg_op = 'UPDATE' then
    if (new.id, new.key, new.built_in, new.created_at) is distinct from (old.id, old.key, old.built_in, old.created_at) then
      raise exception 'a feature keeps its key' using errcode = 'check_violation', constraint = 'feature_identity';
    end if;
    if side is not null and old.status = 'retired' then
      raise exception 'a retired feature is history' using errcode = 'check_violation', constraint = 'feature_transition';
    end if;
    if side is not null and new.status <> old.status and not exists (
      select from state_transition t where t.entity = 'feature' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
      raise exception '% may not move a feature from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'feature_transition';
    end if;
  elsif side is not null and new.status <> 'active' then
    raise exception 'a feature begins active' using errcode = 'check_violation', constraint = 'feature_transition';
  end if;
  if new.built_in and new.status = 'retired' then
    raise exception 'permissions depend on this feature' using errcode = 'check_violation', constraint = 'feature_built_in';
  end if;
  if cardinality(new.prerequisites) > 0 then
    -- One after the other, so that no two changes close a circle together.
    perform pg_advisory_xact_lock(hashtextextended('feature prerequisites', 0));
    if exists (select from unnest(new.prerequisites) as p (key) where not exists (select from feature_flag f where f.key = p.key and f.id <> new.id)) then
      raise exception 'a prerequisite does not exist' using errcode = 'check_violation', constraint = 'feature_prerequisite';
    end if;
    if exists (
      with recursive needed (key) as (
        select unnest(new.prerequisites)
        union
        select unnest(f.prerequisites) from needed n join feature_flag f on f.key = n.key and f.id <> new.id
      )
      select from needed where key = new.key) then
      raise exception 'prerequisites form a circle' using errcode = 'check_violation', constraint = 'feature_circle';
    end if;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_feature_choice()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  offered text;
begin
  if private.side_of_login() is distinct from 'partner' then
    return new;
  end if;
  select f.partner_choice into offered from feature_flag f where f.id = new.flag_id and f.status <> 'retired';
  if (new.choice is null and tg_op = 'INSERT') or (new.choice is not null and (case new.choice when 'in' then 'opt_in' else 'opt_out' end) is distinct from offered) then
    raise exception 'this is not for the partner to choose' using errcode = 'check_violation', constraint = 'feature_choice';
  end if;
  if new.choice_by is distinct from access.context_id('actor_id') then
    raise exception 'a choice is made in the own name' using errcode = 'check_violation', constraint = 'feature_choice_actor';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_ramp_step()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if (new.id, new.flag_id, new.starts_at, new.share_bp, new.created_by_name, new.created_at) is distinct from (old.id, old.flag_id, old.starts_at, old.share_bp, old.created_by_name, old.created_at)
    or (old.withdrawn_at is not null and new.withdrawn_at is distinct from old.withdrawn_at)
    or (old.noted_at is not null and new.noted_at is distinct from old.noted_at) then
    raise exception 'a step of a ramp is not rewritten' using errcode = 'check_violation', constraint = 'ramp_step_identity';
  end if;
  if new.noted_at is not null and old.noted_at is null and (new.starts_at > statement_timestamp() or new.withdrawn_at is not null) then
    raise exception 'the clock notes no step before its time' using errcode = 'check_violation', constraint = 'ramp_step_time';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_feature_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  is_choice boolean;
begin
  if tg_table_name = 'feature_flag' then
    insert into feature_history (flag_id, about, before, after, reason, actor_name)
    values (new.id, 'feature', case when tg_op = 'UPDATE' then to_jsonb(old) - array['id', 'created_at', 'updated_at', 'reason'] end,
      to_jsonb(new) - array['id', 'created_at', 'updated_at', 'reason'], new.reason, coalesce(access.context() ->> 'actor_name', 'system'));
  elsif tg_table_name = 'feature_ramp_step' then
    insert into feature_history (flag_id, about, before, after, reason, actor_name)
    values (new.flag_id, 'ramp', case when tg_op = 'UPDATE' then jsonb_build_object('starts_at', old.starts_at, 'share_bp', old.share_bp, 'noted_at', old.noted_at, 'withdrawn_at', old.withdrawn_at) end,
      jsonb_build_object('starts_at', new.starts_at, 'share_bp', new.share_bp, 'noted_at', new.noted_at, 'withdrawn_at', new.withdrawn_at),
      (select f.reason from feature_flag f where f.id = new.flag_id), coalesce(access.context() ->> 'actor_name', 'system'));
  else
    is_choice := (case when tg_op = 'UPDATE' then new.choice is distinct from old.choice else new.choice is not null end);
    insert into feature_history (flag_id, partner_id, about, before, after, reason, actor_name)
    values (new.flag_id, new.partner_id, case when is_choice then 'choice' else 'override' end,
      case when tg_op = 'UPDATE' then jsonb_build_object('override', old.override, 'override_until', old.override_until, 'choice', old.choice) end,
      jsonb_build_object('override', new.override, 'override_until', new.override_until, 'choice', new.choice),
      case when not is_choice then new.reason end, coalesce(access.context() ->> 'actor_name', 'system'));
  end if;
  return null;
end
$function$;
