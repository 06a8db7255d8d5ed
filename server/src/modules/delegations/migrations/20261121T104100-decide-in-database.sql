set role liaison_authz;

-- The one rule, in one place: the delegations that are in force at this statement. Row policies, the facts of the kernel and the explainer use it.
-- A view, because the planner folds a view into the query that uses it, and a function with sub-queries it does not.
create view access.delegation_in_force as
  select d.*
  from public.delegation d
  where d.status = 'active'
    and d.starts_at <= statement_timestamp()
    and (d.ends_at is null or d.ends_at > statement_timestamp())
    and (d.review_stops_at is null or d.review_stops_at > statement_timestamp())
    and exists (select from public.partner p where p.id = d.partner_id and p.status = 'active')
    and exists (select from public.tenant t where t.id = d.tenant_id and t.status <> 'closed')
    and not exists (
      select from public.access_freeze f
      where f.lifted_at is null
        and f.scope <> 'person'
        and (f.partner_id is null or f.partner_id = d.partner_id)
        and (f.tenant_id is null or f.tenant_id = d.tenant_id)
        and (f.delegation_id is null or f.delegation_id = d.id)
    );

-- The same question about one delegation.
create function access.in_force(d public.delegation) returns boolean
  language sql stable
  return exists (select from access.delegation_in_force v where v.id = d.id);

-- What a link that is restricted to the partner's own accounts takes from a mask: everything that works on all of a tenant.
create function access.account_mask(mask bit(256)) returns bit(256)
  language sql stable
  as $$ select mask & ~ coalesce((select bit_or(set_bit(0::bit(256), p.bit, 1)) from public.permission p where p.is_whole), 0::bit(256)) $$;

-- The permissions that a delegation gives now: deny wins over grant, grant over role; overrides past their end do not count.
create function access.unrestricted_mask(d public.delegation) returns bit(256)
  language sql stable
  return case when not d.has_timed_overrides then d.mask else
    (d.role_mask | coalesce((
      select bit_or(o.mask) from public.link_override o
      where o.link_id = d.id and o.effect = 'grant' and (o.expires_at is null or o.expires_at > statement_timestamp())), 0::bit(256)))
    & ~ coalesce((
      select bit_or(o.mask) from public.link_override o
      where o.link_id = d.id and o.effect = 'deny' and (o.expires_at is null or o.expires_at > statement_timestamp())), 0::bit(256))
  end;
create function access.mask_now(d public.delegation) returns bit(256)
  language sql stable
  return case when d.own_accounts_only then access.account_mask(access.unrestricted_mask(d)) else access.unrestricted_mask(d) end;

-- The same by the delegation's id: a row policy's query asks for it rarely, and a look-up written into the query would be prepared at every run.
create function access.timed_mask(delegation uuid) returns bit(256)
  language sql stable
  as $$ select access.mask_now(d) from public.delegation d where d.id = delegation $$;

-- What is left of a mask where sensitive permissions count in an elevation only.
create function access.standing_mask(mask bit(256)) returns bit(256)
  language sql stable
  as $$ select mask & ~ coalesce((select bit_or(set_bit(0::bit(256), p.bit, 1)) from public.permission p where p.is_sensitive), 0::bit(256)) $$;

-- What an elevation that is in force adds: what was approved within the ceiling, minus what is denied now.
create function access.elevated_mask(link uuid, approved bit(256)) returns bit(256)
  language sql stable
  as $$
  select approved & ~ coalesce((
    select bit_or(o.mask) from public.link_override o
    where o.link_id = link and o.effect = 'deny' and (o.expires_at is null or o.expires_at > statement_timestamp())), 0::bit(256))
  $$;

-- The links that people may use at this statement, each with the permissions that it gives to that person.
create view access.usable_link as
  select m.person_id, m.member_id, m.link_id, d.partner_id, d.tenant_id,
    (m.mask & case when d.elevation_required then access.standing_mask(access.timed_mask(d.id)) when d.has_timed_overrides or d.own_accounts_only then access.timed_mask(d.id) else d.mask end)
      | case when m.elevated_until <= statement_timestamp() or m.elevated_until is null then 0::bit(256)
          when d.own_accounts_only then access.account_mask(access.elevated_mask(m.link_id, m.elevated_mask)) else access.elevated_mask(m.link_id, m.elevated_mask) end as mask,
    d.own_accounts_only, d.own_accounts_since
  from public.link_member m
  join access.delegation_in_force d on d.id = m.link_id
  join public.partner_member pm on pm.id = m.member_id and pm.partner_id = d.partner_id and pm.person_id = m.person_id and pm.status = 'active'
  join public.person p on p.id = m.person_id and p.status = 'active'
  where (m.ends_at is null or m.ends_at > statement_timestamp())
    and not exists (
      select from public.access_freeze f
      where f.lifted_at is null and f.scope = 'person' and f.person_id = m.person_id
        and (f.partner_id is null or f.partner_id = d.partner_id) and (f.tenant_id is null or f.tenant_id = d.tenant_id));

-- A decision may be kept: which tenants it reached with which permissions, the keys of all that it was decided on, the snapshot in which
-- that was read, and the next moment at which time alone could change it. It holds while that moment lies ahead and no change of one of its
-- keys has committed since (access.stamp, which triggers write), as the statement that asks sees it: nothing is believed that was not
-- compared there. Who asks gets the key that authenticates contexts, in the same look; nobody else may call this.
create function access.key_if_it_holds(kept jsonb) returns bytea
  language plpgsql stable
  as $$
declare
  seen pg_snapshot := kept ->> 'snapshot';
begin
  return (
    select k.key from access.context_key k
    where statement_timestamp() < (kept ->> 'until')::timestamptz
      and exists (select from access.stamp_era e where e.id = (kept ->> 'era')::uuid)
      and not exists (
        select from access.stamp s
        where s.key = any ((kept ->> 'keys')::uuid[]) and s.xid >= pg_snapshot_xmin(seen) and not pg_visible_in_snapshot(s.xid, seen)));
end
$$;

-- The same of a person's decision, which every row policy looks at: no JSON, because reading that was a third of what a read cost. The nth
-- permissions are held in the nth tenants, an array of uuid as text; `owns` says whether only the partner's own accounts are open there.
create type access.kept_decision as (
  plane text, era uuid, snapshot pg_snapshot, until timestamptz, keys uuid[], masks bit(256)[], owns boolean[], tenants text[]);

create function access.key_that_holds(kept access.kept_decision) returns bytea
  language plpgsql stable
  as $$
begin
  return (
    select k.key from access.context_key k
    where statement_timestamp() < kept.until
      and exists (select from access.stamp_era e where e.id = kept.era)
      and not exists (
        select from access.stamp s
        where s.key = any (kept.keys) and s.xid >= pg_snapshot_xmin(kept.snapshot) and not pg_visible_in_snapshot(s.xid, kept.snapshot)));
end
$$;

-- The decision that this transaction stands on, if one is kept and holds at this statement; else null. It is signed, like a context.
create function access.kept() returns access.kept_decision
  language plpgsql stable
  as $$
declare
  signed text := nullif(current_setting('liaison.kept', true), '');
  kept access.kept_decision;
  secret bytea;
begin
  if signed is null then
    return null;
  end if;
  kept := substr(signed, 65)::access.kept_decision;
  secret := access.key_that_holds(kept);
  if secret is null then
    return null;
  end if;
  if encode(sha256(secret || sha256(secret || convert_to('kept ' || substr(signed, 65), 'UTF8'))), 'hex') <> left(signed, 64) then
    raise exception 'the access context is forged' using errcode = 'insufficient_privilege';
  end if;
  return kept;
end
$$;

create function access.sign_kept(kept access.kept_decision) returns text
  language sql stable
  as $$ select access.sign('kept ' || kept::text) || kept::text $$;

-- The tenants that a decision reaches with a relation and operation; of links with and without the restriction to own accounts, or of both.
create function access.kept_reach(kept access.kept_decision, relation_name text, operation_name text, of_own_accounts boolean) returns uuid[]
  language plpgsql stable
  as $$
declare
  needed bit(256) := (select r.mask from public.relation_permission r where r.relation = relation_name and r.operation = operation_name and r.plane = kept.plane);
  reached uuid[] := '{}';
begin
  for i in 1 .. cardinality(kept.masks) loop
    if (kept.masks[i] & needed) <> 0::bit(256) and (of_own_accounts is null or kept.owns[i] = of_own_accounts) then
      reached := reached || kept.tenants[i]::uuid[];
    end if;
  end loop;
  return reached;
end
$$;

create or replace function access.reach(relation_name text, operation_name text) returns setof uuid
  language plpgsql stable security definer rows 50
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  kept access.kept_decision := access.kept();
  context jsonb;
  person uuid;
  only_tenants uuid[];
  route_bit integer;
  -- Under a link that is restricted to the partner's own accounts these stay open; of all else only rows of the accounts do, which
  -- their tables say themselves (access.restricted_reach).
  is_open_whole boolean := relation_name in ('tenant', 'sla_policy_version', 'audit_scope');
  tenant uuid;
begin
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
comment on function access.reach(text, text) is 'The tenants whose rows of a relation this transaction may touch with an operation, as things are at this statement.';

-- The tenants of which this transaction may touch the rows of the partner's own accounts, and no others: links with that restriction, as
-- things are at this statement. The twin of access.reach, which leaves these tenants out.
create function access.restricted_reach(relation_name text, operation_name text) returns setof uuid
  language plpgsql stable security definer rows 5
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  kept access.kept_decision := access.kept();
  context jsonb;
  only_tenants uuid[];
  route_bit integer;
begin
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
comment on function access.restricted_reach(text, text) is 'The tenants in which this transaction may touch a relation''s rows of the partner''s own accounts alone (B18).';
grant execute on function access.restricted_reach(text, text) to liaison_delegate;

-- Which link decides for one partner in one tenant: the live one, else the last one that was ever in force.
create function access.decides_before(status text) returns integer
  language sql immutable
  return case status when 'active' then 0 when 'suspended' then 1 when 'approved' then 2 when 'expired' then 3 when 'revoked' then 3 else 4 end;

create function access.deciding_link(partner uuid, tenant uuid) returns public.delegation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select d.* from public.delegation d
  where d.partner_id = partner and d.tenant_id = tenant and d.kind = 'link'
  order by access.decides_before(d.status), d.status_changed_at desc
  limit 1
$$;

-- A write holds these in share; what stops access takes them alone. So no write commits after the call that revoked it has returned.
create function access.lock_key(kind text, id uuid) returns bigint
  language sql immutable parallel safe
  set search_path = pg_catalog
  as $$ select hashtextextended(kind || coalesce(id::text, ''), 0) $$;

create function access.hold(kind text, id uuid) returns void
  language sql volatile security definer
  set search_path = pg_catalog
  as $$ select pg_advisory_xact_lock_shared(access.lock_key(kind, id)) $$;

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

-- A write waits for a revocation that is under way and is then refused: these are taken before the facts are read.
create function access.hold_for_write(session_hash bytea, tenant uuid) returns void
  language plpgsql volatile
  set search_path = pg_catalog
  as $$
declare
  person uuid;
  partner uuid;
begin
  select pm.person_id, pm.partner_id into person, partner
  from public.session s
  join public.partner_member pm on pm.person_id = s.person_id
  where s.token_hash = session_hash
  order by (pm.status = 'active') desc, pm.created_at desc
  limit 1;
  if found then
    perform access.hold('platform', null), access.hold('partner', partner), access.hold('tenant', tenant),
      access.hold('pair', md5(partner::text || tenant::text)::uuid), access.hold('person', person);
  end if;
end
$$;

-- Until when a session lives if it is not used again, and not past the moment at which its use is noted anew, so that nobody is idle who works.
-- Whoever adds a bound to access.live_session adds it here.
create view access.session_end as
  select s.id as session_id, least(s.ends_at, s.seen_at + interval '1 minute', s.seen_at + make_interval(secs => s.idle_seconds)) as ends_at from public.session s;

-- The moments at which time alone changes what a link gives to a person, or what is told of it.
create view access.link_change as
  select d.id as link_id, d.partner_id, h.id as person_id, ahead.moment
  from public.delegation d
  cross join public.person h
  left join public.link_member m on m.link_id = d.id and m.person_id = h.id
  cross join lateral (
    values (d.starts_at), (d.ends_at), (d.review_stops_at), (d.status_changed_at + interval '30 days'), (m.ends_at), (m.elevated_from), (m.elevated_until),
      (case when d.has_timed_overrides then (select min(o.expires_at) from public.link_override o where o.link_id = d.id and o.expires_at > statement_timestamp()) end)) ahead (moment)
  where ahead.moment > statement_timestamp();

-- What is kept of a decision for a person's reads: see access.key_that_holds. Its keys are the person, the partner and the tenant, and one for what
-- concerns everybody; a change of a link is a change of its partner.
create function access.keep(context jsonb, seen pg_snapshot) returns access.kept_decision
  language plpgsql volatile
  as $$
declare
  at timestamptz := statement_timestamp();
  person uuid := context ->> 'actor_id';
  partner uuid := context ->> 'partner_id';
  tenant uuid := context ->> 'tenant_id';
  member uuid := context ->> 'member_id';
  link uuid := context ->> 'delegation_id';
  route_bit integer := context ->> 'permission_bit';
  is_portfolio boolean := context ->> 'plane' = 'delegation' and not context ? 'tenant_id';
  era uuid := (select e.id from access.stamp_era e limit 1);
  until timestamptz;
  changes_at timestamptz;
  kept access.kept_decision;
begin
  if era is null then
    insert into access.stamp_era default values;
    return null;
  end if;
  select least(at + interval '1 minute', min(e.ends_at)) into until from access.session_end e where e.session_id = (context ->> 'session_id')::uuid;
  if context ->> 'plane' = 'tenant' then
    select array_agg(rp.mask), array_agg(false), array_agg(array[tenant]::text) into kept.masks, kept.owns, kept.tenants
    from public.tenant_member tm
    join public.tenant t on t.id = tm.tenant_id and t.status <> 'closed'
    join public.person p on p.id = tm.person_id and p.status = 'active'
    join public.role_permission rp on rp.plane = 'tenant' and rp.role = tm.role
    where tm.person_id = person and tm.tenant_id = tenant and tm.status = 'active';
  elsif context ->> 'plane' = 'delegation' and context ? 'tenant_id' then
    select array_agg(u.mask), array_agg(u.own_accounts_only), array_agg(array[u.tenant_id]::text) into kept.masks, kept.owns, kept.tenants
    from access.usable_link u
    where u.link_id = link and u.member_id = member and u.person_id = person and u.partner_id = partner and u.tenant_id = tenant
      and (route_bit is null or get_bit(u.mask, route_bit) = 1);
    select min(c.moment) into changes_at from access.link_change c where c.link_id = link and c.person_id = person;
  elsif context ->> 'plane' = 'delegation' then
    select array_agg(reached.mask), array_agg(reached.own_accounts_only), array_agg(reached.tenants) into kept.masks, kept.owns, kept.tenants
    from (
      select u.mask, u.own_accounts_only, array_agg(u.tenant_id)::text as tenants
      from access.usable_link u
      where u.person_id = person and u.partner_id = partner and (route_bit is null or get_bit(u.mask, route_bit) = 1)
      group by u.mask, u.own_accounts_only) reached;
    select min(c.moment) into changes_at from access.link_change c where c.partner_id = partner and c.person_id = person;
  end if;
  if until <= at then
    return null;
  end if;
  return row (context ->> 'plane', era, seen, least(until, changes_at), array_remove(array[person, partner, tenant, '00000000-0000-0000-0000-000000000000'], null),
    coalesce(kept.masks, '{}'), coalesce(kept.owns, '{}'), coalesce(kept.tenants, '{}'))::access.kept_decision;
end
$$;

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

-- All links of this transaction's partner, with this person's assignments: what a portfolio read is decided from.
create function access.portfolio() returns json
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  context jsonb := access.context();
begin
  if context ->> 'plane' is distinct from 'delegation' then
    return '[]';
  end if;
  return coalesce((
    select json_agg(f.facts order by d.tenant_id)
    from (
      select distinct on (candidate.tenant_id) candidate.id, candidate.tenant_id, candidate.status, candidate.status_changed_at
      from public.delegation candidate
      where candidate.partner_id = (context ->> 'partner_id')::uuid and candidate.kind = 'link'
      order by candidate.tenant_id, access.decides_before(candidate.status), candidate.status_changed_at desc
    ) d
    join access.link_fact f on f.id = d.id and f.person_id = (context ->> 'actor_id')::uuid
    where d.status in ('approved', 'active', 'suspended') or (d.status in ('expired', 'revoked') and d.status_changed_at > statement_timestamp() - interval '30 days')
  ), '[]');
end
$$;

-- Narrows a portfolio read to the tenants that the kernel let in. It can only take away: row policies still ask for each link.
create function access.narrow(tenants uuid[]) returns void
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
    perform set_config('liaison.kept', access.sign_kept(kept), true);
  end if;
end
$$;

-- The strongest second factor that a person has set up.
create function access.best_factor(person uuid) returns text
  language sql stable
  as $$
  select case when exists (select from public.passkey k where k.person_id = person) then 'phishing_resistant'
    when exists (select from public.totp_factor f where f.person_id = person and f.confirmed_at is not null) then 'otp' else 'none' end
  $$;

-- Facts about somebody else, for the explainer. Who is not signed in is taken to sign in with the strongest factor they have. The caller's own plane limits whom it may ask about.
create function access.facts_about(person uuid, tenant uuid, partner uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  context jsonb := access.context();
  membership public.partner_member;
  own_partner public.partner;
  about public.person;
  deciding public.delegation;
  newest public.session;
  facts jsonb;
begin
  select * into membership from public.partner_member pm where pm.person_id = person and (partner is null or pm.partner_id = partner) order by (pm.status = 'active') desc, pm.created_at desc limit 1;
  if context is null
    or (context ->> 'plane' in ('program', 'delegation') and membership.partner_id is distinct from (context ->> 'partner_id')::uuid)
    or (context ->> 'plane' = 'tenant' and tenant is distinct from (context ->> 'tenant_id')::uuid)
    or context ->> 'plane' not in ('platform', 'program', 'delegation', 'tenant') then
    return null;
  end if;
  deciding := access.deciding_link(membership.partner_id, tenant);
  if context ->> 'plane' = 'tenant' and deciding.id is null then
    return null;
  end if;
  select * into about from public.person p where p.id = person;
  select * into own_partner from public.partner p where p.id = membership.partner_id;
  select * into newest from public.session s where s.person_id = person and s.ended_at is null and s.ends_at > statement_timestamp() order by s.seen_at desc limit 1;
  facts := jsonb_build_object('now', statement_timestamp(), 'plane', 'delegation',
    'actor', jsonb_build_object('person_id', about.id, 'name', about.name, 'status', about.status, 'factor', coalesce(newest.factor, access.best_factor(person)), 'factor_at', newest.factor_at, 'session_id', null),
    'partner', case when own_partner.id is not null then jsonb_build_object('id', own_partner.id, 'name', own_partner.name, 'status', own_partner.status) end,
    'partner_member', case when membership.id is not null then jsonb_build_object('id', membership.id, 'role', membership.role, 'status', membership.status) end);
  if deciding.id is not null then
    facts := facts || jsonb_build_object('link', (select f.facts from access.link_fact f where f.id = deciding.id and f.person_id = person));
    facts := facts || jsonb_build_object('tenant', jsonb_build_object('id', tenant, 'name', facts -> 'link' ->> 'tenant_name', 'status', facts -> 'link' ->> 'tenant_status'));
  end if;
  return facts;
end
$$;

-- The partner that this transaction's person works for, if both are active; null in every plane but the partner's own.
create function access.own_partner() returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select pm.partner_id
  from public.partner_member pm
  join public.partner p on p.id = pm.partner_id and p.status = 'active'
  join public.person h on h.id = pm.person_id and h.status = 'active'
  where pm.person_id = access.context_id('actor_id') and pm.partner_id = access.context_id('partner_id') and pm.status = 'active'
    and access.context_plane() in ('program', 'delegation')
$$;
grant execute on function access.own_partner() to liaison_program, liaison_delegate;

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

grant execute on function access.in_force(public.delegation), access.mask_now(public.delegation) to liaison_owner;
grant execute on function access.enter_person(jsonb) to liaison_platform, liaison_program, liaison_delegate, liaison_tenant;
grant execute on function access.portfolio(), access.narrow(uuid[]) to liaison_delegate;
grant execute on function access.facts_about(uuid, uuid, uuid) to liaison_platform, liaison_program, liaison_delegate, liaison_tenant;
grant execute on function access.enter_system(jsonb) to liaison_job;
grant execute on function access.enter_identity(jsonb), access.become(uuid) to liaison_auth;
grant execute on function access.lock_key(text, uuid) to public;

reset role;
set role liaison_owner;

-- What stops access waits for the writes that are under way and then holds: no write commits after it returned.
create function private.stop_writes() returns trigger
  language plpgsql
  as $$
begin
  if tg_table_name = 'delegation' then
    perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
  elsif tg_table_name in ('link_override', 'link_member') then
    if tg_op = 'DELETE' then
      perform pg_advisory_xact_lock(access.lock_key('pair', md5(old.partner_id::text || old.tenant_id::text)::uuid));
      return old;
    end if;
    perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
  elsif tg_table_name = 'partner' then
    perform pg_advisory_xact_lock(access.lock_key('partner', new.id));
  elsif tg_table_name = 'tenant' then
    perform pg_advisory_xact_lock(access.lock_key('tenant', new.id));
  elsif tg_table_name in ('person', 'partner_member') then
    perform pg_advisory_xact_lock(access.lock_key('person', case tg_table_name when 'person' then (to_jsonb(new) ->> 'id')::uuid else (to_jsonb(new) ->> 'person_id')::uuid end));
  elsif tg_table_name = 'access_freeze' then
    if new.partner_id is not null and new.tenant_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
    elsif new.person_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('person', new.person_id));
    elsif new.partner_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('partner', new.partner_id));
    elsif new.tenant_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('tenant', new.tenant_id));
    else
      perform pg_advisory_xact_lock(access.lock_key('platform', null));
    end if;
  end if;
  return new;
end
$$;
create trigger stop_writes before update on delegation for each row execute function private.stop_writes();
create trigger stop_writes before insert or update or delete on link_override for each row execute function private.stop_writes();
create trigger stop_writes before update or delete on link_member for each row execute function private.stop_writes();
create trigger stop_writes before update of status on partner for each row execute function private.stop_writes();
create trigger stop_writes before update of status on tenant for each row execute function private.stop_writes();
create trigger stop_writes before update of status on person for each row execute function private.stop_writes();
create trigger stop_writes before update of status, role on partner_member for each row execute function private.stop_writes();
create trigger stop_writes before insert on access_freeze for each row execute function private.stop_writes();

reset role;
