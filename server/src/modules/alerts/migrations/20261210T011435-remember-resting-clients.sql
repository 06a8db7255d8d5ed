set role liaison_owner;

comment on table client_network is 'From which networks an API client was let in within the last 90 days, and the newest of each that rests for longer: /16 of IPv4, /32 of IPv6, which stand for their operator where no register of operators is at hand.';

reset role;
set role liaison_authz;

-- As before; the newest network of a client stays, however long it rests: without any, whoever takes the keys of a client that nobody uses
-- any more would teach what is usual.
create or replace function access.evaluate_alerts(wanted_area text)
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
    delete from public.client_network n where n.last_seen_at < statement_timestamp() - interval '90 days'
      and exists (select from public.client_network x where x.client_id = n.client_id and x.last_seen_at > n.last_seen_at);
  end if;
  seen := case wanted_area
    when 'sla' then array(select o from access.observe_tickets() o union all select o from access.observe_uptime() o)
    when 'billing' then array(select o from access.observe_money() o)
    else array(select o from access.observe_links() o union all select o from access.observe_freezes() o union all select o from access.observe_misuse() o union all select o from access.observe_client_networks() o) end;
  return query select * from access.settle_alerts(array(select def.type from public.alert_default def where def.area = wanted_area), seen);
  insert into public.alert_evaluation as e (area, evaluated_at) values (wanted_area, clock_timestamp())
  on conflict (area) do update set evaluated_at = excluded.evaluated_at;
end
$$;

reset role;
