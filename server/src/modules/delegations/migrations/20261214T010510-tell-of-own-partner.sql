set role liaison_authz;

-- As before; and the apps of the partner that the organisation is itself, which use all its accounts: each with what it may do at the most.
create or replace function access.who_has_access()
  returns table (kind text, partner_name text, client_name text, access_role text, mask text, starts_at timestamptz, ends_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select one.kind, one.partner_name, one.client_name, one.access_role, one.mask, one.starts_at, one.ends_at
  from (
    select d.kind, p.name as partner_name, k.name as client_name, l.access_role, access.mask_now(d)::text as mask, d.starts_at, d.ends_at, d.id
    from public.delegation d
    join public.partner p on p.id = d.partner_id
    left join public.link l on l.id = d.id
    left join public.consent c on c.id = d.id
    left join public.api_client k on k.id = c.client_id
    where d.tenant_id in (select access.reach('tenant', 'select')) and d.kind in ('link', 'consent', 'resale') and access.in_force(d)
    union all
    select 'home', p.name, k.name, null, coalesce(k.mask, 0::bit(256))::text, coalesce(h.accepted_at, p.created_at), null, coalesce(k.id, p.id)
    from public.partner p
    left join public.partner_home h on h.partner_id = p.id and h.tenant_id = p.home_tenant_id and h.status = 'active'
    left join public.api_client k on k.partner_id = p.id and k.status = 'active' and access.opens_api(p.id, k.environment)
    where p.home_tenant_id in (select access.reach('tenant', 'select')) and p.status = 'active'
  ) one
  where access.context_plane() = 'tenant' and access.context_id('client_id') is null
  order by one.partner_name, one.kind, one.client_name, one.id
$$;

reset role;
