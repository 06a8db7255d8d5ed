set role liaison_owner;

-- What networks reported on each day, over several tenants, as far as row policies let the caller read it. Grouped by hash: the rows of many
-- tenants and days are far more than a plan expects that is made for any tenants, and were sorted on disk.
create function access.usage_by_day(wanted uuid[], first_day date, last_day date, today date)
  returns table (day date, measured_days integer, data_gb float8, active_subscribers float8, peak_mbps float8, average_mbps float8)
  language plpgsql stable rows 400
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_sort = off
  as $$
begin
  return query
    select u.day, (count(*) filter (where u.day < today))::integer, sum(u.data_gb)::float8, sum(u.active_subscribers)::float8, max(u.peak_mbps)::float8, sum(u.average_mbps)::float8
    from usage_day u
    where u.tenant_id = any (wanted) and u.day between first_day and last_day
    group by u.day;
end
$$;

-- As above, of subscribers that came and went.
create function access.changes_by_day(wanted uuid[], first_day date, last_day date) returns table (day date, activated integer, closed integer)
  language plpgsql stable rows 400
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_sort = off
  as $$
begin
  return query
    select c.starts_on, sum(c.activated)::integer, sum(c.closed)::integer
    from subscriber_change c
    where c.tenant_id = any (wanted) and c.grain = 'day' and c.starts_on between first_day and last_day
    group by c.starts_on;
end
$$;
grant execute on function access.usage_by_day(uuid[], date, date, date), access.changes_by_day(uuid[], date, date) to liaison_tenant, liaison_delegate;

reset role;
