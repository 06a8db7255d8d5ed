set role liaison_authz;

-- What the metrics tell of the whole installation: counts by few labels, never a tenant or a person. A partner is named where the page names it,
-- by its id; the server bounds how many it passes on.
create function access.fleet_figures() returns table (name text, labels jsonb, value double precision)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_job' then
    raise exception 'only the metrics ask for the figures of all' using errcode = 'insufficient_privilege';
  end if;
  return query
    select 'links', jsonb_build_object('status', d.status, 'role', l.access_role, 'type', l.relationship_type), count(*)::float8
    from public.delegation d join public.link l on l.id = d.id
    where d.kind = 'link' group by d.status, l.access_role, l.relationship_type
    union all
    select 'links_expiring', jsonb_build_object('window', w.name), (
      select count(*)::float8 from public.delegation d
      where d.kind = 'link' and d.status in ('active', 'suspended') and d.ends_at > statement_timestamp() and d.ends_at <= statement_timestamp() + w.until)
    from (values ('1d', interval '1 day'), ('7d', interval '7 days'), ('30d', interval '30 days'), ('60d', interval '60 days')) w (name, until)
    union all
    select 'elevations_active', '{}', count(*)::float8 from public.link_elevation e where e.status = 'active' and e.ends_at > statement_timestamp()
    union all
    select 'freeze_active', jsonb_build_object('scope', s.scope), (select count(*)::float8 from public.access_freeze f where f.scope = s.scope and f.lifted_at is null)
    from unnest(array['platform', 'partner', 'tenant', 'delegation', 'person']) s (scope)
    union all
    select 'mfa_fresh_ratio', jsonb_build_object('partner', m.partner_id), avg(case when s.factor <> 'none' and s.factor_at > statement_timestamp() - interval '15 minutes' then 1 else 0 end)::float8
    from public.session s
    join public.partner_member m on m.person_id = s.person_id and m.status = 'active'
    where s.ended_at is null and s.seen_at > statement_timestamp() - interval '15 minutes' and s.ends_at > statement_timestamp()
    group by m.partner_id
    union all
    select 'export_jobs', jsonb_build_object('state', x.state), (select count(*)::float8 from public.export e where e.status = x.state)
    from unnest(array['queued', 'processing', 'completed', 'failed', 'cancelled', 'expired']) x (state)
    union all
    select 'sla_sweeper_lag_seconds', '{}', coalesce(extract(epoch from statement_timestamp() - min(c.next_signal_at)), 0)::float8
    from public.ticket_sla_clock c
    where c.met_at is null and c.paused_since is null and c.next_signal_at <= statement_timestamp()
    union all
    select 'alerts_active', jsonb_build_object('area', k.area, 'severity', k.severity), (
      select count(*)::float8 from public.alert a where a.level > 0 and a.state = 'active' and a.area = k.area and a.severity = k.severity and a.audience <> 'tenant')
    from (select area, severity from unnest(array['sla', 'billing', 'access']) area cross join unnest(array['warning', 'critical']) severity) k
    union all
    select 'alert_evaluation_age_seconds', jsonb_build_object('area', e.area), extract(epoch from statement_timestamp() - e.evaluated_at)::float8
    from public.alert_evaluation e
    union all
    select 'outbox_age_seconds', '{}', coalesce(extract(epoch from statement_timestamp() - min(o.created_at)), 0)::float8 from public.outbox o
    union all
    select 'signals_waiting', jsonb_build_object('delivery', d.delivery), (select count(*)::float8 from public.signal_event e join public.signal_stream s on s.id = e.stream_id where e.status = 'waiting' and s.delivery = d.delivery)
    from unnest(array['push', 'poll']) d (delivery)
    union all
    select 'signals_age_seconds', '{}', coalesce(extract(epoch from statement_timestamp() - min(e.created_at)), 0)::float8 from public.signal_event e join public.signal_stream s on s.id = e.stream_id
    where e.status = 'waiting' and s.delivery = 'push' and s.status = 'enabled' and access.signal_receiver_works(s.gateway_id, s.client_id);
end
$$;
grant execute on function access.fleet_figures() to liaison_job;

reset role;
