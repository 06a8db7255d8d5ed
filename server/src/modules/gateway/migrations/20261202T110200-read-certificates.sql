set role liaison_owner;

alter table gateway add column reads_certificates boolean not null default false;
comment on column gateway.reads_certificates is 'Whether it ends mutual TLS and says which certificate a caller showed. Of any other gateway that field is not read: a caller may have written it.';
grant select (reads_certificates), update (reads_certificates) on gateway to liaison_platform;

reset role;
set role liaison_authz;

-- The gateway that a credential belongs to, and what is registered for one method of the upstream at an origin. Looked up for every decision,
-- so that whoever is disabled, or a route that is taken away, is so at the next request.
create or replace function access.enter_gateway(credential bytea, wanted_origin text, wanted_method text) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  asking public.gateway;
  upstream public.protected_upstream;
  previous_until timestamptz;
begin
  select * into asking from public.gateway g where g.credential_hash = credential and g.status = 'active';
  if not found then
    select * into asking from public.gateway g where g.previous_hash = credential and g.status = 'active' and g.previous_ends_at > statement_timestamp();
    if not found then
      return null;
    end if;
    previous_until := asking.previous_ends_at;
  end if;
  if wanted_origin = '' then
    select u.* into upstream from public.gateway_upstream gu join public.protected_upstream u on u.id = gu.upstream_id
    where gu.gateway_id = asking.id and (select count(*) from public.gateway_upstream only_one where only_one.gateway_id = asking.id) = 1;
  else
    select u.* into upstream from public.protected_upstream u join public.gateway_upstream gu on gu.upstream_id = u.id and gu.gateway_id = asking.id
    where u.origin = wanted_origin;
  end if;
  return jsonb_build_object('id', asking.id, 'name', asking.name, 'ip_allow', asking.ip_allow, 'is_trusted', asking.is_trusted,
    'reads_certificates', asking.reads_certificates,
    'upstream', case when upstream.id is not null then jsonb_build_object('name', upstream.name, 'audience', upstream.audience, 'origin', upstream.origin,
      'routes', coalesce((select jsonb_agg(jsonb_build_object('template', r.path_template, 'permission', r.permission)) from public.protected_route r
        where r.upstream_id = upstream.id and r.method = wanted_method), '[]')) end,
    'kept', (select jsonb_build_object('era', e.id, 'snapshot', pg_current_snapshot(), 'until', least(statement_timestamp() + interval '1 minute', previous_until), 'keys', array[asking.id, upstream.id]::text)
      from access.stamp_era e where upstream.id is not null));
end
$$;

reset role;
