set role liaison_owner;

create table audit_event (
  id uuid not null default uuidv7(),
  occurred_at timestamptz not null default clock_timestamp(),
  xid xid8 not null default pg_current_xact_id(),
  plane text not null,
  action text not null,
  outcome text not null check (outcome in ('allowed', 'denied', 'error')),
  code text,
  actor_type text not null check (actor_type in ('person', 'client', 'end_user', 'agency_token', 'ingest_key', 'system', 'stranger')),
  actor_id uuid,
  actor_name text,
  member_id uuid,
  partner_id uuid,
  partner_name text,
  tenant_id uuid,
  tenant_name text,
  delegation_id uuid,
  delegation_epoch integer,
  role text,
  permission text,
  resource_type text,
  resource_id uuid,
  resource_label text,
  changes jsonb,
  row_count bigint,
  repeats integer not null default 1,
  billing_party text,
  reason text,
  request_id text,
  trace_id text,
  method text,
  route text,
  ip inet,
  user_agent text,
  origin_salt uuid not null default gen_random_uuid(),
  origin_digest bytea,
  personal_salt uuid not null default gen_random_uuid(),
  personal_digest bytea,
  source text not null check (source in ('portal', 'api', 'gateway', 'form', 'job', 'cli')),
  explain_id uuid,
  config_version integer,
  primary key (id, occurred_at)
) partition by range (occurred_at);
comment on table audit_event is 'One row per action, in the transaction of the action; append-only.';
comment on column audit_event.config_version is 'Of events of a partner''s side: the version of its configuration that was in force; null while the platform''s defaults were (C2).';
comment on column audit_event.xid is 'The transaction that wrote the row: the sealer and every feed advance by it, never by id.';
comment on column audit_event.origin_salt is 'The seal covers a salted digest of network address and user agent, so that both can be blanked after their time without breaking it.';
comment on column audit_event.origin_digest is 'Set when the network address and user agent are blanked: the digest that the seal covers.';
comment on column audit_event.personal_salt is 'As origin_salt, for what names a person or was written by one: actor_name, resource_label, reason and changes.';
comment on column audit_event.personal_digest is 'Set when those are blanked because the person was erased: the digest that the seal covers.';
create index on audit_event (xid, id);
create index on audit_event (occurred_at, id);
call private.protect('audit_event');

create table audit_scope (
  kind text not null check (kind in ('tenant', 'partner')),
  scope_id uuid not null,
  occurred_at timestamptz not null,
  event_id uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  row_count bigint,
  primary key (kind, scope_id, occurred_at, event_id)
) partition by range (occurred_at);
comment on table audit_scope is 'Who sees an event: one row per tenant and per partner that it concerns.';
comment on column audit_scope.row_count is 'The rows of this tenant in a read of several; for a partner the rows of all.';
create index on audit_scope (xid, kind, scope_id);
create index on audit_scope (event_id);
call private.protect('audit_scope');

create table audit_read_window (
  actor_id uuid not null,
  plane text not null,
  route text not null,
  tenants_digest bytea not null,
  started_at timestamptz not null,
  event_id uuid not null,
  event_at timestamptz not null,
  repeats integer not null default 0,
  row_count bigint not null default 0,
  tenant_rows jsonb not null default '{}',
  primary key (actor_id, plane, route, tenants_digest)
);
comment on table audit_read_window is 'Repeats of one read by one person within 60 seconds, counted here until the window is closed by an event of its own.';
call private.protect('audit_read_window');
-- Room in each page, so that counting touches no index.
alter table audit_read_window set (fillfactor = 50);

create unlogged table audit.due (
  xid xid8 not null default pg_current_xact_id(),
  relation oid not null,
  operation text not null,
  by_tenant boolean not null,
  tenant_id uuid,
  unique nulls not distinct (xid, relation, tenant_id)
);
comment on table audit.due is 'Within a transaction: the tables, and of each the tenants, whose changes need an event before the commit. Empty outside of transactions, hence unlogged.';
call private.protect('audit.due');
create policy noting on audit.due to liaison_authz using (true) with check (true);
grant insert, delete on audit.due to liaison_authz;

create function private.add_audit_partitions(first_month date, months integer) returns void
  language plpgsql
  as $$
declare
  month date := date_trunc('month', first_month);
  step integer;
  part text;
begin
  for step in 0 .. months - 1 loop
    part := to_char(month + make_interval(months => step), '"_"YYYY"_"MM');
    execute format('create table if not exists audit_event%s partition of audit_event for values from (%L) to (%L)', part, month + make_interval(months => step), month + make_interval(months => step + 1));
    execute format('create table if not exists audit_scope%s partition of audit_scope for values from (%L) to (%L)', part, month + make_interval(months => step), month + make_interval(months => step + 1));
    execute format('alter table audit_event%s enable row level security', part);
    execute format('alter table audit_event%s force row level security', part);
    execute format('alter table audit_scope%s enable row level security', part);
    execute format('alter table audit_scope%s force row level security', part);
    execute format('create or replace trigger no_truncate before truncate on audit_event%s for each statement execute function private.refuse_change()', part);
    execute format('create or replace trigger no_truncate before truncate on audit_scope%s for each statement execute function private.refuse_change()', part);
  end loop;
end
$$;
comment on function private.add_audit_partitions(date, integer) is 'Monthly partitions carry forced row security and no grant, so reading one directly shows nothing. Called by the migrate command for the months ahead.';

create policy recording on audit_event for insert to liaison_authz with check (true);
create policy recording on audit_scope for insert to liaison_authz with check (true);
create policy recording on audit_read_window to liaison_authz using (true) with check (true);
grant insert on audit_event, audit_scope to liaison_authz;
grant insert, update, delete on audit_read_window to liaison_authz;

create trigger append_only before delete on audit_event for each row execute function private.refuse_change();
create trigger append_only before update or delete on audit_scope for each row execute function private.refuse_change();
create trigger no_truncate before truncate on audit_event for each statement execute function private.refuse_change();
create trigger no_truncate before truncate on audit_scope for each statement execute function private.refuse_change();

-- What the seal covers of a request's origin, and of what names a person: each with a salt of its own, so that the one can be blanked
-- without a word about the other. Blanking replaces the salt: nobody can try addresses or names against the digest afterwards.
create function audit.origin_digest_of(event audit_event) returns bytea
  language sql immutable
  set search_path = pg_catalog
  as $$ select sha256(convert_to(event.origin_salt || E'\n' || coalesce(host(event.ip), '') || E'\n' || coalesce(event.user_agent, ''), 'UTF8')) $$;

create function audit.personal_text_of(event audit_event) returns text
  language sql immutable
  set search_path = pg_catalog
  as $$ select jsonb_build_array(event.actor_name, event.resource_label, event.reason, event.changes)::text $$;

create function audit.personal_digest_of(event audit_event) returns bytea
  language sql immutable
  set search_path = pg_catalog
  as $$ select sha256(convert_to(event.personal_salt || E'\n' || audit.personal_text_of(event), 'UTF8')) $$;

grant execute on function audit.origin_digest_of(audit_event), audit.personal_text_of(audit_event), audit.personal_digest_of(audit_event) to liaison_authz, liaison_sealer;

create function audit.allow_blanking() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
declare
  blankable constant text[] := array['ip', 'user_agent', 'origin_salt', 'origin_digest', 'actor_name', 'resource_label', 'reason', 'changes', 'personal_salt', 'personal_digest'];
begin
  if (to_jsonb(new) = to_jsonb(old) or to_jsonb(new) - blankable <> to_jsonb(old) - blankable) then
    raise exception 'UPDATE on audit_event is refused: its rows are history' using errcode = 'restrict_violation';
  end if;
  if ((new.ip, new.user_agent, new.origin_salt, new.origin_digest) is distinct from (old.ip, old.user_agent, old.origin_salt, old.origin_digest)
    and (old.origin_digest is null and new.ip is null and new.user_agent is null and new.origin_salt <> old.origin_salt
      and new.origin_digest = audit.origin_digest_of(old)) is not true) then
    raise exception 'UPDATE on audit_event is refused: its origin is blanked with its digest, or stays' using errcode = 'restrict_violation';
  end if;
  if ((new.actor_name, new.resource_label, new.reason, new.changes, new.personal_salt, new.personal_digest)
      is distinct from (old.actor_name, old.resource_label, old.reason, old.changes, old.personal_salt, old.personal_digest)
    and (old.personal_digest is null and new.actor_name is null and new.resource_label is null and new.reason is null and new.changes is null
      and new.personal_salt <> old.personal_salt and new.personal_digest = audit.personal_digest_of(old)) is not true) then
    raise exception 'UPDATE on audit_event is refused: what names a person is blanked with its digest, or stays' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger only_blanking before update on audit_event for each row execute function audit.allow_blanking();
create policy blanking on audit_event for update to liaison_authz using (true) with check (true);
grant update (ip, user_agent, origin_salt, origin_digest, actor_name, resource_label, reason, changes, personal_salt, personal_digest) on audit_event to liaison_authz;

create policy tenant_view on audit_scope for select to liaison_tenant, liaison_delegate using (
  kind = 'tenant' and scope_id in (select access.reach('audit_scope', 'select'))
);
create policy partner_view on audit_scope for select to liaison_program, liaison_delegate using (
  kind = 'partner' and scope_id = (select access.context_id('partner_id'))
);
create policy platform_view on audit_scope for select to liaison_platform using ((select access.context_plane()) = 'platform');
-- A scalar query instead of `exists`, which the planner would answer by reading every scope row of the reader for each page.
create policy visible on audit_event for select to liaison_tenant, liaison_program, liaison_delegate using (
  (select true from audit_scope s where s.event_id = audit_event.id and s.occurred_at = audit_event.occurred_at limit 1)
);
create policy platform_view on audit_event for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select on audit_scope to liaison_tenant, liaison_program, liaison_delegate;
grant select on audit_event, audit_scope to liaison_platform;
-- The network address, the user agent and the reason belong to the side that acted (audit.own_details); the rows of a read of several
-- tenants are told to each tenant by its own audit_scope row.
grant select (id, occurred_at, xid, plane, action, outcome, code, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, tenant_id, tenant_name,
  delegation_id, delegation_epoch, role, permission, resource_type, resource_id, resource_label, changes, repeats, billing_party, request_id, trace_id,
  method, route, source, explain_id, config_version) on audit_event to liaison_tenant, liaison_program, liaison_delegate;

reset role;
set role liaison_authz;

-- Writes one event of a context that was verified. Who acts comes from it alone; the event names the action and its object.
create function audit.record_as(context jsonb, event jsonb) returns uuid
  language plpgsql
  as $$
declare
  event_id uuid := uuidv7();
  written_at timestamptz := clock_timestamp();
  tenant uuid := coalesce((event ->> 'tenant_id')::uuid, (context ->> 'tenant_id')::uuid);
  partner uuid := coalesce((event ->> 'partner_id')::uuid, (context ->> 'partner_id')::uuid);
begin
  if context is null then
    raise exception 'an audit event needs an access context' using errcode = 'insufficient_privilege';
  end if;
  insert into audit_event (id, occurred_at, plane, action, outcome, code, actor_type, actor_id, actor_name, member_id, partner_id, partner_name,
    tenant_id, tenant_name, delegation_id, delegation_epoch, role, permission, resource_type, resource_id, resource_label, changes, row_count,
    billing_party, reason, request_id, trace_id, method, route, ip, user_agent, source, explain_id, config_version)
  values (event_id, written_at, context ->> 'plane', event ->> 'action', coalesce(event ->> 'outcome', 'allowed'), event ->> 'code',
    context ->> 'actor_type', (context ->> 'actor_id')::uuid, context ->> 'actor_name', (context ->> 'member_id')::uuid, partner,
    coalesce(event ->> 'partner_name', case when partner = (context ->> 'partner_id')::uuid then context ->> 'partner_name' end),
    tenant, coalesce(event ->> 'tenant_name', case when tenant = (context ->> 'tenant_id')::uuid then context ->> 'tenant_name' end),
    coalesce((event ->> 'delegation_id')::uuid, (context ->> 'delegation_id')::uuid), coalesce((event ->> 'delegation_epoch')::integer, (context ->> 'delegation_epoch')::integer),
    coalesce(event ->> 'role', context ->> 'role'), coalesce(event ->> 'permission', context ->> 'permission'), event ->> 'resource_type',
    (event ->> 'resource_id')::uuid, event ->> 'resource_label', event -> 'changes', (event ->> 'row_count')::bigint, event ->> 'billing_party', event ->> 'reason',
    context ->> 'request_id', context ->> 'trace_id', context ->> 'method', context ->> 'route', (context ->> 'ip')::inet, context ->> 'user_agent',
    coalesce(context ->> 'source', 'api'), (event ->> 'explain_id')::uuid, (select c.active_version from partner_configuration c where c.partner_id = (context ->> 'partner_id')::uuid));
  if partner is not null then
    insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count) values ('partner', partner, written_at, event_id, (event ->> 'row_count')::bigint);
  end if;
  insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count)
  select 'tenant', touched.tenant_id, written_at, event_id, touched.row_count
  from (
    select tenant as tenant_id, (event ->> 'row_count')::bigint as row_count where tenant is not null
    union all
    select (item ->> 'tenant_id')::uuid, (item ->> 'row_count')::bigint from jsonb_array_elements(coalesce(event -> 'tenants', '[]')) item
    where (item ->> 'tenant_id')::uuid is distinct from tenant
  ) touched;
  return event_id;
end
$$;
create function audit.record(event jsonb) returns uuid
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  return audit.record_as(access.context(), event);
end
$$;
comment on function audit.record(jsonb) is 'access.md section 6. A tenant or partner that the event names becomes one of its readers; several tenants are passed as tenants[{tenant_id, row_count}].';

-- How many rows of each tenant an event's read touched, as {tenant: rows}.
create function audit.rows_by_tenant(event jsonb) returns jsonb
  language sql immutable
  set search_path = pg_catalog
  as $$
  select coalesce(jsonb_object_agg(item ->> 'tenant_id', coalesce((item ->> 'row_count')::bigint, 0)), '{}')
  from jsonb_array_elements(coalesce(event -> 'tenants', '[]')) item
$$;

create function audit.add_rows(counted jsonb, more jsonb) returns jsonb
  language sql immutable
  set search_path = pg_catalog
  as $$
  select coalesce(jsonb_object_agg(tenant, total), '{}')
  from (
    select key as tenant, sum(value::bigint) as total
    from (select * from jsonb_each_text(counted) union all select * from jsonb_each_text(more)) both_sides group by key
  ) sums
$$;

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

-- A refusal is recorded on a connection of its own, so that the rollback of the refused request does not erase it. It carries the id that was
-- asked for: guesses at organisations that were never linked can be told apart, and nobody is named.
create function audit.record_refusal(event jsonb) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  event_id uuid := uuidv7();
  written_at timestamptz := clock_timestamp();
begin
  insert into audit_event (id, occurred_at, plane, action, outcome, code, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, tenant_id, tenant_name,
    delegation_id, role, permission, resource_type, resource_id, repeats, reason, request_id, trace_id, method, route, ip, user_agent, source, explain_id, config_version)
  values (event_id, written_at, event ->> 'plane', event ->> 'action', 'denied', event ->> 'code', event ->> 'actor_type', (event ->> 'actor_id')::uuid, event ->> 'actor_name',
    (event ->> 'member_id')::uuid, (event ->> 'partner_id')::uuid, event ->> 'partner_name', (event ->> 'tenant_id')::uuid, event ->> 'tenant_name',
    (event ->> 'delegation_id')::uuid, event ->> 'role', event ->> 'permission', event ->> 'resource_type', (event ->> 'resource_id')::uuid,
    coalesce((event ->> 'repeats')::integer, 1), event ->> 'reason', event ->> 'request_id',
    event ->> 'trace_id', event ->> 'method', event ->> 'route', (event ->> 'ip')::inet, event ->> 'user_agent', coalesce(event ->> 'source', 'api'), (event ->> 'explain_id')::uuid,
    case when event ->> 'plane' in ('program', 'delegation', 'realm') then (select c.active_version from partner_configuration c where c.partner_id = (event ->> 'partner_id')::uuid) end);
  if event ->> 'partner_id' is not null then
    insert into audit_scope (kind, scope_id, occurred_at, event_id) values ('partner', (event ->> 'partner_id')::uuid, written_at, event_id);
  end if;
  -- A tenant reads refusals only of those whom it once let in: a stranger's guess must not write into its log.
  if event ->> 'tenant_id' is not null and (event ->> 'delegation_id' is not null or event ->> 'plane' = 'tenant') then
    insert into audit_scope (kind, scope_id, occurred_at, event_id) values ('tenant', (event ->> 'tenant_id')::uuid, written_at, event_id);
  end if;
end
$$;

-- I1: a change that no event of the same transaction covers does not commit. A statement notes once for each tenant that it changed rows
-- of a table; each note is checked at the commit, so that a statement of a thousand rows costs one check and not a thousand.
create function audit.expect_event() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  insert into audit.due (relation, operation, by_tenant)
  select tg_relid, tg_op, false where exists (select from changed)
  on conflict do nothing;
  return null;
end
$$;

create function audit.expect_tenant_event() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  insert into audit.due (relation, operation, by_tenant, tenant_id)
  select distinct tg_relid, tg_op, true, changed.tenant_id from changed
  on conflict do nothing;
  return null;
end
$$;

-- Runs at the commit, for each note. The note goes with the check, so that a change after an early check is noted again.
create function audit.check_due() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  set enable_seqscan = off
  as $$
begin
  if new.by_tenant then
    if not exists (select from audit_scope where xid = new.xid and kind = 'tenant' and scope_id = new.tenant_id) then
      raise exception '% on % of tenant % has no audit event that the tenant can read', new.operation, new.relation::regclass, new.tenant_id
        using errcode = 'integrity_constraint_violation';
    end if;
  -- A restored database counts transactions anew, so an old event can carry the number of a new transaction; but old events are sealed.
  elsif not exists (select from audit_event e where e.xid = new.xid and not exists (select from audit_leaf l where l.event_id = e.id)) then
    raise exception '% on % has no audit event', new.operation, new.relation::regclass using errcode = 'integrity_constraint_violation';
  end if;
  delete from audit.due d where d.xid = new.xid and d.relation = new.relation and d.tenant_id is not distinct from new.tenant_id;
  return null;
end
$$;

-- As above for one row, for tables of which only some columns count: PostgreSQL has no transition tables for a list of columns.
create function audit.require_event() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if not exists (select from audit_event e where e.xid = pg_current_xact_id() and not exists (select from audit_leaf l where l.event_id = e.id)) then
    raise exception '% on % has no audit event', tg_op, tg_table_name using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$$;

grant execute on function audit.record(jsonb), audit.record_read(jsonb) to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_ingest, liaison_job;
grant execute on function audit.record_refusal(jsonb), audit.record_reads(boolean[], integer[], text[], jsonb[], jsonb[]) to liaison_guard;
grant execute on function audit.close_read_windows() to liaison_job;
grant execute on function audit.own_details(uuid[]), audit.concerns(uuid, timestamptz, uuid) to liaison_program, liaison_tenant, liaison_platform;
grant execute on function audit.expect_event(), audit.expect_tenant_event(), audit.check_due(), audit.require_event() to liaison_owner;

reset role;
set role liaison_owner;

create constraint trigger covered after insert on audit.due deferrable initially deferred for each row execute function audit.check_due();

create procedure private.audit_changes(relation regclass, by_tenant boolean)
  language plpgsql
  as $$
declare
  operation text;
begin
  foreach operation in array array['insert', 'update', 'delete'] loop
    execute format('create trigger audited_%1$s after %1$s on %2$s referencing %3$s table as changed for each statement execute function audit.%4$I()',
      operation, relation, case operation when 'delete' then 'old' else 'new' end, case when by_tenant then 'expect_tenant_event' else 'expect_event' end);
  end loop;
end
$$;
comment on procedure private.audit_changes(regclass, boolean) is 'Refuses, at commit, any change of the table that has no audit event in the same transaction.';

reset role;
