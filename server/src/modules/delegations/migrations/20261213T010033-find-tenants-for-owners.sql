set role liaison_authz;

-- An owner asks a tenant for a link by its code. Whoever works for a partner, or had left one, could try codes here and was told which are those of tenants.
create or replace function access.find_tenant_for_request(wanted_slug text) returns uuid
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$ select t.id from public.tenant t where t.slug = wanted_slug and t.status <> 'closed' and access.partner_of_owner() is not null $$;

-- What a tenant lets partners ask for is told to whoever asks it.
create or replace function access.tenant_policy_for_request(wanted uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('who_may_ask', p.who_may_ask, 'roles_allowed', p.roles_allowed, 'max_duration_days', p.max_duration_days,
    'listed_partner_ids', array(select listed from unnest(p.listed_partner_ids) listed where listed = access.own_partner()))
  from public.tenant_partner_policy p where p.tenant_id = wanted and access.is_in_own_plane() and access.partner_of_owner() is not null
$$;

-- Other partners are found by their codes by who may name one.
create or replace function access.find_distributor(wanted_slug text) returns table (id uuid, name text)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select p.id, p.name from public.partner p
  where p.slug = wanted_slug and p.status = 'active' and (access.context_plane() = 'tenant' or access.partner_of_owner() is not null)
$$;

reset role;
