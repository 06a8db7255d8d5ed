set role liaison_owner;

create table partner_access_hour (
  partner_id uuid not null references partner (id),
  hour timestamptz not null,
  requests bigint not null check (requests >= 0),
  primary key (partner_id, hour)
);
comment on table partner_access_hour is 'How much of tenants'' data a partner asked for in each hour of the last 29 days: what unusual access is measured against. Made from the audit log, which stays the record.';
call private.protect('partner_access_hour');
create policy evaluating on partner_access_hour to liaison_authz using (true) with check (true);
grant insert, update, delete on partner_access_hour to liaison_authz;

create table partner_export_network (
  partner_id uuid not null references partner (id),
  network cidr not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (partner_id, network)
);
comment on table partner_export_network is 'From which networks a partner took exports: /16 of IPv4, /32 of IPv6, which stand for their operator where no register of operators is at hand.';
call private.protect('partner_export_network');
create policy evaluating on partner_export_network to liaison_authz using (true) with check (true);
grant insert, update, delete on partner_export_network to liaison_authz;

create table alert_evaluation (
  area text primary key check (area in ('sla', 'billing', 'access')),
  evaluated_at timestamptz not null
);
comment on table alert_evaluation is 'When the alerts of each area were last brought up to date; the metrics tell its age.';
call private.protect('alert_evaluation');
create policy evaluating on alert_evaluation to liaison_authz using (true) with check (true);
grant insert, update on alert_evaluation to liaison_authz;
grant select on tenant_of_group to liaison_authz;

reset role;
set role liaison_authz;

-- One condition as it is now. `level` is how far it has gone; `held` the level at which an alert that is there already stays, which differs
-- for kinds that re-arm below their threshold.
create type access.alert_observation as (
  dedupe_key text, audience text, partner_id uuid, tenant_id uuid, delegation_id uuid, type text, area text, level smallint, held smallint,
  severity text, title text, message text, metadata jsonb, channels text[], digest text, is_told boolean, ticket_id uuid, outage_id uuid);

-- Every live link with what its partner wants of each kind of alert: the rule of the link, else of a group, else of all, else the defaults.
create view access.alert_target as
  select d.id as link_id, d.partner_id, d.tenant_id, t.name as tenant_name, t.timezone, def.type, def.area,
    coalesce(r.warning, def.warning) as warning, coalesce(r.critical, def.critical) as critical, def.rearm_percent / 100.0 as rearm,
    coalesce(r.channels, '{in_app,mail,webhook}') as channels, coalesce(r.digest, 'none') as digest, coalesce(r.is_enabled, true) as is_enabled,
    l.sla_uptime_target, l.notify_on_sla_breach, l.notify_on_billing_threshold, l.billing_alert_threshold_minor, l.billing_alert_currency
  from public.delegation d
  join public.link l on l.id = d.id
  join public.tenant t on t.id = d.tenant_id and t.status <> 'closed'
  join public.partner p on p.id = d.partner_id and p.status = 'active'
  cross join public.alert_default def
  left join lateral (
    select r.* from public.alert_rule r
    where r.partner_id = d.partner_id and r.type = def.type
      and case r.applies_to when 'all' then true when 'link' then r.link_id = d.id
        else exists (select from public.tenant_of_group g where g.group_id = r.group_id and g.tenant_id = d.tenant_id) end
    order by case r.applies_to when 'link' then 0 when 'group' then 1 else 2 end, r.created_at, r.id
    limit 1) r on true
  where d.kind = 'link' and d.status in ('active', 'suspended')
    and d.starts_at <= statement_timestamp() and (d.ends_at is null or d.ends_at > statement_timestamp());

-- Brings the alerts of some kinds in line with what was observed, and returns what changed. One evaluation of an area at a time, and one row
-- for each condition: however many processes evaluate, each thing is raised once.
create function access.settle_alerts(kinds text[], seen access.alert_observation[])
  returns table (change text, alert_id uuid, audience text, partner_id uuid, tenant_id uuid, delegation_id uuid, type text, area text, severity text, title text, channels text[], ticket_id uuid, outage_id uuid, was_told boolean)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
#variable_conflict use_column
declare
  moment timestamptz := clock_timestamp();
  one record;
begin
  -- What is over, what eased, what got worse.
  for one in
    select a.id, a.level as before, a.state, a.severity as severity_before, def.linger, a.last_seen_at, s.*,
      (case when s.dedupe_key is not null then greatest(s.level, least(a.level, s.held))
        when def.linger > '0' and a.state <> 'resolved' and a.last_seen_at > moment - def.linger then a.level
        else 0 end)::smallint as after,
      -- Held at critical by the re-arming share, it is still critical.
      case when s.held > s.level and least(a.level, s.held) >= 2 then 'critical' else s.severity end as severity_now
    from public.alert a
    join public.alert_default def on def.type = a.type
    left join unnest(seen) s on s.dedupe_key = a.dedupe_key
    where a.level > 0 and a.type = any (kinds)
    order by a.dedupe_key
    for update of a
  loop
    if one.after = 0 or (one.after > one.before and one.state = 'resolved') then
      update public.alert a set level = 0, last_seen_at = moment,
        state = 'resolved', resolved_at = coalesce(a.resolved_at, moment), resolved_by_name = coalesce(a.resolved_by_name, 'clock'), snoozed_until = null
      where a.id = one.id;
      if one.state <> 'resolved' then
        return query select 'alerts.clear', a.id, a.audience, a.partner_id, a.tenant_id, a.delegation_id, a.type, a.area, a.severity, a.title, a.channels, a.ticket_id, a.outage_id, false
          from public.alert a where a.id = one.id;
      end if;
    elsif one.dedupe_key is null then
      continue;
    elsif one.after > one.before or (one.linger > '0' and one.state <> 'resolved' and one.last_seen_at < moment - interval '15 minutes') then
      update public.alert a set level = one.after, severity = one.severity_now, title = one.title, message = one.message, metadata = one.metadata, channels = one.channels,
        state = 'active', acknowledged_at = null, acknowledged_by = null, acknowledged_by_name = null, snoozed_until = null, occurrences = a.occurrences + 1, last_raised_at = moment, last_seen_at = moment,
        outage_id = one.outage_id
      where a.id = one.id;
      if one.is_told and 'mail' = any (one.channels) then
        insert into public.alert_notice (alert_id, occurrence, severity, digest) select a.id, a.occurrences, a.severity, one.digest from public.alert a where a.id = one.id;
      end if;
      return query select 'alerts.escalate', a.id, a.audience, a.partner_id, a.tenant_id, a.delegation_id, a.type, a.area, a.severity, a.title, a.channels, a.ticket_id, a.outage_id, one.is_told
        from public.alert a where a.id = one.id;
    elsif one.after < one.before then
      update public.alert a set level = one.after, severity = one.severity_now, title = one.title, message = one.message, metadata = one.metadata, last_seen_at = moment where a.id = one.id;
      if one.severity_now <> one.severity_before and one.state <> 'resolved' then
        return query select 'alerts.ease', a.id, a.audience, a.partner_id, a.tenant_id, a.delegation_id, a.type, a.area, a.severity, a.title, a.channels, a.ticket_id, a.outage_id, false
          from public.alert a where a.id = one.id;
      end if;
    elsif one.state <> 'resolved' then
      -- Held above its re-arming share, an alert keeps its words; its figures go with the time.
      update public.alert a set metadata = one.metadata, message = one.message, last_seen_at = moment, outage_id = one.outage_id
      where a.id = one.id and (one.linger > '0' or (a.metadata, a.message) is distinct from (one.metadata, one.message));
    end if;
  end loop;
  return query
    with raised as (
      insert into public.alert (audience, partner_id, tenant_id, delegation_id, type, area, severity, title, message, metadata, dedupe_key, level, channels, ticket_id, outage_id,
        triggered_at, last_raised_at, last_seen_at)
      select s.audience, s.partner_id, s.tenant_id, s.delegation_id, s.type, s.area, s.severity, s.title, s.message, s.metadata, s.dedupe_key, s.level, s.channels, s.ticket_id, s.outage_id,
        moment, moment, moment
      from unnest(seen) s
      where s.level > 0 and s.type = any (kinds) and not exists (select from public.alert a where a.dedupe_key = s.dedupe_key and a.level > 0)
      -- What a huge import brings at once is raised in parts, the gravest first: one transaction must not take too long.
      order by s.severity = 'critical' desc, s.dedupe_key
      limit 5000
      on conflict (dedupe_key) where level > 0 do nothing
      returning *),
    told as (
      insert into public.alert_notice (alert_id, occurrence, severity, digest)
      select r.id, r.occurrences, r.severity, s.digest from raised r join unnest(seen) s on s.dedupe_key = r.dedupe_key
      where s.is_told and 'mail' = any (r.channels))
    select 'alerts.raise', r.id, r.audience, r.partner_id, r.tenant_id, r.delegation_id, r.type, r.area, r.severity, r.title, r.channels, r.ticket_id, r.outage_id, s.is_told
    from raised r join unnest(seen) s on s.dedupe_key = r.dedupe_key;
end
$$;
comment on function access.settle_alerts(text[], access.alert_observation[]) is 'For the evaluating functions alone; no login may call it.';

create function access.instant_words(moment timestamptz) returns text
  language sql stable
  set search_path = pg_catalog
  return to_char(moment at time zone 'UTC', 'FMDD Mon YYYY, HH24:MI "UTC"');

-- Tickets whose promised time runs out or has run out. Each share of it counts once, for ever: the signals are the record.
create function access.observe_tickets() returns setof access.alert_observation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with running as (
    select s.tenant_id, s.ticket_id, s.metric, max(s.level) as percent, min(s.occurred_at) filter (where s.level = 100) as missed_at, k.number, k.priority, c.due_at
    from public.ticket_sla_clock c
    join public.ticket k on k.tenant_id = c.tenant_id and k.id = c.ticket_id and k.status not in ('resolved', 'closed')
    join public.ticket_sla_signal s on s.tenant_id = c.tenant_id and s.ticket_id = c.ticket_id and s.metric = c.metric
    where c.met_at is null
    group by s.tenant_id, s.ticket_id, s.metric, k.number, k.priority, c.due_at),
  worded as (
    select r.*, case when r.metric = 'first_response' then 'first response' else 'resolution' end as what from running r),
  readers as (
    select 'partner' as audience, g.partner_id, g.tenant_id, g.link_id, g.warning, g.channels, g.digest, g.notify_on_sla_breach as is_told
    from access.alert_target g where g.type = 'ticket_clock' and g.is_enabled
    union all
    select 'tenant', null, t.tenant_id, null, def.warning, '{in_app,webhook}', 'none', true
    from (select distinct r.tenant_id from running r) t cross join public.alert_default def where def.type = 'ticket_clock')
  select 'ticket_clock:' || o.audience || ':' || coalesce(o.link_id, o.tenant_id) || ':' || w.ticket_id || ':' || w.metric, o.audience, o.partner_id, o.tenant_id, o.link_id, 'ticket_clock', 'sla',
    v.level, v.level, case when v.level >= 2 then 'critical' else 'warning' end,
    case v.level when 1 then format('Ticket %s has used %s %% of its time to %s', w.number, w.percent, w.what)
      when 2 then format('Ticket %s missed its %s', w.number, w.what)
      else format('Ticket %s is at %s %% of its time to %s', w.number, w.percent, w.what) end,
    case v.level when 1 then format('Priority %s. The time runs out on %s.', w.priority, access.instant_words(w.due_at))
      else format('Priority %s. The time ran out on %s.', w.priority, access.instant_words(coalesce(w.missed_at, w.due_at))) end,
    jsonb_build_object('metric', w.metric, 'percent', w.percent, 'due_at', w.due_at, 'breach_date', (w.missed_at at time zone 'UTC')::date),
    o.channels, o.digest, o.is_told, w.ticket_id, null::uuid
  from worded w
  join readers o on o.tenant_id = w.tenant_id
  cross join lateral (select (case when w.percent >= 200 then 4 when w.percent >= 150 then 3 when w.percent >= 100 then 2 when w.percent >= o.warning then 1 else 0 end)::smallint as level) v
  where v.level > 0
$$;

-- The share of the month's error budget that unplanned outages have used: overlapping ones count once, planned work not at all.
create function access.observe_uptime() returns setof access.alert_observation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with month as (
    select t.id as tenant_id, (date_trunc('month', statement_timestamp() at time zone t.timezone) at time zone t.timezone) as starts_at,
      ((date_trunc('month', statement_timestamp() at time zone t.timezone) + interval '1 month') at time zone t.timezone) as ends_at,
      to_char(statement_timestamp() at time zone t.timezone, 'YYYY-MM') as name
    from public.tenant t where t.status <> 'closed'),
  merged as (
    select m.tenant_id, m.name, m.starts_at, m.ends_at,
      coalesce(range_agg(tstzrange(greatest(o.started_at, m.starts_at), least(coalesce(o.ended_at, statement_timestamp()), statement_timestamp()))) filter (where not o.is_planned), '{}'::tstzmultirange) as down,
      coalesce(range_agg(tstzrange(greatest(o.started_at, m.starts_at), least(coalesce(o.ended_at, statement_timestamp()), m.ends_at))) filter (where o.is_planned and (o.ended_at is not null or o.started_at < statement_timestamp())), '{}'::tstzmultirange) as planned,
      (array_agg(o.id order by o.started_at desc) filter (where not o.is_planned))[1] as newest
    from month m
    join public.outage o on o.tenant_id = m.tenant_id and o.started_at < least(m.ends_at, statement_timestamp()) and coalesce(o.ended_at, statement_timestamp()) > m.starts_at
    group by m.tenant_id, m.name, m.starts_at, m.ends_at),
  measured as (
    select g.*, (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) / 60.0 from unnest(g.down - g.planned) r) as down_minutes,
      extract(epoch from g.ends_at - g.starts_at) / 60.0 - (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) / 60.0 from unnest(g.planned) r) as month_minutes,
      greatest(extract(epoch from statement_timestamp() - g.starts_at) / 60.0 - (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) / 60.0 from unnest(g.planned * tstzmultirange(tstzrange(g.starts_at, statement_timestamp()))) r), 0) as elapsed_minutes
    from merged g),
  agreed as (
    select g.link_id, g.tenant_id, coalesce(g.sla_uptime_target, (
      select (p.terms ->> 'uptime_target')::numeric from public.sla_policy_version p
      where p.tenant_id = g.tenant_id and (p.delegation_id = g.link_id or p.kind = 'default') and jsonb_typeof(p.terms -> 'uptime_target') = 'number'
      order by (p.kind = 'link') desc, p.version desc limit 1), 99.9) as target
    from access.alert_target g where g.type = 'uptime'),
  readers as (
    select 'partner' as audience, g.partner_id, g.tenant_id, g.link_id, g.warning, g.channels, g.digest, g.notify_on_sla_breach as is_told, a.target
    from access.alert_target g join agreed a on a.link_id = g.link_id where g.type = 'uptime' and g.is_enabled
    union all
    select 'tenant', null, a.tenant_id, null, def.warning, '{in_app,webhook}', 'none', true, max(a.target)
    from agreed a cross join public.alert_default def where def.type = 'uptime' group by a.tenant_id, def.warning)
  select 'uptime:' || o.audience || ':' || coalesce(o.link_id, o.tenant_id) || ':' || m.name, o.audience, o.partner_id, o.tenant_id, o.link_id, 'uptime', 'sla',
    v.level, v.level, case v.level when 2 then 'critical' else 'warning' end,
    case v.level when 2 then format('Uptime of %s is below %s %%', m.name, trim_scale(o.target)) else format('%s %% of the downtime allowed in %s is used', b.used, m.name) end,
    format('%s minutes of unplanned downtime so far; a target of %s %% allows %s minutes in the month.', round(m.down_minutes), trim_scale(o.target), round((100 - o.target) / 100 * m.month_minutes)),
    jsonb_build_object('metric', 'uptime', 'percent', b.used, 'breach_date', case v.level when 2 then (statement_timestamp() at time zone 'UTC')::date end,
      'actual_uptime', case when m.elapsed_minutes > 0 then round(100 * (1 - least(m.down_minutes / m.elapsed_minutes, 1)), 3) end, 'target_uptime', o.target, 'downtime_minutes', round(m.down_minutes)),
    o.channels, o.digest, o.is_told, null::uuid, m.newest
  from measured m
  join readers o on o.tenant_id = m.tenant_id
  cross join lateral (select case when o.target < 100 and m.month_minutes > 0 then floor(m.down_minutes * 100 / ((100 - o.target) / 100 * m.month_minutes)) when m.down_minutes > 0 then 999 else 0 end as used) b
  cross join lateral (select (case when b.used >= 100 then 2 when b.used >= o.warning then 1 else 0 end)::smallint as level) v
  where v.level > 0
$$;

-- What is owed to a tenant, by currency: never added (B6).
create function access.observe_money() returns setof access.alert_observation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with today as (select (statement_timestamp() at time zone 'UTC')::date as day),
  owed as (
    select i.tenant_id, i.currency, sum(i.balance_minor) as outstanding, coalesce(sum(i.balance_minor) filter (where i.due_on < today.day), 0) as overdue,
      coalesce(max(today.day - i.due_on) filter (where i.due_on < today.day), 0) as oldest_days,
      jsonb_build_object('current', coalesce(sum(i.balance_minor) filter (where i.due_on >= today.day), 0),
        'days_1_30', coalesce(sum(i.balance_minor) filter (where today.day - i.due_on between 1 and 30), 0), 'days_31_60', coalesce(sum(i.balance_minor) filter (where today.day - i.due_on between 31 and 60), 0),
        'days_61_90', coalesce(sum(i.balance_minor) filter (where today.day - i.due_on between 61 and 90), 0), 'days_over_90', coalesce(sum(i.balance_minor) filter (where today.day - i.due_on > 90), 0)) as ageing
    from public.invoice i cross join today
    where i.balance_minor <> 0
    group by i.tenant_id, i.currency),
  over_threshold as (
    select g.*, o.outstanding, o.currency, o.ageing, o.oldest_days, 100.0 * o.outstanding / g.billing_alert_threshold_minor as percent
    from access.alert_target g join owed o on o.tenant_id = g.tenant_id and o.currency = g.billing_alert_currency
    where g.type = 'ar_threshold' and g.is_enabled and g.billing_alert_threshold_minor is not null),
  late_readers as (
    select 'partner' as audience, g.partner_id, g.tenant_id, g.link_id, g.warning, g.critical, g.channels, g.digest, g.notify_on_billing_threshold as is_told
    from access.alert_target g where g.type = 'overdue_threshold' and g.is_enabled
    union all
    select 'tenant', null, t.id, null, def.warning, def.critical, '{in_app,webhook}', 'none', true
    from public.tenant t cross join public.alert_default def where def.type = 'overdue_threshold' and t.status <> 'closed')
  select 'ar_threshold:partner:' || x.link_id || ':' || x.currency, 'partner', x.partner_id, x.tenant_id, x.link_id, 'ar_threshold', 'billing', v.level, v.held,
    case v.level when 2 then 'critical' else 'warning' end,
    format('The outstanding amount is at %s %% of its threshold', floor(x.percent)), format('Told at %s %% and at %s %% of the threshold of this link.', trim_scale(x.warning), trim_scale(x.critical)),
    jsonb_build_object('currency', x.currency, 'current_minor', x.outstanding, 'threshold_minor', x.billing_alert_threshold_minor, 'percent', floor(x.percent), 'oldest_overdue_days', x.oldest_days, 'ageing_minor', x.ageing),
    x.channels, x.digest, x.notify_on_billing_threshold, null::uuid, null::uuid
  from over_threshold x
  cross join lateral (select (case when x.percent >= x.critical then 2 when x.percent >= x.warning then 1 else 0 end)::smallint as level,
    (case when x.percent >= x.critical * x.rearm then 2 when x.percent >= x.warning * x.rearm then 1 else 0 end)::smallint as held) v
  where v.held > 0
  union all
  select 'overdue_threshold:' || o.audience || ':' || coalesce(o.link_id, o.tenant_id) || ':' || w.currency, o.audience, o.partner_id, o.tenant_id, o.link_id, 'overdue_threshold', 'billing', v.level, v.level,
    case v.level when 2 then 'critical' else 'warning' end,
    case when w.oldest_days > o.warning then format('An invoice in %s is %s days overdue', w.currency, w.oldest_days) else format('%s %% of what is outstanding in %s is overdue', floor(s.share), w.currency) end,
    format('%s %% of the outstanding amount in %s is overdue; the oldest invoice by %s days.', floor(s.share), w.currency, w.oldest_days),
    jsonb_build_object('currency', w.currency, 'current_minor', w.overdue, 'threshold_minor', null, 'percent', floor(s.share), 'oldest_overdue_days', w.oldest_days, 'ageing_minor', w.ageing),
    o.channels, o.digest, o.is_told, null, null
  from owed w
  join late_readers o on o.tenant_id = w.tenant_id
  cross join lateral (select case when w.outstanding > 0 then 100.0 * w.overdue / w.outstanding else 0 end as share) s
  cross join lateral (select (case when w.oldest_days > o.critical or s.share > 25 then 2 when w.oldest_days > o.warning then 1 else 0 end)::smallint as level) v
  where v.level > 0
$$;

-- Ends and reviews of links. Both have mails and webhooks of their own (the ladder of notices), so these alerts are seen in the product only.
create function access.observe_links() returns setof access.alert_observation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with ending as (
    select d.id, d.partner_id, d.tenant_id, t.name as tenant_name, p.name as partner_name, d.ends_at, d.ends_at - coalesce(d.approved_at, d.created_at) as term, l.review_due_at, l.auto_renew_days,
      d.ends_at <= statement_timestamp() as is_over
    from public.delegation d join public.link l on l.id = d.id join public.tenant t on t.id = d.tenant_id join public.partner p on p.id = d.partner_id
    where d.kind = 'link' and p.status = 'active' and t.status <> 'closed'
      and (d.status in ('active', 'suspended') or (d.status = 'expired' and d.ends_at > statement_timestamp() - interval '30 days'
        and not exists (select from public.delegation n where n.partner_id = d.partner_id and n.tenant_id = d.tenant_id and n.kind = 'link' and n.status in ('requested', 'approved', 'active', 'suspended')))))
    ,
  sided as (
    select e.*, side.audience, case side.audience when 'partner' then e.partner_id end as reader_partner, case side.audience when 'partner' then e.tenant_name else e.partner_name end as other,
      coalesce(g.warning, 30) as warning, coalesce(g.critical, 1) as critical, coalesce(side.audience = 'tenant' or g.is_enabled, true) as is_enabled
    from ending e cross join unnest(array['partner', 'tenant']) side (audience)
    left join access.alert_target g on g.link_id = e.id and g.type = 'link_expiry' and side.audience = 'partner')
  select 'link_expiry:' || s.audience || ':' || s.id || ':' || extract(epoch from s.ends_at), s.audience, s.reader_partner, s.tenant_id, s.id, 'link_expiry', 'access', v.level, v.level,
    case when v.level >= 3 then 'critical' else 'warning' end,
    case v.level when 4 then format('The link with %s has ended', s.other) else format('The link with %s ends on %s', s.other, access.instant_words(s.ends_at)) end,
    case when v.level = 4 then format('It ended on %s and can be renewed for 30 days by one approval of the tenant.', access.instant_words(s.ends_at))
      else 'It can be renewed by one approval of the tenant.' end,
    jsonb_build_object('ends_at', s.ends_at), '{in_app}'::text[], 'none', false, null::uuid, null::uuid
  from sided s
  cross join lateral (select (case when s.is_over then 4
    when s.auto_renew_days > 0 then 0
    when s.ends_at <= statement_timestamp() + s.critical * interval '1 day' and s.term > s.critical * interval '1 day' then 3
    when s.ends_at <= statement_timestamp() + least(7, s.warning) * interval '1 day' and s.term > interval '7 days' then 2
    when s.ends_at <= statement_timestamp() + s.warning * interval '1 day' and s.term > s.warning * interval '1 day' then 1 else 0 end)::smallint as level) v
  where v.level > 0 and s.is_enabled and s.ends_at is not null
  union all
  select 'access_review:' || s.audience || ':' || s.id || ':' || extract(epoch from s.review_due_at), s.audience, s.reader_partner, s.tenant_id, s.id, 'access_review', 'access', v.level, v.level,
    case v.level when 2 then 'critical' else 'warning' end,
    case v.level when 2 then format('The access review of the link with %s is overdue', s.other) else format('The access review of the link with %s is due on %s', s.other, access.instant_words(s.review_due_at)) end,
    format('Unless the tenant confirms it, the link stops on %s.', access.instant_words(s.review_due_at + interval '30 days')),
    jsonb_build_object('review_due_at', s.review_due_at), '{in_app}'::text[], 'none', false, null, null
  from sided s
  cross join lateral (select (case when s.review_due_at <= statement_timestamp() then 2 when s.review_due_at <= statement_timestamp() + interval '14 days' then 1 else 0 end)::smallint as level) v
  where v.level > 0 and not s.is_over
$$;

-- A freeze is told to everybody whom it stops, and to the provider.
create function access.observe_freezes() returns setof access.alert_observation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with live as (
    select d.id, d.partner_id, d.tenant_id from public.delegation d where d.kind = 'link' and d.status in ('active', 'suspended')),
  standing as (select f.* from public.access_freeze f where f.lifted_at is null),
  touched as (
    select f.id, 'provider' as audience, f.partner_id, f.tenant_id from standing f
    union
    select f.id, 'partner', x.partner_id, null::uuid from standing f
    cross join lateral (
      select f.partner_id where f.partner_id is not null
      union select d.partner_id from live d where f.partner_id is null and (f.scope = 'platform' or (f.scope = 'tenant' and d.tenant_id = f.tenant_id))
      union select m.partner_id from public.partner_member m where f.scope = 'person' and f.partner_id is null and m.person_id = f.person_id and m.status = 'active') x
    union
    select f.id, 'tenant', null, x.tenant_id from standing f
    cross join lateral (
      select f.tenant_id where f.tenant_id is not null
      union select d.tenant_id from live d where f.tenant_id is null and (f.scope = 'platform' or (f.scope = 'partner' and d.partner_id = f.partner_id))
      union select m.tenant_id from public.link_member m join live d on d.id = m.link_id where f.scope = 'person' and f.tenant_id is null and m.person_id = f.person_id) x)
  select 'freeze:' || u.audience || ':' || coalesce(case u.audience when 'partner' then u.partner_id when 'tenant' then u.tenant_id end::text, '') || ':' || f.id,
    u.audience, u.partner_id, u.tenant_id, case when f.scope = 'delegation' and u.audience <> 'provider' then f.delegation_id end, 'freeze', 'access', 2::smallint, 2::smallint, 'critical',
    case f.scope when 'platform' then 'All partner access is frozen'
      when 'partner' then case when u.audience = 'partner' and f.tenant_id is null then 'All access of your organisation is frozen' when u.audience = 'partner' then 'A customer cut off your organisation'
        else format('The access of %s is frozen', (select p.name from public.partner p where p.id = f.partner_id)) end
      when 'tenant' then case u.audience when 'tenant' then 'All partner access to your organisation is frozen' when 'partner' then 'A customer froze all partner access' else format('All partner access to %s is frozen', (select t.name from public.tenant t where t.id = f.tenant_id)) end
      when 'delegation' then 'A link is frozen'
      else 'The access of one person is frozen' end,
    format('Set by the %s on %s. Nothing opens until it is lifted.', f.set_by_side, access.instant_words(f.created_at)),
    jsonb_build_object('scope', f.scope, 'freeze_id', f.id, 'set_by_side', f.set_by_side), '{in_app,mail,webhook}'::text[], 'none', true, null::uuid, null::uuid
  from touched u join standing f on f.id = u.id
$$;

-- Misuse: far more than usual, many refusals, guesses, and what goes on after it was withdrawn. Told to the partner whose people it is, and to the provider.
create function access.observe_misuse() returns setof access.alert_observation
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  with recent as materialized (
    select e.occurred_at, e.actor_type, e.actor_id, e.actor_name, e.partner_id, e.delegation_id, e.code, e.repeats, e.resource_type, e.resource_id
    from public.audit_event e
    where e.occurred_at > statement_timestamp() - interval '15 minutes' and e.outcome = 'denied'),
  persons as (
    select actor_id, partner_id, max(actor_name) as name, sum(repeats) as refused from recent
    where actor_type = 'person' and occurred_at > statement_timestamp() - interval '5 minutes' group by actor_id, partner_id having sum(repeats) >= 10),
  partners as (
    select partner_id, sum(repeats) as refused from recent where partner_id is not null group by partner_id having sum(repeats) >= 50),
  guesses as (
    select actor_id, partner_id, max(actor_name) as name, count(distinct resource_id) as refused from recent
    where code = 'TENANT_NOT_FOUND' and resource_type = 'tenant' and actor_type = 'person' and occurred_at > statement_timestamp() - interval '10 minutes'
    group by actor_id, partner_id having count(distinct resource_id) >= 3),
  stale as (
    select r.actor_id, r.partner_id, max(r.actor_name) as name, sum(r.repeats) as refused from recent r
    join public.delegation d on d.id = r.delegation_id
    where r.code = 'TOKEN_STALE' and d.status in ('revoked', 'suspended', 'expired') and r.occurred_at > d.status_changed_at + interval '5 minutes'
    group by r.actor_id, r.partner_id),
  usual as (
    select h.partner_id, percentile_cont(0.5) within group (order by h.requests) as median from public.partner_access_hour h
    where h.hour >= statement_timestamp() - interval '28 days' and h.hour < date_trunc('hour', statement_timestamp()) and h.requests > 0 group by h.partner_id),
  busy as (
    select h.partner_id, h.requests, coalesce(u.median, 0) as median,
      case when h.requests >= 200 and u.median is not null and h.requests >= 10 * u.median then 2 when h.requests >= 200 and h.requests >= 3 * coalesce(u.median, 0) then 1 else 0 end as level
    from public.partner_access_hour h left join usual u on u.partner_id = h.partner_id
    where h.hour = date_trunc('hour', statement_timestamp())),
  taken as (
    select distinct e.partner_id, network(set_masklen(e.ip, case family(e.ip) when 4 then 16 else 32 end))::cidr as net
    from public.audit_event e
    where e.occurred_at > statement_timestamp() - interval '15 minutes' and e.outcome = 'allowed' and e.plane in ('delegation', 'program') and e.action like '%export%' and e.partner_id is not null and e.ip is not null),
  known as (
    select n.partner_id from public.partner_export_network n group by n.partner_id),
  learned as (
    insert into public.partner_export_network as n (partner_id, network, first_seen_at, last_seen_at)
    select t.partner_id, t.net, statement_timestamp(), statement_timestamp() from taken t order by 1, 2
    on conflict (partner_id, network) do nothing
    returning n.partner_id, n.network),
  facts as (
    select 'person_denials' as type, 'person_denials:' || actor_id as subject, partner_id, 1 as level, format('%s was refused %s times in 5 minutes', coalesce(name, 'A person'), refused) as title,
      'Ten refusals of one person in five minutes are more than mistakes. Look at the activity of this person.' as message, jsonb_build_object('count', refused) as metadata from persons
    union all
    select 'partner_denials', 'partner_denials:' || partner_id, partner_id, 1, format('%s refusals in 15 minutes', refused), 'Fifty refusals of one partner in fifteen minutes: often a wrong integration, sometimes a search for open doors.', jsonb_build_object('count', refused) from partners
    union all
    select 'unknown_tenants', 'unknown_tenants:' || actor_id, partner_id, 2, format('%s asked for %s organisations that were never linked', coalesce(name, 'A person'), refused), 'Three such requests within ten minutes look like guessing.', jsonb_build_object('count', refused) from guesses
    union all
    select 'stale_access', 'stale_access:' || coalesce(actor_id, partner_id), partner_id, 2, format('%s goes on using access that was withdrawn', coalesce(name, 'An API client')), 'Each call was refused. Five minutes after the end nothing should call any more.', jsonb_build_object('count', refused) from stale
    union all
    select 'unusual_access', 'unusual_access:' || partner_id, partner_id, level, format('%s requests in this hour', requests), format('The usual hour of the last 28 days has %s.', round(median)), jsonb_build_object('count', requests, 'usual', round(median)) from busy where level > 0
    union all
    select 'new_export_place', 'new_export_place:' || l.partner_id || ':' || l.network, l.partner_id, 2, 'An export was taken from a new network', format('It is the first export of this partner from %s.', l.network), jsonb_build_object('network', l.network)
    from learned l join known k on k.partner_id = l.partner_id)
  select f.subject || ':' || side.audience, side.audience, f.partner_id, null::uuid, null::uuid, f.type, 'access', f.level::smallint, f.level::smallint, case f.level when 2 then 'critical' else 'warning' end,
    case when side.audience = 'provider' and p.name is not null then f.title || ' (' || p.name || ')' else f.title end, f.message, f.metadata, '{in_app,mail,webhook}'::text[], 'none', true, null::uuid, null::uuid
  from facts f
  cross join unnest(array['partner', 'provider']) side (audience)
  left join public.partner p on p.id = f.partner_id
  where side.audience = 'provider' or f.partner_id is not null
$$;

create function access.count_access_hours() returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  since timestamptz := (select greatest(date_trunc('hour', coalesce(max(h.hour), statement_timestamp())) - interval '1 hour', date_trunc('hour', statement_timestamp()) - interval '6 hours') from public.partner_access_hour h);
begin
  insert into public.partner_access_hour as h (partner_id, hour, requests)
  select e.partner_id, date_trunc('hour', e.occurred_at), sum(e.repeats) from public.audit_event e
  where e.occurred_at >= since and e.plane = 'delegation' and e.outcome = 'allowed' and e.partner_id is not null
  group by 1, 2 order by 1, 2
  on conflict (partner_id, hour) do update set requests = excluded.requests where h.requests <> excluded.requests;
  delete from public.partner_access_hour h where h.hour < statement_timestamp() - interval '29 days';
end
$$;

create function access.evaluate_alerts(wanted_area text)
  returns table (change text, alert_id uuid, audience text, partner_id uuid, tenant_id uuid, delegation_id uuid, type text, area text, severity text, title text, channels text[], ticket_id uuid, outage_id uuid, was_told boolean)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
#variable_conflict use_column
declare
  seen access.alert_observation[];
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only the clock evaluates alerts' using errcode = 'insufficient_privilege';
  end if;
  -- Whoever comes second waits and then sees what the first has raised: each statement below looks anew.
  perform pg_advisory_xact_lock(access.lock_key('alerts ' || wanted_area, null));
  if wanted_area = 'access' then
    perform access.count_access_hours();
  end if;
  seen := case wanted_area
    when 'sla' then array(select o from access.observe_tickets() o union all select o from access.observe_uptime() o)
    when 'billing' then array(select o from access.observe_money() o)
    else array(select o from access.observe_links() o union all select o from access.observe_freezes() o union all select o from access.observe_misuse() o) end;
  return query select * from access.settle_alerts(array(select def.type from public.alert_default def where def.area = wanted_area), seen);
  insert into public.alert_evaluation as e (area, evaluated_at) values (wanted_area, clock_timestamp())
  on conflict (area) do update set evaluated_at = excluded.evaluated_at;
end
$$;
comment on function access.evaluate_alerts(text) is 'Brings the alerts of one area up to date and returns each change for its audit event and its news. Source: B9.';
grant execute on function access.evaluate_alerts(text) to liaison_job;

reset role;
