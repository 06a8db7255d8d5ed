set role liaison_authz;

-- Who may do something in the organisation now, for every member of it: names, what it is called, the rights and the dates, and nothing of how it
-- came about. The records themselves stay with those who manage partner access.
create function access.who_has_access() returns table (kind text, partner_name text, client_name text, access_role text, mask text, starts_at timestamptz, ends_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select d.kind, p.name, k.name, l.access_role, access.mask_now(d)::text, d.starts_at, d.ends_at
  from public.delegation d
  join public.partner p on p.id = d.partner_id
  left join public.link l on l.id = d.id
  left join public.consent c on c.id = d.id
  left join public.api_client k on k.id = c.client_id
  where access.context_plane() = 'tenant' and access.context_id('client_id') is null
    and d.tenant_id in (select access.reach('tenant', 'select'))
    and d.kind in ('link', 'consent', 'resale') and access.in_force(d)
  order by p.name, d.kind, k.name, d.id
$$;
comment on function access.who_has_access() is 'What a member of a tenant sees of partner access, computed now.';
grant execute on function access.who_has_access() to liaison_tenant;

reset role;
