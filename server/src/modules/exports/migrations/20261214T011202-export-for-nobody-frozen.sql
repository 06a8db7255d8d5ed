set role liaison_authz;

-- As before, but whoever the own partner froze is frozen here, too; and a freeze reads as in every other decision: by its scope alone the program could not read it.
create or replace function access.enter_export(request jsonb)
 returns json
 language plpgsql
 security definer
 set search_path = pg_catalog, pg_temp
 set plan_cache_mode = force_generic_plan
 set enable_seqscan = off
as $$
declare
  own_plane text := case session_user when 'liaison_delegate' then 'delegation' when 'liaison_tenant' then 'tenant' when 'liaison_program' then 'program' when 'liaison_platform' then 'platform' end;
  ordered public.export;
  who record;
begin
  if own_plane is null then
    raise exception 'this login makes no exports' using errcode = 'insufficient_privilege';
  end if;
  select * into ordered from public.export e
  where e.id = (request ->> 'export_id')::uuid and e.plane = own_plane and e.status = 'processing'
    and e.claim_hash = sha256(decode(request ->> 'claim', 'hex')) and e.claimed_until > statement_timestamp();
  if not found then
    return json_build_object('now', statement_timestamp(), 'plane', own_plane, 'actor', null);
  end if;
  select h.id as person_id, h.name as person_name, (select b.bit from public.permission b where b.name = request ->> 'permission') as permission_bit,
    json_build_object('person_id', h.id, 'name', h.name, 'status', h.status, 'factor', ordered.factor, 'factor_at', ordered.created_at, 'session_id', ordered.session_id) as actor,
    coalesce((select json_agg(json_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and (f.partner_id is null or f.partner_id = ordered.partner_id) and f.tenant_id is null), '[]') as freezes,
    case when p.id is not null then json_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'kinds', p.kinds) end as partner,
    case when p.id is not null then json_build_object('id', pm.id, 'role', pm.role, 'status', pm.status) end as partner_member,
    case when t.id is not null then json_build_object('id', t.id, 'name', t.name, 'slug', t.slug, 'status', t.status) end as tenant,
    case when t.id is not null then json_build_object('id', tm.id, 'role', tm.role, 'status', tm.status) end as tenant_member,
    ps.role as platform_role, coalesce(pm.id, tm.id) as member_id, coalesce(pm.role, tm.role, ps.role) as role, p.id as partner_id, p.name as partner_name, t.id as tenant_id, t.name as tenant_name
  into who
  from public.person h
  left join public.partner_member pm on pm.person_id = h.id and pm.partner_id = ordered.partner_id
  left join public.partner p on p.id = pm.partner_id
  left join public.tenant_member tm on tm.person_id = h.id and tm.tenant_id = ordered.tenant_id
  left join public.tenant t on t.id = tm.tenant_id
  left join public.platform_staff ps on own_plane = 'platform' and ps.person_id = h.id and ps.status = 'active'
  where h.id = ordered.ordered_by;
  -- Whoever left the provider's staff meanwhile gets a context that no policy of the platform's plane knows.
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', case when own_plane = 'platform' and who.platform_role is null then 'none' else own_plane end,
    'actor_type', 'person', 'actor_id', who.person_id, 'actor_name', who.person_name, 'session_id', ordered.session_id,
    'member_id', who.member_id, 'partner_id', who.partner_id, 'partner_name', who.partner_name, 'tenant_id', who.tenant_id, 'tenant_name', who.tenant_name, 'role', who.role,
    'permission', request -> 'permission', 'permission_bit', who.permission_bit, 'export_id', ordered.id,
    'request_id', request -> 'request_id', 'route', request -> 'route', 'source', 'job')));
  return json_build_object('now', statement_timestamp(), 'plane', own_plane, 'actor_kind', 'job', 'actor', who.actor, 'freezes', who.freezes, 'platform_role', who.platform_role,
    'partner', who.partner, 'partner_member', who.partner_member, 'tenant', who.tenant, 'tenant_member', who.tenant_member);
end
$$;

reset role;
