-- Queues and schedules with what waits, runs and failed; empty outside the plane of the platform.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.background_work()
 RETURNS TABLE(name text, cron text, waiting bigint, running bigint, failed bigint, oldest_waiting_at timestamp with time zone, last_done_at timestamp with time zone, last_failed_at timestamp with time zone, last_error text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
grant execute on access.background_work() to liaison_platform;

-- What waits or stands still in the parts that no request touches; empty outside the plane of the platform.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.service_figures()
 RETURNS TABLE(name text, value double precision, at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_platform' or access.context_plane() is distinct from 'platform' then
    return;
  end if;
  return query
    select 'outbox', count(*)::float8, min(o.created_at) from public.outbox o
    union all
    select 'sealing', null::float8, max(c.sealed_at) from public.audit_checkpoint c
    union all
    select 'audit_months', audit.months_ahead()::float8, null::timestamptz
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
$function$;
grant execute on access.service_figures() to liaison_platform;
