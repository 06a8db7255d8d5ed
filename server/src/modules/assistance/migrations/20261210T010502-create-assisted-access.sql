set role liaison_authz;

-- Whether a partner has a link with the tenant that is in force, for the trigger below.
create function access.works_in_tenant(partner uuid, tenant uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$ select exists (select from access.delegation_in_force d where d.partner_id = partner and d.tenant_id = tenant and d.kind = 'link') $$;
grant execute on function access.works_in_tenant(uuid, uuid) to liaison_owner;

reset role;
set role liaison_owner;

create table assisted_rule (
  tenant_id uuid primary key references tenant (id),
  mode text not null check (mode in ('ask', 'allow', 'refuse')),
  set_by uuid not null,
  set_by_name text not null,
  set_at timestamptz not null default now()
);
comment on table assisted_rule is 'Whether a tenant is asked each time before the provider''s support looks at its data, lets it in beforehand, or lets it ask for nothing. Without a row it is asked.';
call private.protect('assisted_rule');
call private.audit_changes('assisted_rule', true);

create table assisted_access (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null references tenant (id),
  partner_id uuid references partner (id),
  person_id uuid not null references person (id),
  person_name text not null,
  case_number text not null check (char_length(case_number) between 1 and 64),
  reason text not null check (char_length(reason) between 10 and 500),
  duration_minutes integer not null default 60 check (duration_minutes between 5 and 480),
  status text not null default 'requested' check (status in ('requested', 'active', 'ended', 'declined', 'withdrawn', 'lapsed')),
  basis text not null default 'asked' check (basis in ('asked', 'standing')),
  requested_at timestamptz not null default now(),
  answer_by timestamptz not null default now() + interval '24 hours',
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamptz,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamptz,
  started_at timestamptz,
  ends_at timestamptz,
  ended_at timestamptz,
  ended_by_side text check (ended_by_side in ('tenant', 'provider', 'clock')),
  ended_by_name text,
  end_reason text check (char_length(end_reason) <= 500),
  unique (tenant_id, id),
  check ((started_at is null) = (ends_at is null)),
  check (ends_at <= started_at + interval '8 hours'),
  check (status not in ('active', 'ended') or started_at is not null),
  check ((ended_at is null) = (status in ('requested', 'active')))
);
comment on table assisted_access is 'What one person of the provider''s support asked to see of one tenant for a case, and what the tenant said. The delegation of the same id is what lets anybody in.';
comment on column assisted_access.partner_id is 'The partner whose work in the tenant the case is about, which is told of it; null where it is about none.';
comment on column assisted_access.first_approved_by is 'The first of two approvers, where the tenant asks for two.';
create index on assisted_access (tenant_id, requested_at desc);
create index on assisted_access (requested_at desc);
create index on assisted_access (partner_id, requested_at desc) where partner_id is not null;
create index assisted_access_open on assisted_access (least(answer_by, coalesce(ends_at, 'infinity'))) where status in ('requested', 'active');
create unique index assisted_access_once on assisted_access (tenant_id, person_id) where status in ('requested', 'active');
call private.protect('assisted_access');
call private.audit_changes('assisted_access', true);

-- Each side its own: the tenant what concerns it, the partner what is about its work, without the words of the case.
create policy tenant_side on assisted_access to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select'))) with check (tenant_id in (select access.reach('delegation', 'update')));
create policy partner_side on assisted_access for select to liaison_program using (partner_id = (select access.own_partner()));
create policy provider_side on assisted_access to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy clock on assisted_access to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select on assisted_access to liaison_tenant, liaison_platform, liaison_job;
grant select (id, tenant_id, partner_id, person_name, case_number, status, requested_at, answer_by, started_at, ends_at, ended_at) on assisted_access to liaison_program;
grant insert (tenant_id, partner_id, person_id, person_name, case_number, reason, duration_minutes) on assisted_access to liaison_platform;
grant update (status, ended_at, ended_by_side, ended_by_name, end_reason) on assisted_access to liaison_platform;
grant update (status, first_approved_by, first_approved_by_name, first_approved_at, decided_by, decided_by_name, decided_at, ended_at, ended_by_side, ended_by_name, end_reason) on assisted_access to liaison_tenant;
grant update (status, ended_at, ended_by_side) on assisted_access to liaison_job;

create policy tenant_side on assisted_rule to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select'))) with check (tenant_id in (select access.reach('delegation', 'update')));
create policy provider_side on assisted_rule for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select, insert (tenant_id, mode, set_by, set_by_name), update (mode, set_by, set_by_name, set_at) on assisted_rule to liaison_tenant;
grant select on assisted_rule to liaison_platform;

create policy assisting on assisted_rule for select to liaison_owner using (true);
create policy assisting on assisted_access for select to liaison_owner using (true);
create policy assisting on delegation for insert to liaison_owner with check (kind = 'assisted');
create policy assisting_write on delegation for update to liaison_owner using (kind = 'assisted') with check (kind = 'assisted');
create policy assisting on tenant for select to liaison_owner using (true);

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('assisted', 'requested', 'active', 'approve', 'tenant'),
  ('assisted', 'requested', 'declined', 'decline', 'tenant'),
  ('assisted', 'requested', 'withdrawn', 'end', 'provider'),
  ('assisted', 'requested', 'lapsed', 'lapse', 'clock'),
  ('assisted', 'active', 'ended', 'end', 'tenant'),
  ('assisted', 'active', 'ended', 'end', 'provider'),
  ('assisted', 'active', 'ended', 'end', 'clock');
alter table state_transition force row level security;

-- The rules that no handler can step around: asked for by the person who would look, allowed by the tenant alone, by as many of its people as it
-- asks for, for at most eight hours, and never more than asked.
create function private.enforce_assisted() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  rule assisted_rule;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'provider' or access.context_plane() is distinct from 'platform' or new.person_id is distinct from actor or new.status <> 'requested' then
      raise exception 'assisted access is asked for by the person who would have it' using errcode = 'check_violation', constraint = 'assisted_actor';
    end if;
    if not exists (select from tenant t where t.id = new.tenant_id and t.status <> 'closed') then
      raise exception 'there is no such tenant' using errcode = 'check_violation', constraint = 'assisted_tenant';
    end if;
    if new.partner_id is not null and not access.works_in_tenant(new.partner_id, new.tenant_id) then
      raise exception 'the partner does not work in the tenant' using errcode = 'check_violation', constraint = 'assisted_partner';
    end if;
    select * into rule from assisted_rule r where r.tenant_id = new.tenant_id;
    if rule.mode = 'refuse' then
      raise exception 'the tenant lets support ask for nothing' using errcode = 'check_violation', constraint = 'assisted_refused';
    end if;
    -- A tenant in which one person is not enough to let somebody in is always asked. Nobody lets in themselves.
    if rule.mode = 'allow' and rule.set_by <> actor and not access.asks_for_two(new.tenant_id, 'support', null) then
      new.status := 'active';
      new.basis := 'standing';
      new.decided_by := rule.set_by;
      new.decided_by_name := rule.set_by_name;
      new.decided_at := statement_timestamp();
      new.started_at := statement_timestamp();
      new.ends_at := new.started_at + make_interval(mins => new.duration_minutes);
    end if;
    return new;
  end if;
  if (new.id, new.tenant_id, new.partner_id, new.person_id, new.person_name, new.case_number, new.reason, new.duration_minutes, new.basis, new.requested_at, new.answer_by, new.started_at, new.ends_at)
    is distinct from (old.id, old.tenant_id, old.partner_id, old.person_id, old.person_name, old.case_number, old.reason, old.duration_minutes, old.basis, old.requested_at, old.answer_by, old.started_at, old.ends_at) then
    raise exception 'what was asked for never changes' using errcode = 'check_violation', constraint = 'assisted_identity';
  end if;
  if new.first_approved_by is distinct from old.first_approved_by and (side <> 'tenant' or old.first_approved_by is not null or old.status <> 'requested' or new.first_approved_by is distinct from actor
      or actor = old.person_id) then
    raise exception 'an approval names who gave it' using errcode = 'check_violation', constraint = 'assisted_two_people';
  end if;
  if new.status = old.status then
    if (new.decided_by, new.ended_at) is distinct from (old.decided_by, old.ended_at) then
      raise exception 'a decision is a move' using errcode = 'check_violation', constraint = 'assisted_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'assisted' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move assisted access from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'assisted_transition';
  end if;
  if new.ended_at is not null and new.ended_by_side is distinct from side then
    raise exception 'an end names the side that made it' using errcode = 'check_violation', constraint = 'assisted_actor';
  end if;
  if side = 'clock' and not (case new.status when 'lapsed' then old.answer_by else old.ends_at end <= statement_timestamp()) then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'assisted_transition';
  end if;
  if new.status = 'active' then
    if old.answer_by <= statement_timestamp() then
      raise exception 'nobody answered in time' using errcode = 'check_violation', constraint = 'assisted_lapsed';
    end if;
    if new.decided_by is distinct from actor or actor is null or actor = old.person_id then
      raise exception 'somebody else approves, in the own name' using errcode = 'check_violation', constraint = 'assisted_two_people';
    end if;
    if access.asks_for_two(new.tenant_id, 'support', old.person_id) and (old.first_approved_by is null or old.first_approved_by = actor) then
      raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'assisted_second';
    end if;
    new.started_at := statement_timestamp();
    new.ends_at := new.started_at + make_interval(mins => new.duration_minutes);
  end if;
  return new;
end
$$;
create trigger enforce_assisted before insert or update on assisted_access for each row execute function private.enforce_assisted();

create function private.enforce_assisted_rule() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() = 'tenant' then
    if new.set_by is distinct from access.context_id('actor_id') or (tg_op = 'UPDATE' and new.tenant_id <> old.tenant_id) then
      raise exception 'a rule names who set it' using errcode = 'check_violation', constraint = 'assisted_actor';
    end if;
    new.set_at := statement_timestamp();
  end if;
  return new;
end
$$;
create trigger enforce_assisted_rule before insert or update on assisted_rule for each row execute function private.enforce_assisted_rule();

-- What a delegation calls the states of assisted access.
create function private.assisted_status(a assisted_access) returns text
  language sql immutable
  as $$ select case when a.status <> 'ended' then a.status when a.ended_by_side = 'clock' then 'expired' else 'revoked' end $$;

-- Behind each stands a delegation of the same id, so that freezes, reports and stops reach it as they reach any other. The name sorts after enforce_assisted.
create function private.give_assisted_delegation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  seen jsonb := jsonb_build_object('case_number', new.case_number, 'reason', new.reason, 'minutes', new.duration_minutes, 'basis', new.basis);
begin
  insert into delegation (id, tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, requested_by, requested_at, approved_by, approved_by_name, approved_at, approval_basis, approval_snapshot)
  values (new.id, new.tenant_id, null, 'assisted', private.assisted_status(new), 0::bit(256), 0::bit(256), coalesce(new.started_at, new.requested_at), new.ends_at, new.person_id, new.requested_at,
    new.decided_by, new.decided_by_name, new.decided_at, case when new.decided_at is not null then 'tenant_approval' end, case when new.decided_at is not null then seen end);
  insert into delegation_history (delegation_id, tenant_id, version, event, detail) values (new.id, new.tenant_id, 1, case when new.status = 'active' then 'approved' else 'requested' end, seen);
  return new;
end
$$;
create trigger give_assisted_delegation before insert on assisted_access for each row execute function private.give_assisted_delegation();

create function private.follow_assisted_delegation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
begin
  update delegation d set status = private.assisted_status(new), starts_at = coalesce(new.started_at, d.starts_at), ends_at = coalesce(new.ends_at, d.ends_at), status_reason = new.end_reason,
    status_changed_at = statement_timestamp(), status_changed_by = case when side <> 'clock' then access.context_id('actor_id') end, status_changed_by_side = side, version = d.version + 1, epoch = d.epoch + 1,
    approved_by = new.decided_by, approved_by_name = new.decided_by_name, approved_at = new.decided_at, approval_basis = case when new.decided_at is not null then 'tenant_approval' end,
    approval_snapshot = case when new.decided_at is not null then jsonb_build_object('case_number', new.case_number, 'reason', new.reason, 'minutes', new.duration_minutes, 'basis', new.basis) end
  where d.id = new.id;
  insert into delegation_history (delegation_id, tenant_id, version, event, detail)
  select d.id, d.tenant_id, d.version, case when new.status = 'active' then 'approved' else d.status end, jsonb_strip_nulls(jsonb_build_object('reason', new.end_reason)) from delegation d where d.id = new.id;
  return null;
end
$$;
create trigger follow_assisted_delegation after update of status on assisted_access for each row when (new.status <> old.status) execute function private.follow_assisted_delegation();

-- Not a definer: who it runs as tells a login's own statement from what the triggers above do for it. An ended one stays ended.
create function private.enforce_assisted_delegation() returns trigger
  language plpgsql
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if session_user not in ('liaison_tenant', 'liaison_job', 'liaison_auth', 'liaison_program', 'liaison_platform') then
    return new;
  end if;
  if current_user <> 'liaison_owner' or new.partner_id is not null then
    raise exception 'assisted access is given and ended with its record' using errcode = 'check_violation', constraint = 'delegation_assisted';
  end if;
  if tg_op = 'UPDATE' and (old.status not in ('requested', 'active') or (new.tenant_id, new.kind, new.requested_by, new.mask, new.role_mask) is distinct from (old.tenant_id, old.kind, old.requested_by, old.mask, old.role_mask)) then
    raise exception 'an ended delegation is history' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  return new;
end
$$;
create trigger enforce_assisted_delegation before insert or update on delegation for each row when (new.kind = 'assisted') execute function private.enforce_assisted_delegation();

reset role;
