set role liaison_authz;

-- As before; but what somebody does is watched for each partner by itself. Whoever was refused as one of two partners, or as one of a partner and
-- in an organisation of its own, was two observations of one name, which no evaluation could settle: nothing of access was told any more.
create or replace function access.observe_misuse() returns setof access.alert_observation
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
    where (d.status in ('revoked', 'suspended', 'expired') and r.code in ('DELEGATION_REVOKED', 'DELEGATION_SUSPENDED', 'DELEGATION_EXPIRED', 'TOKEN_STALE') and r.occurred_at > d.status_changed_at + interval '5 minutes')
      -- Narrowed, and in force with what is left: nothing of it changed for five minutes, so the token is of before.
      or (d.status = 'active' and r.code = 'TOKEN_STALE' and r.occurred_at > d.updated_at + interval '5 minutes')
    group by r.actor_id, r.partner_id),
  replays as (
    select e.actor_id, e.partner_id, max(e.actor_name) as name, sum(e.repeats) as times from public.audit_event e
    where e.occurred_at > statement_timestamp() - interval '15 minutes' and e.action = 'oauth.grant.replay' group by e.actor_id, e.partner_id),
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
    select 'person_denials' as type, format('person_denials:%s:%s', actor_id, partner_id) as subject, partner_id, 1 as level, format('%s was refused %s times in 5 minutes', coalesce(name, 'A person'), refused) as title,
      'Ten refusals of one person in five minutes are more than mistakes. Look at the activity of this person.' as message, jsonb_build_object('count', refused) as metadata from persons
    union all
    select 'partner_denials', 'partner_denials:' || partner_id, partner_id, 1, format('%s refusals in 15 minutes', refused), 'Fifty refusals of one partner in fifteen minutes: often a wrong integration, sometimes a search for open doors.', jsonb_build_object('count', refused) from partners
    union all
    select 'unknown_tenants', format('unknown_tenants:%s:%s', actor_id, partner_id), partner_id, 2, format('%s asked for %s organisations that were never linked', coalesce(name, 'A person'), refused), 'Three such requests within ten minutes look like guessing.', jsonb_build_object('count', refused) from guesses
    union all
    select 'stale_access', format('stale_access:%s:%s', actor_id, partner_id), partner_id, 2, format('%s goes on using access that was withdrawn', coalesce(name, 'An API client')), 'Each call was refused. Five minutes after the end nothing should call any more.', jsonb_build_object('count', refused) from stale
    union all
    select 'code_replay', format('code_replay:%s:%s', actor_id, partner_id), partner_id, 2, format('%s: a code or refresh token was presented twice', coalesce(name, 'An API client')),
      'Somebody else may have taken it. What came of it was ended, the access of the customer stays: look at the activity of this client, and replace its key when you cannot explain it.', jsonb_build_object('count', times) from replays
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

reset role;
