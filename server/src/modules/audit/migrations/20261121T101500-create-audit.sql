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
