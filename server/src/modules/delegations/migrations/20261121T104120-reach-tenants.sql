set role liaison_authz;

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

grant execute on function access.portfolio(), access.narrow(uuid[]) to liaison_delegate;

reset role;
