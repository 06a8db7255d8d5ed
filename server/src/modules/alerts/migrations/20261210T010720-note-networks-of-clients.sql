set role liaison_owner;

create table client_network (
  client_id uuid not null references api_client (id),
  network cidr not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (client_id, network)
);
comment on table client_network is 'From which networks an API client was let in within the last 90 days: /16 of IPv4, /32 of IPv6, which stand for their operator where no register of operators is at hand.';
call private.protect('client_network');
create policy evaluating on client_network to liaison_authz using (true) with check (true);
grant insert, update, delete on client_network to liaison_authz;

alter table alert_default no force row level security;
insert into alert_default (type, area, title, warning, critical, unit, rearm_percent, linger, is_adjustable) values
  ('new_client_place', 'access', 'API client in a new network', 1, null, 'count', 100, '24 hours', false);
alter table alert_default force row level security;

reset role;
set role liaison_authz;

-- Whoever took the credentials of a client mostly calls from elsewhere. The first network of a client teaches what is usual; one that was not seen for 90 days is new again.
create function access.observe_client_networks() returns setof access.alert_observation
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  with called as materialized (
    select e.actor_id as client_id, network(set_masklen(e.ip, case family(e.ip) when 4 then 16 else 32 end))::cidr as net, max(e.partner_id::text)::uuid as partner_id, max(e.actor_name) as name
    from public.audit_event e
    where e.occurred_at > statement_timestamp() - interval '15 minutes' and e.outcome = 'allowed' and e.actor_type = 'client' and e.partner_id is not null and e.ip is not null
      and exists (select from public.api_client c where c.id = e.actor_id)
    group by 1, 2),
  known as (
    select distinct n.client_id from public.client_network n),
  learned as (
    insert into public.client_network as n (client_id, network, first_seen_at, last_seen_at)
    select c.client_id, c.net, statement_timestamp(), statement_timestamp() from called c order by 1, 2
    on conflict (client_id, network) do update set last_seen_at = excluded.last_seen_at where n.last_seen_at < statement_timestamp() - interval '1 hour'
    returning n.client_id, n.network, n.first_seen_at = statement_timestamp() as is_new),
  facts as (
    select c.client_id, c.partner_id, c.net, c.name from called c
    join learned l on l.client_id = c.client_id and l.network = c.net and l.is_new
    join known k on k.client_id = c.client_id)
  select 'new_client_place:' || f.client_id || ':' || f.net || ':' || side.audience, side.audience, f.partner_id, null::uuid, null::uuid, 'new_client_place', 'access', 1::smallint, 1::smallint, 'warning',
    case when side.audience = 'provider' and p.name is not null then format('%s calls from a new network (%s)', coalesce(f.name, 'An API client'), p.name) else format('%s calls from a new network', coalesce(f.name, 'An API client')) end,
    format('It is the first time in 90 days that this client was let in from %s. If you did not move it, replace its keys and look at its calls.', f.net),
    jsonb_build_object('network', f.net), '{in_app,mail,webhook}'::text[], 'none', true, null::uuid, null::uuid
  from facts f
  cross join unnest(array['partner', 'provider']) side (audience)
  left join public.partner p on p.id = f.partner_id
$$;

-- As before, with the networks of clients among what is observed of access.
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
    delete from public.client_network n where n.last_seen_at < statement_timestamp() - interval '90 days';
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
