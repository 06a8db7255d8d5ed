set role liaison_authz;

-- Over the API owners of a partner read its sandbox; whoever works there was told it here.
create or replace function access.own_sandbox() returns jsonb
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('tenant_id', t.id, 'name', t.name,
    'decides', exists (select from public.tenant_member m where m.tenant_id = t.id and m.person_id = access.context_id('actor_id') and m.role = 'TENANT_ADMIN' and m.status = 'active'),
    'accounts', (select jsonb_agg(jsonb_build_object('ban', a.ban, 'name', a.name, 'currency', a.currency) order by a.ban) from public.billing_account a where a.tenant_id = t.id and a.status = 'active'))
  from public.sandbox_tenant s join public.tenant t on t.id = s.tenant_id
  where access.is_in_own_plane() and access.context_plane() = 'program' and s.partner_id = access.partner_of_owner()
$$;

reset role;
