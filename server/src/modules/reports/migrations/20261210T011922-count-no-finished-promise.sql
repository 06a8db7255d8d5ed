set role liaison_authz;

-- Whether a ticket does not change any more: a promise about it that stands still then is neither kept nor missed, and never will be.
create function access.is_ticket_over(of_tenant uuid, ticket uuid) returns boolean
  language sql stable
  set search_path = pg_catalog
  as $$ select t.status in ('closed', 'withdrawn') from public.ticket t where t.tenant_id = of_tenant and t.id = is_ticket_over.ticket $$;
revoke execute on function access.is_ticket_over(uuid, uuid) from public;

-- As counted and sorted one by one, which is best for a month.
create or replace function access.single_promises(wanted uuid[], since timestamptz[], until timestamptz[], as_of timestamptz)
  returns table (tenant_id uuid, metric text, met integer, breached integer, running integer, median_minutes double precision, p95_minutes double precision)
  language plpgsql stable rows 100
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
begin
  return query
    select w.id, m.metric, c.met, c.breached, c.running, c.minutes[1], c.minutes[2]
    from unnest(wanted, since, until) w (id, since, until)
    cross join (values ('first_response'), ('resolution')) m (metric)
    -- Tenant by tenant, so that what is sorted fits into memory.
    cross join lateral (
      select (count(*) filter (where k.is_met and not k.is_late))::integer as met, (count(*) filter (where k.is_late))::integer as breached,
        (count(*) filter (where not k.is_met and not k.is_late and not k.is_over))::integer as running, percentile_cont(array[0.5, 0.95]) within group (order by k.minutes) as minutes
      from (
        select t.met_at is not null as is_met, t.breached_at is not null or coalesce(t.met_at, t.paused_since, as_of) > t.due_at as is_late, t.taken_minutes as minutes,
          case when t.paused_since is null or t.met_at is not null then false else access.is_ticket_over(t.tenant_id, t.ticket_id) end as is_over
        from ticket_sla_clock t
        where t.tenant_id = w.id and t.metric = m.metric and t.started_at >= w.since and t.started_at < w.until) k
      having count(*) filter (where k.is_met or k.is_late or not k.is_over) > 0) c;
end
$$;

-- The same from whole months, and single promises before the first and after the last of them. The exact median and the 95th percentile
-- are found within the band that they lie in, interpolated as percentile_cont does.
create or replace function access.summed_promises(wanted uuid[], since timestamptz[], until timestamptz[], as_of timestamptz)
  returns table (tenant_id uuid, metric text, met integer, breached integer, running integer, median_minutes double precision, p95_minutes double precision)
  language plpgsql stable rows 100
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
begin
  return query
    select a.id, a.metric, c.on_time::integer, (c.late + o.late)::integer, o.running::integer, s.minutes[1], s.minutes[2]
    from (
      select w.id, m.metric, w.since, w.until, b.first_month, b.last_month, least(w.until, b.first_month::timestamp at time zone 'UTC') as months_since,
        greatest(b.last_month::timestamp at time zone 'UTC', least(w.until, b.first_month::timestamp at time zone 'UTC')) as months_until
      from unnest(wanted, since, until) w (id, since, until)
      cross join (values ('first_response'), ('resolution')) m (metric)
      cross join lateral (
        select (date_trunc('month', w.since at time zone 'UTC' - interval '1 microsecond') + interval '1 month')::date as first_month, date_trunc('month', w.until at time zone 'UTC')::date as last_month) b) a
    -- Those that are not settled: whether one is late depends on the moment.
    cross join lateral (
      select count(*) filter (where coalesce(t.paused_since, as_of) > t.due_at) as late, count(*) filter (where coalesce(t.paused_since, as_of) <= t.due_at
          and case when t.paused_since is null then true else not access.is_ticket_over(t.tenant_id, t.ticket_id) end) as running
      from ticket_sla_clock t
      where t.tenant_id = a.id and t.metric = a.metric and t.started_at >= a.since and t.started_at < a.until and t.met_at is null and t.breached_at is null) o
    cross join lateral (
      select coalesce(sum(g.on_time), 0) as on_time, coalesce(sum(g.late), 0) as late, coalesce(sum(g.on_time + g.late) filter (where g.band >= 0), 0) as met,
        array_agg(g.band order by g.band) filter (where g.band >= 0) as bands, array_agg(g.on_time + g.late order by g.band) filter (where g.band >= 0) as counts
      from (
        select k.band, coalesce(sum(k.promises) filter (where not k.is_late), 0) as on_time, coalesce(sum(k.promises) filter (where k.is_late), 0) as late
        from (
          select p.band, p.is_late, p.promises from promise_month p
          where p.tenant_id = a.id and p.metric = a.metric and p.month >= a.first_month and p.month < a.last_month
          union all
          select private.promise_band(t.taken_minutes), t.breached_at is not null or t.met_at > t.due_at, 1 from ticket_sla_clock t
          where t.tenant_id = a.id and t.metric = a.metric and t.started_at >= a.since and t.started_at < a.months_since and (t.met_at is not null or t.breached_at is not null)
          union all
          select private.promise_band(t.taken_minutes), t.breached_at is not null or t.met_at > t.due_at, 1 from ticket_sla_clock t
          where t.tenant_id = a.id and t.metric = a.metric and t.started_at >= a.months_until and t.started_at < a.until and (t.met_at is not null or t.breached_at is not null)) k
        group by k.band) g) c
    cross join lateral (
      select array_agg(v.minutes order by f.share) as minutes
      from (values ('0.5'::float8), ('0.95'::float8)) f (share)
      -- Rows of a month that add up to nothing leave a band in which nobody is.
      cross join lateral (select f.share * (c.met - 1)::float8 as place where c.met > 0) q
      -- The band in which the place lies, and how many promises took less than all of it.
      cross join lateral (
        select u.band, u.upto - u.promises as before
        from (select e.band, e.promises, sum(e.promises) over (order by e.band) as upto from unnest(c.bands, c.counts) e (band, promises)) u
        where u.upto > floor(q.place) order by u.band limit 1) n
      cross join lateral (
        select case when count(*) = 2 then min(r.taken_minutes) + (max(r.taken_minutes) - min(r.taken_minutes)) * (q.place - floor(q.place)) else min(r.taken_minutes) end as minutes
        from (
          -- As a range, so that promises are read in the order of their minutes and not of their beginning.
          select t.taken_minutes from ticket_sla_clock t
          where t.tenant_id = a.id and t.metric = a.metric and t.met_at is not null and t.taken_minutes >= coalesce((private.promise_bounds())[n.band], '-infinity')
            and t.started_at <@ tstzrange(a.since, a.until)
          order by t.taken_minutes offset floor(q.place)::bigint - n.before limit 2) r) v) s
    where c.on_time + c.late + o.late + o.running > 0;
end
$$;

reset role;
