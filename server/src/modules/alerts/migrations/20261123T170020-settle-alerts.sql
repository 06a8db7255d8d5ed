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

reset role;
