set role liaison_authz;

-- As before; but an organisation is told by its own terms, whether or not a partner works for it: when its last link ended, its alert was cleared as if
-- the month were all right again, and one without a link had none.
create or replace function access.observe_uptime() returns setof access.alert_observation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with month as (
    select t.id as tenant_id, (date_trunc('month', statement_timestamp() at time zone t.timezone) at time zone t.timezone) as starts_at,
      ((date_trunc('month', statement_timestamp() at time zone t.timezone) + interval '1 month') at time zone t.timezone) as ends_at,
      to_char(statement_timestamp() at time zone t.timezone, 'YYYY-MM') as name,
      to_char(statement_timestamp() at time zone t.timezone, 'Mon YYYY') as words
    from public.tenant t where t.status <> 'closed'),
  merged as (
    select h.excludes_planned, m.tenant_id, m.name, m.words, m.starts_at, m.ends_at,
      coalesce(range_agg(tstzrange(greatest(o.started_at, m.starts_at), least(coalesce(o.ended_at, statement_timestamp()), statement_timestamp()))) filter (where not (o.is_planned and h.excludes_planned)), '{}'::tstzmultirange) as down,
      coalesce(range_agg(tstzrange(greatest(o.started_at, m.starts_at), least(coalesce(o.ended_at, statement_timestamp()), m.ends_at))) filter (where o.is_planned and h.excludes_planned and (o.ended_at is not null or o.started_at < statement_timestamp())), '{}'::tstzmultirange) as planned,
      (array_agg(o.id order by o.started_at desc) filter (where not (o.is_planned and h.excludes_planned)))[1] as newest
    from month m
    cross join (values (true), (false)) h (excludes_planned)
    join public.outage o on o.tenant_id = m.tenant_id and o.started_at < least(m.ends_at, statement_timestamp()) and coalesce(o.ended_at, statement_timestamp()) > m.starts_at
    group by h.excludes_planned, m.tenant_id, m.name, m.words, m.starts_at, m.ends_at),
  measured as (
    select g.*, (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) / 60.0 from unnest(g.down - g.planned) r) as down_minutes,
      extract(epoch from g.ends_at - g.starts_at) / 60.0 - (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) / 60.0 from unnest(g.planned) r) as month_minutes,
      greatest(extract(epoch from statement_timestamp() - g.starts_at) / 60.0 - (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) / 60.0 from unnest(g.planned * tstzmultirange(tstzrange(g.starts_at, statement_timestamp()))) r), 0) as elapsed_minutes
    from merged g),
  readers as (
    select 'partner' as audience, g.partner_id, g.tenant_id, g.link_id, g.warning, g.channels, g.digest, g.notify_on_sla_breach as is_told, u.target, u.excludes_planned
    from access.alert_target g cross join lateral access.uptime_rule(g.tenant_id, g.link_id) u where g.type = 'uptime' and g.is_enabled
    union all
    select 'tenant', null, a.tenant_id, null, def.warning, '{in_app,webhook}', 'none', true, u.target, u.excludes_planned
    from (select distinct m.tenant_id from measured m) a
    cross join lateral access.uptime_rule(a.tenant_id, null) u
    cross join public.alert_default def where def.type = 'uptime')
  select 'uptime:' || o.audience || ':' || coalesce(o.link_id, o.tenant_id) || ':' || m.name, o.audience, o.partner_id, o.tenant_id, o.link_id, 'uptime', 'sla',
    v.level, v.level, case v.level when 2 then 'critical' else 'warning' end,
    case v.level when 2 then format('Uptime of %s is below %s %%', m.words, trim_scale(o.target)) else format('%s %% of the downtime allowed in %s is used', b.used, m.words) end,
    format('%s minutes of %s so far; a target of %s %% allows %s minutes in the month.', round(m.down_minutes), case when m.excludes_planned then 'unplanned downtime' else 'downtime, planned work included,' end, trim_scale(o.target), round((100 - o.target) / 100 * m.month_minutes)),
    jsonb_build_object('metric', 'uptime', 'percent', b.used, 'breach_date', case v.level when 2 then (statement_timestamp() at time zone 'UTC')::date end,
      'actual_uptime', case when m.elapsed_minutes > 0 then round(100 * (1 - least(m.down_minutes / m.elapsed_minutes, 1)), 3) end, 'target_uptime', o.target, 'downtime_minutes', round(m.down_minutes)),
    o.channels, o.digest, o.is_told, null::uuid, m.newest
  from measured m
  join readers o on o.tenant_id = m.tenant_id and o.excludes_planned = m.excludes_planned
  cross join lateral (select case when o.target < 100 and m.month_minutes > 0 then floor(m.down_minutes * 100 / ((100 - o.target) / 100 * m.month_minutes)) when m.down_minutes > 0 then 999 else 0 end as used) b
  cross join lateral (select (case when b.used >= 100 then 2 when b.used >= o.warning then 1 else 0 end)::smallint as level) v
  where v.level > 0
$$;

reset role;
