set role liaison_authz;

-- A read: the first is an event, repeats by the same actor on the same route and tenants within 60 seconds are counted.
create function audit.count_read(context jsonb, event jsonb) returns uuid
  language plpgsql
  as $$
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
$$;

create function audit.record_read(event jsonb) returns uuid
  language plpgsql security definer
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
begin
  return audit.count_read(access.context(), event);
end
$$;

-- The reads of several people in one statement, for the login that takes their limits in the same one. Whose read it was is said by the ticket
-- alone, which only access.enter_person signs; `request` adds which request it was, as it does to access.resume. A ticket may have lapsed since
-- its read: what was read was read. Of reads that wait for an admission (`needs`, its place in `admitted`) those are recorded that got it.
create function audit.record_reads(admitted boolean[], needs integer[], tickets text[], requests jsonb[], events jsonb[]) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  secret bytea := (select k.key from access.context_key k);
  body text;
  recorded uuid;
begin
  for i in 1 .. cardinality(tickets) loop
    if needs[i] = 0 or admitted[needs[i]] then
      body := substr(tickets[i], 65);
      if encode(sha256(secret || sha256(secret || convert_to('ticket ' || body, 'UTF8'))), 'hex') is distinct from left(tickets[i], 64) then
        raise exception 'the ticket of a read is forged' using errcode = 'insufficient_privilege';
      end if;
      recorded := audit.count_read(requests[i] || split_part(body, E'\n', 1)::jsonb, events[i]);
    end if;
  end loop;
end
$$;

-- Turns the counted repeats of one finished window into an event that copies who, what and where from the first one.
create function audit.close_window(finished audit_read_window) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  closing_id uuid := uuidv7();
  written_at timestamptz := clock_timestamp();
begin
  insert into audit_event (id, occurred_at, plane, action, outcome, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, tenant_id, tenant_name,
    delegation_id, delegation_epoch, role, permission, resource_type, resource_id, resource_label, row_count, repeats, method, route, ip, user_agent, source, config_version)
  select closing_id, written_at, plane, action, outcome, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, tenant_id, tenant_name,
    delegation_id, delegation_epoch, role, permission, resource_type, resource_id, resource_label, finished.row_count, finished.repeats, method, route, ip, user_agent, source, config_version
  from audit_event where id = finished.event_id and occurred_at between finished.event_at - interval '1 minute' and finished.event_at + interval '1 minute';
  insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count)
  select kind, scope_id, written_at, closing_id,
    case when kind = 'tenant' and finished.tenant_rows ? scope_id::text then (finished.tenant_rows ->> scope_id::text)::bigint
      when kind = 'partner' or finished.tenant_rows = '{}' then finished.row_count end
  from audit_scope
  where event_id = finished.event_id and occurred_at between finished.event_at - interval '1 minute' and finished.event_at + interval '1 minute';
end
$$;

create function audit.close_read_windows() returns integer
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  finished audit_read_window;
  closed integer := 0;
begin
  for finished in delete from audit_read_window where started_at <= clock_timestamp() - interval '60 seconds' returning * loop
    if finished.repeats > 0 then
      perform audit.close_window(finished);
      closed := closed + 1;
    end if;
  end loop;
  return closed;
end
$$;

-- What only the reader's own side sees of these events, and the repeats of reads that are still being counted.
create function audit.own_details(events uuid[]) returns table (event_id uuid, ip inet, reason text, counted_repeats integer, counted_rows bigint)
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  with reader as materialized (select access.context() as context)
  select e.id,
    case when is_own then e.ip end,
    case when is_own then e.reason end,
    w.repeats,
    case when context ->> 'plane' <> 'tenant' or w.tenant_rows = '{}' then w.row_count else (w.tenant_rows ->> (context ->> 'tenant_id'))::bigint end
  from unnest(events) asked(id)
  cross join reader
  join audit_event e on e.id = asked.id
  left join audit_read_window w on w.event_id = e.id
  cross join lateral (select case context ->> 'plane'
      when 'platform' then true
      when 'program' then e.plane in ('program', 'delegation') and e.partner_id = (context ->> 'partner_id')::uuid
      when 'tenant' then e.plane = 'tenant' and e.tenant_id = (context ->> 'tenant_id')::uuid
      else false end as is_own) side
  where context ->> 'plane' = 'platform' or exists (
    select from audit_scope s
    where s.event_id = e.id and s.occurred_at = e.occurred_at
      and (s.kind, s.scope_id) = (case context ->> 'plane' when 'program' then 'partner' when 'tenant' then 'tenant' end,
        (case context ->> 'plane' when 'program' then context ->> 'partner_id' when 'tenant' then context ->> 'tenant_id' end)::uuid))
$$;
comment on function audit.own_details(uuid[]) is 'Network address and reason go to the side that acted, and to the provider; never to the other side.';

-- Whether a read touched rows of a tenant; asked only of events that the reader sees. A tenant that was merely made a reader of the event,
-- such as one that was asked for a link, is not told to the other side.
create function audit.concerns(event uuid, written_at timestamptz, tenant uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  select access.context() is not null
    and exists (select from audit_scope s where s.event_id = event and s.occurred_at = written_at and s.kind = 'tenant' and s.scope_id = tenant and s.row_count > 0)
$$;

grant execute on function audit.record_read(jsonb) to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_ingest, liaison_job;
grant execute on function audit.record_reads(boolean[], integer[], text[], jsonb[], jsonb[]) to liaison_guard;
grant execute on function audit.close_read_windows() to liaison_job;
grant execute on function audit.own_details(uuid[]), audit.concerns(uuid, timestamptz, uuid) to liaison_program, liaison_tenant, liaison_platform;

reset role;
