set role liaison_owner;

-- A report over a year counts and sorts the times of some hundred thousand promises. In the index they lie kind by kind, so that nothing is
-- sorted by kind first, and what is sorted are plain numbers.
drop index ticket_sla_started;
create index ticket_sla_started on ticket_sla_clock (tenant_id, metric, started_at) include (met_at, breached_at, paused_since, due_at, paused_ms, ticket_id);

reset role;
set role liaison_authz;

create or replace function access.ticket_promises(wanted uuid[], since timestamptz[], until timestamptz[], as_of timestamptz)
  returns table (tenant_id uuid, metric text, met integer, breached integer, running integer, median_minutes double precision, p95_minutes double precision)
  language plpgsql stable security definer rows 100
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  reached uuid[] := array(select access.reach('ticket_figures', 'select'));
begin
  return query
    select w.id, m.metric, c.met, c.breached, c.running, c.minutes[1], c.minutes[2]
    from unnest(wanted, since, until) w (id, since, until)
    cross join (values ('first_response'), ('resolution')) m (metric)
    -- Tenant by tenant, so that what is sorted fits into memory; floating-point minutes, since exact numbers sort far more slowly.
    cross join lateral (
      select (count(*) filter (where k.is_met and not k.is_late))::integer as met, (count(*) filter (where k.is_late))::integer as breached,
        (count(*) filter (where not k.is_met and not k.is_late))::integer as running, percentile_cont(array[0.5, 0.95]) within group (order by k.minutes) as minutes
      from (
        select t.met_at is not null as is_met, t.breached_at is not null or coalesce(t.met_at, t.paused_since, as_of) > t.due_at as is_late,
          date_part('epoch', t.met_at - t.started_at) / 60 - t.paused_ms::float8 / 60000 as minutes
        from ticket_sla_clock t
        where t.tenant_id = w.id and t.metric = m.metric and t.started_at >= w.since and t.started_at < w.until) k
      having count(*) > 0) c
    where w.id = any (reached);
end
$$;

reset role;
