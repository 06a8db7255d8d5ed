set role liaison_authz;

-- How the parts that nobody sees stand: one figure and one instant each, never a tenant, a partner or a person.
create or replace function access.service_figures() returns table (name text, value double precision, at timestamptz)
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
$$;
comment on function access.service_figures() is 'What waits or stands still in the parts that no request touches; empty outside the plane of the platform.';

reset role;
