-- When somebody watched a tenant's service. Without it, the absence of outages proves nothing.
create table public.monitoring_period (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  service text,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  source text,
  external_id text,
  created_at timestamp with time zone not null default now(),
  constraint monitoring_period_check CHECK ((ended_at > started_at)),
  constraint monitoring_period_pkey PRIMARY KEY (tenant_id, id),
  constraint monitoring_period_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint monitoring_period_tenant_id_source_external_id_key UNIQUE (tenant_id, source, external_id)
);
CREATE INDEX monitoring_period_tenant_id_started_at_idx ON public.monitoring_period USING btree (tenant_id, started_at);
CREATE TRIGGER audited_delete AFTER DELETE ON public.monitoring_period REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.monitoring_period REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.monitoring_period REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
alter table public.monitoring_period enable row level security, force row level security;
create policy deciding on public.monitoring_period for select to liaison_authz
  using (true);
create policy ingesting on public.monitoring_period for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy insertable on public.monitoring_period for insert to liaison_delegate, liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('monitoring_period'::text, 'insert'::text) AS reach)));
create policy readable on public.monitoring_period for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('monitoring_period'::text, 'select'::text) AS reach)));
create policy updatable on public.monitoring_period for update to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('monitoring_period'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('monitoring_period'::text, 'update'::text) AS reach)));
grant select on public.monitoring_period to liaison_authz;
grant select on public.monitoring_period to liaison_delegate;
grant insert, select, update on public.monitoring_period to liaison_ingest;
grant select on public.monitoring_period to liaison_tenant;

-- How often a partner's programs called for a tenant, and how many exports took its data, by day (UTC); counted from the audit log.
create table public.partner_use_day (
  partner_id uuid not null,
  tenant_id uuid not null,
  day date not null,
  api_calls bigint not null,
  exports bigint not null,
  constraint partner_use_day_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_use_day_pkey PRIMARY KEY (tenant_id, partner_id, day),
  constraint partner_use_day_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.partner_use_day enable row level security, force row level security;
create policy counting on public.partner_use_day for all to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.partner_use_day for select to liaison_authz
  using (true);
create policy own_use on public.partner_use_day for select to liaison_delegate
  using (((partner_id = ( SELECT access.context_id('partner_id'::text) AS context_id)) AND (tenant_id IN ( SELECT access.reach('usage_day'::text, 'select'::text) AS reach))));
create policy use_of_tenant on public.partner_use_day for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('usage_day'::text, 'select'::text) AS reach)));
grant insert, select, update on public.partner_use_day to liaison_authz;
grant select on public.partner_use_day to liaison_delegate;
grant select on public.partner_use_day to liaison_tenant;

-- Up to which moment the audit log is counted into partner_use_day.
create table public.partner_use_mark (
  only_one boolean not null default true,
  counted_to timestamp with time zone not null,
  constraint partner_use_mark_only_one_check CHECK (only_one),
  constraint partner_use_mark_pkey PRIMARY KEY (only_one)
);
alter table public.partner_use_mark enable row level security, force row level security;
create policy counting on public.partner_use_mark for all to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.partner_use_mark for select to liaison_authz
  using (true);
create policy telling on public.partner_use_mark for select to liaison_delegate, liaison_tenant
  using ((( SELECT access.context_plane() AS context_plane) IS NOT NULL));
grant insert, select, update on public.partner_use_mark to liaison_authz;
grant select on public.partner_use_mark to liaison_delegate;
grant select on public.partner_use_mark to liaison_tenant;

-- How many of a tenant's promises for tickets were met or missed for good, by the month (UTC) in which they began and the time that they took; the sum of all rows of a month counts. Kept in the transaction of every change.
create table public.promise_month (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  metric text not null,
  month date not null,
  band smallint not null,
  is_late boolean not null,
  promises integer not null,
  is_joined boolean not null default false,
  constraint promise_month_band_check CHECK (((band >= '-1'::integer) AND (band <= 24))),
  constraint promise_month_metric_check CHECK ((metric = ANY (ARRAY['first_response'::text, 'resolution'::text]))),
  constraint promise_month_month_check CHECK ((month = (date_trunc('month'::text, (month)::timestamp without time zone))::date)),
  constraint promise_month_pkey PRIMARY KEY (tenant_id, id),
  constraint promise_month_promises_check CHECK ((promises <> 0)),
  constraint promise_month_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX promise_month_tenant_id_metric_month_band_is_late_promises_idx ON public.promise_month USING btree (tenant_id, metric, month) INCLUDE (band, is_late, promises);
CREATE INDEX promise_month_tenant_id_metric_month_idx ON public.promise_month USING btree (tenant_id, metric, month) WHERE (NOT is_joined);
alter table public.promise_month enable row level security, force row level security;
create policy deciding on public.promise_month for select to liaison_authz
  using (true);
create policy summing on public.promise_month for all to liaison_owner
  using (true)
  with check (true);
grant select on public.promise_month to liaison_authz;

-- How many of a tenant's subscribers began and ended, by day and by month. One whose day is not known is in no row.
create table public.subscriber_change (
  tenant_id uuid not null,
  grain text not null,
  starts_on date not null,
  activated integer not null,
  closed integer not null,
  constraint subscriber_change_grain_check CHECK ((grain = ANY (ARRAY['day'::text, 'month'::text]))),
  constraint subscriber_change_pkey PRIMARY KEY (tenant_id, grain, starts_on),
  constraint subscriber_change_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.subscriber_change enable row level security, force row level security;
create policy deciding on public.subscriber_change for select to liaison_authz
  using (true);
create policy readable on public.subscriber_change for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('subscriber_figures'::text, 'select'::text) AS reach)));
create policy summing on public.subscriber_change for all to liaison_owner
  using (true)
  with check (true);
grant select on public.subscriber_change to liaison_authz;
grant select on public.subscriber_change to liaison_delegate;
grant select on public.subscriber_change to liaison_tenant;

-- How many subscribers of each state a tenant has now.
create table public.subscriber_standing (
  tenant_id uuid not null,
  active integer not null,
  suspended integer not null,
  closed integer not null,
  constraint subscriber_standing_pkey PRIMARY KEY (tenant_id),
  constraint subscriber_standing_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.subscriber_standing enable row level security, force row level security;
create policy deciding on public.subscriber_standing for select to liaison_authz
  using (true);
create policy readable on public.subscriber_standing for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('subscriber_figures'::text, 'select'::text) AS reach)));
create policy summing on public.subscriber_standing for all to liaison_owner
  using (true)
  with check (true);
grant select on public.subscriber_standing to liaison_authz;
grant select on public.subscriber_standing to liaison_delegate;
grant select on public.subscriber_standing to liaison_tenant;

-- The daily usage of a tenant summed by month; a month's row is computed anew whenever one of its days changes.
create table public.usage_month (
  tenant_id uuid not null,
  month date not null,
  measured_days integer not null default 0,
  data_gb numeric not null default 0,
  active_subscriber_days bigint not null default 0,
  peak_mbps numeric,
  average_mbps_sum numeric not null default 0,
  average_mbps_days integer not null default 0,
  constraint usage_month_month_check CHECK ((month = (date_trunc('month'::text, (month)::timestamp without time zone))::date)),
  constraint usage_month_pkey PRIMARY KEY (tenant_id, month),
  constraint usage_month_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.usage_month enable row level security, force row level security;
create policy deciding on public.usage_month for select to liaison_authz
  using (true);
create policy readable on public.usage_month for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('usage_day'::text, 'select'::text) AS reach)));
create policy summing on public.usage_month for all to liaison_owner
  using (true)
  with check (true);
grant select on public.usage_month to liaison_authz;
grant select on public.usage_month to liaison_delegate;
grant select on public.usage_month to liaison_tenant;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION access.changes_by_day(wanted uuid[], first_day date, last_day date)
 RETURNS TABLE(day date, activated integer, closed integer)
 LANGUAGE plpgsql
 STABLE ROWS 400
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_sort TO 'off'
AS $function$
begin
  return query
    select c.starts_on, sum(c.activated)::integer, sum(c.closed)::integer
    from subscriber_change c
    where c.tenant_id = any (wanted) and c.grain = 'day' and c.starts_on between first_day and last_day
    group by c.starts_on;
end
$function$;
grant execute on access.changes_by_day(uuid[],date,date) to liaison_delegate;
grant execute on access.changes_by_day(uuid[],date,date) to liaison_tenant;

-- Adds what partners did since the last call to partner_use_day, but for the last moments; returns the moment up to which is counted.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.count_partner_use(lag interval DEFAULT '00:02:00'::interval)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  counted timestamptz;
  upto timestamptz := clock_timestamp() - lag;
begin
  insert into partner_use_mark (counted_to) values ('-infinity') on conflict (only_one) do nothing;
  select counted_to into counted from partner_use_mark for update;
  if upto <= counted then
    return counted;
  end if;
  -- An export counts when its file is whole, in each tenant that is in it.
  -- A read that was repeated within a minute is closed by an event without a request of its own, which says how many there were.
  insert into partner_use_day as u (partner_id, tenant_id, day, api_calls, exports)
  select e.partner_id, s.scope_id, (e.occurred_at at time zone 'UTC')::date,
    coalesce(count(distinct e.request_id) filter (where e.source in ('api', 'gateway')), 0)
      + coalesce(sum(e.repeats) filter (where e.request_id is null and e.source in ('api', 'gateway')), 0),
    count(*) filter (where e.action like 'exports.%' and e.action not in ('exports.order', 'exports.download', 'exports.cancel', 'exports.fail', 'exports.stop', 'exports.expire'))
  from audit_event e
  join audit_scope s on s.event_id = e.id and s.occurred_at = e.occurred_at and s.kind = 'tenant'
  where e.occurred_at >= counted and e.occurred_at < upto and e.outcome = 'allowed' and e.partner_id is not null and e.plane in ('delegation', 'api')
  group by 1, 2, 3
  order by 2, 1, 3
  on conflict (tenant_id, partner_id, day) do update set api_calls = u.api_calls + excluded.api_calls, exports = u.exports + excluded.exports;
  update partner_use_mark set counted_to = upto;
  return upto;
end
$function$;
grant execute on access.count_partner_use(interval) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_ticket_over(of_tenant uuid, ticket uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select t.status in ('closed', 'withdrawn') from public.ticket t where t.tenant_id = of_tenant and t.id = is_ticket_over.ticket $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.single_promises(wanted uuid[], since timestamp with time zone[], until timestamp with time zone[], as_of timestamp with time zone)
 RETURNS TABLE(tenant_id uuid, metric text, met integer, breached integer, running integer, median_minutes double precision, p95_minutes double precision)
 LANGUAGE plpgsql
 STABLE ROWS 100
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.summed_promises(wanted uuid[], since timestamp with time zone[], until timestamp with time zone[], as_of timestamp with time zone)
 RETURNS TABLE(tenant_id uuid, metric text, met integer, breached integer, running integer, median_minutes double precision, p95_minutes double precision)
 LANGUAGE plpgsql
 STABLE ROWS 100
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
$function$;

-- Counts and times of the promises that began in a window of each tenant, of those whose reports this transaction may read.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ticket_promises(wanted uuid[], since timestamp with time zone[], until timestamp with time zone[], as_of timestamp with time zone)
 RETURNS TABLE(tenant_id uuid, metric text, met integer, breached integer, running integer, median_minutes double precision, p95_minutes double precision)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 100
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
$function$;
grant execute on access.ticket_promises(uuid[],timestamp with time zone[],timestamp with time zone[],timestamp with time zone) to liaison_delegate;
grant execute on access.ticket_promises(uuid[],timestamp with time zone[],timestamp with time zone[],timestamp with time zone) to liaison_tenant;

-- What holds for the uptime of a tenant under a link, or for the tenant itself: the one rule of reports and alerts.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.uptime_rule(of_tenant uuid, of_link uuid)
 RETURNS TABLE(link_target numeric, agreed_target numeric, default_target numeric, floor_target numeric, target numeric, target_source text, excludes_planned boolean)
 LANGUAGE sql
 STABLE ROWS 1
AS $function$
  select k.link_target, k.agreed_target, k.default_target, k.floor_target, greatest(k.floor_target, k.chosen_target),
    case when k.floor_target > k.chosen_target then 'floor' else k.chosen_source end, k.excludes_planned
  from (
    select agreed.link_target, (agreed.terms ->> 'uptime_target')::numeric as agreed_target, (usual.terms ->> 'uptime_target')::numeric as default_target, floored.target as floor_target,
      coalesce((agreed.terms ->> 'uptime_target')::numeric, agreed.link_target, (usual.terms ->> 'uptime_target')::numeric, 99.9) as chosen_target,
      case when agreed.terms ->> 'uptime_target' is not null then 'agreement' when agreed.link_target is not null then 'link' when usual.terms ->> 'uptime_target' is not null then 'tenant' else 'default' end as chosen_source,
      coalesce((agreed.terms ->> 'maintenance_excluded')::boolean, (usual.terms ->> 'maintenance_excluded')::boolean, true) as excludes_planned
    from (values (of_tenant)) asked (tenant_id)
    left join lateral (
      select l.sla_uptime_target as link_target,
        (select p.terms from public.sla_policy_version p where p.tenant_id = asked.tenant_id and p.kind = 'link' and p.delegation_id = l.id order by p.version desc limit 1) as terms
      from public.link l where l.id = of_link) agreed on true
    left join lateral (
      select p.terms from public.sla_policy_version p where p.tenant_id = asked.tenant_id and p.kind = 'default' order by p.version desc limit 1) usual on true
    left join lateral (
      select max((newest.terms ->> 'uptime_target')::numeric) as target
      from (
        select distinct on (p.delegation_id) p.terms, p.delegation_id
        from public.sla_policy_version p where p.tenant_id = asked.tenant_id and p.kind = 'floor' order by p.delegation_id, p.version desc) newest
      join access.delegation_in_force d on d.id = newest.delegation_id) floored on true) k
$function$;

-- The time zones, and what holds for uptime, of those of the tenants whose reports this transaction may read.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.uptime_rules(wanted uuid[])
 RETURNS TABLE(tenant_id uuid, time_zone text, target numeric, target_source text, floor_target numeric, excludes_planned boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 50
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  reached uuid[] := array(select access.reach('outage', 'select'));
  own_partner uuid := case access.context_plane() when 'delegation' then access.context_id('partner_id') end;
begin
  return query
    select t.id, t.timezone, u.target, u.target_source, u.floor_target, u.excludes_planned
    from tenant t
    left join lateral (
      select d.id from access.delegation_in_force d where d.tenant_id = t.id and d.partner_id = own_partner and d.kind = 'link' limit 1) own on true
    cross join lateral access.uptime_rule(t.id, own.id) u
    where t.id = any (wanted) and t.id = any (reached);
end
$function$;
grant execute on access.uptime_rules(uuid[]) to liaison_delegate;
grant execute on access.uptime_rules(uuid[]) to liaison_tenant;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION access.usage_by_day(wanted uuid[], first_day date, last_day date, today date)
 RETURNS TABLE(day date, measured_days integer, data_gb double precision, active_subscribers double precision, peak_mbps double precision, average_mbps double precision)
 LANGUAGE plpgsql
 STABLE ROWS 400
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_sort TO 'off'
AS $function$
begin
  return query
    select u.day, (count(*) filter (where u.day < today))::integer, sum(u.data_gb)::float8, sum(u.active_subscribers)::float8, max(u.peak_mbps)::float8, sum(u.average_mbps)::float8
    from usage_day u
    where u.tenant_id = any (wanted) and u.day between first_day and last_day
    group by u.day;
end
$function$;
grant execute on access.usage_by_day(uuid[],date,date,date) to liaison_delegate;
grant execute on access.usage_by_day(uuid[],date,date,date) to liaison_tenant;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.add_subscribers(subscribers jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into subscriber_standing as k (tenant_id, active, suspended, closed)
  select s.tenant_id, sum(s.n) filter (where s.status = 'active'), sum(s.n) filter (where s.status = 'suspended'), sum(s.n) filter (where s.status = 'closed')
  from (
    select x.tenant_id, x.status, sum(x.sign) as n from jsonb_to_recordset(subscribers) x (tenant_id uuid, status text, sign integer)
    group by 1, 2
    union all
    select distinct x.tenant_id, v.status, 0 from jsonb_to_recordset(subscribers) x (tenant_id uuid), (values ('active'), ('suspended'), ('closed')) v (status)) s
  group by 1
  order by 1
  on conflict (tenant_id) do update set active = k.active + excluded.active, suspended = k.suspended + excluded.suspended, closed = k.closed + excluded.closed;
  insert into subscriber_change as k (tenant_id, grain, starts_on, activated, closed)
  select s.tenant_id, g.grain, date_trunc(g.grain, s.on_day::timestamp)::date, sum(s.activated), sum(s.closed)
  from (
    select x.tenant_id, x.activated_on as on_day, x.sign as activated, 0 as closed
    from jsonb_to_recordset(subscribers) x (tenant_id uuid, activated_on date, sign integer) where x.activated_on is not null
    union all
    select x.tenant_id, x.closed_on, 0, x.sign
    from jsonb_to_recordset(subscribers) x (tenant_id uuid, status text, closed_on date, sign integer) where x.closed_on is not null and x.status = 'closed') s
  cross join (values ('day'), ('month')) g (grain)
  group by 1, 2, 3
  having sum(s.activated) <> 0 or sum(s.closed) <> 0
  order by 1, 2, 3
  on conflict (tenant_id, grain, starts_on) do update set activated = k.activated + excluded.activated, closed = k.closed + excluded.closed;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.count_promises()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.count_subscribers()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  counted jsonb;
begin
  -- Those that are equal but for their sign are one line with a count, so that a large import stays small here.
  if tg_op = 'INSERT' then
    select jsonb_agg(to_jsonb(x)) into counted
    from (select n.tenant_id, n.status, n.activated_on, n.closed_on, count(*) as sign from added n group by 1, 2, 3, 4) x;
  elsif tg_op = 'DELETE' then
    select jsonb_agg(to_jsonb(x)) into counted
    from (select o.tenant_id, o.status, o.activated_on, o.closed_on, -count(*) as sign from removed o group by 1, 2, 3, 4) x;
  else
    select jsonb_agg(to_jsonb(x)) into counted
    from (
      select y.tenant_id, y.status, y.activated_on, y.closed_on, sum(y.sign) as sign
      from (
        select n.tenant_id, n.status, n.activated_on, n.closed_on, 1 as sign from added n
        union all
        select o.tenant_id, o.status, o.activated_on, o.closed_on, -1 from removed o) y
      group by 1, 2, 3, 4
      having sum(y.sign) <> 0) x;
  end if;
  if counted is not null then
    perform private.add_subscribers(counted);
  end if;
  return null;
end
$function$;

-- Compares every kept sum of promises with the promises. Empty unless a sum is wrong.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.differing_promises()
 RETURNS TABLE(tenant_id uuid, detail text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  with
  counted as (
    select t.tenant_id, t.metric, date_trunc('month', t.started_at at time zone 'UTC')::date as month, private.promise_band(t.taken_minutes)::integer as band, t.breached_at is not null or t.met_at > t.due_at as is_late, count(*) as n
    from ticket_sla_clock t where t.met_at is not null or t.breached_at is not null group by 1, 2, 3, 4, 5),
  kept as (
    select p.tenant_id, p.metric, p.month, p.band::integer, p.is_late, sum(p.promises) from promise_month p group by 1, 2, 3, 4, 5 having sum(p.promises) <> 0)
  select x.tenant_id, x::text from ((table counted except all table kept) union all (table kept except all table counted)) x
$function$;
grant execute on private.differing_promises() to liaison_job;

-- Makes one row of what changes added to the promises of a month, for so many months of tenants at most; returns for how many.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.join_promises(most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;
grant execute on private.join_promises(integer) to liaison_job;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.promise_band(minutes double precision)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN COALESCE(width_bucket(minutes, private.promise_bounds()), '-1'::integer);
grant execute on private.promise_band(double precision) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.promise_bounds()
 RETURNS double precision[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ARRAY[(1)::double precision, (2)::double precision, (4)::double precision, (8)::double precision, (15)::double precision, (30)::double precision, (45)::double precision, (60)::double precision, (90)::double precision, (120)::double precision, (180)::double precision, (240)::double precision, (360)::double precision, (480)::double precision, (720)::double precision, (1080)::double precision, (1440)::double precision, (2160)::double precision, (2880)::double precision, (4320)::double precision, (7200)::double precision, (10080)::double precision, (20160)::double precision, (43200)::double precision];
grant execute on private.promise_bounds() to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.rebuild_promises()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  lock table ticket_sla_clock in share row exclusive mode;
  delete from promise_month;
  insert into promise_month (tenant_id, metric, month, band, is_late, promises, is_joined)
  select t.tenant_id, t.metric, date_trunc('month', t.started_at at time zone 'UTC')::date, private.promise_band(t.taken_minutes), t.breached_at is not null or t.met_at > t.due_at, count(*), true
  from ticket_sla_clock t where t.met_at is not null or t.breached_at is not null group by 1, 2, 3, 4, 5;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.sum_usage()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  touched jsonb;
begin
  if tg_op = 'INSERT' then
    select jsonb_agg(distinct jsonb_build_object('t', n.tenant_id, 'm', date_trunc('month', n.day::timestamp)::date)) into touched from added n;
  elsif tg_op = 'DELETE' then
    select jsonb_agg(distinct jsonb_build_object('t', o.tenant_id, 'm', date_trunc('month', o.day::timestamp)::date)) into touched from removed o;
  else
    select jsonb_agg(distinct jsonb_build_object('t', x.tenant_id, 'm', date_trunc('month', x.day::timestamp)::date)) into touched
    from (select n.tenant_id, n.day from added n union all select o.tenant_id, o.day from removed o) x;
  end if;
  if touched is null then
    return null;
  end if;
  -- First the month's row is locked, in one order for every transaction; the sum is then read by a statement of its own, which sees what
  -- a transaction that held the lock has committed.
  insert into usage_month (tenant_id, month)
  select k.t, k.m from jsonb_to_recordset(touched) k (t uuid, m date) order by k.t, k.m
  on conflict (tenant_id, month) do update set month = excluded.month;
  update usage_month u
  set measured_days = s.days, data_gb = s.data_gb, active_subscriber_days = s.active, peak_mbps = s.peak, average_mbps_sum = s.average_sum, average_mbps_days = s.average_days
  from jsonb_to_recordset(touched) k (t uuid, m date)
  cross join lateral (
    select count(*)::integer as days, coalesce(sum(d.data_gb), 0) as data_gb, coalesce(sum(d.active_subscribers), 0) as active, max(d.peak_mbps) as peak,
      coalesce(sum(d.average_mbps), 0) as average_sum, count(d.average_mbps)::integer as average_days
    from usage_day d where d.tenant_id = k.t and d.day >= k.m and d.day < (k.m + interval '1 month')::date) s
  where u.tenant_id = k.t and u.month = k.m;
  return null;
end
$function$;
