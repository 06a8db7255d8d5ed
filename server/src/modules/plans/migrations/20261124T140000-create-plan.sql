set role liaison_owner;

create table plan (
  id uuid primary key default uuidv7(),
  partner_id uuid references partner (id),
  code text not null check (code ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  name text not null check (char_length(name) between 1 and 100),
  description text not null default '' check (char_length(description) <= 1000),
  requires_flag text check (requires_flag ~ '^[a-z0-9][a-z0-9._-]{0,99}$'),
  state text not null default 'draft' check (state in ('draft', 'offered', 'discontinued')),
  current_number integer not null default 1 check (current_number >= 1),
  running text check (running in ('keep', 'end_at_period_end', 'end_now')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  discontinued_at timestamptz,
  unique nulls not distinct (partner_id, code),
  check ((state = 'discontinued') = (running is not null and discontinued_at is not null))
);
comment on table plan is 'What a white-label partner offers its end users for a price: its own plan, or one of the provider''s catalogue when it has no partner (C6).';
comment on column plan.running is 'What became of running subscriptions when the plan was discontinued: kept, ended when their paid period ends, or ended at once.';
comment on column plan.requires_flag is 'The feature that must be on for the partner while somebody uses the plan; null when none.';
comment on column plan.current_number is 'The version of the terms that whoever subscribes now gets.';
call private.protect('plan');
call private.audit_changes('plan', false);
create trigger set_updated_at before update on plan for each row execute function private.set_updated_at();

create table plan_version (
  id uuid primary key default uuidv7(),
  plan_id uuid not null references plan (id),
  partner_id uuid references partner (id),
  number integer not null check (number >= 1),
  price_minor bigint not null check (price_minor between 0 and 1000000000),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  period text not null check (period in ('day', 'week', 'month', 'year')),
  limits jsonb not null default '{}' check (jsonb_typeof(limits) = 'object' and octet_length(limits::text) <= 4096),
  benefits text[] not null default '{}' check (cardinality(benefits) <= 12),
  used_at timestamptz,
  created_by_name text not null default '',
  created_at timestamptz not null default now(),
  unique (plan_id, number)
);
comment on table plan_version is 'The terms of a plan: price, period and limits. Unchangeable from the moment somebody could take them (C6).';
comment on column plan_version.used_at is 'When the terms were first offered or subscribed to; from then on the row never changes.';
comment on column plan_version.partner_id is 'Copied from the plan, so that row security needs no other table.';
create index on plan_version (partner_id);
call private.protect('plan_version');
call private.audit_changes('plan_version', false);

create table plan_role (
  plan_id uuid not null references plan (id),
  partner_id uuid references partner (id),
  role text not null check (role in ('basic', 'advanced', 'company')),
  primary key (plan_id, role)
);
comment on table plan_role is 'The roles of end users that may take a plan. Guests and the admins of a realm take none.';
create index on plan_role (partner_id);
call private.protect('plan_role');
call private.audit_changes('plan_role', false);

create table partner_plan (
  partner_id uuid not null references partner (id),
  plan_id uuid not null references plan (id),
  is_allowed boolean not null default true,
  is_offered boolean not null default false,
  price_minor bigint check (price_minor between 0 and 1000000000),
  limits jsonb not null default '{}' check (jsonb_typeof(limits) = 'object' and octet_length(limits::text) <= 4096),
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  primary key (partner_id, plan_id)
);
comment on table partner_plan is 'That a partner may offer a plan of the catalogue, whether it does, and its own price and tighter limits (C6).';
create index on partner_plan (plan_id);
call private.protect('partner_plan');
call private.audit_changes('partner_plan', false);
create trigger set_updated_at before update on partner_plan for each row execute function private.set_updated_at();

create policy keeping on plan for select to liaison_owner using (true);
create policy keeping on plan_version to liaison_owner using (true) with check (true);
create policy keeping on plan_role for select to liaison_owner using (true);

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('plan', 'draft', 'offered', 'offer', 'partner'),
  ('plan', 'draft', 'offered', 'offer', 'provider'),
  ('plan', 'draft', 'discontinued', 'discontinue', 'partner'),
  ('plan', 'draft', 'discontinued', 'discontinue', 'provider'),
  ('plan', 'offered', 'discontinued', 'discontinue', 'partner'),
  ('plan', 'offered', 'discontinued', 'discontinue', 'provider');
alter table state_transition force row level security;

-- A plan keeps whose it is, begins as a draft, moves along the listed arrows, and is offered only with somebody who may take it (C6).
create function private.enforce_plan() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
begin
  if tg_op = 'INSERT' then
    if side is not null and new.state <> 'draft' then
      raise exception 'a plan begins as a draft' using errcode = 'check_violation', constraint = 'plan_transition';
    end if;
    return new;
  end if;
  if (new.id, new.code, new.created_at) is distinct from (old.id, old.code, old.created_at) or new.partner_id is distinct from old.partner_id then
    raise exception 'a plan keeps whose it is' using errcode = 'check_violation', constraint = 'plan_identity';
  end if;
  if old.state = 'discontinued' and side is not null then
    raise exception 'a discontinued plan stays as it is' using errcode = 'check_violation', constraint = 'plan_transition';
  end if;
  if new.state <> old.state and side is not null and not exists (
    select from state_transition t where t.entity = 'plan' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move a plan from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'plan_transition';
  end if;
  if new.state = 'offered' and (not exists (select from plan_role r where r.plan_id = new.id)
    or not exists (select from plan_version v where v.plan_id = new.id and v.number = new.current_number)) then
    raise exception 'a plan is offered with terms, to at least one role' using errcode = 'check_violation', constraint = 'plan_incomplete';
  end if;
  if new.state = 'discontinued' and old.state <> 'discontinued' then
    new.discontinued_at := statement_timestamp();
  end if;
  return new;
end
$$;
create trigger enforce_plan before insert or update on plan for each row execute function private.enforce_plan();

-- What is on offer is used: its terms are fixed from then on.
create function private.fix_offered_terms() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update plan_version v set used_at = statement_timestamp() where v.plan_id = new.id and v.number = new.current_number and v.used_at is null;
  return null;
end
$$;
create trigger fix_offered_terms after insert or update of state, current_number on plan for each row when (new.state = 'offered') execute function private.fix_offered_terms();

create function private.enforce_plan_version() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if tg_op = 'INSERT' then
    new.partner_id := (select p.partner_id from plan p where p.id = new.plan_id);
    return new;
  end if;
  if old.used_at is not null then
    raise exception 'terms that were offered never change' using errcode = 'check_violation', constraint = 'plan_version_used';
  end if;
  if tg_op = 'DELETE' or (new.id, new.plan_id, new.number, new.created_at) is distinct from (old.id, old.plan_id, old.number, old.created_at) or new.partner_id is distinct from old.partner_id then
    raise exception 'terms keep their place' using errcode = 'check_violation', constraint = 'plan_version_identity';
  end if;
  return new;
end
$$;
create trigger enforce_plan_version before insert or update or delete on plan_version for each row execute function private.enforce_plan_version();
create trigger no_truncate before truncate on plan_version for each statement execute function private.refuse_change();

create function private.copy_partner_of_plan() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  new.partner_id := (select p.partner_id from plan p where p.id = new.plan_id);
  return new;
end
$$;
create trigger copy_partner before insert or update on plan_role for each row execute function private.copy_partner_of_plan();

-- Only plans of the catalogue are lent; the leave is the provider's, the offer the partner's.
create function private.enforce_partner_plan() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if exists (select from plan p where p.id = new.plan_id and p.partner_id is not null) then
    raise exception 'only plans of the catalogue are lent' using errcode = 'check_violation', constraint = 'partner_plan_catalogue';
  end if;
  if new.is_offered and not new.is_allowed then
    new.is_offered := false;
  end if;
  return new;
end
$$;
create trigger enforce_partner_plan before insert or update on partner_plan for each row execute function private.enforce_partner_plan();

reset role;
set role liaison_authz;

-- The tighter of two sets of limits, key by key: numbers by the smaller one, anything else by the second set where it says something.
create function access.tighten_limits(given jsonb, further jsonb) returns jsonb
  language sql immutable
  set search_path = pg_catalog
  as $$
  select coalesce(jsonb_object_agg(k.key, case
      when jsonb_typeof(given -> k.key) = 'number' and jsonb_typeof(further -> k.key) = 'number' then to_jsonb(least((given ->> k.key)::numeric, (further ->> k.key)::numeric))
      when k.key = 'api.access_level' and given ? k.key and further ? k.key
        then case when 'none' in (given ->> k.key, further ->> k.key) then '"none"' when 'sandbox' in (given ->> k.key, further ->> k.key) then '"sandbox"' else '"live"' end::jsonb
      else coalesce(further -> k.key, given -> k.key) end), '{}')
  from (select jsonb_object_keys(coalesce(given, '{}')) as key union select jsonb_object_keys(coalesce(further, '{}'))) k
  $$;

-- What a plan costs and gives at a partner now: the terms on sale, with the partner's own price and tighter limits where the catalogue lends it.
create function access.plan_terms(of_plan uuid, of_partner uuid) returns table (plan_version_id uuid, price_minor bigint, currency char(3), period text, limits jsonb)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select v.id, coalesce(pp.price_minor, v.price_minor), v.currency, v.period, access.tighten_limits(v.limits, coalesce(pp.limits, '{}'))
  from public.plan p
  join public.plan_version v on v.plan_id = p.id and v.number = p.current_number
  left join public.partner_plan pp on p.partner_id is null and pp.plan_id = p.id and pp.partner_id = of_partner
  where p.id = of_plan and (p.partner_id is null or p.partner_id = of_partner)
  $$;

-- The plans that a role may take at a partner now.
create function access.open_plans(of_partner uuid, for_role text) returns setof uuid
  language sql stable security definer rows 20
  set search_path = pg_catalog
  as $$
  select p.id from public.plan p
  join public.plan_role r on r.plan_id = p.id and r.role = for_role
  where p.state = 'offered' and (p.partner_id = of_partner
    or (p.partner_id is null and exists (select from public.partner_plan pp where pp.plan_id = p.id and pp.partner_id = of_partner and pp.is_allowed and pp.is_offered)))
  $$;

-- The plans of the catalogue that the provider lends, or once lent, to the partner of this transaction.
create function access.lent_plans() returns setof uuid
  language sql stable security definer rows 20
  set search_path = pg_catalog
  as $$ select pp.plan_id from public.partner_plan pp join public.plan p on p.id = pp.plan_id and p.state <> 'draft' where pp.partner_id = access.own_partner() and (pp.is_allowed or pp.version > 1) $$;
grant execute on function access.lent_plans() to liaison_program;
grant execute on function access.tighten_limits(jsonb, jsonb) to liaison_owner, liaison_platform, liaison_program, liaison_realm;
grant execute on function access.plan_terms(uuid, uuid), access.open_plans(uuid, text) to liaison_owner;

reset role;
set role liaison_owner;

create policy platform_read on plan for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_write on plan for insert to liaison_platform with check ((select access.context_plane()) = 'platform' and partner_id is null);
create policy platform_change on plan for update to liaison_platform using ((select access.context_plane()) = 'platform' and partner_id is null) with check (partner_id is null);
create policy own on plan to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy lent on plan for select to liaison_program using (partner_id is null and id in (select access.lent_plans()));

create policy platform_read on plan_version for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_write on plan_version for insert to liaison_platform with check ((select access.context_plane()) = 'platform' and partner_id is null);
create policy platform_change on plan_version for update to liaison_platform using ((select access.context_plane()) = 'platform' and partner_id is null) with check (partner_id is null);
create policy own on plan_version to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy lent on plan_version for select to liaison_program using (partner_id is null and plan_id in (select access.lent_plans()));

create policy platform_read on plan_role for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_write on plan_role for insert to liaison_platform with check ((select access.context_plane()) = 'platform' and partner_id is null);
create policy platform_remove on plan_role for delete to liaison_platform using ((select access.context_plane()) = 'platform' and partner_id is null);
create policy own on plan_role to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy lent on plan_role for select to liaison_program using (partner_id is null and plan_id in (select access.lent_plans()));

create policy platform_lends on partner_plan to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy own on partner_plan for select to liaison_program using (partner_id = (select access.own_partner()));
create policy own_change on partner_plan for update to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));

grant select on plan, plan_version, plan_role, partner_plan to liaison_platform, liaison_program;
grant insert (partner_id, code, name, description, requires_flag) on plan to liaison_platform, liaison_program;
grant update (name, description, requires_flag, state, current_number, running, version) on plan to liaison_platform, liaison_program;
grant insert (plan_id, number, price_minor, currency, period, limits, benefits, created_by_name) on plan_version to liaison_platform, liaison_program;
grant update (price_minor, currency, period, limits, benefits, created_by_name) on plan_version to liaison_platform, liaison_program;
grant insert (plan_id, role), delete on plan_role to liaison_platform, liaison_program;
grant insert (partner_id, plan_id, is_allowed), update (is_allowed, version) on partner_plan to liaison_platform;
grant update (is_offered, price_minor, limits, version) on partner_plan to liaison_program;

reset role;
