set role liaison_owner;

create table feature_flag (
  id uuid primary key default uuidv7(),
  key text not null unique check (key ~ '^[a-z][a-z0-9_]{1,39}$'),
  name text not null check (char_length(name) between 1 and 100),
  description text not null check (char_length(description) between 1 and 500),
  owner_name text not null check (char_length(owner_name) between 1 and 100),
  status text not null default 'active' check (status in ('active', 'killed', 'retired')),
  partner_choice text not null default 'none' check (partner_choice in ('none', 'opt_in', 'opt_out')),
  prerequisites text[] not null default '{}' check (cardinality(prerequisites) <= 10),
  definition jsonb not null check (jsonb_typeof(definition) = 'object' and definition ? 'default'),
  built_in boolean not null default false,
  clean_up_by date,
  reason text not null check (char_length(reason) between 1 and 500),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table feature_flag is 'A part of the product that can be on for one partner and off for another, with the rule that decides (C3).';
comment on column feature_flag.status is 'killed: off for everybody, whatever else is set, until it is restored. retired: off for good.';
comment on column feature_flag.definition is 'Who is eligible for a choice, the rules by kind, tier, region and plan, the share of partners in basis points, and the default.';
comment on column feature_flag.built_in is 'Permissions of the catalogue depend on it, so it can be switched off but not retired.';
comment on column feature_flag.reason is 'Why the last change was made.';
comment on column feature_flag.clean_up_by is 'When its owner means to take it out of the product. Nothing is switched by it.';
call private.protect('feature_flag');
create trigger set_updated_at before update on feature_flag for each row execute function private.set_updated_at();

-- The features on which permissions of the catalogue depend exist from the beginning, on for everybody.
alter table feature_flag no force row level security;
insert into feature_flag (key, name, description, owner_name, built_in, reason, definition)
select key, name, description, 'Provider', true, 'Part of the product from the beginning', '{"eligibility": null, "rules": [], "share_bp": null, "default": "on"}'
from (values
  ('billing', 'Billing', 'Invoices, payments, disputes and reminders of customers'),
  ('support', 'Support', 'Tickets of customers'),
  ('provisioning', 'Provisioning', 'Subscribers and orders of customers'),
  ('reports', 'Reports', 'Usage, service-level and revenue reports'),
  ('alerts', 'Alerts', 'Alerts about service levels and billing'),
  ('webhooks', 'Webhooks', 'Signed messages about events to own addresses'),
  ('api_clients', 'API clients', 'API clients, the consents that customers give them, and their calls'),
  ('white_label', 'Own user base', 'Own users with their plans, subscriptions, identity checks and branding')
) as part (key, name, description);
alter table feature_flag force row level security;
call private.audit_changes('feature_flag', false);

create table feature_ramp_step (
  id uuid primary key default uuidv7(),
  flag_id uuid not null references feature_flag (id),
  starts_at timestamptz not null,
  share_bp integer not null check (share_bp between 0 and 10000),
  created_by_name text not null,
  created_at timestamptz not null default now(),
  noted_at timestamptz,
  withdrawn_at timestamptz
);
comment on table feature_ramp_step is 'From when a share of the partners has a feature. What holds is computed from the steps and the time at each decision; a job only notes that a step was reached.';
comment on column feature_ramp_step.withdrawn_at is 'When the schedule was replaced or paused: the step counts no longer.';
create unique index feature_ramp_step_one_at_a_time on feature_ramp_step (flag_id, starts_at) where withdrawn_at is null;
create index feature_ramp_step_due on feature_ramp_step (starts_at) where withdrawn_at is null and noted_at is null;
call private.protect('feature_ramp_step');
call private.audit_changes('feature_ramp_step', false);

create table partner_feature (
  partner_id uuid not null references partner (id),
  flag_id uuid not null references feature_flag (id),
  override text check (override in ('on', 'off')),
  override_until timestamptz,
  override_by_name text,
  override_at timestamptz,
  reason text check (char_length(reason) between 1 and 500),
  choice text check (choice in ('in', 'out')),
  choice_by uuid,
  choice_by_name text,
  choice_at timestamptz,
  primary key (partner_id, flag_id),
  check (override is null or (reason is not null and override_by_name is not null)),
  check (override_until is null or override is not null)
);
comment on table partner_feature is 'What the provider set for one partner about one feature, and what the partner chose itself.';
comment on column partner_feature.override_until is 'The first instant at which the provider''s setting no longer holds.';
comment on column partner_feature.reason is 'Why the provider set or removed it. The partner does not read it.';
create index on partner_feature (flag_id, partner_id);
call private.protect('partner_feature');
call private.audit_changes('partner_feature', false);

create table feature_history (
  id uuid primary key default uuidv7(),
  flag_id uuid not null references feature_flag (id),
  partner_id uuid references partner (id),
  about text not null check (about in ('feature', 'ramp', 'override', 'choice')),
  before jsonb,
  after jsonb,
  reason text,
  actor_name text not null,
  occurred_at timestamptz not null default statement_timestamp()
);
comment on table feature_history is 'Every change of a feature, its schedule, an override or a choice, written by the tables themselves.';
create index on feature_history (flag_id, occurred_at desc);
call private.protect('feature_history');
create trigger append_only before update or delete on feature_history for each row execute function private.refuse_change();
create trigger no_truncate before truncate on feature_history for each statement execute function private.refuse_change();
create policy provider_side on feature_history for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select on feature_history to liaison_platform;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('feature', 'active', 'killed', 'kill', 'provider'),
  ('feature', 'killed', 'active', 'restore', 'provider'),
  ('feature', 'active', 'retired', 'retire', 'provider'),
  ('feature', 'killed', 'retired', 'retire', 'provider');
alter table state_transition force row level security;

create policy enforcing on feature_flag for select to liaison_owner using (true);
create policy keeping on feature_history for insert to liaison_owner with check (true);

create policy provider_side on feature_flag to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy provider_side on feature_ramp_step to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy provider_side on partner_feature to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy offered on feature_flag for select to liaison_program using (status <> 'retired' and partner_choice <> 'none' and (select access.own_partner()) is not null);
create policy partner_side on partner_feature to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy clock on feature_flag for select to liaison_job using ((select access.context_plane()) = 'system');
create policy clock on feature_ramp_step to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');

grant select on feature_flag, feature_ramp_step, partner_feature to liaison_platform;
grant insert (key, name, description, owner_name, partner_choice, prerequisites, definition, clean_up_by, reason) on feature_flag to liaison_platform;
grant update (name, description, owner_name, status, partner_choice, prerequisites, definition, clean_up_by, reason, version) on feature_flag to liaison_platform;
grant insert (flag_id, starts_at, share_bp, created_by_name), update (withdrawn_at) on feature_ramp_step to liaison_platform;
grant insert (partner_id, flag_id, override, override_until, override_by_name, override_at, reason) on partner_feature to liaison_platform;
grant update (override, override_until, override_by_name, override_at, reason) on partner_feature to liaison_platform;
grant select (id, key, name, description, status, partner_choice) on feature_flag to liaison_program, liaison_job;
grant select (partner_id, flag_id, override, override_until, choice, choice_by, choice_by_name, choice_at) on partner_feature to liaison_program;
grant insert (partner_id, flag_id, choice, choice_by, choice_by_name, choice_at) on partner_feature to liaison_program;
grant update (choice, choice_by, choice_by_name, choice_at) on partner_feature to liaison_program;
grant select, update (noted_at) on feature_ramp_step to liaison_job;

-- What no handler can step around: legal moves by the provider, a key that stays, no retiring of what permissions depend on, and
-- prerequisites that exist and form no circle, also when two changes are made at once (C3).
create function private.enforce_feature() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
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
$$;
create trigger enforce_feature before insert or update on feature_flag for each row execute function private.enforce_feature();

-- A step stays as it was planned; reached or withdrawn, it stays so.
create function private.enforce_ramp_step() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
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
$$;
create trigger enforce_ramp_step before update on feature_ramp_step for each row execute function private.enforce_ramp_step();

-- A partner chooses in its own name, and only what the provider left to it: joining where it may join, leaving where it may leave.
create function private.enforce_feature_choice() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
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
$$;
create trigger enforce_choice before insert or update on partner_feature for each row execute function private.enforce_feature_choice();

create function private.keep_feature_history() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
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
$$;
create trigger keep_history after insert or update on feature_flag for each row execute function private.keep_feature_history();
create trigger keep_history after insert or update on feature_ramp_step for each row execute function private.keep_feature_history();
create trigger keep_history after insert or update on partner_feature for each row execute function private.keep_feature_history();

-- Tells every process at the commit; each then reads anew. A message without a partner concerns all.
create function private.announce_features() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
declare
  changed jsonb := to_jsonb(new);
begin
  perform pg_notify('features_changed', case tg_argv[0] when '' then '{}' else jsonb_build_object('partner_id', changed -> tg_argv[0])::text end);
  return null;
end
$$;
create trigger announced after insert or update on feature_flag for each row execute function private.announce_features('');
create trigger announced after insert or update on feature_ramp_step for each row execute function private.announce_features('');
create trigger announced after insert or update on partner_feature for each row execute function private.announce_features('partner_id');
create trigger features_announced after insert or update of kinds, tier, region on partner for each row execute function private.announce_features('id');

reset role;
set role liaison_authz;

-- What a process decides on, read as a whole by the login that guards decisions. No personal data, nothing of tenants.
create function access.feature_definitions() returns table (id uuid, key text, status text, partner_choice text, prerequisites text[], definition jsonb, steps jsonb)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select f.id, f.key, f.status, f.partner_choice, f.prerequisites, f.definition,
    coalesce((select jsonb_agg(jsonb_build_object('starts_at', s.starts_at, 'share_bp', s.share_bp) order by s.starts_at)
      from public.feature_ramp_step s where s.flag_id = f.id and s.withdrawn_at is null), '[]')
  from public.feature_flag f
  $$;

-- The partners that the targeting rules look at, with what is set and chosen for each; null asks for all of them.
create function access.feature_partners(wanted uuid[]) returns table (id uuid, kinds text[], tier text, region text, plans text[], settings jsonb)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
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
$$;
grant execute on function access.feature_definitions(), access.feature_partners(uuid[]) to liaison_guard, liaison_platform, liaison_ingest;

reset role;
