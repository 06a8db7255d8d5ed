set role liaison_authz;

-- What background work waits, runs and failed, for the provider's administrators. Never what it is about: payloads hold mails and addresses.
-- The tables of the queue are made when a server starts, after the migrations, so the function names them when it is asked.
create function access.background_work() returns table (
    name text, cron text, waiting bigint, running bigint, failed bigint, oldest_waiting_at timestamptz,
    last_done_at timestamptz, last_failed_at timestamptz, last_error text)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_platform' or access.context_plane() is distinct from 'platform' then
    return;
  end if;
  return query
  select q.name, s.cron, j.waiting, j.running, j.failed, j.oldest_waiting_at, j.last_done_at, j.last_failed_at, j.last_error
  from job.queue q
  left join job.schedule s on s.name = q.name
  cross join lateral (
    select count(*) filter (where x.state in ('created', 'retry') and x.start_after <= statement_timestamp()) as waiting,
      count(*) filter (where x.state = 'active') as running,
      count(*) filter (where x.state = 'failed') as failed,
      min(x.start_after) filter (where x.state in ('created', 'retry') and x.start_after <= statement_timestamp()) as oldest_waiting_at,
      max(x.completed_on) filter (where x.state = 'completed') as last_done_at,
      max(x.completed_on) filter (where x.state = 'failed') as last_failed_at,
      (array_agg(left(x.output ->> 'message', 200) order by x.completed_on desc) filter (where x.state = 'failed'))[1] as last_error
    from job.job x where x.name = q.name) j
  where q.name not like '\_\_pgboss%'
  order by q.name;
end
$$;
comment on function access.background_work() is 'Queues and schedules with what waits, runs and failed; empty outside the plane of the platform.';
grant execute on function access.background_work() to liaison_platform;

-- How the parts that nobody sees stand: one figure and one instant each, never a tenant, a partner or a person.
create function access.service_figures() returns table (name text, value double precision, at timestamptz)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_platform' or access.context_plane() is distinct from 'platform' then
    return;
  end if;
  return query
    select 'outbox', count(*)::float8, min(o.created_at) from public.outbox o
    union all
    select 'sealing', null::float8, max(c.sealed_at) from public.audit_checkpoint c
    union all
    select 'verification', v.fault_count::float8, v.verified_at
    from (select fault_count, verified_at from public.audit_verification order by number desc limit 1) v
    union all
    select 'webhooks', count(*)::float8, min(w.disabled_at) from public.webhook_endpoint w where w.status = 'disabled' and w.disabled_reason = 'failing'
    union all
    select 'signals', count(*)::float8, min(e.created_at) from public.signal_event e join public.signal_stream s on s.id = e.stream_id
    where e.status = 'waiting' and s.delivery = 'push' and s.status = 'enabled' and access.signal_receiver_works(s.gateway_id, s.client_id)
    union all
    select 'alerts', null::float8, min(a.evaluated_at) from public.alert_evaluation a
    union all
    select 'exports', count(*)::float8, max(x.created_at) from public.export x where x.status = 'failed' and x.created_at > statement_timestamp() - interval '24 hours';
end
$$;
comment on function access.service_figures() is 'What waits or stands still in the parts that no request touches; empty outside the plane of the platform.';
grant execute on function access.service_figures() to liaison_platform;

reset role;
