set role liaison_authz;

-- As before, but on the partner's own pages whoever their own partner froze is frozen as well, as one is whom the provider froze.
create or replace function access.enter_person(request jsonb)
 returns json
 language plpgsql
 security definer
 set search_path = pg_catalog, pg_temp
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
      ps.role, ps.role as platform_role, null::json as partner, null::json as partner_member, null::json as own_freezes, null::json as tenant, null::json as tenant_member, null::json as link,
      null::uuid as member_id, null::uuid as partner_id, null::text as partner_name, null::uuid as tenant_id, null::text as tenant_name, null::uuid as delegation_id, null::integer as delegation_epoch
    into who
    from access.live_session a
    left join public.platform_staff ps on ps.person_id = a.person_id and ps.status = 'active'
    where a.token_hash = session_hash;
  elsif plane = 'tenant' then
    select a.*, (select b.bit from public.permission b where b.name = request ->> 'permission') as permission_bit,
      tm.role, null::text as platform_role, null::json as partner, null::json as partner_member, null::json as own_freezes,
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
      case when plane = 'program' then (
        select json_agg(json_build_object('id', x.id, 'scope', x.scope, 'set_by', x.set_by_side)) from public.access_freeze x
        where x.lifted_at is null and x.scope = 'person' and x.person_id = a.person_id and (x.partner_id is null or x.partner_id = pm.partner_id) and x.tenant_id is null) end as own_freezes,
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
  return json_build_object('now', statement_timestamp(), 'plane', plane, 'actor', who.actor, 'freezes', coalesce(who.own_freezes, who.freezes), 'platform_role', who.platform_role,
    'partner', who.partner, 'partner_member', who.partner_member, 'tenant', who.tenant, 'tenant_member', who.tenant_member, 'link', who.link, 'kept', signed_ticket, 'ticket_id', ticket);
end
$$;

-- As before, but whoever their own partner froze decides nothing for it.
create or replace function access.is_in_charge(side text, organisation uuid, person uuid)
 returns boolean
 language sql
 stable security definer
 set search_path = pg_catalog, pg_temp
as $$
  select case when side = 'provider' and not exists (select from public.person h where h.id = person) then true
    else exists (select from public.person h where h.id = person and h.status = 'active')
    and not exists (select from public.access_freeze f where f.scope = 'person' and f.person_id = person and (f.partner_id is null or side = 'partner' and f.partner_id = organisation) and f.tenant_id is null and f.lifted_at is null)
    and case side
      when 'tenant' then exists (select from public.tenant_member m where m.tenant_id = organisation and m.person_id = person and m.role = 'TENANT_ADMIN' and m.status = 'active')
      when 'partner' then exists (select from public.partner_member m where m.partner_id = organisation and m.person_id = person and m.role = 'PARTNER_OWNER' and m.status = 'active')
      when 'provider' then exists (select from public.platform_staff s where s.person_id = person and s.role = 'SUPER_ADMIN' and s.status = 'active')
      else false end
    end
$$;

-- Whether somebody besides this person is an owner of the partner who can act for it.
create function access.has_owner_besides(of_partner uuid, besides uuid) returns boolean
  language sql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select exists (
    select from public.partner_member m
    where m.partner_id = of_partner and m.person_id <> besides and m.role = 'PARTNER_OWNER' and m.status = 'active' and access.is_in_charge('partner', of_partner, m.person_id))
$$;
grant execute on function access.has_owner_besides(uuid, uuid) to liaison_owner;

reset role;
set role liaison_owner;

-- As before, but nobody lifts a freeze of themselves, or sets one that nobody else could lift.
create or replace function private.enforce_freeze()
 returns trigger
 language plpgsql
 security definer
 set search_path = pg_catalog, public, pg_temp
as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.set_by is distinct from actor or new.set_by_side <> side or new.lifted_at is not null or new.lift_asked_at is not null then
      raise exception 'a freeze names who set it' using errcode = 'check_violation', constraint = 'freeze_actor';
    end if;
    if side = 'partner' and new.scope = 'person' then
      -- One after the other, so that of two owners who freeze each other at once one stays.
      perform pg_advisory_xact_lock(access.lock_key('partner owners', new.partner_id));
      if not access.has_owner_besides(new.partner_id, new.person_id) then
        raise exception 'nobody else could lift this freeze' using errcode = 'check_violation', constraint = 'freeze_last_owner';
      end if;
    end if;
    new.created_at := statement_timestamp();
    return new;
  end if;
  -- Whom a partner froze its provider lets go once nobody there could: the owner who froze left, or was the only one.
  if old.lifted_at is not null or (old.set_by_side <> side
      and not (side = 'provider' and old.set_by_side = 'partner' and old.scope = 'person' and not access.has_owner_besides(old.partner_id, old.person_id)))
    or (new.lift_asked_by is distinct from old.lift_asked_by and new.lift_asked_by is distinct from actor)
    or (new.lifted_by is not null and new.lifted_by is distinct from actor) then
    raise exception 'a freeze is lifted once, by the side that set it' using errcode = 'check_violation', constraint = 'freeze_actor';
  end if;
  if new.lifted_at is not null and old.scope = 'person' and old.person_id = actor then
    raise exception 'whoever is frozen does not lift it' using errcode = 'check_violation', constraint = 'freeze_of_oneself';
  end if;
  if new.lifted_at is not null and (new.scope = 'platform' or (new.scope = 'tenant' and new.set_by_side = 'tenant')) and (old.lift_asked_by is null or old.lift_asked_by = actor) then
    raise exception 'lifting a freeze over everything takes a second person' using errcode = 'check_violation', constraint = 'freeze_two_people';
  end if;
  new.lift_asked_at := case when new.lift_asked_by is not distinct from old.lift_asked_by then old.lift_asked_at else statement_timestamp() end;
  if new.lifted_at is not null then
    new.lifted_at := statement_timestamp();
  end if;
  return new;
end
$$;

alter policy provider_side on access_freeze
  with check ((select access.context_plane()) = 'platform' and (set_by_side = 'provider' or (set_by_side = 'partner' and scope = 'person')));

reset role;
