-- Reads for different reasons are counted apart, and what closes a count says the reason: a tenant that asks for one read the first of a minute alone.
set role liaison_authz;

create or replace function audit.count_read(context jsonb, event jsonb)
 returns uuid
 language plpgsql
as $function$
declare
  actor uuid := (context ->> 'actor_id')::uuid;
  read_in text := context ->> 'plane';
  read_on text := context ->> 'route';
  subject text := coalesce(context ->> 'tenant_id', '') || ' ' || (event ->> 'action') || ' ' || coalesce(event ->> 'resource_id', '') || ' ';
  digest bytea;
  finished audit_read_window;
  event_id uuid;
begin
  if event ? 'tenants' then
    subject := subject || coalesce((select string_agg(item ->> 'tenant_id', ',' order by item ->> 'tenant_id') from jsonb_array_elements(event -> 'tenants') item), '');
  end if;
  if event #>> '{changes,access_reason,after}' is not null then
    subject := subject || ' ' || (event #>> '{changes,access_reason,after}');
  end if;
  digest := sha256(convert_to(subject, 'UTF8'));
  -- The usual case, in one statement: a window that is open counts.
  update audit_read_window w set repeats = w.repeats + 1, row_count = w.row_count + coalesce((event ->> 'row_count')::bigint, 0),
    tenant_rows = case when event ? 'tenants' then audit.add_rows(w.tenant_rows, audit.rows_by_tenant(event)) else w.tenant_rows end
  where w.actor_id = actor and w.plane = read_in and w.route = read_on and w.tenants_digest = digest and w.started_at > clock_timestamp() - interval '60 seconds'
  returning w.event_id into event_id;
  if found then
    return event_id;
  end if;
  select * into finished from audit_read_window w
  where w.actor_id = actor and w.plane = read_in and w.route = read_on and w.tenants_digest = digest and w.started_at <= clock_timestamp() - interval '60 seconds'
  for update;
  if finished.repeats > 0 then
    perform audit.close_window(finished);
  end if;
  event_id := audit.record_as(context, event);
  -- A window that somebody opened at this very moment keeps counting; this read then is an event of its own.
  insert into audit_read_window as w (actor_id, plane, route, tenants_digest, started_at, event_id, event_at)
  values (actor, read_in, read_on, digest, clock_timestamp(), event_id, clock_timestamp())
  on conflict (actor_id, plane, route, tenants_digest)
  do update set started_at = excluded.started_at, event_id = excluded.event_id, event_at = excluded.event_at, repeats = 0, row_count = 0, tenant_rows = '{}'
  where w.started_at <= clock_timestamp() - interval '60 seconds';
  return event_id;
end
$function$;

create or replace function audit.close_window(finished public.audit_read_window)
 returns void
 language plpgsql
 security definer
 set search_path to 'pg_catalog', 'public', 'pg_temp'
as $function$
declare
  closing_id uuid := uuidv7();
  written_at timestamptz := clock_timestamp();
begin
  insert into audit_event (id, occurred_at, plane, action, outcome, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, tenant_id, tenant_name,
    delegation_id, delegation_epoch, role, permission, resource_type, resource_id, resource_label, changes, row_count, repeats, method, route, ip, user_agent, source, config_version)
  select closing_id, written_at, plane, action, outcome, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, tenant_id, tenant_name,
    delegation_id, delegation_epoch, role, permission, resource_type, resource_id, resource_label,
    case when changes ? 'access_reason' then jsonb_build_object('access_reason', changes -> 'access_reason') end, finished.row_count, finished.repeats, method, route, ip, user_agent, source, config_version
  from audit_event where id = finished.event_id and occurred_at between finished.event_at - interval '1 minute' and finished.event_at + interval '1 minute';
  insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count)
  select kind, scope_id, written_at, closing_id,
    case when kind = 'tenant' and finished.tenant_rows ? scope_id::text then (finished.tenant_rows ->> scope_id::text)::bigint
      when kind = 'partner' or finished.tenant_rows = '{}' then finished.row_count end
  from audit_scope
  where event_id = finished.event_id and occurred_at between finished.event_at - interval '1 minute' and finished.event_at + interval '1 minute';
end
$function$;

reset role;
