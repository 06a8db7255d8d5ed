set role liaison_owner;

create unlogged table access.kept_ticket (
  id uuid primary key default gen_random_uuid(),
  login name not null default session_user,
  question text not null,
  snapshot pg_snapshot not null,
  until timestamptz not null,
  keys uuid[] not null,
  plane text not null,
  person_id uuid not null,
  session_id uuid not null,
  tenant_id uuid,
  mask bit(256),
  own_accounts_only boolean,
  context text not null,
  context_code text not null
);
comment on table access.kept_ticket is 'Decisions for reads inside one organisation that are kept (decision 037). Whoever knows an id is let in by it, so no login reads this table, and the ids are random.';
comment on column access.kept_ticket.id is '122 random bits, told to the server that asked and to nobody else.';
comment on column access.kept_ticket.question is 'Digest of the session token, tenant and permission: what the ticket serves, and nothing else.';
comment on column access.kept_ticket.mask is 'What is open in the tenant; null where nothing is.';
call private.protect('access.kept_ticket');
create policy keeping on access.kept_ticket to liaison_authz using (true) with check (true);
grant select, insert, delete on access.kept_ticket to liaison_authz;

reset role;
set role liaison_authz;

-- The tickets that hold at this statement, for the login for which they were written: the moment at which time alone would change the decision
-- lies ahead, and no change of one of its keys has committed that its snapshot did not see.
create view access.held_ticket as
  select t.*
  from access.kept_ticket t
  where t.login = session_user
    and statement_timestamp() < t.until
    and not exists (
      select from access.stamp s
      where s.key = any (t.keys) and s.xid >= pg_snapshot_xmin(t.snapshot) and not pg_visible_in_snapshot(s.xid, t.snapshot));

-- Writes what was decided, once, and puts it in force for this transaction. What this transaction changes from here on is not in the snapshot either.
create function access.write_ticket(context jsonb, kept access.kept_decision, question text) returns uuid
  language plpgsql volatile
  as $$
declare
  ticket uuid;
begin
  insert into access.kept_ticket (question, snapshot, until, keys, plane, person_id, session_id, tenant_id, mask, own_accounts_only, context, context_code)
  values (question, kept.snapshot, kept.until, kept.keys, kept.plane, (context ->> 'actor_id')::uuid, (context ->> 'session_id')::uuid, (context ->> 'tenant_id')::uuid,
    kept.masks[1], kept.owns[1], context::text, access.sign(context::text))
  returning id into ticket;
  perform set_config('liaison.ticket', ticket::text, true);
  return ticket;
end
$$;

-- As before, and whatever ticket was in force is not of this context.
create or replace function access.set_context(context jsonb) returns void
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  message text := set_config('liaison.context', context::text, true);
begin
  message := set_config('liaison.mac', access.sign(message), true);
  message := set_config('liaison.kept', '', true);
  message := set_config('liaison.ticket', '', true);
end
$$;

-- The door of access.enter_person for a read that comes with the ticket of a decision made before: puts its context in force again if it holds for
-- this login and was written for this very question of this session. Returns the time, or null when the long way must be gone. It runs at nearly
-- every read, so it is one query. Without `of_request` the context says nothing of the request: that is for events, and nothing is written.
create function access.resume_ticket(ticket uuid, question text, of_request jsonb) returns timestamptz
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  said text;
begin
  if of_request is null then
    -- What is listed happens only where a row was found.
    return (
      select case when set_config('liaison.context', h.context, true) || set_config('liaison.mac', h.context_code, true) || set_config('liaison.ticket', h.id::text, true) is not null
        then statement_timestamp() end
      from access.held_ticket h where h.id = ticket and h.question = resume_ticket.question);
  end if;
  -- Nothing that decides can be said along with it.
  if of_request - access.request_fields() <> '{}' then
    return null;
  end if;
  select h.context into said from access.held_ticket h where h.id = ticket and h.question = resume_ticket.question;
  if said is null then
    return null;
  end if;
  perform access.set_context(of_request || said::jsonb), set_config('liaison.ticket', ticket::text, true);
  return statement_timestamp();
end
$$;
grant execute on function access.resume_ticket(uuid, text, jsonb) to liaison_platform, liaison_program, liaison_delegate, liaison_tenant;

create or replace function access.reach(relation_name text, operation_name text) returns setof uuid
  language plpgsql stable security definer rows 50
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
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
$$;

create or replace function access.restricted_reach(relation_name text, operation_name text) returns setof uuid
  language plpgsql stable security definer rows 5
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  -- A ticket opens nothing that is written.
  ticket uuid := case when operation_name = 'select' then nullif(current_setting('liaison.ticket', true), '') end;
  kept access.kept_decision;
  context jsonb;
  only_tenants uuid[];
  route_bit integer;
  tenant uuid;
begin
  if ticket is not null then
    select case when (h.mask & needed.mask) <> 0::bit(256) and h.own_accounts_only then h.tenant_id end
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
  kept := access.kept();
  if kept.plane is not null then
    return query select unnest(access.kept_reach(kept, relation_name, operation_name, true));
    return;
  end if;
  context := access.context();
  if context is null or context ? 'client_id' or context ->> 'plane' <> 'delegation' then
    return;
  end if;
  route_bit := (context ->> 'permission_bit')::integer;
  if context ? 'tenant_ids' then
    only_tenants := array(select value::uuid from jsonb_array_elements_text(context -> 'tenant_ids'));
  end if;
  return query
    select u.tenant_id
    from access.usable_link u
    join public.relation_permission need on need.relation = relation_name and need.operation = operation_name and need.plane = 'delegation'
    where u.person_id = (context ->> 'actor_id')::uuid
      and u.partner_id = (context ->> 'partner_id')::uuid
      and u.own_accounts_only
      and (not context ? 'tenant_id' or (u.tenant_id = (context ->> 'tenant_id')::uuid and u.link_id = (context ->> 'delegation_id')::uuid and u.member_id = (context ->> 'member_id')::uuid))
      and (only_tenants is null or u.tenant_id = any (only_tenants))
      and (u.mask & need.mask) <> 0::bit(256)
      and (route_bit is null or get_bit(u.mask, route_bit) = 1);
end
$$;

-- As before, but that a decision inside one organisation is kept as a row, whose id is the ticket. One across tenants is signed as before.
create or replace function access.enter_person(request jsonb) returns json
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  plane text := case session_user when 'liaison_platform' then 'platform' when 'liaison_program' then 'program' when 'liaison_delegate' then 'delegation' when 'liaison_tenant' then 'tenant' end;
  session_hash bytea := decode(request ->> 'session_hash', 'hex');
  asked_tenant uuid := (request ->> 'tenant_id')::uuid;
  -- Before anything is read: what commits from here on is no part of it.
  seen pg_snapshot := pg_current_snapshot();
  context jsonb;
  kept access.kept_decision;
  question text := concat_ws(' ', request ->> 'session_hash', request ->> 'tenant_id', request ->> 'permission');
  ticket uuid;
  signed_ticket json;
  who record;
begin
  if plane is null then
    raise exception 'this login opens no plane of persons' using errcode = 'insufficient_privilege';
  end if;
  if plane = 'platform' then
    select a.*, (select b.bit from public.permission b where b.name = request ->> 'permission') as permission_bit,
      ps.role, ps.role as platform_role, null::json as partner, null::json as partner_member, null::json as tenant, null::json as tenant_member, null::json as link,
      null::uuid as member_id, null::uuid as partner_id, null::text as partner_name, null::uuid as tenant_id, null::text as tenant_name, null::uuid as delegation_id, null::integer as delegation_epoch
    into who
    from access.live_session a
    left join public.platform_staff ps on ps.person_id = a.person_id and ps.status = 'active'
    where a.token_hash = session_hash;
  elsif plane = 'tenant' then
    select a.*, (select b.bit from public.permission b where b.name = request ->> 'permission') as permission_bit,
      tm.role, null::text as platform_role, null::json as partner, null::json as partner_member,
      case when t.id is not null then json_build_object('id', t.id, 'name', t.name, 'slug', t.slug, 'status', t.status) end as tenant,
      case when t.id is not null then json_build_object('id', tm.id, 'role', tm.role, 'status', tm.status) end as tenant_member, null::json as link,
      tm.id as member_id, null::uuid as partner_id, null::text as partner_name, t.id as tenant_id, t.name as tenant_name, null::uuid as delegation_id, null::integer as delegation_epoch
    into who
    from access.live_session a
    left join public.tenant_member tm on tm.person_id = a.person_id and tm.tenant_id = coalesce(asked_tenant, (
      select case when count(*) = 1 then min(mine.tenant_id::text)::uuid end from public.tenant_member mine where mine.person_id = a.person_id and mine.status = 'active'))
    left join public.tenant t on t.id = tm.tenant_id
    where a.token_hash = session_hash;
  else
    if plane = 'delegation' and asked_tenant is not null and (request ->> 'writes')::boolean then
      perform access.hold_for_write(session_hash, asked_tenant);
    end if;
    select a.*, (select b.bit from public.permission b where b.name = request ->> 'permission') as permission_bit,
      coalesce(f.role, pm.role) as role, null::text as platform_role,
      case when p.id is not null then json_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'kinds', p.kinds) end as partner,
      case when p.id is not null then json_build_object('id', pm.id, 'role', pm.role, 'status', pm.status) end as partner_member,
      case when f.id is not null then json_build_object('id', d.tenant_id, 'name', f.tenant_name, 'status', f.tenant_status) end as tenant, null::json as tenant_member,
      f.facts as link, pm.id as member_id, pm.partner_id, p.name as partner_name,
      -- A tenant that was asked for but is not reached must not turn into "no tenant asked for".
      case when plane = 'delegation' then asked_tenant end as tenant_id, f.tenant_name, d.id as delegation_id, d.epoch as delegation_epoch
    into who
    from access.live_session a
    left join lateral (select * from public.partner_member of_person where of_person.person_id = a.person_id order by (of_person.status = 'active') desc, of_person.created_at desc limit 1) pm on true
    left join public.partner p on p.id = pm.partner_id
    left join lateral (
      select candidate.id, candidate.tenant_id, candidate.epoch from public.delegation candidate
      where plane = 'delegation' and candidate.partner_id = pm.partner_id and candidate.tenant_id = asked_tenant and candidate.kind = 'link'
      order by access.decides_before(candidate.status), candidate.status_changed_at desc limit 1) d on true
    left join access.link_fact f on f.id = d.id and f.person_id = a.person_id
    where a.token_hash = session_hash;
  end if;
  if who.person_id is null then
    return json_build_object('now', statement_timestamp(), 'plane', plane, 'actor', null);
  end if;

  -- Whoever is not on the provider's staff gets a context that no policy of the platform's plane knows.
  context := jsonb_strip_nulls(jsonb_build_object('plane', case when plane = 'platform' and who.platform_role is null then 'none' else plane end, 'actor_type', 'person', 'actor_id', who.person_id, 'actor_name', who.person_name, 'session_id', who.session_id,
    'member_id', who.member_id, 'partner_id', who.partner_id, 'partner_name', who.partner_name, 'tenant_id', who.tenant_id, 'tenant_name', who.tenant_name,
    'delegation_id', who.delegation_id, 'delegation_epoch', who.delegation_epoch, 'role', who.role,
    'permission', request -> 'permission', 'permission_bit', who.permission_bit));
  -- A transaction that has written could not tell its own later changes from what it saw.
  if (request ->> 'writes')::boolean is false and pg_current_xact_id_if_assigned() is null then
    kept := access.keep(context, seen);
  end if;
  perform access.set_context(context || jsonb_strip_nulls(jsonb_build_object('request_id', request -> 'request_id', 'trace_id', request -> 'trace_id', 'method', request -> 'method', 'route', request -> 'route',
    'ip', request -> 'ip', 'user_agent', request -> 'user_agent', 'source', request -> 'source')));
  if kept.plane is not null and plane = 'delegation' and asked_tenant is null then
    signed_ticket := access.make_ticket(context, kept, question);
  elsif kept.plane is not null then
    ticket := access.write_ticket(context, kept, question);
  end if;
  return json_build_object('now', statement_timestamp(), 'plane', plane, 'actor', who.actor, 'freezes', who.freezes, 'platform_role', who.platform_role,
    'partner', who.partner, 'partner_member', who.partner_member, 'tenant', who.tenant, 'tenant_member', who.tenant_member, 'link', who.link, 'kept', signed_ticket, 'ticket_id', ticket);
end
$$;

-- Tickets go a minute after their end: a read that was let in by one may be recorded until then.
create or replace function access.forget_stamps() returns integer
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  with ended as (delete from access.kept_ticket t where t.until < clock_timestamp() - interval '1 minute'),
    gone as (delete from access.stamp s where s.noted_at < clock_timestamp() - interval '1 day' returning 1)
  select count(*)::integer from gone
$$;

reset role;
