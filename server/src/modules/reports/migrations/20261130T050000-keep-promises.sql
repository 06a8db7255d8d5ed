set role liaison_owner;

-- How long it took to keep a promise: from the opening to the answer or the end, without the pauses.
alter table ticket_sla_clock add column taken_minutes double precision
  generated always as (date_part('epoch', met_at - started_at) / 60 - paused_ms::float8 / 60000) stored;
comment on column ticket_sla_clock.taken_minutes is 'The minutes until the promise was met, without the pauses; null while it is not.';

drop index ticket_sla_started;
create index ticket_sla_started on ticket_sla_clock (tenant_id, metric, started_at) include (met_at, breached_at, paused_since, due_at, taken_minutes, ticket_id);
create index ticket_sla_taken on ticket_sla_clock (tenant_id, metric, taken_minutes) include (started_at) where met_at is not null;
create index ticket_sla_undecided on ticket_sla_clock (tenant_id, metric, started_at) include (paused_since, due_at) where met_at is null and breached_at is null;

-- From where to where the bands reach; the first one is all that took less than a minute, and each begins with its bound.
create function private.promise_bounds() returns double precision[]
  language sql immutable parallel safe
  return array[1, 2, 4, 8, 15, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1080, 1440, 2160, 2880, 4320, 7200, 10080, 20160, 43200]::double precision[];

create function private.promise_band(minutes double precision) returns integer
  language sql immutable parallel safe
  return coalesce(width_bucket(minutes, private.promise_bounds()), -1);

-- A report of a year counts promises from these sums and looks at single ones only to find the exact median within its band. Each change
-- adds rows and changes none, so that no transaction waits for another because of a sum; a job joins what belongs together.
create table promise_month (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  metric text not null check (metric in ('first_response', 'resolution')),
  month date not null check (month = date_trunc('month', month::timestamp)::date),
  band smallint not null check (band between -1 and 24),
  is_late boolean not null,
  promises integer not null check (promises <> 0),
  is_joined boolean not null default false,
  primary key (tenant_id, id)
);
comment on table promise_month is 'How many of a tenant''s promises for tickets were met or missed for good, by the month (UTC) in which they began and the time that they took; the sum of all rows of a month counts. Kept in the transaction of every change.';
comment on column promise_month.band is 'Which of the bands of private.promise_bounds() the minutes lie in; -1 for a promise that was missed and is not met.';
comment on column promise_month.is_joined is 'Whether a job has joined what changes added; a row of a single change waits for it.';
create index on promise_month (tenant_id, metric, month) include (band, is_late, promises);
create index on promise_month (tenant_id, metric, month) where not is_joined;
call private.protect('promise_month');
create policy summing on promise_month to liaison_owner using (true) with check (true);

-- What of a promise is settled: what it took, once it is met, and that it was missed. What is neither depends on the time that is asked for.
create function private.count_promises() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if tg_op = 'INSERT' then
    insert into promise_month (tenant_id, metric, month, band, is_late, promises)
    select n.tenant_id, n.metric, date_trunc('month', n.started_at at time zone 'UTC')::date, private.promise_band(n.taken_minutes), n.breached_at is not null or n.met_at > n.due_at, count(*)
    from added n
    where n.met_at is not null or n.breached_at is not null
    group by 1, 2, 3, 4, 5;
  else
    insert into promise_month (tenant_id, metric, month, band, is_late, promises)
    select x.tenant_id, x.metric, date_trunc('month', x.started_at at time zone 'UTC')::date, private.promise_band(x.taken_minutes), x.breached_at is not null or x.met_at > x.due_at, sum(x.sign)
    from (
      select n.tenant_id, n.metric, n.started_at, n.taken_minutes, n.met_at, n.breached_at, n.due_at, 1 as sign from added n
      union all
      select o.tenant_id, o.metric, o.started_at, o.taken_minutes, o.met_at, o.breached_at, o.due_at, -1 from removed o) x
    where x.met_at is not null or x.breached_at is not null
    group by 1, 2, 3, 4, 5
    having sum(x.sign) <> 0;
  end if;
  return null;
end
$$;
create trigger count_inserted after insert on ticket_sla_clock referencing new table as added for each statement execute function private.count_promises();
create trigger count_updated after update on ticket_sla_clock referencing new table as added old table as removed for each statement execute function private.count_promises();

-- Joins the rows of so many months of tenants at most; returns of how many, or 0 while another one joins. Whoever reads meanwhile sees all
-- of it or nothing.
create function private.join_promises(most integer) returns integer
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  joined integer;
begin
  if not pg_try_advisory_xact_lock(hashtext('join promises')) then
    return 0;
  end if;
  with waiting as (
    select distinct p.tenant_id, p.metric, p.month from promise_month p where not p.is_joined limit most),
  gone as (
    delete from promise_month p using waiting w where p.tenant_id = w.tenant_id and p.metric = w.metric and p.month = w.month
    returning p.tenant_id, p.metric, p.month, p.band, p.is_late, p.promises),
  whole as (
    insert into promise_month (tenant_id, metric, month, band, is_late, promises, is_joined)
    select g.tenant_id, g.metric, g.month, g.band, g.is_late, sum(g.promises), true from gone g group by 1, 2, 3, 4, 5 having sum(g.promises) <> 0)
  select count(*) into joined from waiting;
  return joined;
end
$$;
comment on function private.join_promises(integer) is 'Makes one row of what changes added to the promises of a month, for so many months of tenants at most; returns for how many.';
grant execute on function private.join_promises(integer) to liaison_job;

-- The promises as they would be if they were counted now, beside those that are kept: one line for each that differs.
create function private.differing_promises() returns table (tenant_id uuid, detail text)
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  with
  counted as (
    select t.tenant_id, t.metric, date_trunc('month', t.started_at at time zone 'UTC')::date as month, private.promise_band(t.taken_minutes)::integer as band, t.breached_at is not null or t.met_at > t.due_at as is_late, count(*) as n
    from ticket_sla_clock t where t.met_at is not null or t.breached_at is not null group by 1, 2, 3, 4, 5),
  kept as (
    select p.tenant_id, p.metric, p.month, p.band::integer, p.is_late, sum(p.promises) from promise_month p group by 1, 2, 3, 4, 5 having sum(p.promises) <> 0)
  select x.tenant_id, x::text from ((table counted except all table kept) union all (table kept except all table counted)) x
$$;
comment on function private.differing_promises() is 'Compares every kept sum of promises with the promises. Empty unless a sum is wrong.';
grant execute on function private.differing_promises() to liaison_job;

-- Counts everything anew: for promises that were there before, and to mend what a comparison found.
create function private.rebuild_promises() returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  lock table ticket_sla_clock in share row exclusive mode;
  delete from promise_month;
  insert into promise_month (tenant_id, metric, month, band, is_late, promises, is_joined)
  select t.tenant_id, t.metric, date_trunc('month', t.started_at at time zone 'UTC')::date, private.promise_band(t.taken_minutes), t.breached_at is not null or t.met_at > t.due_at, count(*), true
  from ticket_sla_clock t where t.met_at is not null or t.breached_at is not null group by 1, 2, 3, 4, 5;
end
$$;
select private.rebuild_promises();
grant usage on schema private to liaison_authz;
grant execute on function private.promise_bounds(), private.promise_band(double precision) to liaison_authz;

reset role;
set role liaison_authz;

-- As counted and sorted one by one, which is best for a month.
create function access.single_promises(wanted uuid[], since timestamptz[], until timestamptz[], as_of timestamptz)
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
        (count(*) filter (where not k.is_met and not k.is_late))::integer as running, percentile_cont(array[0.5, 0.95]) within group (order by k.minutes) as minutes
      from (
        select t.met_at is not null as is_met, t.breached_at is not null or coalesce(t.met_at, t.paused_since, as_of) > t.due_at as is_late, t.taken_minutes as minutes
        from ticket_sla_clock t
        where t.tenant_id = w.id and t.metric = m.metric and t.started_at >= w.since and t.started_at < w.until) k
      having count(*) > 0) c;
end
$$;

-- The same from whole months, and single promises before the first and after the last of them. The exact median and the 95th percentile
-- are found within the band that they lie in, interpolated as percentile_cont does.
create function access.summed_promises(wanted uuid[], since timestamptz[], until timestamptz[], as_of timestamptz)
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
      select count(*) filter (where coalesce(t.paused_since, as_of) > t.due_at) as late, count(*) filter (where coalesce(t.paused_since, as_of) <= t.due_at) as running
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
revoke execute on function access.single_promises(uuid[], timestamptz[], timestamptz[], timestamptz), access.summed_promises(uuid[], timestamptz[], timestamptz[], timestamptz) from public;

-- Months are worth their sums from half a year on: before that, the promises of all years in a band are more than those of the window.
create or replace function access.ticket_promises(wanted uuid[], since timestamptz[], until timestamptz[], as_of timestamptz)
  returns table (tenant_id uuid, metric text, met integer, breached integer, running integer, median_minutes double precision, p95_minutes double precision)
  language plpgsql stable security definer rows 100
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  reached uuid[] := array(select access.reach('ticket_figures', 'select'));
  may_know boolean[] := array(select w.id = any (reached) from unnest(wanted) with ordinality w (id, place) order by w.place);
begin
  -- Of tenants out of reach nothing is even counted.
  wanted := array(select w.id from unnest(wanted, may_know) with ordinality w (id, is_known, place) where w.is_known order by w.place);
  since := array(select w.at from unnest(since, may_know) with ordinality w (at, is_known, place) where w.is_known order by w.place);
  until := array(select w.at from unnest(until, may_know) with ordinality w (at, is_known, place) where w.is_known order by w.place);
  if (select max(w.until - w.since) from unnest(since, until) w (since, until)) >= interval '180 days' then
    return query select * from access.summed_promises(wanted, since, until, as_of);
  else
    return query select * from access.single_promises(wanted, since, until, as_of);
  end if;
end
$$;

reset role;
