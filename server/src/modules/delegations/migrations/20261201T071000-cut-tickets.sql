set role liaison_authz;

-- A ticket comes in parts, each a parameter of its own, so that nothing is looked for in a long text whose characters must be counted. What is
-- compared with the stamps (`stands`) is all that access.resume reads; what is reached is read by the row policies that ask for it.

-- What the code of a ticket is made of: the login and the question that it serves, and its parts. Their lengths come first, so that no part can
-- begin or end elsewhere than where it was cut.
create function access.message_of_ticket(stands text, reached text, context text, question text) returns text
  language sql stable
  return concat('ticket ', octet_length(stands), ' ', octet_length(reached), ' ', octet_length(context), ' ', session_user, ' ', stands, reached, context, question);

-- Lets this transaction stand on a decision that is kept, until it puts another context in force.
create function access.set_kept(kept access.kept_decision) returns text
  language plpgsql volatile
  as $$
declare
  reached text := set_config('liaison.kept', kept::text, true);
begin
  perform set_config('liaison.kept_code', access.sign('kept ' || reached), true);
  return reached;
end
$$;

create function access.make_ticket(context jsonb, kept access.kept_decision, question text) returns json
  language plpgsql volatile
  as $$
declare
  reached text := access.set_kept(kept);
  stands text := row (null, kept.era, kept.snapshot, kept.until, kept.keys, null, null, null)::access.kept_decision;
begin
  return json_build_object('code', access.sign(access.message_of_ticket(stands, reached, context::text, question)), 'stands', stands,
    'reached', reached, 'reached_code', current_setting('liaison.kept_code'), 'context', context::text, 'context_code', access.sign(context::text),
    'reader_code', access.sign('reader ' || context::text));
end
$$;

-- As before, but for its code, which stands in a setting of its own.
create or replace function access.kept() returns access.kept_decision
  language plpgsql stable
  as $$
declare
  reached text := current_setting('liaison.kept', true);
  kept access.kept_decision;
  secret bytea;
begin
  if reached is null or reached = '' then
    return null;
  end if;
  kept := reached::access.kept_decision;
  secret := access.key_that_holds(kept);
  if secret is null then
    return null;
  end if;
  if encode(sha256(secret || sha256(secret || convert_to('kept ' || reached, 'UTF8'))), 'hex') is distinct from current_setting('liaison.kept_code', true) then
    raise exception 'the access context is forged' using errcode = 'insufficient_privilege';
  end if;
  return kept;
end
$$;

-- As before, in one look instead of one for each group of tenants.
create or replace function access.kept_reach(kept access.kept_decision, relation_name text, operation_name text, of_own_accounts boolean) returns uuid[]
  language plpgsql stable
  as $$
begin
  return array(
    select tenant
    from public.relation_permission needed, unnest(kept.masks, kept.owns, kept.tenants) reached (mask, own, tenants), unnest(reached.tenants::uuid[]) tenant
    where needed.relation = relation_name and needed.operation = operation_name and needed.plane = kept.plane
      and (reached.mask & needed.mask) <> 0::bit(256) and (of_own_accounts is null or reached.own = of_own_accounts));
end
$$;

create or replace function access.narrow(tenants uuid[]) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  context jsonb := access.context();
  kept access.kept_decision := access.kept();
begin
  if context is null or context ? 'tenant_ids' then
    raise exception 'the access context cannot be narrowed here' using errcode = 'insufficient_privilege';
  end if;
  perform access.set_context(context || jsonb_build_object('tenant_ids', to_jsonb(tenants)));
  if kept.plane is not null then
    kept.tenants := array(
      select array(select unnest(g.tenants::uuid[]) intersect select unnest(narrow.tenants))::text
      from unnest(kept.tenants) with ordinality g (tenants, n) order by g.n);
    perform access.set_kept(kept);
  end if;
end
$$;

-- As before, but for the ticket.
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
  ticket json;
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
    ticket := access.make_ticket(context, kept, concat_ws(' ', request ->> 'session_hash', request ->> 'tenant_id', request ->> 'permission'));
  end if;
  return json_build_object('now', statement_timestamp(), 'plane', plane, 'actor', who.actor, 'freezes', who.freezes, 'platform_role', who.platform_role,
    'partner', who.partner, 'partner_member', who.partner_member, 'tenant', who.tenant, 'tenant_member', who.tenant_member, 'link', who.link, 'kept', ticket);
end
$$;

-- The same door for a read that comes with the ticket of a decision made before: puts its context in force again if it holds and was made for
-- this very question of this session. Returns the time, or null when the long way must be gone. It runs at nearly every read, so there is
-- little in it: PL/pgSQL prepares each expression anew in every transaction. What is reached and the context carry codes of their own, which
-- are looked at where they are used. Without `of_request` the context says nothing of the request: that is for events, and nothing is written.
create function access.resume(code text, stands text, reached text, reached_code text, context text, context_code text, question text, of_request jsonb) returns timestamptz
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  secret bytea := access.key_that_holds(stands::access.kept_decision);
begin
  -- Only access.enter_person signs tickets, and the code of a context is no code of a ticket.
  if secret is null
    or encode(sha256(secret || sha256(secret || convert_to(access.message_of_ticket(stands, reached, context, question), 'UTF8'))), 'hex') is distinct from code then
    return null;
  end if;
  if of_request is not null then
    -- Nothing that decides can be said along with it.
    if of_request - access.request_fields() <> '{}' then
      return null;
    end if;
    perform access.set_context(of_request || context::jsonb);
    perform set_config('liaison.kept', reached, true), set_config('liaison.kept_code', reached_code, true);
    return statement_timestamp();
  end if;
  if set_config('liaison.context', context, true) || set_config('liaison.mac', context_code, true) || set_config('liaison.kept', reached, true)
    || set_config('liaison.kept_code', reached_code, true) is null then
    return null;
  end if;
  return statement_timestamp();
end
$$;
grant execute on function access.resume(text, text, text, text, text, text, text, jsonb) to liaison_platform, liaison_program, liaison_delegate, liaison_tenant;

-- The version before gets no tickets any more, and what it holds is of no use: it goes the long way.
create or replace function access.resume(ticket text, question text, of_request jsonb) returns timestamptz
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
begin
  return null;
end
$$;

reset role;
