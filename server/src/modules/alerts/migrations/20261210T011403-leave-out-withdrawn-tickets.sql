set role liaison_authz;

-- Tickets whose promised time runs out or has run out, as before; one that was withdrawn promises nothing any more.
create or replace function access.observe_tickets() returns setof access.alert_observation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with running as (
    select s.tenant_id, s.ticket_id, s.metric, max(s.level) as percent, min(s.occurred_at) filter (where s.level = 100) as missed_at, k.number, k.priority, c.due_at
    from public.ticket_sla_clock c
    join public.ticket k on k.tenant_id = c.tenant_id and k.id = c.ticket_id and k.status not in ('resolved', 'closed', 'withdrawn')
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

reset role;
