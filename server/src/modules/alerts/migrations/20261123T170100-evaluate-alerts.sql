set role liaison_authz;

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
