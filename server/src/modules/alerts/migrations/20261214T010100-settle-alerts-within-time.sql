set role liaison_authz;

-- As before; but a part is bounded by time as well: on a busy machine five thousand took longer than a statement may, and since every round began with the
-- same five thousand no alert of that area was raised, told or cleared any more. What changes comes before what only gets new figures.
create or replace function access.settle_alerts(kinds text[], seen access.alert_observation[])
  returns table (change text, alert_id uuid, audience text, partner_id uuid, tenant_id uuid, delegation_id uuid, type text, area text, severity text, title text, channels text[], ticket_id uuid, outage_id uuid, was_told boolean)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
#variable_conflict use_column
declare
  moment timestamptz := clock_timestamp();
  -- A statement may take five seconds; what is seen was looked for in the same one.
  enough timestamptz := statement_timestamp() + interval '2 seconds';
  one record;
  settled integer := 0;
  looked_at integer := 0;
  part integer;
  raised integer := 0;
begin
  -- What is over, what eased, what got worse.
  for one in
    select a.id, a.level as before, a.state, a.severity as severity_before, def.linger, a.last_seen_at, s.*, c.after,
      -- Held at critical by the re-arming share, it is still critical.
      case when s.held > s.level and least(a.level, s.held) >= 2 then 'critical' else s.severity end as severity_now
    from public.alert a
    join public.alert_default def on def.type = a.type
    left join unnest(seen) s on s.dedupe_key = a.dedupe_key
    cross join lateral (select (case when s.dedupe_key is not null then greatest(s.level, least(a.level, s.held))
      when def.linger > '0' and a.state <> 'resolved' and a.last_seen_at > moment - def.linger then a.level
      else 0 end)::smallint as after) c
    where a.level > 0 and a.type = any (kinds)
    order by c.after > a.level desc, c.after <> a.level desc, a.dedupe_key
    for update of a
  loop
    -- However late it is, a round comes a little further.
    exit when settled >= 5000 or (looked_at >= 50 and clock_timestamp() > enough);
    looked_at := looked_at + 1;
    settled := settled + (one.after <> one.before)::integer;
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
      update public.alert a set level = one.after, severity = one.severity_now, title = one.title, message = one.message, metadata = one.metadata, channels = access.told_channels(one.channels, one.is_told),
        state = 'active', acknowledged_at = null, acknowledged_by = null, acknowledged_by_name = null, snoozed_until = null, occurrences = a.occurrences + 1, last_raised_at = moment, last_seen_at = moment,
        outage_id = one.outage_id
      where a.id = one.id;
      if one.is_told and 'mail' = any (one.channels) then
        insert into public.alert_notice (alert_id, occurrence, severity, digest) select a.id, a.occurrences, a.severity, one.digest from public.alert a where a.id = one.id;
      end if;
      return query select 'alerts.escalate', a.id, a.audience, a.partner_id, a.tenant_id, a.delegation_id, a.type, a.area, a.severity, a.title, a.channels, a.ticket_id, a.outage_id, one.is_told
        from public.alert a where a.id = one.id;
    elsif one.after < one.before then
      update public.alert a set level = one.after, severity = one.severity_now, title = one.title, message = one.message, metadata = one.metadata, channels = access.told_channels(one.channels, one.is_told), last_seen_at = moment where a.id = one.id;
      if one.severity_now <> one.severity_before and one.state <> 'resolved' then
        return query select 'alerts.ease', a.id, a.audience, a.partner_id, a.tenant_id, a.delegation_id, a.type, a.area, a.severity, a.title, a.channels, a.ticket_id, a.outage_id, false
          from public.alert a where a.id = one.id;
      end if;
    elsif one.state <> 'resolved' then
      -- Held above its re-arming share, an alert keeps its words; its figures go with the time.
      update public.alert a set metadata = one.metadata, message = one.message, channels = access.told_channels(one.channels, one.is_told), last_seen_at = moment, outage_id = one.outage_id
      where a.id = one.id and (one.linger > '0' or (a.metadata, a.message, a.channels) is distinct from (one.metadata, one.message, access.told_channels(one.channels, one.is_told)));
    end if;
  end loop;
  loop
    return query
    with new_alert as (
      insert into public.alert (audience, partner_id, tenant_id, delegation_id, type, area, severity, title, message, metadata, dedupe_key, level, channels, ticket_id, outage_id,
        triggered_at, last_raised_at, last_seen_at)
      select s.audience, s.partner_id, s.tenant_id, s.delegation_id, s.type, s.area, s.severity, s.title, s.message, s.metadata, s.dedupe_key, s.level, access.told_channels(s.channels, s.is_told), s.ticket_id, s.outage_id,
        moment, moment, moment
      from unnest(seen) s
      where s.level > 0 and s.type = any (kinds) and not exists (select from public.alert a where a.dedupe_key = s.dedupe_key and a.level > 0)
      -- What a huge import brings at once is raised in parts, the gravest first: one statement must not take too long.
      order by s.severity = 'critical' desc, s.dedupe_key
      limit 500
      on conflict (dedupe_key) where level > 0 do nothing
      returning *),
    told as (
      insert into public.alert_notice (alert_id, occurrence, severity, digest)
      select r.id, r.occurrences, r.severity, s.digest from new_alert r join unnest(seen) s on s.dedupe_key = r.dedupe_key
      where s.is_told and 'mail' = any (r.channels))
    select 'alerts.raise', r.id, r.audience, r.partner_id, r.tenant_id, r.delegation_id, r.type, r.area, r.severity, r.title, r.channels, r.ticket_id, r.outage_id, s.is_told
    from new_alert r join unnest(seen) s on s.dedupe_key = r.dedupe_key;
    get diagnostics part = row_count;
    raised := raised + part;
    exit when part < 500 or raised >= 5000 or clock_timestamp() > enough;
  end loop;
end
$$;

reset role;
