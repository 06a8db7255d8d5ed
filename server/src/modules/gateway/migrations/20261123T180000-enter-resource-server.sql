set role liaison_authz;

-- A gateway that asks about a token instead of a call: who it is, and which permissions its upstreams ask for.
create function access.enter_resource_server(credential bytea) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('id', g.id, 'name', g.name, 'ip_allow', g.ip_allow,
    'permissions', coalesce((
      select jsonb_agg(distinct r.permission) from public.gateway_upstream gu join public.protected_route r on r.upstream_id = gu.upstream_id
      where gu.gateway_id = g.id), '[]'))
  from public.gateway g
  where g.status = 'active' and (g.credential_hash = credential or (g.previous_hash = credential and g.previous_ends_at > statement_timestamp()))
$$;
comment on function access.enter_resource_server(bytea) is 'Null for a credential that is unknown, replaced or disabled.';
grant execute on function access.enter_resource_server(bytea) to liaison_auth;

reset role;
