-- Within a transaction: the tables, and of each the tenants, whose changes need an event before the commit. Empty outside of transactions, hence unlogged.
create table audit.due (
  xid xid8 not null default pg_current_xact_id(),
  relation oid not null,
  operation text not null,
  by_tenant boolean not null,
  tenant_id uuid,
  constraint covered TRIGGER DEFERRABLE INITIALLY DEFERRED,
  constraint due_xid_relation_tenant_id_key UNIQUE NULLS NOT DISTINCT (xid, relation, tenant_id)
);
CREATE CONSTRAINT TRIGGER covered AFTER INSERT ON audit.due DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.check_due();
alter table audit.due enable row level security, force row level security;
create policy deciding on audit.due for select to liaison_authz
  using (true);
create policy noting on audit.due for all to liaison_authz
  using (true)
  with check (true);
grant delete, insert, select on audit.due to liaison_authz;

-- Signed roots of the audit log (C2SP tlog-checkpoint), one per round of the sealer that found events.
create table public.audit_checkpoint (
  size bigint not null,
  root bytea not null,
  peaks bytea not null,
  last_xid xid8 not null,
  last_id uuid not null,
  note text not null,
  sealed_at timestamp with time zone not null default clock_timestamp(),
  constraint audit_checkpoint_pkey PRIMARY KEY (size),
  constraint audit_checkpoint_root_check CHECK ((length(root) = 32)),
  constraint audit_checkpoint_size_check CHECK ((size > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_checkpoint FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.audit_checkpoint enable row level security, force row level security;
create policy deciding on public.audit_checkpoint for select to liaison_authz
  using (true);
create policy platform_view on public.audit_checkpoint for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy sealing on public.audit_checkpoint for insert to liaison_sealer
  with check (true);
create policy sealing_reads on public.audit_checkpoint for select to liaison_sealer
  using (true);
create policy telling on public.audit_checkpoint for select to liaison_authz
  using (true);
grant select on public.audit_checkpoint to liaison_authz;
grant select on public.audit_checkpoint to liaison_platform;
grant insert, select on public.audit_checkpoint to liaison_sealer;

-- One row per action, in the transaction of the action; append-only.
create table public.audit_event (
  id uuid not null default uuidv7(),
  occurred_at timestamp with time zone not null default clock_timestamp(),
  xid xid8 not null default pg_current_xact_id(),
  plane text not null,
  action text not null,
  outcome text not null,
  code text,
  actor_type text not null,
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
  source text not null,
  explain_id uuid,
  config_version integer,
  constraint audit_event_actor_type_check CHECK ((actor_type = ANY (ARRAY['person'::text, 'client'::text, 'end_user'::text, 'agency_token'::text, 'ingest_key'::text, 'system'::text, 'stranger'::text]))),
  constraint audit_event_outcome_check CHECK ((outcome = ANY (ARRAY['allowed'::text, 'denied'::text, 'error'::text]))),
  constraint audit_event_pkey PRIMARY KEY (id, occurred_at),
  constraint audit_event_source_check CHECK ((source = ANY (ARRAY['portal'::text, 'api'::text, 'gateway'::text, 'form'::text, 'job'::text, 'cli'::text])))
) partition by RANGE (occurred_at);
CREATE INDEX audit_event_occurred_at_id_idx ON ONLY public.audit_event USING btree (occurred_at, id);
CREATE INDEX audit_event_xid_id_idx ON ONLY public.audit_event USING btree (xid, id);
CREATE TRIGGER append_only BEFORE DELETE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER note_client_use AFTER INSERT ON public.audit_event FOR EACH ROW WHEN (((new.actor_type = 'client'::text) AND (new.outcome = 'allowed'::text) AND (new.plane = ANY (ARRAY['tenant'::text, 'delegation'::text])))) EXECUTE FUNCTION access.note_client_use();
CREATE TRIGGER only_blanking BEFORE UPDATE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION audit.allow_blanking();
alter table public.audit_event enable row level security, force row level security;
create policy blanking on public.audit_event for update to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.audit_event for select to liaison_authz
  using (true);
create policy platform_view on public.audit_event for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy recording on public.audit_event for insert to liaison_authz
  with check (true);
create policy retaining on public.audit_event for select to liaison_owner
  using (true);
create policy sealing on public.audit_event for select to liaison_sealer
  using (true);
create policy visible on public.audit_event for select to liaison_delegate, liaison_program, liaison_tenant
  using (( SELECT true
   FROM public.audit_scope s
  WHERE ((s.event_id = audit_event.id) AND (s.occurred_at = audit_event.occurred_at))
 LIMIT 1));
grant insert, select on public.audit_event to liaison_authz;
grant select on public.audit_event to liaison_platform;
grant select on public.audit_event to liaison_sealer;
grant update (actor_name, resource_label, changes, reason, ip, user_agent, origin_salt, origin_digest, personal_salt, personal_digest) on public.audit_event to liaison_authz;
grant select (id, occurred_at, xid, plane, action, outcome, code, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, tenant_id, tenant_name, delegation_id, delegation_epoch, role, permission, resource_type, resource_id, resource_label, changes, repeats, billing_party, request_id, trace_id, method, route, source, explain_id, config_version) on public.audit_event to liaison_delegate;
grant select (id, occurred_at, xid, plane, action, outcome, code, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, tenant_id, tenant_name, delegation_id, delegation_epoch, role, permission, resource_type, resource_id, resource_label, changes, repeats, billing_party, request_id, trace_id, method, route, source, explain_id, config_version) on public.audit_event to liaison_program;
grant select (id, occurred_at, xid, plane, action, outcome, code, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, tenant_id, tenant_name, delegation_id, delegation_epoch, role, permission, resource_type, resource_id, resource_label, changes, repeats, billing_party, request_id, trace_id, method, route, source, explain_id, config_version) on public.audit_event to liaison_tenant;

-- The keys that sign checkpoints of the audit log, from the second on; the first comes from LIAISON_SECRET_KEY. Each signs from where the one before ended.
create table public.audit_key (
  number integer not null,
  verifier_key text not null,
  after_size bigint not null,
  is_predecessor_stolen boolean not null,
  reason text,
  sealed_key bytea not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint a_theft_has_a_reason CHECK (((reason IS NOT NULL) OR (NOT is_predecessor_stolen))),
  constraint audit_key_after_size_check CHECK ((after_size >= 0)),
  constraint audit_key_number_check CHECK ((number > 1)),
  constraint audit_key_pkey PRIMARY KEY (number),
  constraint audit_key_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500))),
  constraint audit_key_verifier_key_key UNIQUE (verifier_key)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF number, verifier_key, after_size, is_predecessor_stolen, reason, created_at ON public.audit_key FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.audit_key REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.audit_key REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.audit_key REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.audit_key FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.audit_key enable row level security, force row level security;
create policy deciding on public.audit_key for select to liaison_authz
  using (true);
create policy sealing on public.audit_key for select to liaison_sealer
  using (true);
grant select on public.audit_key to liaison_authz;
grant select on public.audit_key to liaison_sealer;

-- The leaves of the Merkle tree over the audit log (RFC 9162 section 2.1), kept for ever: 32 bytes for an event.
create table public.audit_leaf (
  leaf_index bigint not null,
  event_id uuid not null,
  occurred_at timestamp with time zone not null,
  hash bytea not null,
  constraint audit_leaf_event_id_key UNIQUE (event_id),
  constraint audit_leaf_hash_check CHECK ((length(hash) = 32)),
  constraint audit_leaf_leaf_index_check CHECK ((leaf_index >= 0)),
  constraint audit_leaf_pkey PRIMARY KEY (leaf_index)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_leaf FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.audit_leaf FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.audit_leaf enable row level security, force row level security;
create policy deciding on public.audit_leaf for select to liaison_authz
  using (true);
create policy platform_view on public.audit_leaf for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy retaining on public.audit_leaf for select to liaison_owner
  using (true);
create policy sealing on public.audit_leaf for insert to liaison_sealer
  with check (true);
create policy sealing_reads on public.audit_leaf for select to liaison_sealer
  using (true);
create policy telling on public.audit_leaf for select to liaison_authz
  using (true);
grant select on public.audit_leaf to liaison_authz;
grant insert, select on public.audit_leaf to liaison_sealer;

-- Roots of full subtrees of the audit log, of 256 leaves at level 1 and 256 times as many at each next: so that a proof reads some hundred hashes, however long the log is. They follow from audit_leaf.
create table public.audit_node (
  level smallint not null,
  node_index bigint not null,
  hash bytea not null,
  constraint audit_node_hash_check CHECK ((length(hash) = 32)),
  constraint audit_node_level_check CHECK (((level >= 1) AND (level <= 6))),
  constraint audit_node_node_index_check CHECK ((node_index >= 0)),
  constraint audit_node_pkey PRIMARY KEY (level, node_index)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_node FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.audit_node FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.audit_node enable row level security, force row level security;
create policy deciding on public.audit_node for select to liaison_authz
  using (true);
create policy platform_view on public.audit_node for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy sealing on public.audit_node for insert to liaison_sealer
  with check (true);
create policy sealing_reads on public.audit_node for select to liaison_sealer
  using (true);
grant select on public.audit_node to liaison_authz;
grant insert, select on public.audit_node to liaison_sealer;

-- Where and when a checkpoint left the database; until then it protects against nobody with full rights to the database.
create table public.audit_publication (
  size bigint not null,
  place text not null,
  published_at timestamp with time zone not null default clock_timestamp(),
  constraint audit_publication_pkey PRIMARY KEY (size, place),
  constraint audit_publication_size_fkey FOREIGN KEY (size) REFERENCES public.audit_checkpoint(size)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_publication FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.audit_publication FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.audit_publication enable row level security, force row level security;
create policy deciding on public.audit_publication for select to liaison_authz
  using (true);
create policy platform_view on public.audit_publication for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy retaining on public.audit_publication for select to liaison_owner
  using (true);
create policy sealing on public.audit_publication for insert to liaison_sealer
  with check (true);
create policy sealing_reads on public.audit_publication for select to liaison_sealer
  using (true);
grant select on public.audit_publication to liaison_authz;
grant select on public.audit_publication to liaison_platform;
grant insert, select on public.audit_publication to liaison_sealer;

-- Repeats of one read by one person within 60 seconds, counted here until the window is closed by an event of its own.
create table public.audit_read_window (
  actor_id uuid not null,
  plane text not null,
  route text not null,
  tenants_digest bytea not null,
  started_at timestamp with time zone not null,
  event_id uuid not null,
  event_at timestamp with time zone not null,
  repeats integer not null default 0,
  row_count bigint not null default 0,
  tenant_rows jsonb not null default '{}'::jsonb,
  constraint audit_read_window_pkey PRIMARY KEY (actor_id, plane, route, tenants_digest)
);
alter table public.audit_read_window enable row level security, force row level security;
create policy deciding on public.audit_read_window for select to liaison_authz
  using (true);
create policy recording on public.audit_read_window for all to liaison_authz
  using (true)
  with check (true);
grant delete, insert, select, update on public.audit_read_window to liaison_authz;

-- What was taken out of the audit log because its time was over: of which month, how many events, and the note, signed with the key of the log, that says which leaves have none any more. Kept for ever.
create table public.audit_retention (
  number bigint not null generated always as identity,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone not null,
  kept text not null,
  removed bigint not null,
  note text not null,
  recorded_at timestamp with time zone not null default clock_timestamp(),
  constraint audit_retention_check CHECK ((until_at > from_at)),
  constraint audit_retention_kept_check CHECK ((kept = ANY (ARRAY['long'::text, 'nothing'::text]))),
  constraint audit_retention_pkey PRIMARY KEY (number),
  constraint audit_retention_removed_check CHECK ((removed >= 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_retention FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.audit_retention REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.audit_retention REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.audit_retention REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.audit_retention FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.audit_retention enable row level security, force row level security;
create policy deciding on public.audit_retention for select to liaison_authz
  using (true);
create policy platform_view on public.audit_retention for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy retaining on public.audit_retention for all to liaison_owner
  using (true)
  with check (true);
grant select on public.audit_retention to liaison_authz;
grant select on public.audit_retention to liaison_platform;

-- Who sees an event: one row per tenant and per partner that it concerns.
create table public.audit_scope (
  kind text not null,
  scope_id uuid not null,
  occurred_at timestamp with time zone not null,
  event_id uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  row_count bigint,
  constraint audit_scope_kind_check CHECK ((kind = ANY (ARRAY['tenant'::text, 'partner'::text]))),
  constraint audit_scope_pkey PRIMARY KEY (kind, scope_id, occurred_at, event_id)
) partition by RANGE (occurred_at);
CREATE INDEX audit_scope_event_id_idx ON ONLY public.audit_scope USING btree (event_id);
CREATE INDEX audit_scope_xid_kind_scope_id_idx ON ONLY public.audit_scope USING btree (xid, kind, scope_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_scope FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.audit_scope FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.audit_scope enable row level security, force row level security;
create policy acting_view on public.audit_scope for select to liaison_delegate
  using (((kind = 'tenant'::text) AND (scope_id = ( SELECT access.context_id('tenant_id'::text) AS context_id)) AND (scope_id IN ( SELECT access.reach('audit_scope'::text, 'select'::text) AS reach)) AND audit.was_act_of(event_id, occurred_at, ( SELECT access.context_id('partner_id'::text) AS context_id))));
create policy deciding on public.audit_scope for select to liaison_authz
  using (true);
create policy exporting_view on public.audit_scope for select to liaison_delegate
  using (((kind = 'tenant'::text) AND (( SELECT access.context_id('export_id'::text) AS context_id) IS NOT NULL) AND (( SELECT access.context_id('tenant_id'::text) AS context_id) IS NULL) AND (scope_id IN ( SELECT access.reach('audit_scope'::text, 'select'::text) AS reach)) AND audit.was_act_of(event_id, occurred_at, ( SELECT access.context_id('partner_id'::text) AS context_id))));
create policy owners_read on public.audit_scope as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_view on public.audit_scope for select to liaison_program
  using (((kind = 'partner'::text) AND (scope_id = ( SELECT access.own_partner() AS own_partner))));
create policy platform_view on public.audit_scope for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy recording on public.audit_scope for insert to liaison_authz
  with check (true);
create policy retaining on public.audit_scope for select to liaison_owner
  using (true);
create policy sealing on public.audit_scope for select to liaison_sealer
  using (true);
create policy tenant_view on public.audit_scope for select to liaison_tenant
  using (((kind = 'tenant'::text) AND (scope_id IN ( SELECT access.reach('audit_scope'::text, 'select'::text) AS reach))));
grant insert, select on public.audit_scope to liaison_authz;
grant select on public.audit_scope to liaison_delegate;
grant select on public.audit_scope to liaison_platform;
grant select on public.audit_scope to liaison_program;
grant select on public.audit_scope to liaison_sealer;
grant select on public.audit_scope to liaison_tenant;

-- Each time that the whole log was verified in this database, and with how many faults. It is what readers are told, not a proof: a proof is the command itself, run with keys and checkpoints that were kept elsewhere.
create table public.audit_verification (
  number bigint not null generated always as identity,
  verified_at timestamp with time zone not null default clock_timestamp(),
  events bigint not null,
  sealed bigint not null,
  fault_count bigint not null,
  constraint audit_verification_events_check CHECK ((events >= 0)),
  constraint audit_verification_fault_count_check CHECK ((fault_count >= 0)),
  constraint audit_verification_pkey PRIMARY KEY (number),
  constraint audit_verification_sealed_check CHECK ((sealed >= 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_verification FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.audit_verification FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.audit_verification enable row level security, force row level security;
create policy deciding on public.audit_verification for select to liaison_authz
  using (true);
create policy platform_view on public.audit_verification for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy telling on public.audit_verification for select to liaison_authz
  using (true);
grant select on public.audit_verification to liaison_authz;
grant select on public.audit_verification to liaison_platform;

-- Where sealing began in a database cluster. Transaction ids do not survive a dump and restore, so a new cluster begins a new count.
create table public.audit_watermark (
  number bigint not null generated always as identity,
  size bigint not null,
  cluster_id text not null,
  from_xid xid8 not null,
  started_at timestamp with time zone not null default clock_timestamp(),
  constraint audit_watermark_pkey PRIMARY KEY (number)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_watermark FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.audit_watermark FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.audit_watermark enable row level security, force row level security;
create policy deciding on public.audit_watermark for select to liaison_authz
  using (true);
create policy platform_view on public.audit_watermark for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy sealing on public.audit_watermark for insert to liaison_sealer
  with check (true);
create policy sealing_reads on public.audit_watermark for select to liaison_sealer
  using (true);
grant select on public.audit_watermark to liaison_authz;
grant insert, select on public.audit_watermark to liaison_sealer;

-- This month and the next three. All that a running server may do about the tables of the log.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION audit.add_coming_months()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "TimeZone" TO 'UTC'
AS $function$ select private.add_audit_months(now()::date, 4) $function$;
grant execute on audit.add_coming_months() to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.add_rows(counted jsonb, more jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(jsonb_object_agg(tenant, total), '{}')
  from (
    select key as tenant, sum(value::bigint) as total
    from (select * from jsonb_each_text(counted) union all select * from jsonb_each_text(more)) both_sides group by key
  ) sums
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION audit.allow_blanking()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.check_due()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
$function$;
grant execute on audit.check_due() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.close_read_windows()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;
grant execute on audit.close_read_windows() to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.close_window(finished public.audit_read_window)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.completeness(since timestamp with time zone, until timestamp with time zone, most integer)
 RETURNS TABLE(events bigint, missing bigint, waiting bigint, sealed_at timestamp with time zone, verified_at timestamp with time zone, faults bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  with reader as materialized (
    select case access.context_plane() when 'program' then 'partner' when 'tenant' then 'tenant' end as kind,
      case access.context_plane() when 'program' then access.partner_of_owner() when 'tenant' then (select reached from access.reach('audit_scope', 'select') reached) end as scope_id
  ), counted as (
    select count(*) as events, count(*) filter (where e.id is null) as missing, count(*) filter (where e.id is not null and l.event_id is null) as waiting
    from (
      select s.event_id, s.occurred_at from reader join audit_scope s on s.kind = reader.kind and s.scope_id = reader.scope_id
      where s.occurred_at >= since and s.occurred_at < until
      order by s.occurred_at desc, s.event_id desc limit most
    ) own
    left join audit_event e on e.id = own.event_id and e.occurred_at = own.occurred_at
    left join audit_leaf l on l.event_id = own.event_id
  )
  select counted.events, counted.missing, counted.waiting, sealed.sealed_at, verified.verified_at, verified.fault_count
  from counted
  left join lateral (select c.sealed_at from audit_checkpoint c order by c.size desc limit 1) sealed on true
  left join lateral (select v.verified_at, v.fault_count from audit_verification v order by v.number desc limit 1) verified on true
$function$;
grant execute on audit.completeness(timestamp with time zone,timestamp with time zone,integer) to liaison_program;
grant execute on audit.completeness(timestamp with time zone,timestamp with time zone,integer) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.concerns(event uuid, written_at timestamp with time zone, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select exists (
    select from audit_event e join audit_scope s on s.event_id = e.id and s.occurred_at = e.occurred_at
    where e.id = event and e.occurred_at = written_at and s.kind = 'tenant' and s.scope_id = tenant and s.row_count > 0
      and case access.context_plane()
        when 'platform' then true
        when 'program' then e.plane in ('program', 'delegation') and e.partner_id = access.partner_of_owner()
        when 'delegation' then e.plane = 'delegation' and e.partner_id = access.context_id('partner_id')
        else false end)
$function$;
grant execute on audit.concerns(uuid,timestamp with time zone,uuid) to liaison_delegate;
grant execute on audit.concerns(uuid,timestamp with time zone,uuid) to liaison_platform;
grant execute on audit.concerns(uuid,timestamp with time zone,uuid) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.count_activity(tenants uuid[], since timestamp with time zone, until timestamp with time zone, filters jsonb, most integer)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select count(*) from audit.find_activity(tenants, since, until, filters, most)
$function$;
grant execute on audit.count_activity(uuid[],timestamp with time zone,timestamp with time zone,jsonb,integer) to liaison_delegate;
grant execute on audit.count_activity(uuid[],timestamp with time zone,timestamp with time zone,jsonb,integer) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.count_own_acts(tenants uuid[], since timestamp with time zone, until timestamp with time zone)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select count(*) from audit_scope s join audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  where s.kind = 'tenant' and s.scope_id = any (tenants) and s.scope_id in (select access.reach('audit_scope', 'select'))
    and s.occurred_at >= since and s.occurred_at < until
    and access.context_plane() = 'delegation' and e.plane = 'delegation' and e.partner_id = (select access.context_id('partner_id'))
$function$;
grant execute on audit.count_own_acts(uuid[],timestamp with time zone,timestamp with time zone) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.count_read(context jsonb, event jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
AS $function$
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

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.expect_event()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  insert into audit.due (relation, operation, by_tenant)
  select tg_relid, tg_op, false
  where exists (select from changed) and not exists (select from audit.due d where d.xid = pg_current_xact_id_if_assigned() and not d.by_tenant)
  on conflict do nothing;
  return null;
end
$function$;
grant execute on audit.expect_event() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.expect_tenant_event()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  insert into audit.due (relation, operation, by_tenant, tenant_id)
  select distinct tg_relid, tg_op, true, changed.tenant_id from changed
  where not exists (select from audit.due d where d.xid = pg_current_xact_id_if_assigned() and d.by_tenant and d.tenant_id is not distinct from changed.tenant_id)
    and not exists (select from audit_scope s where s.xid = pg_current_xact_id_if_assigned() and s.kind = 'tenant' and s.scope_id = changed.tenant_id
      and s.occurred_at >= now() and s.occurred_at < now() + interval '1 hour')
  on conflict do nothing;
  return null;
end
$function$;
grant execute on audit.expect_tenant_event() to liaison_owner;

-- The leaves of the reader's own log behind a place, each with its event, the own leaf before the first, and up to where it was looked.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.feed(place bigint, most integer)
 RETURNS TABLE(leaves bigint[], events uuid[], times text[], previous bigint, looked_upto bigint, size bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  plane text := access.context_plane();
  of_kind text := case plane when 'program' then 'partner' when 'tenant' then 'tenant' end;
  of_id uuid := case plane when 'program' then access.partner_of_owner() when 'tenant' then access.context_id('tenant_id') end;
  wanted integer := greatest(1, least(most, 1000));
  width bigint := greatest(1024, wanted * 4);
  since timestamptz;
  until timestamptz;
  upto bigint;
  page record;
begin
  if plane is null or plane not in ('program', 'tenant', 'platform') or (plane <> 'platform' and of_id is null) then
    return;
  end if;
  if plane = 'tenant' and not exists (select from access.reach('audit_scope', 'select') r (id) where r.id = of_id) then
    return;
  end if;
  place := greatest(-1, place);
  leaves := '{}'; events := '{}'; times := '{}';
  looked_upto := place;
  size := coalesce((select l.leaf_index + 1 from audit_leaf l order by l.leaf_index desc limit 1), 0);
  if plane = 'platform' then
    select coalesce(array_agg(l.leaf_index order by l.leaf_index), '{}'), coalesce(array_agg(l.event_id order by l.leaf_index), '{}'),
      coalesce(array_agg(l.occurred_at::text order by l.leaf_index), '{}')
    into leaves, events, times
    from (select * from audit_leaf where leaf_index > place order by leaf_index limit wanted) l;
    looked_upto := coalesce(leaves[cardinality(leaves)], place);
    previous := (select l.leaf_index from audit_leaf l where l.leaf_index < leaves[1] order by l.leaf_index desc limit 1);
    return next;
    return;
  end if;
  while looked_upto < size - 1 and cardinality(leaves) < wanted and looked_upto - place < 262144 loop
    select min(l.occurred_at), max(l.occurred_at), max(l.leaf_index) into since, until, upto
    from audit_leaf l where l.leaf_index > looked_upto and l.leaf_index <= looked_upto + width;
    with own as materialized (
      select s.event_id, s.occurred_at from audit_scope s where s.kind = of_kind and s.scope_id = of_id and s.occurred_at between since and until
    ), next as (
      select sealed.leaf_index, own.event_id, own.occurred_at
      from own cross join lateral (select l.leaf_index from audit_leaf l where l.event_id = own.event_id offset 0) sealed
      where sealed.leaf_index > looked_upto and sealed.leaf_index <= upto
      order by sealed.leaf_index limit wanted - cardinality(leaves)
    )
    select coalesce(array_agg(n.leaf_index order by n.leaf_index), '{}') as leaves, coalesce(array_agg(n.event_id order by n.leaf_index), '{}') as events,
      coalesce(array_agg(n.occurred_at::text order by n.leaf_index), '{}') as times
    into page from next n;
    leaves := leaves || page.leaves; events := events || page.events; times := times || page.times;
    looked_upto := case when cardinality(leaves) = wanted then leaves[wanted] else least(looked_upto + width, size - 1) end;
    width := width * 4;
  end loop;
  if cardinality(leaves) > 0 then
    previous := audit.leaf_of_scope_upto(of_kind, of_id, place);
  end if;
  return next;
end
$function$;
grant execute on audit.feed(bigint,integer) to liaison_platform;
grant execute on audit.feed(bigint,integer) to liaison_program;
grant execute on audit.feed(bigint,integer) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.find_activity(tenants uuid[], since timestamp with time zone, until timestamp with time zone, filters jsonb, most integer)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    select s.scope_id from audit_scope s join audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
    where s.kind = 'tenant' and s.scope_id = any (array(select unnest(tenants) intersect select access.reach('audit_scope', 'select')))
      and s.occurred_at >= since and s.occurred_at < until and e.occurred_at >= since and e.occurred_at < until
      and case (select access.context_plane())
        when 'tenant' then true
        when 'delegation' then e.plane = 'delegation' and e.partner_id = (select access.context_id('partner_id'))
        else false end
      and (not filters ? 'person_id' or e.actor_id = (filters ->> 'person_id')::uuid)
      and (not filters ? 'partner_id' or e.partner_id = (filters ->> 'partner_id')::uuid)
      and (not filters ? 'delegation_id' or e.delegation_id = (filters ->> 'delegation_id')::uuid)
      and (not filters ? 'request_id' or e.request_id = filters ->> 'request_id')
      and (not filters ? 'planes' or (filters -> 'planes' ? e.plane and (e.partner_id is not null or filters ->> 'by' <> 'partner'))
        or (filters ->> 'by' = 'tenant' and e.plane = 'delegation' and e.partner_id is null and e.actor_type <> 'stranger'))
      and (not filters ? 'outcome' or filters -> 'outcome' ? e.outcome)
      and (not filters ? 'action' or e.action = filters ->> 'action' or starts_with(e.action, (filters ->> 'action') || '.'))
      and (not filters ? 'pattern' or e.actor_name ilike filters ->> 'pattern' or e.partner_name ilike filters ->> 'pattern'
        or e.tenant_name ilike filters ->> 'pattern' or e.resource_label ilike filters ->> 'pattern' or e.action ilike filters ->> 'pattern'
        or e.code ilike filters ->> 'pattern' or e.request_id ilike filters ->> 'pattern')
    limit most
$function$;
grant execute on audit.find_activity(uuid[],timestamp with time zone,timestamp with time zone,jsonb,integer) to liaison_delegate;
grant execute on audit.find_activity(uuid[],timestamp with time zone,timestamp with time zone,jsonb,integer) to liaison_tenant;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION audit.is_change(method text, action text, row_count bigint)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((method <> 'GET'::text) AND (row_count IS NULL) AND (action <> ALL (ARRAY['tenants.enter'::text, 'tenants.switch_context'::text])));
grant execute on audit.is_change(text,text,bigint) to liaison_authz;
grant execute on audit.is_change(text,text,bigint) to liaison_tenant;

-- Whether events of this action are kept for three years; all others for seven.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION audit.is_kept_short(action text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select action !~ '^exports\.|(^|\.)(export|exported|prove)$' and (
    action ~ '\.(read|read_all|list|search|searched|looked_up|count|preview|explain|reach_read|switch_context)$'
    or regexp_replace(action, '^partner\.', '') ~ ('^(access|accounts|alert_rules|alerts|audit|calendars|demo|embed|gateway|identity(?!\.member(\.|$))|leak'
      || '|oauth(?!\.grant(\.|$))|provisioning|realm|realms\.(password|profile|session|sign_in|token|user|users)|reports|saved_views|service|services|site|sla\.breach'
      || '|support|tenant\.(members|profile|tickets)|tenant_groups|tenant_pins|tenants|usage)(\.|$)'))
$function$;
grant execute on audit.is_kept_short(text) to liaison_authz;

-- For audit.feed alone; no login may ask it.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.leaf_of_scope_upto(of_kind text, of_id uuid, place bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  above bigint := place;
  width bigint := 1024;
  since timestamptz;
  until timestamptz;
  found_leaf bigint;
begin
  while above >= 0 and place - above < 65536 loop
    select min(l.occurred_at), max(l.occurred_at) into since, until from audit_leaf l where l.leaf_index <= above and l.leaf_index > above - width;
    with own as materialized (
      select s.event_id from audit_scope s where s.kind = of_kind and s.scope_id = of_id and s.occurred_at between since and until
    )
    select max(sealed.leaf_index) into found_leaf
    from own cross join lateral (select l.leaf_index from audit_leaf l where l.event_id = own.event_id offset 0) sealed
    where sealed.leaf_index <= above and sealed.leaf_index > above - width;
    if found_leaf is not null then
      return found_leaf;
    end if;
    above := above - width;
    width := width * 4;
  end loop;
  if above < 0 then
    return null;
  end if;
  select l.occurred_at + interval '1 day' into until from audit_leaf l where l.leaf_index <= place order by l.leaf_index desc limit 1;
  select s.occurred_at - interval '1 day' into since
  from audit_scope s cross join lateral (select l.leaf_index from audit_leaf l where l.event_id = s.event_id offset 0) sealed
  where s.kind = of_kind and s.scope_id = of_id and s.occurred_at <= until and sealed.leaf_index <= place
  order by s.occurred_at desc limit 1;
  with own as materialized (
    select s.event_id from audit_scope s where s.kind = of_kind and s.scope_id = of_id and s.occurred_at between since and until
  )
  select max(sealed.leaf_index) into found_leaf
  from own cross join lateral (select l.leaf_index from audit_leaf l where l.event_id = own.event_id offset 0) sealed
  where sealed.leaf_index <= place;
  return found_leaf;
end
$function$;

-- For how many whole months after this one events can be written; -1 when not even for this one.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION audit.months_ahead(day date DEFAULT CURRENT_DATE)
 RETURNS integer
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    select coalesce(min(n) filter (where to_regclass(to_char(m, '"public.audit_event_"YYYY"_"MM')) is null or to_regclass(to_char(m, '"public.audit_scope_"YYYY"_"MM')) is null), 13) - 1
    from generate_series(0, 12) n, lateral (select date_trunc('month', day::timestamp) + make_interval(months => n)) s (m) $function$;
grant execute on audit.months_ahead(date) to liaison_authz;
grant execute on audit.months_ahead(date) to liaison_job;

-- The newest signed root of the audit log, for whoever keeps it outside.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.newest_checkpoint()
 RETURNS TABLE(size bigint, root bytea, note text, sealed_at timestamp with time zone, message_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    select c.size, c.root, c.note, c.sealed_at,
      (lpad(to_hex(floor(extract(epoch from c.sealed_at) * 1000)::bigint), 12, '0') || '7' || substr(h.digits, 1, 3) || '8' || substr(h.digits, 4, 15))::uuid
    from public.audit_checkpoint c, lateral (select encode(sha256(convert_to(c.note, 'UTF8')), 'hex')) h (digits)
    order by c.size desc limit 1 $function$;
grant execute on audit.newest_checkpoint() to liaison_job;
grant execute on audit.newest_checkpoint() to liaison_program;
grant execute on audit.newest_checkpoint() to liaison_tenant;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION audit.origin_digest_of(event public.audit_event)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select sha256(convert_to(event.origin_salt || E'\n' || coalesce(host(event.ip), '') || E'\n' || coalesce(event.user_agent, ''), 'UTF8')) $function$;
grant execute on audit.origin_digest_of(public.audit_event) to liaison_authz;
grant execute on audit.origin_digest_of(public.audit_event) to liaison_sealer;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.own_acts_in(events uuid[], tenant uuid)
 RETURNS TABLE(event_id uuid, ip inet, reason text, counted_repeats integer, counted_rows bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select e.id, e.ip, e.reason, w.repeats,
    case when w.tenant_rows is null or w.tenant_rows = '{}' then w.row_count else (w.tenant_rows ->> tenant::text)::bigint end
  from unnest(events) asked(id)
  join audit_event e on e.id = asked.id
  left join audit_read_window w on w.event_id = e.id
  where access.context_plane() = 'delegation' and tenant in (select access.reach('audit_scope', 'select'))
    and e.plane = 'delegation' and e.partner_id = (select access.context_id('partner_id'))
    and exists (select from audit_scope s where s.event_id = e.id and s.occurred_at = e.occurred_at and s.kind = 'tenant' and s.scope_id = tenant)
$function$;
grant execute on audit.own_acts_in(uuid[],uuid) to liaison_delegate;

-- Network address and reason go to the side that acted, and to the provider; never to the other side.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.own_details(events uuid[])
 RETURNS TABLE(event_id uuid, ip inet, reason text, counted_repeats integer, counted_rows bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  with reader as materialized (
    select context,
      case context ->> 'plane' when 'program' then 'partner' when 'tenant' then 'tenant' when 'delegation' then 'tenant' end as kind,
      case context ->> 'plane'
        when 'program' then access.partner_of_owner()
        when 'platform' then null
        else (select reached from access.reach('audit_scope', 'select') reached where reached = (context ->> 'tenant_id')::uuid)
      end as scope_id
    from (select access.context() as context) present
  )
  select e.id,
    case when is_own then e.ip end,
    case when is_own then e.reason end,
    w.repeats,
    case when reader.kind is distinct from 'tenant' or w.tenant_rows = '{}' then w.row_count else (w.tenant_rows ->> reader.scope_id::text)::bigint end
  from unnest(events) asked(id)
  cross join reader
  join audit_event e on e.id = asked.id
  left join audit_read_window w on w.event_id = e.id
  cross join lateral (select case context ->> 'plane'
      when 'platform' then true
      when 'program' then e.plane in ('program', 'delegation') and e.partner_id = reader.scope_id
      when 'tenant' then e.tenant_id = reader.scope_id and (e.plane = 'tenant' or (e.plane = 'delegation' and e.partner_id is null and e.actor_type <> 'stranger'))
      when 'delegation' then e.plane = 'delegation' and e.partner_id = (context ->> 'partner_id')::uuid
      else false end as is_own) side
  where context ->> 'plane' = 'platform'
    or (exists (select from audit_scope s where s.event_id = e.id and s.occurred_at = e.occurred_at and s.kind = reader.kind and s.scope_id = reader.scope_id)
      and (context ->> 'plane' <> 'delegation' or is_own))
$function$;
grant execute on audit.own_details(uuid[]) to liaison_delegate;
grant execute on audit.own_details(uuid[]) to liaison_platform;
grant execute on audit.own_details(uuid[]) to liaison_program;
grant execute on audit.own_details(uuid[]) to liaison_tenant;

-- For the proof of one event: to the organisations that read it, and to each no more than its log tells it.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.own_sealed_event(event uuid)
 RETURNS TABLE(leaf_index bigint, hash bytea, event jsonb, salt uuid, personal text, digest bytea)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  with reader as materialized (
    select case access.context_plane() when 'program' then 'partner' when 'tenant' then 'tenant' end as kind,
      case access.context_plane() when 'program' then access.partner_of_owner() when 'tenant' then (select reached from access.reach('audit_scope', 'select') reached) end as scope_id
  )
  select l.leaf_index, l.hash,
    case when shown.is_whole then (
      select jsonb_object_agg(member.key, member.value)
      from jsonb_each(to_jsonb(e) - array['ip', 'user_agent', 'origin_salt', 'origin_digest', 'actor_name', 'resource_label', 'reason', 'changes', 'personal_salt', 'personal_digest']
        || jsonb_build_object('v', 2,
          'occurred_at', to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
          'origin', encode(coalesce(e.origin_digest, audit.origin_digest_of(e)), 'hex'),
          'personal', encode(coalesce(e.personal_digest, audit.personal_digest_of(e)), 'hex'),
          'scopes', coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', s.scope_id, 'kind', s.kind, 'row_count', s.row_count)) order by s.kind collate "C", s.scope_id)
            from audit_scope s where s.event_id = e.id and s.occurred_at = e.occurred_at), '[]'))) member
      where member.value <> 'null') end,
    case when shown.is_whole and shown.names then e.personal_salt end,
    case when shown.is_whole and shown.names then audit.personal_text_of(e) end,
    case when shown.is_whole and shown.names then e.personal_digest end
  from reader
  join audit_scope own on own.event_id = event and own.kind = reader.kind and own.scope_id = reader.scope_id
  join audit_event e on e.id = own.event_id and e.occurred_at = own.occurred_at
  left join audit_leaf l on l.event_id = e.id and l.occurred_at = e.occurred_at
  cross join lateral (select case reader.kind
      when 'partner' then e.plane in ('program', 'delegation') and e.partner_id = reader.scope_id
      else e.plane = 'tenant' and e.tenant_id = reader.scope_id end as acted) side
  cross join lateral (select
      side.acted is true or e.reason is null as names,
      (reader.kind = 'partner' or e.row_count is null or e.row_count = own.row_count)
      and not exists (select from audit_scope s
        where s.event_id = e.id and s.occurred_at = e.occurred_at
          and ((s.kind, s.scope_id) = (reader.kind, reader.scope_id)
            or (s.kind = 'partner' and s.scope_id = e.partner_id)
            or (reader.kind = 'partner' and s.kind = 'tenant' and (s.scope_id = e.tenant_id or (side.acted and s.row_count > 0)))) is not true) as is_whole) shown
$function$;
grant execute on audit.own_sealed_event(uuid) to liaison_program;
grant execute on audit.own_sealed_event(uuid) to liaison_tenant;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION audit.personal_digest_of(event public.audit_event)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select sha256(convert_to(event.personal_salt || E'\n' || audit.personal_text_of(event), 'UTF8')) $function$;
grant execute on audit.personal_digest_of(public.audit_event) to liaison_authz;
grant execute on audit.personal_digest_of(public.audit_event) to liaison_sealer;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION audit.personal_text_of(event public.audit_event)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select jsonb_build_array(event.actor_name, event.resource_label, event.reason, event.changes)::text $function$;
grant execute on audit.personal_text_of(public.audit_event) to liaison_authz;
grant execute on audit.personal_text_of(public.audit_event) to liaison_sealer;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.proving_checkpoint(leaf bigint, at_size bigint)
 RETURNS TABLE(size bigint, root bytea, note text, sealed_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select c.size, c.root, c.note, c.sealed_at from audit_checkpoint c
  where access.context_plane() in ('program', 'tenant')
    and c.size > case when leaf is null then 0 else greatest(leaf, (select max(k.after_size) from audit_key k where k.is_predecessor_stolen)) end
    and (c.size = at_size or (at_size is null and leaf is not null))
  order by c.size limit 1
$function$;
grant execute on audit.proving_checkpoint(bigint,bigint) to liaison_program;
grant execute on audit.proving_checkpoint(bigint,bigint) to liaison_tenant;

-- access.md section 6. A tenant or partner that the event names becomes one of its readers; several tenants are passed as tenants[{tenant_id, row_count}].
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.record(event jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  return audit.record_as(access.context(), event);
end
$function$;
grant execute on audit.record(jsonb) to liaison_auth;
grant execute on audit.record(jsonb) to liaison_delegate;
grant execute on audit.record(jsonb) to liaison_embed;
grant execute on audit.record(jsonb) to liaison_ingest;
grant execute on audit.record(jsonb) to liaison_job;
grant execute on audit.record(jsonb) to liaison_owner;
grant execute on audit.record(jsonb) to liaison_platform;
grant execute on audit.record(jsonb) to liaison_program;
grant execute on audit.record(jsonb) to liaison_realm;
grant execute on audit.record(jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.record_as(context jsonb, event jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
AS $function$
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
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.record_read(event jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
begin
  return audit.count_read(access.context(), event);
end
$function$;
grant execute on audit.record_read(jsonb) to liaison_auth;
grant execute on audit.record_read(jsonb) to liaison_delegate;
grant execute on audit.record_read(jsonb) to liaison_embed;
grant execute on audit.record_read(jsonb) to liaison_ingest;
grant execute on audit.record_read(jsonb) to liaison_job;
grant execute on audit.record_read(jsonb) to liaison_platform;
grant execute on audit.record_read(jsonb) to liaison_program;
grant execute on audit.record_read(jsonb) to liaison_realm;
grant execute on audit.record_read(jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.record_reads(admitted boolean[], needs integer[], contexts text[], codes text[], requests jsonb[], events jsonb[], uses boolean[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  secret bytea := (select k.key from access.context_key k);
  recorded uuid;
  used uuid[];
begin
  for i in 1 .. cardinality(contexts) loop
    if needs[i] = 0 or admitted[needs[i]] then
      if encode(sha256(secret || sha256(secret || convert_to('reader ' || contexts[i], 'UTF8'))), 'hex') is distinct from codes[i] then
        raise exception 'the ticket of a read is forged' using errcode = 'insufficient_privilege';
      end if;
      recorded := audit.count_read(requests[i] || contexts[i]::jsonb, events[i]);
      if uses[i] then
        used := used || (contexts[i]::jsonb ->> 'session_id')::uuid;
      end if;
    end if;
  end loop;
  if used is not null then
    perform access.note_use(used);
  end if;
end
$function$;
grant execute on audit.record_reads(boolean[],integer[],text[],text[],jsonb[],jsonb[],boolean[]) to liaison_guard;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.record_reads(admitted boolean[], needs integer[], tickets text[], requests jsonb[], events jsonb[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;
grant execute on audit.record_reads(boolean[],integer[],text[],jsonb[],jsonb[]) to liaison_guard;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.record_reads(admitted boolean[], needs integer[], tickets uuid[], requests jsonb[], events jsonb[], uses boolean[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  whose text;
  recorded uuid;
begin
  for i in 1 .. cardinality(tickets) loop
    if needs[i] = 0 or admitted[needs[i]] then
      update audit_read_window w set repeats = w.repeats + 1, row_count = w.row_count + coalesce((events[i] ->> 'row_count')::bigint, 0)
      where (w.actor_id, w.plane, w.tenants_digest) = (
          select t.person_id, t.plane, sha256(convert_to(concat(t.tenant_id, ' ', events[i] ->> 'action', ' ', events[i] ->> 'resource_id', ' '), 'UTF8'))
          from access.kept_ticket t where t.id = tickets[i])
        and w.route = requests[i] ->> 'route' and w.started_at > clock_timestamp() - interval '60 seconds' and not events[i] ? 'tenants';
      if not found then
        select t.context into whose from access.kept_ticket t where t.id = tickets[i];
        if whose is null then
          raise exception 'the ticket of a read is not known' using errcode = 'insufficient_privilege';
        end if;
        recorded := audit.count_read(requests[i] || whose::jsonb, events[i]);
      end if;
    end if;
  end loop;
  if true = any (uses) then
    perform access.note_use(array(
      select t.session_id from unnest(tickets, needs, uses) asked (ticket, needed, is_use) join access.kept_ticket t on t.id = asked.ticket
      where asked.is_use and (asked.needed = 0 or admitted[asked.needed])));
  end if;
end
$function$;
grant execute on audit.record_reads(boolean[],integer[],uuid[],jsonb[],jsonb[],boolean[]) to liaison_guard;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.record_refusal(event jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;
grant execute on audit.record_refusal(jsonb) to liaison_guard;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.require_event()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from audit_event e where e.xid = pg_current_xact_id() and not exists (select from audit_leaf l where l.event_id = e.id)) then
    raise exception '% on % has no audit event', tg_op, tg_table_name using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$function$;
grant execute on audit.require_event() to liaison_owner;

-- Takes out of a month what is past its time: after three years all that is not kept long, after seven the whole month. Leaves and checkpoints stay.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION audit.retire(month_from timestamp with time zone, keeps text, removing bigint, signed text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "TimeZone" TO 'UTC'
 SET lock_timeout TO '1s'
AS $function$
declare
  events regclass;
  scopes regclass;
  month_until timestamptz;
  counted bigint;
  before bigint;
  kept_events text;
  kept_scopes text;
begin
  perform pg_advisory_xact_lock(hashtextextended('liaison audit months', 0));
  events := private.audit_month('public.audit_event', month_from);
  scopes := private.audit_month('public.audit_scope', month_from);
  month_until := private.bound_of(events, 'TO');
  if (events is null or scopes is null or month_until is distinct from private.bound_of(scopes, 'TO')) then
    raise exception 'the log has no such month' using errcode = 'no_data_found';
  end if;
  if ((month_until <= now() - case keeps when 'long' then interval '3 years' when 'nothing' then interval '7 years' end) is not true) then
    raise exception 'the time of this month is not over' using errcode = 'restrict_violation';
  end if;
  execute format('lock table %s, %s in share row exclusive mode', events, scopes);
  if exists (
    select from public.audit_event e where e.occurred_at >= month_from and e.occurred_at < month_until and not exists (
      select from public.audit_leaf l where l.event_id = e.id and l.occurred_at = e.occurred_at
        and l.leaf_index < (select max(p.size) from public.audit_publication p where p.place = 'file'))
  ) then
    raise exception 'an event of this month is under no checkpoint that left the database' using errcode = 'restrict_violation';
  end if;
  select count(*) into counted from public.audit_event e
  where e.occurred_at >= month_from and e.occurred_at < month_until and (keeps = 'nothing' or audit.is_kept_short(e.action));
  select coalesce(sum(r.removed), 0) into before from public.audit_retention r where r.from_at = month_from;
  if (counted <> removing or split_part(signed, E'\n', 4) <> keeps or split_part(signed, E'\n', 6) <> (before + removing)::text) then
    raise exception 'the note does not tell what would go: % events', counted using errcode = 'restrict_violation';
  end if;
  insert into public.audit_retention (from_at, until_at, kept, removed, note) values (month_from, month_until, keeps, removing, signed);
  if (keeps = 'long') then
    kept_events := private.copy_audit_month('audit_event', events, month_from, month_until, 'not audit.is_kept_short(r.action)');
    kept_scopes := private.copy_audit_month('audit_scope', scopes, month_from, month_until,
      format('exists (select from public.%I k where k.id = r.event_id and k.occurred_at = r.occurred_at)', kept_events));
  end if;
  perform private.replace_audit_month('audit_event', events, month_from, month_until, kept_events);
  perform private.replace_audit_month('audit_scope', scopes, month_from, month_until, kept_scopes);
end
$function$;
grant execute on audit.retire(timestamp with time zone,text,bigint,text) to liaison_retention;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.rows_by_tenant(event jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(jsonb_object_agg(item ->> 'tenant_id', coalesce((item ->> 'row_count')::bigint, 0)), '{}')
  from jsonb_array_elements(coalesce(event -> 'tenants', '[]')) item
$function$;

-- What the paths of proofs are made of. A hash says nothing of its event: each leaf holds two random salts.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.tree_hashes(levels integer[], firsts bigint[], counts integer[])
 RETURNS TABLE(hashes bytea)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select case when read.found = run.count then read.hashes end
  from unnest(levels[1:256], firsts[1:256], counts[1:256]) with ordinality run(level, first, count, place)
  cross join lateral (
    select count(*) as found, string_agg(h.hash, '' order by h.place) as hashes
    from (
      select l.leaf_index as place, l.hash from audit_leaf l where run.level = 0 and l.leaf_index >= run.first and l.leaf_index < run.first + least(run.count, 256)
      union all
      select n.node_index, n.hash from audit_node n where n.level = run.level and n.node_index >= run.first and n.node_index < run.first + least(run.count, 256)
    ) h
  ) read
  where access.context_plane() in ('program', 'tenant')
  order by run.place
$function$;
grant execute on audit.tree_hashes(integer[],bigint[],integer[]) to liaison_program;
grant execute on audit.tree_hashes(integer[],bigint[],integer[]) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.was_act_of(event uuid, written_at timestamp with time zone, partner uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select exists (select from audit_event e where e.id = event and e.occurred_at = written_at and e.plane = 'delegation' and e.partner_id = partner)
$function$;
grant execute on audit.was_act_of(uuid,timestamp with time zone,uuid) to liaison_delegate;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.add_audit_month(parent text, month date)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "TimeZone" TO 'UTC'
AS $function$
declare
  part text := format('public.%I', parent || to_char(month, '"_"YYYY"_"MM'));
  before text := format('public.%I', parent || to_char(month - interval '1 month', '"_"YYYY"_"MM'));
  after text := format('public.%I', parent || to_char(month + interval '1 month', '"_"YYYY"_"MM'));
begin
  if to_regclass(part) is not null then
    return false;
  end if;
  execute format('create table %s (like public.%I including defaults including constraints including storage)', part, parent);
  execute format('alter table %s enable row level security', part);
  execute format('alter table %s force row level security', part);
  execute format('create trigger no_truncate before truncate on %s for each statement execute function private.refuse_change()', part);
  execute format('alter table public.%I attach partition %s for values from (%L) to (%L)', parent, part,
    coalesce(private.bound_of(to_regclass(before), 'TO'), month::timestamptz),
    coalesce(private.bound_of(to_regclass(after), 'FROM'), (month + interval '1 month')::timestamptz));
  return true;
end
$function$;

-- Adds the months of the audit log that are missing and returns how many tables that were. They carry forced row security and no grant, so reading one directly shows nothing.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.add_audit_months(first_month date, months integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "TimeZone" TO 'UTC'
 SET lock_timeout TO '1s'
AS $function$
declare
  month date;
  added integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('liaison audit months', 0));
  for step in 0 .. months - 1 loop
    month := date_trunc('month', first_month) + make_interval(months => step);
    added := added + private.add_audit_month('audit_event', month)::integer + private.add_audit_month('audit_scope', month)::integer;
  end loop;
  return added;
end
$function$;

-- Monthly partitions carry forced row security and no grant, so reading one directly shows nothing. Called by the migrate command for the months ahead.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.add_audit_partitions(first_month date, months integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

-- Refuses, at commit, any change of the table that has no audit event in the same transaction.
-- owner: liaison_owner
CREATE OR REPLACE PROCEDURE private.audit_changes(IN relation regclass, IN by_tenant boolean)
 LANGUAGE plpgsql
AS $procedure$
declare
  operation text;
begin
  foreach operation in array array['insert', 'update', 'delete'] loop
    execute format('create trigger audited_%1$s after %1$s on %2$s referencing %3$s table as changed for each statement execute function audit.%4$I()',
      operation, relation, case operation when 'delete' then 'old' else 'new' end, case when by_tenant then 'expect_tenant_event' else 'expect_event' end);
  end loop;
end
$procedure$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.audit_month(parent regclass, month_from timestamp with time zone)
 RETURNS regclass
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select i.inhrelid::regclass from pg_inherits i where i.inhparent = parent and private.bound_of(i.inhrelid::regclass, 'FROM') = month_from $function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.bound_of(part regclass, side text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select substring(pg_get_expr(c.relpartbound, c.oid) from side || ' \(''([^'']+)''\)')::timestamptz from pg_class c where c.oid = part $function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.copy_audit_month(parent text, part regclass, month_from timestamp with time zone, month_until timestamp with time zone, which text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  kept text := (select c.relname || '_kept' from pg_class c where c.oid = part);
begin
  execute format('create table public.%I (like public.%I including defaults including constraints including storage including indexes)', kept, parent);
  execute format('insert into public.%I select r.* from public.%I r where r.occurred_at >= %L and r.occurred_at < %L and %s', kept, parent, month_from, month_until, which);
  execute format('alter table public.%I add constraint within check (occurred_at >= %L and occurred_at < %L)', kept, month_from, month_until);
  execute format('create trigger no_truncate before truncate on public.%I for each statement execute function private.refuse_change()', kept);
  return kept;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE PROCEDURE private.keep_for_ever(IN relation regclass)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('create trigger append_only before update or delete on %s for each row execute function private.refuse_change()', relation);
  execute format('create trigger no_truncate before truncate on %s for each statement execute function private.refuse_change()', relation);
  execute format('create policy sealing_reads on %s for select to liaison_sealer using (true)', relation);
  execute format('create policy sealing on %s for insert to liaison_sealer with check (true)', relation);
  execute format('create policy platform_view on %s for select to liaison_platform using ((select access.context_plane()) = ''platform'')', relation);
  execute format('grant select, insert on %s to liaison_sealer', relation);
end
$procedure$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.replace_audit_month(parent text, part regclass, month_from timestamp with time zone, month_until timestamp with time zone, kept text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  name text := (select c.relname from pg_class c where c.oid = part);
begin
  if kept is not null then
    -- Only now: the owner, too, sees no row of a table of its own behind forced row security, and the scopes are chosen by the events.
    execute format('alter table public.%I enable row level security', kept);
    execute format('alter table public.%I force row level security', kept);
  end if;
  execute format('alter table public.%I detach partition public.%I', parent, name);
  execute format('drop table public.%I', name);
  if kept is not null then
    execute format('alter table public.%I rename to %I', kept, name);
    execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)', parent, name, month_from, month_until);
    execute format('alter table public.%I drop constraint within', name);
  end if;
end
$function$;
