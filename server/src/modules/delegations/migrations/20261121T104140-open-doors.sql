set role liaison_authz;

-- The sessions that are live at this statement, with their person. Replaced by the configuration module, which adds what a partner tightens.
create view access.live_session as
  select s.token_hash, s.id as session_id, h.id as person_id, h.name as person_name,
    json_build_object('person_id', h.id, 'name', h.name, 'status', h.status, 'factor', s.factor, 'factor_at', s.factor_at, 'session_id', s.id,
      'seen_seconds_ago', extract(epoch from statement_timestamp() - s.seen_at)) as actor,
    -- A frozen person is stopped on every plane; freezes that concern a link come with its facts.
    coalesce((select json_agg(json_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and f.partner_id is null and f.tenant_id is null), '[]') as freezes
  from public.session s
  join public.person h on h.id = s.person_id
  where s.ended_at is null and s.ends_at > statement_timestamp() and s.seen_at + make_interval(secs => s.idle_seconds) > statement_timestamp();

-- The door of a person into a transaction: checks the session, gathers what the kernel needs, and puts the context in force.
-- Which plane is open is decided by the database login, never by an argument. One query for each plane, since this runs at every request.
create function access.enter_person(request jsonb) returns json
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
  ticket text;
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
  if kept.plane is not null then
    -- Three lines: JSON as text has no raw line break. What was decided, what it reaches, and which question it answers.
    ticket := concat_ws(E'\n', context, set_config('liaison.kept', access.sign_kept(kept), true),
      concat_ws(' ', session_user, request ->> 'session_hash', request ->> 'tenant_id', request ->> 'permission'));
    ticket := access.sign('ticket ' || ticket) || ticket;
  end if;
  return json_build_object('now', statement_timestamp(), 'plane', plane, 'actor', who.actor, 'freezes', who.freezes, 'platform_role', who.platform_role,
    'partner', who.partner, 'partner_member', who.partner_member, 'tenant', who.tenant, 'tenant_member', who.tenant_member, 'link', who.link, 'ticket', ticket);
end
$$;

grant execute on function access.enter_person(jsonb) to liaison_platform, liaison_program, liaison_delegate, liaison_tenant;

-- The same door for a read that comes with the ticket of a decision made before: puts its context in force again if it holds and was made
-- for this very question of this session. Returns the time, or null when the long way must be gone. It runs at nearly every read, so there
-- is little in it: PL/pgSQL prepares each expression anew in every transaction.
create function access.resume(ticket text, question text, of_request jsonb) returns timestamptz
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  body text := substr(ticket, 65);
  kept text := split_part(body, E'\n', 2);
  secret bytea;
  message text;
begin
  if kept = '' then
    return null;
  end if;
  secret := access.key_that_holds(substr(kept, 65)::access.kept_decision);
  -- Only enter_person signs tickets, and the code of a context is no code of a ticket.
  if secret is null or split_part(body, E'\n', 3) is distinct from session_user || ' ' || question
    or encode(sha256(secret || sha256(secret || convert_to('ticket ' || body, 'UTF8'))), 'hex') <> left(ticket, 64) then
    return null;
  end if;
  -- Joined as text; of two fields of one name the last counts, which is the one that was signed.
  message := set_config('liaison.context', left(of_request::text, -1) || case when of_request <> '{}' then ', ' else '' end || substr(body, 2, strpos(body, E'\n') - 2), true);
  message := set_config('liaison.mac', encode(sha256(secret || sha256(secret || convert_to(message, 'UTF8'))), 'hex'), true);
  message := set_config('liaison.kept', kept, true);
  return statement_timestamp();
end
$$;
grant execute on function access.resume(text, text, jsonb) to liaison_platform, liaison_program, liaison_delegate, liaison_tenant;

-- The door of sign-in and account pages: the session that came along, if it is live, and a context of the identity plane.
create function access.enter_identity(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  found_session public.session;
  found_person public.person;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login has no identity context' using errcode = 'insufficient_privilege';
  end if;
  select s.* into found_session from public.session s
  where s.token_hash = decode(request ->> 'session_hash', 'hex') and s.ended_at is null
    and exists (select from access.live_session a where a.token_hash = s.token_hash);
  if found then
    select p.* into found_person from public.person p where p.id = found_session.person_id and p.status = 'active';
  end if;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'auth', 'actor_type', case when found_person.id is null then 'stranger' else 'person' end,
    'actor_id', found_person.id, 'actor_name', found_person.name, 'session_id', case when found_person.id is not null then found_session.id end,
    'request_id', request ->> 'request_id', 'trace_id', request ->> 'trace_id', 'method', request ->> 'method', 'route', request ->> 'route',
    'ip', request ->> 'ip', 'user_agent', request ->> 'user_agent', 'source', request ->> 'source')));
  return jsonb_build_object('now', statement_timestamp(), 'session', case when found_person.id is not null then jsonb_build_object('id', found_session.id, 'person_id', found_person.id,
    'person_name', found_person.name, 'factor', found_session.factor, 'factor_at', found_session.factor_at, 'password_at', found_session.password_at) end);
end
$$;

-- After a sign-in the rest of the request is done by the person who just proved who they are.
create function access.become(person uuid) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  context jsonb := access.context();
begin
  if session_user <> 'liaison_auth' or context is null then
    raise exception 'this login has no identity context' using errcode = 'insufficient_privilege';
  end if;
  perform access.set_context(context || (select jsonb_build_object('actor_type', 'person', 'actor_id', p.id, 'actor_name', p.name) from public.person p where p.id = person));
end
$$;

-- The door of our own jobs and commands.
create function access.enter_system(request jsonb) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_job' then
    raise exception 'this login has no system context' using errcode = 'insufficient_privilege';
  end if;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'system', 'actor_type', 'system', 'actor_name', request ->> 'actor_name',
    'request_id', request ->> 'request_id', 'route', request ->> 'route', 'source', coalesce(request ->> 'source', 'job'))));
end
$$;

grant execute on function access.enter_system(jsonb) to liaison_job;
grant execute on function access.enter_identity(jsonb), access.become(uuid) to liaison_auth;

reset role;
