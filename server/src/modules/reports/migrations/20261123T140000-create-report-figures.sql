set role liaison_owner;

create table monitoring_period (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  service text,
  started_at timestamptz not null,
  ended_at timestamptz check (ended_at > started_at),
  source text,
  external_id text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id)
);
comment on table monitoring_period is 'When somebody watched a tenant''s service. Without it, the absence of outages proves nothing.';
comment on column monitoring_period.ended_at is 'Null while the service is still watched.';
create index on monitoring_period (tenant_id, started_at);
call private.protect('monitoring_period');
call private.open_to_tenant('monitoring_period', 'monitoring_period');
call private.audit_changes('monitoring_period', true);

-- Long reports are answered from sums that are kept in the transaction of every change; a test compares them with the rows.
create table usage_month (
  tenant_id uuid not null references tenant (id),
  month date not null check (month = date_trunc('month', month::timestamp)::date),
  measured_days integer not null default 0,
  data_gb numeric not null default 0,
  active_subscriber_days bigint not null default 0,
  peak_mbps numeric,
  average_mbps_sum numeric not null default 0,
  average_mbps_days integer not null default 0,
  primary key (tenant_id, month)
);
comment on table usage_month is 'The daily usage of a tenant summed by month; a month''s row is computed anew whenever one of its days changes.';
call private.protect('usage_month');
create policy readable on usage_month for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach('usage_day', 'select')));
grant select on usage_month to liaison_tenant, liaison_delegate;
create policy summing on usage_month to liaison_owner using (true) with check (true);
create policy summing_read on usage_day for select to liaison_owner using (true);

create function private.sum_usage() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
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
$$;
create trigger sum_inserted after insert on usage_day referencing new table as added for each statement execute function private.sum_usage();
create trigger sum_updated after update on usage_day referencing new table as added old table as removed for each statement execute function private.sum_usage();
create trigger sum_deleted after delete on usage_day referencing old table as removed for each statement execute function private.sum_usage();

create table subscriber_standing (
  tenant_id uuid not null references tenant (id),
  active integer not null,
  suspended integer not null,
  closed integer not null,
  primary key (tenant_id)
);
comment on table subscriber_standing is 'How many subscribers of each state a tenant has now.';
call private.protect('subscriber_standing');
create policy readable on subscriber_standing for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach('subscriber_figures', 'select')));
grant select on subscriber_standing to liaison_tenant, liaison_delegate;
create policy summing on subscriber_standing to liaison_owner using (true) with check (true);

create table subscriber_change (
  tenant_id uuid not null references tenant (id),
  grain text not null check (grain in ('day', 'month')),
  starts_on date not null,
  activated integer not null,
  closed integer not null,
  primary key (tenant_id, grain, starts_on)
);
comment on table subscriber_change is 'How many of a tenant''s subscribers began and ended, by day and by month. One whose day is not known is in no row.';
call private.protect('subscriber_change');
create policy readable on subscriber_change for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach('subscriber_figures', 'select')));
grant select on subscriber_change to liaison_tenant, liaison_delegate;
create policy summing on subscriber_change to liaison_owner using (true) with check (true);

-- What a set of subscribers adds to the counts (sign 1) or takes from them (sign -1).
create function private.add_subscribers(subscribers jsonb) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
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
$$;

create function private.count_subscribers() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
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
$$;
create trigger count_inserted after insert on subscriber referencing new table as added for each statement execute function private.count_subscribers();
create trigger count_updated after update on subscriber referencing new table as added old table as removed for each statement execute function private.count_subscribers();
create trigger count_deleted after delete on subscriber referencing old table as removed for each statement execute function private.count_subscribers();

create table partner_use_day (
  partner_id uuid not null references partner (id),
  tenant_id uuid not null references tenant (id),
  day date not null,
  api_calls bigint not null,
  exports bigint not null,
  primary key (tenant_id, partner_id, day)
);
comment on table partner_use_day is 'How often a partner''s programs called for a tenant, and how many exports took its data, by day (UTC); counted from the audit log.';
call private.protect('partner_use_day');
create policy own_use on partner_use_day for select to liaison_delegate using (partner_id = (select access.context_id('partner_id')) and tenant_id in (select access.reach('usage_day', 'select')));
create policy use_of_tenant on partner_use_day for select to liaison_tenant using (tenant_id in (select access.reach('usage_day', 'select')));
grant select on partner_use_day to liaison_tenant, liaison_delegate;
create policy counting on partner_use_day to liaison_authz using (true) with check (true);
grant insert, update on partner_use_day to liaison_authz;

create table partner_use_mark (
  only_one boolean primary key default true check (only_one),
  counted_to timestamptz not null
);
comment on table partner_use_mark is 'Up to which moment the audit log is counted into partner_use_day.';
call private.protect('partner_use_mark');
create policy counting on partner_use_mark to liaison_authz using (true) with check (true);
grant insert, update on partner_use_mark to liaison_authz;
create policy telling on partner_use_mark for select to liaison_tenant, liaison_delegate using ((select access.context_plane()) is not null);
grant select on partner_use_mark to liaison_tenant, liaison_delegate;

reset role;
set role liaison_authz;

-- Counts the events since the last time. Those of the last moments wait for the next time: a transaction may still be writing some with
-- an earlier time. The mark's row is locked until the end, so two runs never count the same.
create function access.count_partner_use(lag interval default '2 minutes') returns timestamptz
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  as $$
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
$$;
comment on function access.count_partner_use(interval) is 'Adds what partners did since the last call to partner_use_day, but for the last moments; returns the moment up to which is counted.';
grant execute on function access.count_partner_use(interval) to liaison_job;

-- A report of a tenant is in the tenant's own days and months, whether or not its profile may be read; and what was agreed about uptime is
-- told with it: by the link's own agreement, else the link, else the tenant's default, and the floor of a headquarters.
create function access.uptime_terms(wanted uuid[])
  returns table (tenant_id uuid, time_zone text, link_target numeric, agreed_target numeric, default_target numeric, floor_target numeric, excludes_planned boolean)
  language plpgsql stable security definer rows 50
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  reached uuid[] := array(select access.reach('outage', 'select'));
  own_partner uuid := case access.context_plane() when 'delegation' then access.context_id('partner_id') end;
begin
  return query
    select t.id, t.timezone, agreed.link_target, (agreed.terms ->> 'uptime_target')::numeric, (usual.terms ->> 'uptime_target')::numeric, floored.target,
      coalesce((agreed.terms ->> 'maintenance_excluded')::boolean, (usual.terms ->> 'maintenance_excluded')::boolean, true)
    from tenant t
    left join lateral (
      select l.sla_uptime_target as link_target,
        (select p.terms from sla_policy_version p where p.tenant_id = t.id and p.kind = 'link' and p.delegation_id = d.id order by p.version desc limit 1) as terms
      from delegation d join link l on l.id = d.id
      where d.tenant_id = t.id and d.partner_id = own_partner and d.kind = 'link' and access.in_force(d)
      limit 1) agreed on true
    left join lateral (
      select p.terms from sla_policy_version p where p.tenant_id = t.id and p.kind = 'default' order by p.version desc limit 1) usual on true
    left join lateral (
      select max((newest.terms ->> 'uptime_target')::numeric) as target
      from (
        select distinct on (p.delegation_id) p.terms, p.delegation_id
        from sla_policy_version p where p.tenant_id = t.id and p.kind = 'floor' order by p.delegation_id, p.version desc) newest
      join delegation d on d.id = newest.delegation_id and access.in_force(d)) floored on true
    where t.id = any (wanted) and t.id = any (reached);
end
$$;
comment on function access.uptime_terms(uuid[]) is 'The time zones, and what was agreed about uptime, of those of the tenants whose reports this transaction may read.';
grant execute on function access.uptime_terms(uuid[]) to liaison_tenant, liaison_delegate;

reset role;
set role liaison_authz;

-- How promised times were kept, told without the tickets. A promise belongs to the time in which it began; one that was missed stays missed,
-- one that still runs is neither. The minutes are those from the opening to the answer or the end, without the pauses.
create function access.ticket_promises(wanted uuid[], since timestamptz[], until timestamptz[], as_of timestamptz)
  returns table (tenant_id uuid, metric text, met integer, breached integer, running integer, median_minutes double precision, p95_minutes double precision)
  language plpgsql stable security definer rows 100
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  reached uuid[] := array(select access.reach('ticket_figures', 'select'));
begin
  return query
    select w.id, c.metric, c.met, c.breached, c.running, c.minutes[1], c.minutes[2]
    from unnest(wanted, since, until) w (id, since, until)
    -- Tenant by tenant, so that what is sorted fits into memory; floating-point minutes, since exact numbers sort far more slowly.
    cross join lateral (
      select k.metric, (count(*) filter (where k.state = 'met'))::integer as met, (count(*) filter (where k.state = 'breached'))::integer as breached,
        (count(*) filter (where k.state = 'running'))::integer as running, percentile_cont(array[0.5, 0.95]) within group (order by k.minutes) as minutes
      from (
        select t.metric,
          case when t.breached_at is not null or coalesce(t.met_at, t.paused_since, as_of) > t.due_at then 'breached' when t.met_at is not null then 'met' else 'running' end as state,
          date_part('epoch', t.met_at - t.started_at) / 60 - t.paused_ms::float8 / 60000 as minutes
        from ticket_sla_clock t
        where t.tenant_id = w.id and t.started_at >= w.since and t.started_at < w.until) k
      group by k.metric) c
    where w.id = any (reached);
end
$$;
comment on function access.ticket_promises(uuid[], timestamptz[], timestamptz[], timestamptz) is 'Counts and times of the promises that began in a window of each tenant, of those whose reports this transaction may read.';
grant execute on function access.ticket_promises(uuid[], timestamptz[], timestamptz[], timestamptz) to liaison_tenant, liaison_delegate;

reset role;
set role liaison_owner;
create index ticket_sla_started on ticket_sla_clock (tenant_id, started_at) include (metric, met_at, breached_at, paused_since, due_at, paused_ms);
create index outage_ended on outage (tenant_id, coalesce(ended_at, 'infinity'::timestamptz)) include (started_at, ended_at, is_planned);
reset role;
