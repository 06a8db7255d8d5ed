set role liaison_owner;

alter table configuration_in_force
  add column staff_rate_per_min integer generated always as ((document #>> '{limits,staff,rate.per_min}')::integer) stored,
  add column api_rate_per_min integer generated always as ((document #>> '{api,rate.per_min}')::integer) stored;

reset role;
set role liaison_authz;

-- How many calls each limit admits where a partner's configuration bounds it: the strictest of the platform's own allowance and of what the
-- partner's version in force says for a minute. `scale` is what the platform's allowances were multiplied with. Limits of other lengths stay.
create function access.bound_calls(allowed integer[], windows bigint[], partners uuid[], by_client boolean[], scale double precision) returns integer[]
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  bound integer;
begin
  for i in 1 .. cardinality(allowed) loop
    if (partners[i] is not null and windows[i] = 60000000) then
      select case when by_client[i] then c.api_rate_per_min else c.staff_rate_per_min end into bound
      from public.configuration_in_force c where c.partner_id = partners[i];
      if (bound is not null) then
        allowed[i] := least(allowed[i], greatest(1, floor(bound * scale)::integer));
      end if;
    end if;
  end loop;
  return allowed;
end
$$;
grant execute on function access.bound_calls(integer[], bigint[], uuid[], boolean[], double precision) to liaison_guard;

-- Whether a partner's configuration lets its API clients of this environment in at all.
create function access.opens_api(partner uuid, environment text) returns boolean
  language sql stable
  as $$
  select coalesce((
    select c.api_access_level = 'live' or (c.api_access_level = 'sandbox' and opens_api.environment = 'sandbox')
    from public.configuration_in_force c where c.partner_id = partner), true)
  $$;

reset role;
